// Every sentence of the holder's page, Vietnamese first, English second.

export const PROBLEMS = Object.freeze({
  link_incomplete: [
    "Địa chỉ này thiếu phần khoá. Xin mở lại đường dẫn riêng mà cơ sở đã đưa cho bạn: vì lý do riêng tư, khoá không được giữ lại khi tải lại trang.",
    "This address lacks its key. Please open the private link that you were given again: for privacy, the key is not kept when the page is reloaded.",
  ],
  link_malformed: [
    "Đường dẫn không đầy đủ hoặc đã bị sửa. Xin chép lại toàn bộ đường dẫn riêng.",
    "The link is incomplete or was altered. Please copy the whole private link again.",
  ],
  unauthorized: [
    "Đường dẫn riêng này không dùng được nữa: có thể cơ sở đã đổi khoá hoặc thu hồi. Xin hỏi nơi cấp bằng để có đường dẫn mới.",
    "This private link is no longer good: it may have been renewed or withdrawn. Please ask the institution for a new one.",
  ],
  too_many: [
    "Đã đủ số lượng cho phép. Hãy thu hồi bớt đường dẫn không dùng nữa, hoặc đợi các đề nghị trước được trả lời.",
    "There are as many as there may be. Withdraw links you no longer need, or wait for earlier requests to be answered.",
  ],
  rate_limited: ["Quá nhiều yêu cầu trong một phút. Xin đợi một chút rồi thử lại.", "Too many requests in a minute. Please wait a moment and try again."],
  not_issued: [
    "Văn bằng này chưa được cấp xong, hoặc dữ liệu đã được xóa theo yêu cầu.",
    "This diploma is not issued yet, or its data was erased on request.",
  ],
  not_found: ["Không còn gì ở đây: có thể đã được thu hồi, hoặc nơi này không in PDF.", "There is nothing here any more: it may have been withdrawn, or this site prints no PDF."],
  conflict: ["Dữ liệu đã thay đổi; xin mở lại đường dẫn riêng.", "This has changed meanwhile; please open your private link again."],
  invalid: ["Nội dung gửi đi chưa đúng. Xin kiểm tra lại.", "What was sent is not right. Please check it."],
  unreachable: ["Không kết nối được với máy chủ. Xin kiểm tra mạng rồi thử lại.", "The server cannot be reached. Please check your connection and try again."],
  unexpected: ["Trình duyệt này không làm được việc này. Xin thử bằng một trình duyệt mới hơn.", "This browser could not do this. Please try a newer browser."],
});

/** What a credential's standing means to the one who has it. */
export const STANDINGS = Object.freeze({
  valid: ["Đang có hiệu lực", "In force"],
  revoked: ["Đã bị thu hồi: không còn giá trị", "Revoked: it no longer counts"],
  suspended: ["Đang tạm ngừng hiệu lực", "On hold for now"],
  superseded: ["Đã được thay bằng văn bằng mới hơn", "Replaced by a newer diploma"],
  waiting: ["Đang được ghi vào sổ công khai; người khác chưa kiểm tra được", "On its way to the public registry; nobody can check it yet"],
  erased: ["Dữ liệu đã được xóa theo yêu cầu", "Its data was erased on request"],
});

/** What a change of standing was. */
export const CHANGES = Object.freeze({
  valid: ["Có hiệu lực trở lại", "In force again"],
  revoked: ["Thu hồi", "Revoked"],
  suspended: ["Tạm ngừng hiệu lực", "Put on hold"],
  superseded: ["Thay bằng văn bằng mới", "Replaced"],
});

export const PURPOSES = Object.freeze({
  job: ["Xin việc", "Job application"],
  study: ["Học tiếp, nhập học", "Further study"],
  abroad: ["Ra nước ngoài", "Going abroad"],
  other: ["Việc khác", "Something else"],
});
export const NO_PURPOSE = ["Không nêu mục đích", "No purpose given"];

export const TIMES = Object.freeze([
  [null, ["Không thời hạn, đến khi bạn thu hồi", "Until you withdraw it"]],
  [7, ["1 tuần", "1 week"]],
  [30, ["1 tháng", "1 month"]],
  [90, ["3 tháng", "3 months"]],
]);

export const SHARE_STATES = Object.freeze({
  OPEN: ["Đang mở", "Open"],
  EXPIRED: ["Đã hết thời hạn", "Its time is over"],
  WITHDRAWN: ["Đã thu hồi", "Withdrawn"],
});

export const CORRECTION_STATES = Object.freeze({
  ASKED: ["Đang chờ cơ sở trả lời", "Waiting for an answer"],
  ACCEPTED: ["Được chấp nhận: văn bằng sẽ được cấp lại", "Accepted: the diploma will be issued again"],
  DECLINED: ["Không được chấp nhận", "Declined"],
});

export const PAGE = Object.freeze({
  mine: ["Văn bằng của bạn", "Your diplomas"],
  nothing: ["Đường dẫn này chưa có văn bằng nào.", "There is no diploma behind this link."],
  secret: [
    "Đường dẫn mở trang này là của riêng bạn: ai có nó cũng xem được tất cả. Hãy cất kỹ, đừng gửi cho ai. Muốn cho người khác xem, hãy tạo một đường dẫn chia sẻ dưới đây.",
    "The link that opens this page is yours alone: whoever has it sees everything. Keep it safe and send it to nobody. To show a diploma, make a link to share below.",
  ],
  issuer: ["Cơ sở cấp", "Institution"],
  serial: ["Số hiệu", "Serial number"],
  standing: ["Tình trạng", "Standing"],
  changes: ["Thay đổi tình trạng", "Changes of standing"],
  decision: ["Quyết định", "Decision"],
  file: ["Tải tệp văn bằng", "Download the file"],
  pdf: ["Tải PDF có mã QR", "Download PDF with QR code"],
  pdfNote: [
    "Mỗi tờ PDF mang mã QR của một đường dẫn chia sẻ mới, toàn bộ văn bằng và vĩnh viễn; nó có trong danh sách dưới đây và thu hồi được. Máy chủ in tờ này nên thấy khoá của đường dẫn đó.",
    "Each PDF carries the QR code of a new share of the whole diploma, for ever; it is listed below and can be withdrawn. The server that prints it sees that share’s key.",
  ],
  share: ["Chia sẻ…", "Share…"],
  shares: ["Đường dẫn đã chia sẻ và lịch sử mở xem", "Shared links and who opened them"],
  noShares: ["Bạn chưa chia sẻ văn bằng này.", "You have not shared this diploma."],
  madeBy: ["Do cơ sở cấp bằng tạo", "Made by the institution"],
  madeAt: ["Tạo lúc", "Made"],
  until: ["Đến", "Until"],
  forEver: ["Không thời hạn", "No end"],
  openings: ["Số lần mở", "Times opened"],
  lastOpened: ["Lần cuối", "Last opened"],
  history: ["Các lần mở", "Each opening"],
  historyNote: [
    "Chỉ giữ thời điểm (mỗi ngày nhiều nhất 20 lần) và tên mà người xem tự nêu; không giữ địa chỉ mạng hay thiết bị. Tải lại trang có thể tính là hai lần.",
    "Only the time is kept (at most 20 a day) and the name a visitor gives himself; no network address, no device. A reload may count twice.",
  ],
  unnamed: ["Người xem không nêu tên", "Gave no name"],
  withdraw: ["Thu hồi", "Withdraw"],
  withdrawSure: ["Thu hồi thật? Không làm lại được.", "Withdraw it? This cannot be undone."],
  withdrawn: ["Đã thu hồi đường dẫn.", "The link was withdrawn."],
  corrections: ["Đề nghị đính chính", "Corrections"],
  askCorrection: ["Có chỗ sai? Đề nghị đính chính…", "Is something wrong? Ask for a correction…"],
  whichClaim: ["Mục nào sai?", "Which part is wrong?"],
  whatIsWrong: ["Sai thế nào, đúng phải là gì?", "What is wrong, and what would be right?"],
  send: ["Gửi đề nghị", "Send"],
  sent: ["Đã gửi. Câu trả lời sẽ hiện ở đây.", "Sent. The answer will appear here."],
  answer: ["Trả lời", "Answer"],
  back: ["Quay lại", "Back"],
  working: ["Đang làm…", "Working…"],
  loading: ["Đang mở…", "Opening…"],
});

export const SHARING = Object.freeze({
  pick: ["Chọn những gì người khác được xem", "Choose what the other person will see"],
  linked: [
    "Hai bản trích của cùng một văn bằng có thể bị nhận ra là của một người, dù cho xem những mục khác nhau.",
    "Two extracts of one diploma can be recognised as the same person’s, even if they show different parts.",
  ],
  presets: ["Chọn nhanh", "Quick choice"],
  whole: ["Toàn bộ văn bằng", "The whole diploma"],
  qualification: ["Chỉ trình độ, ngành, xếp loại", "Level, programme, classification only"],
  courses: ["Họ tên và những môn tôi chọn", "My name and the courses I choose"],
  none: ["Bỏ chọn hết", "Nothing"],
  others: ["Các mục khác", "Others"],
  headline: ["Trên đầu văn bằng", "At the top"],
  nameless: [
    "Không có họ tên: người nhận sẽ không biết văn bằng này của ai.",
    "Without the name: the other person will not know whose diploma it is.",
  ],
  empty: ["Hãy chọn ít nhất một mục.", "Choose at least one part."],
  purpose: ["Để làm gì? (người nhận thấy)", "What for? (the other person sees it)"],
  time: ["Trong bao lâu?", "For how long?"],
  preview: ["Xem trước", "Preview"],
  exactly: ["Người nhận sẽ thấy đúng như dưới đây", "This is exactly what the other person will see"],
  notYet: ["Chưa có gì được gửi đi.", "Nothing has been sent yet."],
  make: ["Đúng rồi, tạo đường dẫn", "Yes, make the link"],
  change: ["Chọn lại", "Choose again"],
  done: ["Đường dẫn đã sẵn sàng", "The link is ready"],
  once: [
    "Hãy chép hoặc lưu lại ngay: khoá của đường dẫn chỉ hiện lần này, máy chủ không có nó.",
    "Copy or save it now: the key in it is shown this once, and the server does not have it.",
  ],
  link: ["Đường dẫn", "Link"],
  copy: ["Chép đường dẫn", "Copy the link"],
  copied: ["Đã chép.", "Copied."],
  qr: ["Mã QR của đường dẫn", "QR code of the link"],
  finish: ["Xong", "Done"],
});
