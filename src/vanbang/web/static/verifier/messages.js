// Every sentence the page says, Vietnamese first, English second. The codes are those of section 13.

export const VERDICTS = Object.freeze({
  VALID: {
    word: ["HỢP LỆ", "VALID"],
    reason: [
      "Cơ sở cấp bằng, được Bộ công nhận, đã xác nhận đúng những thông tin này và chưa thu hồi.",
      "The institution, recognised by the ministry, put its name to exactly these facts and has not taken them back.",
    ],
    meaning: [
      "Kết quả nói về nguồn gốc và hiệu lực của văn bằng, không nói về thực học, cũng không nói ai đang cầm nó. Hãy đối chiếu họ tên và ngày sinh với giấy tờ tuỳ thân.",
      "This speaks of where the diploma comes from and that it stands, not of what its holder can do, nor of who presents it. Compare name and date of birth with an identity document.",
    ],
  },
  INVALID: {
    word: ["KHÔNG HỢP LỆ", "INVALID"],
    reason: ["", ""],
    meaning: ["Đừng dựa vào văn bằng này.", "Do not rely on this diploma."],
  },
  UNDETERMINED: {
    word: ["CHƯA THỂ KIỂM TRA", "UNDETERMINED"],
    reason: ["", ""],
    meaning: [
      "Đây không phải là kết luận rằng văn bằng sai: lúc này chưa đủ căn cứ để trả lời.",
      "This does not say that the diploma is wrong: there is not enough evidence to answer just now.",
    ],
  },
});

export const OUTCOMES = Object.freeze({
  pass: ["Đạt", "Passed"],
  fail: ["Không đạt", "Failed"],
  cannot_check: ["Chưa kiểm tra được", "Could not be checked"],
  not_applicable: ["Không áp dụng", "Does not apply"],
});

export const STEPS = Object.freeze({
  parse: ["Đọc tệp", "Reading the file"],
  disclosures: ["Thông tin được trình ra", "The facts shown"],
  inclusion: ["Thuộc đợt cấp bằng", "Part of the batch"],
  anchor: ["Ghi trên sổ công khai", "Entered in the public registry"],
  authority: ["Thẩm quyền cấp bằng", "The right to issue"],
  batch: ["Hiệu lực của đợt cấp", "Standing of the batch"],
  status: ["Hiệu lực của văn bằng", "Standing of the diploma"],
  signature: ["Chữ ký của cơ sở", "The institution's signature"],
  endorsements: ["Xác nhận của người có thẩm quyền", "Officers' endorsements"],
  dates: ["Thời hạn", "Period of validity"],
});

/** What each step looks at. */
export const EXPLAINED = Object.freeze({
  parse: [
    "Tệp phải đúng từng ký tự theo định dạng công khai; tệp bị hỏng hoặc bị lưu lại bằng chương trình khác sẽ không qua được.",
    "The file must keep to the public format letter by letter; one that was damaged, or saved again by another program, does not.",
  ],
  disclosures: [
    "Mỗi thông tin trình ra phải khớp với dấu vết mà cơ sở đã cam kết khi cấp. Sửa một chữ là không khớp nữa.",
    "Every fact shown must fit the fingerprint the institution committed to. Change one letter, and it does not.",
  ],
  inclusion: [
    "Văn bằng được cấp theo đợt. Bằng chứng trong tệp phải dẫn đúng tới dấu vết chung của cả đợt.",
    "Diplomas are issued in batches. The proof in the file must lead to the one fingerprint of the whole batch.",
  ],
  anchor: [
    "Dấu vết của đợt phải có trên sổ công khai, nơi không ai sửa hay xoá được, kể cả cơ sở và Bộ.",
    "The batch's fingerprint must stand in the public registry, where nobody can alter or delete it, not even the institution or the ministry.",
  ],
  authority: [
    "Vào lúc ghi sổ, cơ sở phải được Bộ công nhận, khoá ký chưa bị lộ, tên và mã trên văn bằng phải đúng là của cơ sở ấy.",
    "When it was entered the ministry must have recognised the institution, its key must have been safe, and name and code on the diploma must be its own.",
  ],
  batch: ["Cơ sở có thể thu hồi cả một đợt đã cấp nhầm.", "An institution can revoke a whole batch that was issued by mistake."],
  status: [
    "Cơ sở công bố danh sách tình trạng của mọi văn bằng: còn hiệu lực, tạm đình chỉ, đã thu hồi hay đã được thay.",
    "The institution publishes the standing of all its diplomas: in force, suspended, revoked or replaced.",
  ],
  signature: ["Tệp có thể mang thêm chữ ký điện tử của cơ sở.", "The file may also carry the institution's own digital signature."],
  endorsements: [
    "Những người có thẩm quyền của cơ sở có thể ký xác nhận cả đợt; chữ ký phải đúng và còn trong nhiệm kỳ.",
    "Officers of the institution may endorse the batch; their signatures must be right, and made in office.",
  ],
  dates: ["Một số văn bằng chỉ có giá trị trong một thời hạn.", "Some diplomas are good for a certain time only."],
});

export const CODES = Object.freeze({
  parsed: ["Tệp đúng định dạng và còn nguyên vẹn.", "The file has the right form and is complete."],
  too_large: ["Tệp quá lớn, không thể là tệp văn bằng.", "The file is too large to be a diploma file."],
  json: ["Đây không phải là tệp văn bằng, hoặc tệp đã hỏng.", "This is not a diploma file, or it is damaged."],
  structure: ["Tệp thiếu phần bắt buộc hoặc có phần lạ.", "The file lacks a required part or has a strange one."],
  not_canonical: ["Tệp đã bị viết lại khác với bản gốc.", "The file was rewritten and differs from the original form."],
  payload: ["Phần cam kết của văn bằng không đúng định dạng.", "The part the institution committed to is malformed."],
  disclosure: ["Có thông tin được trình ra không đúng định dạng.", "One of the facts shown is malformed."],
  manifest: ["Bản kê của đợt cấp bằng không đúng định dạng.", "The batch manifest is malformed."],
  protected_header: ["Phần đầu của chữ ký không đúng định dạng.", "The header of the signature is malformed."],

  disclosed: ["Mọi thông tin trình ra đúng như cơ sở đã cam kết.", "Every fact shown is what the institution committed to."],
  digest_repeated: ["Có cam kết xuất hiện hai lần.", "A commitment occurs twice."],
  disclosure_unreferenced: [
    "Có thông tin đã bị sửa hoặc thêm vào: nó không có trong cam kết của cơ sở.",
    "A fact was changed or added: the institution did not commit to it.",
  ],
  too_deep: ["Thông tin được lồng quá sâu.", "The facts are nested too deep."],
  disclosure_kind: ["Có thông tin được đặt sai chỗ.", "A fact stands in the wrong place."],
  claim_name_reserved: ["Có thông tin mang tên không được phép.", "A fact has a name that is not allowed."],
  claim_name_repeated: ["Có hai thông tin cùng tên.", "Two facts have the same name."],
  reserved_member: ["Có thông tin chứa phần không được phép.", "A fact holds a part that is not allowed."],
  type_malformed: ["Bản mô tả loại văn bằng không đúng định dạng.", "The description of this type of diploma is malformed."],
  type_mismatch: ["Bản mô tả thuộc một loại văn bằng khác.", "The description belongs to another type of diploma."],
  type_not_trusted: [
    "Bản mô tả loại văn bằng này không phải bản mà trang kiểm tra công nhận.",
    "This is not the description of this type of diploma that the verifier accepts.",
  ],
  digest_count: ["Số cam kết không khớp với loại văn bằng này.", "The number of commitments does not fit this type of diploma."],
  type_unavailable: ["Chưa lấy được bản mô tả loại văn bằng.", "The description of this type of diploma could not be fetched."],
  not_reached: ["Chưa tới bước này vì một bước trước chưa đạt.", "Not reached, because an earlier step did not pass."],

  included: ["Văn bằng thuộc đúng đợt cấp ghi trong tệp.", "The diploma belongs to the batch named in the file."],
  not_notarised: ["Văn bằng này chưa được đưa vào sổ công khai.", "This diploma was never notarised."],
  issuer_mismatch: ["Văn bằng và đợt cấp ghi hai cơ sở khác nhau.", "The diploma and the batch name different institutions."],
  vct_mismatch: ["Văn bằng và đợt cấp thuộc hai loại khác nhau.", "The diploma and the batch are of different types."],
  index_out_of_range: ["Số thứ tự vượt quá số văn bằng của đợt cấp.", "The position lies outside the batch."],
  path_length: ["Bằng chứng thuộc đợt cấp thừa hoặc thiếu.", "The proof of belonging is too long or too short."],
  root_mismatch: [
    "Văn bằng không thuộc đợt cấp này: nội dung đã bị thay đổi.",
    "The diploma is not part of this batch: its contents were changed.",
  ],

  anchored: ["Đợt cấp đã được ghi vĩnh viễn trên sổ công khai.", "The batch is entered for good in the public registry."],
  not_anchored: ["Không có đợt cấp nào như vậy trên sổ công khai.", "The public registry has no such batch."],
  anchor_not_final: [
    "Đợt cấp vừa được ghi, còn chờ xác nhận cuối cùng. Xin thử lại sau ít phút.",
    "The batch has just been entered and is not final yet. Please try again in some minutes.",
  ],
  endpoints_unavailable: ["Không kết nối được với sổ công khai.", "The public registry could not be reached."],
  endpoints_disagree: ["Các máy chủ của sổ công khai trả lời khác nhau.", "The servers of the public registry contradict each other."],
  no_registry: ["Tại địa chỉ đã cấu hình không có sổ công khai.", "There is no public registry at the configured address."],
  chain_stale: ["Sổ công khai nhận được đã quá cũ.", "The state of the public registry is too old."],
  chain_ahead: ["Giờ của sổ công khai đi trước giờ máy này. Xin kiểm tra đồng hồ.", "The public registry is ahead of this clock. Please check the time of this device."],

  authorised: ["Cơ sở có thẩm quyền, tên và mã khớp với sổ công khai.", "The institution had the right; its name and code match the registry."],
  authorised_unnamed: [
    "Cơ sở có thẩm quyền. Tên cơ sở trong bản này (nếu có) chưa được đối chiếu; hãy xem tên đã đăng ký.",
    "The institution had the right. A name in this copy, if any, was not compared: see the registered one.",
  ],
  issuer_unknown: ["Cơ sở này không được Bộ công nhận trên sổ công khai.", "The ministry's registry does not know this institution."],
  key_compromised: ["Khoá ký đã bị lộ vào lúc đợt cấp được ghi.", "The signing key was compromised when the batch was entered."],
  issuer_void: ["Cơ sở đã bị tuyên vô hiệu vào lúc đó.", "The institution had been declared void by then."],
  issuer_code: ["Mã cơ sở trên văn bằng không khớp với sổ công khai.", "The institution's code on the diploma does not match the registry."],
  issuer_name: ["Tên cơ sở trên văn bằng không khớp với sổ công khai.", "The institution's name on the diploma does not match the registry."],

  not_revoked: ["Đợt cấp này không bị thu hồi.", "The batch has not been revoked."],
  batch_revoked: ["Cả đợt cấp này đã bị thu hồi.", "The whole batch has been revoked."],

  status_valid: ["Văn bằng đang có hiệu lực.", "The diploma is in force."],
  revoked: ["Văn bằng này đã bị thu hồi.", "This diploma has been revoked."],
  suspended: ["Văn bằng này đang bị tạm đình chỉ.", "This diploma is suspended for the time being."],
  superseded: ["Văn bằng này đã được thay bằng văn bằng mới hơn.", "This diploma was replaced by a newer diploma."],
  status_not_set: ["Cơ sở chưa công bố tình trạng văn bằng.", "The institution has not published any diploma statuses."],
  status_setter_void: ["Tình trạng được công bố bằng một khoá đã bị lộ.", "The statuses were published with a compromised key."],
  status_manifest_unavailable: ["Chưa lấy được bảng kê tình trạng.", "The index of statuses could not be fetched."],
  status_manifest_malformed: ["Bảng kê tình trạng không đúng định dạng.", "The index of statuses is malformed."],
  status_unlisted: ["Bảng kê không có danh sách tình trạng của văn bằng này.", "The index does not list this diploma's statuses."],
  status_list_unavailable: ["Chưa lấy được danh sách tình trạng.", "The list of statuses could not be fetched."],
  status_list_malformed: ["Danh sách tình trạng không đúng định dạng.", "The list of statuses is malformed."],

  signed: ["Chữ ký của cơ sở trên tệp là đúng.", "The institution's signature on the file is right."],
  no_signature: ["Tệp không mang chữ ký riêng; sổ công khai là căn cứ.", "The file carries no signature of its own; the registry is the authority."],
  kid_unknown: ["Tệp được ký bằng khoá không thuộc đợt cấp này.", "The file is signed with a key that is not of this batch."],
  key_malformed: ["Khoá ký của đợt cấp không đúng định dạng.", "The batch's signing key is malformed."],
  signature_mismatch: ["Chữ ký trên tệp không đúng.", "The signature on the file is wrong."],

  endorsed: ["Những người có thẩm quyền đã xác nhận đợt cấp này.", "The officers responsible endorsed this batch."],
  no_endorsements: ["Đợt cấp này không kèm xác nhận riêng.", "This batch carries no separate endorsements."],
  endorsements_unavailable: ["Chưa lấy được các xác nhận.", "The endorsements could not be fetched."],
  endorsements_malformed: ["Tệp xác nhận không đúng định dạng.", "The endorsements file is malformed."],
  endorser_signature: ["Có chữ ký xác nhận không đúng.", "An endorsement's signature is wrong."],
  endorser_unknown: ["Có người xác nhận không có thẩm quyền.", "One who endorsed is not an officer of the institution."],
  endorser_window: ["Có người xác nhận ngoài nhiệm kỳ.", "One who endorsed was not in office at that time."],
  endorser_compromised: ["Khoá của một người xác nhận đã bị lộ vào lúc đó.", "The key of one who endorsed was compromised by then."],

  within_dates: ["Văn bằng đang trong thời hạn.", "The diploma is within its dates."],
  no_dates: ["Văn bằng không có thời hạn.", "The diploma has no end date."],
  not_yet_valid: ["Văn bằng chưa đến ngày có hiệu lực.", "The diploma is not valid yet."],
  expired: ["Văn bằng đã hết thời hạn.", "The diploma has expired."],
});

export const PROBLEMS = Object.freeze({
  link_incomplete: [
    "Địa chỉ này thiếu phần khoá. Xin mở lại đường dẫn gốc hoặc quét lại mã QR: vì lý do riêng tư, khoá không được giữ lại khi tải lại trang.",
    "This address lacks its key. Please open the original link or scan the QR code again: for privacy, the key is not kept when the page is reloaded.",
  ],
  link_malformed: [
    "Đường dẫn không đầy đủ hoặc đã bị sửa. Xin chép lại toàn bộ đường dẫn gốc.",
    "The link is incomplete or was altered. Please copy the whole original link again.",
  ],
  link_foreign: [
    "Đường dẫn này thuộc về một trang khác: {}. Trang này không biết gì về nó; đừng tin một trang chỉ vì nó trông giống trang này.",
    "This link belongs to another site: {}. This page knows nothing of it; do not trust a site because it looks like this one.",
  ],
  link_private: [
    "Đây là đường dẫn riêng của người mang bằng, không phải để chia sẻ. Hãy xin người ấy một đường dẫn chia sẻ.",
    "This is the holder's own private link, not meant to be passed on. Ask for a link that shares the diploma.",
  ],
  share_unknown: [
    "Không tìm thấy văn bằng tại đường dẫn này. Xin chép lại toàn bộ đường dẫn, hoặc hỏi lại người mang bằng.",
    "There is no diploma at this link. Please copy the whole link again, or ask its holder.",
  ],
  share_elsewhere: [
    "Trang này chỉ gồm các tệp tĩnh và không giữ văn bằng nào: đường dẫn chỉ mở được khi dịch vụ hoạt động. Xin mở lại sau; hoặc xin người mang bằng tệp văn bằng hay bản PDF, rồi thả vào trang này.",
    "This page is made of static files and keeps no diplomas: a link opens only while the service runs. Please open it again later; or ask the holder for the diploma's file or its PDF, and drop it on this page.",
  ],
  share_expired: [
    "Thời hạn chia sẻ mà người mang bằng đặt ra đã hết. Điều đó không nói gì về văn bằng; hãy xin một đường dẫn mới.",
    "The time for which its holder shared it is over. That says nothing about the diploma; ask for a new link.",
  ],
  share_withdrawn: [
    "Người mang bằng, hoặc cơ sở cấp bằng, đã ngừng chia sẻ qua đường dẫn này. Điều đó không nói gì về văn bằng; hãy hỏi lại người mang bằng.",
    "Its holder, or the institution, has stopped sharing it by this link. That says nothing about the diploma; ask the holder.",
  ],
  busy: [
    "Máy chủ đang nhận quá nhiều yêu cầu. Xin đợi một phút rồi mở lại đường dẫn gốc.",
    "The server gets too many requests. Please wait a minute, then open the original link again.",
  ],
  share_sealed: [
    "Khoá trong đường dẫn không mở được văn bằng. Xin chép lại toàn bộ đường dẫn gốc.",
    "The key in the link does not open this diploma. Please copy the whole original link again.",
  ],
  unreachable: [
    "Không kết nối được với máy chủ. Xin kiểm tra mạng rồi thử lại.",
    "The server cannot be reached. Please check your connection and try again.",
  ],
  trust_unusable: [
    "Trang này chưa được cấu hình đúng nên không thể kiểm tra văn bằng.",
    "This page is not configured properly and cannot check diplomas.",
  ],
  pdf_too_large: [
    "Tệp PDF này quá lớn hoặc kèm quá nhiều tệp nên không được kiểm tra.",
    "This PDF is too large, or carries too many files, and was not checked.",
  ],
  pdf_encrypted: [
    "Tệp PDF này có mật khẩu nên không đọc được. Xin lưu lại không đặt mật khẩu, hoặc dùng tệp gốc.",
    "This PDF is protected by a password. Save it without one, or use the original file.",
  ],
  pdf_without_credential: [
    "Không có tệp văn bằng số nào đọc được trong tệp PDF này. Bản quét, bản chụp hay bản in lại không chứng minh được gì: xin hỏi người mang bằng tệp PDF gốc hoặc đường dẫn kiểm tra.",
    "No readable credential file is attached to this PDF. A scan, a photograph or a PDF printed anew proves nothing: ask its holder for the original PDF or the proof link.",
  ],
  pdf_several_credentials: [
    "Tệp PDF này kèm nhiều tệp văn bằng khác nhau nên không biết nó thay cho văn bằng nào. Xin hỏi riêng từng tệp.",
    "Different credential files are attached to this PDF, so there is no telling which one it stands for. Ask for each by itself.",
  ],
  unreadable: ["Không đọc được tệp đã chọn.", "The chosen file cannot be read."],
  unexpected: [
    "Trình duyệt này không làm được việc kiểm tra. Xin thử bằng một trình duyệt mới hơn.",
    "This browser could not carry out the check. Please try a newer browser.",
  ],
});

export const PROGRESS = Object.freeze({
  opening: ["Đang mở văn bằng…", "Opening the diploma…"],
  head: ["Đang hỏi sổ công khai…", "Asking the public registry…"],
  call: ["Đang tra cứu đợt cấp bằng…", "Looking up the batch…"],
  file: ["Đang tải danh sách tình trạng…", "Fetching status lists…"],
});

export const PAGE = Object.freeze({
  unchecked: ["Chưa kiểm tra được gì", "Nothing could be checked"],
  uncheckedSteps: ["Chưa kiểm tra được:", "Not checked:"],
  checkedAt: ["Kiểm tra lúc", "Checked at"],
  asOf: ["Theo sổ công khai lúc", "As the registry stood at"],
  statusAsOf: ["Tình trạng văn bằng theo danh sách công bố", "Standing as published"],
  statusOld: ["Đã {} ngày chưa có danh sách mới.", "No newer list for {} days."],
  holder: ["Cấp cho", "Issued to"],
  nameless: [
    "Bản này không cho biết là của ai: hãy xin bản có họ tên.",
    "This does not say whose it is: ask for one that shows the name.",
  ],
  vouchers: ["Ai xác nhận", "Who vouches"],
  batchOwner: ["Đợt cấp này thuộc về", "Whose batch it is"],
  institution: ["Cơ sở cấp bằng trên sổ công khai", "Institution as registered"],
  nowCalled: ["Tên hiện nay", "Now called"],
  endorsers: ["Người có thẩm quyền đã xác nhận", "Endorsed by"],
  evidence: ["Căn cứ", "Evidence"],
  anchoredAt: ["Ghi vào sổ lúc", "Entered in the registry"],
  sealedAt: ["Niêm phong đợt cấp lúc", "Batch sealed"],
  batchSize: ["Số văn bằng trong đợt", "Diplomas in the batch"],
  statusAt: ["Tình trạng công bố lúc", "Statuses published"],
  registry: ["Sổ công khai", "Registry"],
  block: ["Khối đã hỏi", "Block asked about"],
  anchorBlock: ["Khối ghi đợt cấp", "Block with the batch"],
  endpoints: ["Máy chủ đã hỏi", "Servers asked"],
  explorer: [
    "↗ mở trang tra cứu của chuỗi, để bạn tự xem. Tệp không ghi mã giao dịch, nên liên kết dẫn tới hợp đồng và khối.",
    "↗ opens the chain's explorer, for your own eyes. The file names no transaction, so the links lead to contract and block.",
  ],
  steps: ["Mười bước kiểm tra", "The ten checks"],
  tooMuch: [
    "Tệp này có {} mục dữ liệu, quá nhiều để trình bày ở đây; không văn bằng thông thường nào có nhiều như vậy.",
    "This file holds {} entries, too many to show here; no ordinary diploma has so many.",
  ],
  undisclosed: ["Số mục không trình ra hoặc để trống: {}.", "Entries not shown or empty: {}."],
  extract: ["Bản trích: người mang bằng chỉ trình ra một phần.", "An extract: its holder shows only a part."],
  withheld: ["Không trình ra: {}.", "Not shown: {}."],
  others: ["Thông tin khác", "Further facts"],
  facts: ["Thông tin trên văn bằng", "Facts on the diploma"],
  unlabelled: ["Văn bằng", "Diploma"],
  unconfirmed: ["Nội dung dưới đây chưa được xác nhận.", "What stands below is not confirmed."],
  distrusted: ["Đừng dựa vào nội dung dưới đây.", "Do not rely on what stands below."],
  yes: ["Có", "Yes"],
  no: ["Không", "No"],
  save: ["Tải tệp văn bằng", "Save the diploma file"],
  print: ["In", "Print"],
  pdf: ["Hãy đọc thông tin ở đây, đừng đọc trên tờ PDF.", "Read the facts here, not on the PDF."],
  pdfWhy: [
    "Chỉ tệp văn bằng đính kèm trong PDF được kiểm tra. Chữ và hình trên tờ PDF có thể đã bị sửa hoặc che đi mà không ai xác nhận chúng.",
    "Only the diploma file attached to the PDF is checked. What the PDF's page looks like may have been altered or covered over; nobody vouches for it.",
  ],
  given: ["Người mang bằng chia sẻ", "Shared by its holder"],
  givenPurpose: ["để {}", "for {}"],
  givenUntil: ["đến {}", "until {}"],
  givenWord: ["Đó là lời của người mang bằng, không được xác nhận.", "That is the holder's own word; nobody vouches for it."],
  visitor: ["Bạn là ai? (không bắt buộc)", "Who are you? (optional)"],
  visitorName: [
    "Tên bạn hoặc cơ quan của bạn. Người mang bằng sẽ thấy trong nhật ký mở xem; ngoài ra không gì về bạn được ghi lại.",
    "Your name or organisation. The holder will see it beside this opening; nothing else about you is kept.",
  ],
  send: ["Gửi", "Send"],
  visitorTold: ["Đã gửi cho người mang bằng. Cảm ơn bạn.", "The holder will see it. Thank you."],
  visitorNotTold: ["Chưa gửi được. Xin thử lại sau.", "It could not be sent. Please try again later."],
});

/** What a share was made for, as its holder says it. */
export const PURPOSES = Object.freeze({
  job: ["xin việc", "a job application"],
  study: ["xét tuyển, học tập", "studies"],
  abroad: ["dùng ở nước ngoài", "use abroad"],
  other: ["việc khác", "another purpose"],
});

/** The table of many files. */
export const MANY = Object.freeze({
  working: ["Đang kiểm tra {} trên {} tệp", "Checking {} of {} files"],
  done: ["Đã kiểm tra {} tệp", "{} files checked"],
  meaning: [
    "Mỗi dòng là một tệp; bấm tên tệp để xem toàn bộ kết quả. Bấm tên cột để sắp xếp.",
    "Each row is a file; press its name for the whole result. Press a column's name to sort.",
  ],
  results: ["Bảng kết quả", "Results"],
  passed: ["Mọi bước đều đạt.", "Every step passed."],
  notRead: ["KHÔNG ĐỌC ĐƯỢC", "NOT READ"],
  csv: ["Tải bảng kết quả (CSV)", "Save the table (CSV)"],
  back: ["Trở lại bảng kết quả", "Back to the table"],
});

/** Columns of the results' CSV; the table shows some of them. The command line writes the same. */
export const COLUMNS = Object.freeze({
  number: ["Số thứ tự", "number"],
  file: ["Tệp", "file"],
  verdict: ["Kết quả", "verdict"],
  code: ["Mã lý do", "code"],
  reasonVi: ["Lý do", ""],
  reasonEn: ["", "Reason"],
  holder: ["Họ và tên", "name"],
  born: ["Ngày sinh", "date of birth"],
  what: ["Văn bằng", "diploma"],
  classification: ["Xếp loại", "classification"],
  serial: ["Số hiệu", "serial number"],
  issuerCode: ["Mã đơn vị cấp", "issuer's code"],
  issuerName: ["Đơn vị cấp (theo sổ công khai)", "issuer (as registered)"],
  anchoredAt: ["Ghi sổ", "anchored"],
  checkedAt: ["Kiểm tra", "checked"],
});

export const ENDPOINT_STATES = Object.freeze({
  agreed: ["thống nhất", "agreed"],
  disagreed: ["khác biệt", "disagreed"],
  failed: ["không trả lời", "failed"],
});
