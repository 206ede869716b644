// Every sentence the page says, Vietnamese first, English second. The codes are those of section 13.

export const VERDICTS = Object.freeze({
  VALID: {
    word: ["HỢP LỆ", "VALID"],
    reason: [
      "Cơ sở cấp bằng, được Bộ công nhận, đã xác nhận đúng những thông tin này và chưa thu hồi.",
      "The institution, recognised by the ministry, put its name to exactly these facts and has not taken them back.",
    ],
    meaning: [
      "Kết quả nói về nguồn gốc và hiệu lực của văn bằng, không nói về thực học của người mang bằng. Hãy đối chiếu họ tên và ngày sinh với giấy tờ tuỳ thân.",
      "This speaks of where the diploma comes from and that it stands, not of what its holder can do. Compare name and date of birth with an identity document.",
    ],
  },
  INVALID: {
    word: ["KHÔNG HỢP LỆ", "INVALID"],
    reason: ["", ""],
    meaning: [
      "Đừng dựa vào văn bằng này. Nếu cho rằng có nhầm lẫn, hãy xin người mang bằng gửi lại tệp gốc hoặc hỏi thẳng cơ sở cấp bằng.",
      "Do not rely on this diploma. If you think it is a mistake, ask the holder for the original file again, or ask the institution itself.",
    ],
  },
  UNDETERMINED: {
    word: ["CHƯA THỂ KIỂM TRA", "UNDETERMINED"],
    reason: ["", ""],
    meaning: [
      "Đây không phải là kết luận rằng văn bằng sai: lúc này chưa đủ căn cứ để trả lời. Xin thử lại sau.",
      "This does not say that the diploma is wrong: there is not enough evidence to answer just now. Please try again later.",
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
  suspended: ["Văn bằng này đang bị tạm đình chỉ.", "This diploma is suspended."],
  superseded: ["Văn bằng này đã được thay bằng bản chỉnh sửa mới hơn.", "This diploma was replaced by a newer, corrected one."],
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
  share_unknown: [
    "Không tìm thấy văn bằng tại đường dẫn này. Có thể người mang bằng đã ngừng chia sẻ.",
    "There is no diploma at this link. Its holder may have stopped sharing it.",
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
  checkedAt: ["Kiểm tra lúc", "Checked at"],
  asOf: ["Theo sổ công khai lúc", "As the registry stood at"],
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
  block: ["Khối", "Block"],
  endpoints: ["Máy chủ đã hỏi", "Servers asked"],
  steps: ["Mười bước kiểm tra", "The ten checks"],
  undisclosed: ["Số mục không trình ra hoặc để trống:", "Entries not shown or empty:"],
  others: ["Thông tin khác", "Further facts"],
  facts: ["Thông tin trên văn bằng", "Facts on the diploma"],
  unlabelled: ["Văn bằng", "Diploma"],
  unconfirmed: ["Nội dung dưới đây chưa được xác nhận.", "What stands below is not confirmed."],
  distrusted: ["Đừng dựa vào nội dung dưới đây.", "Do not rely on what stands below."],
  yes: ["Có", "Yes"],
  no: ["Không", "No"],
  save: ["Tải tệp văn bằng", "Save the diploma file"],
  print: ["In", "Print"],
});

export const ENDPOINT_STATES = Object.freeze({
  agreed: ["thống nhất", "agreed"],
  disagreed: ["khác biệt", "disagreed"],
  failed: ["không trả lời", "failed"],
});
