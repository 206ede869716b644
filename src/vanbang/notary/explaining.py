"""What to say of a report, in Vietnamese and English: one sentence for each code of docs/format.md section 13.

The browser's page says the same (web/static/verifier/messages.js); a test compares the two.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from vanbang.core.encoding import time_text
from vanbang.core.verification import Outcome, Verdict
from vanbang.core.verification.report import STEP_NAMES

Said: TypeAlias = tuple[str, str]
"""Vietnamese first, then English."""


def explain(step: int, outcome: Outcome, code: str) -> Said:
    """A sentence on the result of step 1 to 10. A code of a later version gets the names of step and outcome."""
    if code in CODES:
        return CODES[code]
    title, result = STEPS[STEP_NAMES[step - 1]], OUTCOMES[outcome]
    return f"{title[0]}: {result[0]} ({code}).", f"{title[1]}: {result[1]} ({code})."


OLD_DAYS: Final = 30
"""Days without a new status list after which a report says so. No verdict hangs on it: which list counts is decided by
the registry alone, and an institution that has nothing to change publishes nothing."""


def status_as_of(issued_at: int, checked_at: int) -> Said:
    """Of when the status list is that a report speaks of, and whether that is long ago; both unix time."""
    when, days = time_text(issued_at), (checked_at - issued_at) // 86_400
    said = f"Tình trạng công bố lúc {when}.", f"Statuses published at {when}."
    if days <= OLD_DAYS:
        return said
    return f"{said[0]} Đã {days} ngày chưa có danh sách mới.", f"{said[1]} No newer list for {days} days."


VERDICTS: Final[Mapping[Verdict, Said]] = {
    Verdict.VALID: ("HỢP LỆ", "VALID"),
    Verdict.INVALID: ("KHÔNG HỢP LỆ", "INVALID"),
    Verdict.UNDETERMINED: ("CHƯA THỂ KIỂM TRA", "UNDETERMINED"),
}

NAMELESS: Final[Said] = (
    "Bản này không cho biết là của ai: hãy xin bản có họ tên.",
    "This does not say whose it is: ask for one that shows the name.",
)

MEANINGS: Final[Mapping[Verdict, Said]] = {
    Verdict.VALID: (
        "Cơ sở cấp bằng, được Bộ công nhận, đã xác nhận đúng những thông tin này và chưa thu hồi. Kết quả "
        "nói về nguồn gốc và hiệu lực của văn bằng, không nói về thực học, cũng không nói ai đang cầm nó. Hãy "
        "đối chiếu họ tên và ngày sinh với giấy tờ tuỳ thân.",
        "The institution, recognised by the ministry, put its name to exactly these facts and has not taken "
        "them back. This speaks of where the diploma comes from and that it stands, not of what its holder "
        "can do, nor of who presents it. Compare name and date of birth with an identity document.",
    ),
    Verdict.INVALID: ("Đừng dựa vào văn bằng này.", "Do not rely on this diploma."),
    Verdict.UNDETERMINED: (
        "Đây không phải là kết luận rằng văn bằng sai: lúc này chưa đủ căn cứ để trả lời.",
        "This does not say that the diploma is wrong: there is not enough evidence to answer just now.",
    ),
}
"""What a verdict does and does not say, for whoever acts upon it."""

OUTCOMES: Final[Mapping[Outcome, Said]] = {
    Outcome.PASS: ("Đạt", "Passed"),
    Outcome.FAIL: ("Không đạt", "Failed"),
    Outcome.CANNOT_CHECK: ("Chưa kiểm tra được", "Could not be checked"),
    Outcome.NOT_APPLICABLE: ("Không áp dụng", "Does not apply"),
}

STEPS: Final[Mapping[str, Said]] = {
    "parse": ("Đọc tệp", "Reading the file"),
    "disclosures": ("Thông tin được trình ra", "The facts shown"),
    "inclusion": ("Thuộc đợt cấp bằng", "Part of the batch"),
    "anchor": ("Ghi trên sổ công khai", "Entered in the public registry"),
    "authority": ("Thẩm quyền cấp bằng", "The right to issue"),
    "batch": ("Hiệu lực của đợt cấp", "Standing of the batch"),
    "status": ("Hiệu lực của văn bằng", "Standing of the diploma"),
    "signature": ("Chữ ký của cơ sở", "The institution's signature"),
    "endorsements": ("Xác nhận của người có thẩm quyền", "Officers' endorsements"),
    "dates": ("Thời hạn", "Period of validity"),
}

CODES: Final[Mapping[str, Said]] = {
    "parsed": ("Tệp đúng định dạng và còn nguyên vẹn.", "The file has the right form and is complete."),
    "too_large": ("Tệp quá lớn, không thể là tệp văn bằng.", "The file is too large to be a diploma file."),
    "json": ("Đây không phải là tệp văn bằng, hoặc tệp đã hỏng.", "This is not a diploma file, or it is damaged."),
    "structure": ("Tệp thiếu phần bắt buộc hoặc có phần lạ.", "The file lacks a required part or has a strange one."),
    "not_canonical": (
        "Tệp đã bị viết lại khác với bản gốc.",
        "The file was rewritten and differs from the original form.",
    ),
    "payload": (
        "Phần cam kết của văn bằng không đúng định dạng.",
        "The part the institution committed to is malformed.",
    ),
    "disclosure": ("Có thông tin được trình ra không đúng định dạng.", "One of the facts shown is malformed."),
    "manifest": ("Bản kê của đợt cấp bằng không đúng định dạng.", "The batch manifest is malformed."),
    "protected_header": ("Phần đầu của chữ ký không đúng định dạng.", "The header of the signature is malformed."),
    "disclosed": (
        "Mọi thông tin trình ra đúng như cơ sở đã cam kết.",
        "Every fact shown is what the institution committed to.",
    ),
    "digest_repeated": ("Có cam kết xuất hiện hai lần.", "A commitment occurs twice."),
    "disclosure_unreferenced": (
        "Có thông tin đã bị sửa hoặc thêm vào: nó không có trong cam kết của cơ sở.",
        "A fact was changed or added: the institution did not commit to it.",
    ),
    "too_deep": ("Thông tin được lồng quá sâu.", "The facts are nested too deep."),
    "disclosure_kind": ("Có thông tin được đặt sai chỗ.", "A fact stands in the wrong place."),
    "claim_name_reserved": ("Có thông tin mang tên không được phép.", "A fact has a name that is not allowed."),
    "claim_name_repeated": ("Có hai thông tin cùng tên.", "Two facts have the same name."),
    "reserved_member": ("Có thông tin chứa phần không được phép.", "A fact holds a part that is not allowed."),
    "type_malformed": (
        "Bản mô tả loại văn bằng không đúng định dạng.",
        "The description of this type of diploma is malformed.",
    ),
    "type_mismatch": ("Bản mô tả thuộc một loại văn bằng khác.", "The description belongs to another type of diploma."),
    "type_not_trusted": (
        "Bản mô tả loại văn bằng này không phải bản mà trang kiểm tra công nhận.",
        "This is not the description of this type of diploma that the verifier accepts.",
    ),
    "digest_count": (
        "Số cam kết không khớp với loại văn bằng này.",
        "The number of commitments does not fit this type of diploma.",
    ),
    "type_unavailable": (
        "Chưa lấy được bản mô tả loại văn bằng.",
        "The description of this type of diploma could not be fetched.",
    ),
    "not_reached": (
        "Chưa tới bước này vì một bước trước chưa đạt.",
        "Not reached, because an earlier step did not pass.",
    ),
    "included": ("Văn bằng thuộc đúng đợt cấp ghi trong tệp.", "The diploma belongs to the batch named in the file."),
    "not_notarised": ("Văn bằng này chưa được đưa vào sổ công khai.", "This diploma was never notarised."),
    "issuer_mismatch": (
        "Văn bằng và đợt cấp ghi hai cơ sở khác nhau.",
        "The diploma and the batch name different institutions.",
    ),
    "vct_mismatch": (
        "Văn bằng và đợt cấp thuộc hai loại khác nhau.",
        "The diploma and the batch are of different types.",
    ),
    "index_out_of_range": ("Số thứ tự vượt quá số văn bằng của đợt cấp.", "The position lies outside the batch."),
    "path_length": ("Bằng chứng thuộc đợt cấp thừa hoặc thiếu.", "The proof of belonging is too long or too short."),
    "root_mismatch": (
        "Văn bằng không thuộc đợt cấp này: nội dung đã bị thay đổi.",
        "The diploma is not part of this batch: its contents were changed.",
    ),
    "anchored": (
        "Đợt cấp đã được ghi vĩnh viễn trên sổ công khai.",
        "The batch is entered for good in the public registry.",
    ),
    "not_anchored": ("Không có đợt cấp nào như vậy trên sổ công khai.", "The public registry has no such batch."),
    "anchor_not_final": (
        "Đợt cấp vừa được ghi, còn chờ xác nhận cuối cùng. Xin thử lại sau ít phút.",
        "The batch has just been entered and is not final yet. Please try again in some minutes.",
    ),
    "endpoints_unavailable": ("Không kết nối được với sổ công khai.", "The public registry could not be reached."),
    "endpoints_disagree": (
        "Các máy chủ của sổ công khai trả lời khác nhau.",
        "The servers of the public registry contradict each other.",
    ),
    "no_registry": (
        "Tại địa chỉ đã cấu hình không có sổ công khai.",
        "There is no public registry at the configured address.",
    ),
    "chain_stale": ("Sổ công khai nhận được đã quá cũ.", "The state of the public registry is too old."),
    "chain_ahead": (
        "Giờ của sổ công khai đi trước giờ máy này. Xin kiểm tra đồng hồ.",
        "The public registry is ahead of this clock. Please check the time of this device.",
    ),
    "authorised": (
        "Cơ sở có thẩm quyền, tên và mã khớp với sổ công khai.",
        "The institution had the right; its name and code match the registry.",
    ),
    "authorised_unnamed": (
        "Cơ sở có thẩm quyền. Tên cơ sở trong bản này (nếu có) chưa được đối chiếu; hãy xem tên đã đăng ký.",
        "The institution had the right. A name in this copy, if any, was not compared: see the registered one.",
    ),
    "issuer_unknown": (
        "Cơ sở này không được Bộ công nhận trên sổ công khai.",
        "The ministry's registry does not know this institution.",
    ),
    "key_compromised": (
        "Khoá ký đã bị lộ vào lúc đợt cấp được ghi.",
        "The signing key was compromised when the batch was entered.",
    ),
    "issuer_void": ("Cơ sở đã bị tuyên vô hiệu vào lúc đó.", "The institution had been declared void by then."),
    "issuer_code": (
        "Mã cơ sở trên văn bằng không khớp với sổ công khai.",
        "The institution's code on the diploma does not match the registry.",
    ),
    "issuer_name": (
        "Tên cơ sở trên văn bằng không khớp với sổ công khai.",
        "The institution's name on the diploma does not match the registry.",
    ),
    "not_revoked": ("Đợt cấp này không bị thu hồi.", "The batch has not been revoked."),
    "batch_revoked": ("Cả đợt cấp này đã bị thu hồi.", "The whole batch has been revoked."),
    "status_valid": ("Văn bằng đang có hiệu lực.", "The diploma is in force."),
    "revoked": ("Văn bằng này đã bị thu hồi.", "This diploma has been revoked."),
    "suspended": ("Văn bằng này đang bị tạm đình chỉ.", "This diploma is suspended for the time being."),
    "superseded": (
        "Văn bằng này đã được thay bằng văn bằng mới hơn.",
        "This diploma was replaced by a newer diploma.",
    ),
    "status_not_set": (
        "Cơ sở chưa công bố tình trạng văn bằng.",
        "The institution has not published any diploma statuses.",
    ),
    "status_setter_void": (
        "Tình trạng được công bố bằng một khoá đã bị lộ.",
        "The statuses were published with a compromised key.",
    ),
    "status_manifest_unavailable": ("Chưa lấy được bảng kê tình trạng.", "The index of statuses could not be fetched."),
    "status_manifest_malformed": ("Bảng kê tình trạng không đúng định dạng.", "The index of statuses is malformed."),
    "status_unlisted": (
        "Bảng kê không có danh sách tình trạng của văn bằng này.",
        "The index does not list this diploma's statuses.",
    ),
    "status_list_unavailable": ("Chưa lấy được danh sách tình trạng.", "The list of statuses could not be fetched."),
    "status_list_malformed": ("Danh sách tình trạng không đúng định dạng.", "The list of statuses is malformed."),
    "signed": ("Chữ ký của cơ sở trên tệp là đúng.", "The institution's signature on the file is right."),
    "no_signature": (
        "Tệp không mang chữ ký riêng; sổ công khai là căn cứ.",
        "The file carries no signature of its own; the registry is the authority.",
    ),
    "kid_unknown": (
        "Tệp được ký bằng khoá không thuộc đợt cấp này.",
        "The file is signed with a key that is not of this batch.",
    ),
    "key_malformed": ("Khoá ký của đợt cấp không đúng định dạng.", "The batch's signing key is malformed."),
    "signature_mismatch": ("Chữ ký trên tệp không đúng.", "The signature on the file is wrong."),
    "endorsed": ("Những người có thẩm quyền đã xác nhận đợt cấp này.", "The officers responsible endorsed this batch."),
    "no_endorsements": ("Đợt cấp này không kèm xác nhận riêng.", "This batch carries no separate endorsements."),
    "endorsements_unavailable": ("Chưa lấy được các xác nhận.", "The endorsements could not be fetched."),
    "endorsements_malformed": ("Tệp xác nhận không đúng định dạng.", "The endorsements file is malformed."),
    "endorser_signature": ("Có chữ ký xác nhận không đúng.", "An endorsement's signature is wrong."),
    "endorser_unknown": (
        "Có người xác nhận không có thẩm quyền.",
        "One who endorsed is not an officer of the institution.",
    ),
    "endorser_window": ("Có người xác nhận ngoài nhiệm kỳ.", "One who endorsed was not in office at that time."),
    "endorser_compromised": (
        "Khoá của một người xác nhận đã bị lộ vào lúc đó.",
        "The key of one who endorsed was compromised by then.",
    ),
    "within_dates": ("Văn bằng đang trong thời hạn.", "The diploma is within its dates."),
    "no_dates": ("Văn bằng không có thời hạn.", "The diploma has no end date."),
    "not_yet_valid": ("Văn bằng chưa đến ngày có hiệu lực.", "The diploma is not valid yet."),
    "expired": ("Văn bằng đã hết thời hạn.", "The diploma has expired."),
}
