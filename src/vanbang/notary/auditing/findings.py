"""What an audit finds: a stable code, how much it weighs, and the place."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Weight(StrEnum):
    """WRONG: it contradicts the chain or itself. MISSING: it is not published. UNCHECKED: nobody could be asked.
    NOTE: nothing is wrong with it, but people should know."""

    WRONG = "wrong"
    MISSING = "missing"
    UNCHECKED = "unchecked"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `seq` to `last` are numbers of an issuer's events, or `epoch` one of its status roots; `path` is
    a published file, or a row of the database (`batch/<id>`); `detail` says more, in English or as bare values."""

    code: str
    iss: str = ""
    seq: int | None = None
    last: int | None = None
    epoch: int | None = None
    block: int | None = None
    path: str = ""
    detail: str = ""

    @property
    def weight(self) -> Weight:
        """How much it weighs."""
        return WORDS[self.code][0]

    @property
    def place(self) -> str:
        """Where it is, for people."""
        numbers = "" if self.seq is None else f"seq {self.seq}"
        if self.last not in (None, self.seq):
            numbers += f"-{self.last}"
        epoch = "" if self.epoch is None else f"epoch {self.epoch}"
        block = "" if self.block is None else f"block {self.block}"
        return ", ".join(part for part in (self.iss, numbers, epoch, block, self.path) if part)

    def to_json(self) -> dict[str, Any]:
        """All members that are known, in a fixed order."""
        known = {
            "code": self.code,
            "weight": self.weight.value,
            "issuer": self.iss or None,
            "seq": self.seq,
            "last_seq": self.last,
            "epoch": self.epoch,
            "block": self.block,
            "path": self.path or None,
            "detail": self.detail or None,
        }
        return {name: value for name, value in known.items() if value is not None}


Tell = Callable[[Finding], None]
"""Whoever takes findings as they come."""

_W, _M, _U, _N = Weight.WRONG, Weight.MISSING, Weight.UNCHECKED, Weight.NOTE

WORDS: Final[dict[str, tuple[Weight, str, str]]] = {
    # the registry's events
    "event_missing": (_W, "Máy chủ chuỗi giấu một sự kiện", "an event is missing from what the endpoints show"),
    "event_invented": (_W, "Sự kiện không có trong sổ", "an event that the registry never wrote"),
    "event_altered": (
        _W,
        "Sự kiện bị sửa: không ra mã chuỗi của sổ",
        "an event was altered: it does not give the head",
    ),
    "event_malformed": (_W, "Sự kiện sai dạng", "a log that is no event of the registry"),
    "event_misplaced": (_W, "Sự kiện sai thứ tự hoặc lặp lại", "events out of order, repeated, or with wrong links"),
    "events_unreached": (_U, "Chưa tới được các sự kiện cũ hơn", "older events could not be reached"),
    "status_missing": (_W, "Máy chủ chuỗi giấu một gốc trạng thái", "a status root is missing from what is shown"),
    "status_invented": (_W, "Gốc trạng thái không có trong sổ", "a status root that was never set"),
    "status_altered": (_W, "Gốc trạng thái bị sửa", "a status root was altered"),
    "status_unreached": (_U, "Chưa tới được các gốc trạng thái cũ", "older status roots could not be reached"),
    # the registry's state
    "issuer_hidden": (_W, "Danh sách đơn vị thiếu hoặc lặp", "the list of issuers is short, or repeats one"),
    "issuer_unlisted": (_W, "Đơn vị có trong sổ mà không có trong danh sách", "an issuer that the list leaves out"),
    "state_contradicted": (
        _W,
        "Máy chủ chuỗi nói khác trạng thái đã chứng minh",
        "endpoints say otherwise than what is proven",
    ),
    "issuer_went_back": (_W, "Sổ có ít sự kiện hơn lần trước", "the registry holds less than at the audit before"),
    "issuer_differs": (_W, "Hồ sơ đơn vị khác các sự kiện", "the issuer's record differs from its events"),
    "names_differ": (_W, "Tên đơn vị khác các sự kiện", "the issuer's names differ from its events"),
    "key_differs": (_W, "Khóa khác các sự kiện", "a key differs from its events"),
    "anchor_differs": (_W, "Bản neo khác sự kiện", "an anchor differs from its events"),
    "revocation_differs": (_W, "Thu hồi khác sự kiện", "a revocation differs from its event"),
    "issuer_id_differs": (_W, "Mã đơn vị không phải băm của iss", "the issuer's id is not the hash of its iss"),
    "key_known": (_W, "Khóa được thêm hai lần", "a key was added twice"),
    "key_unknown": (_W, "Thay đổi một khóa không có", "a key that was never added was changed"),
    "actor_not_allowed": (_W, "Khóa không có quyền vào lúc đó", "the key was not allowed to do that at that time"),
    "anchored_twice": (_W, "Neo lại khi bản cũ còn giá trị", "anchored again though the anchor before was good"),
    "chain_changed": (
        _U,
        "Chuỗi đổi trong khi đang đọc; hãy chạy lại",
        "the chain changed while it was read: run again",
    ),
    "chain_unsure": (_U, "Không hỏi được chuỗi", "the chain could not be asked"),
    "notes_dropped": (_N, "Khối đã ghi không còn trên chuỗi: kiểm lại từ đầu", "the noted block is gone: checked anew"),
    # published files
    "file_missing": (_M, "Tệp chưa được công bố", "a file is not published"),
    "file_altered": (_W, "Tệp bị sửa: sai mã băm", "a file was altered: it has another hash than its name"),
    "file_unreachable": (_U, "Không hỏi được nơi công bố tệp", "no mirror could be asked for a file"),
    "manifest_malformed": (_W, "Bản kê đợt cấp sai dạng", "a batch manifest is malformed"),
    "manifest_differs": (_W, "Bản kê khác điều đã neo", "a batch manifest differs from what was anchored"),
    "manifest_registry": (_N, "Bản kê neo lần đầu ở sổ khác", "the batch was first anchored in another registry"),
    "manifest_key": (_W, "Khóa trong bản kê không dùng được", "a key in the batch manifest is no point of P-256"),
    "tile_missing": (_M, "Mảnh cây băm chưa được công bố", "a tile is not published"),
    "tile_altered": (_W, "Mảnh cây băm bị sửa", "a tile was altered: the tree does not fold to its root"),
    "leaf_order": (_W, "Lá không theo thứ tự", "leaves are not in ascending order"),
    "endorsements_malformed": (_W, "Tệp xác nhận sai dạng", "an endorsements file is malformed"),
    "endorser_signature": (_W, "Chữ ký xác nhận sai", "an officer's signature does not verify"),
    "endorser_unknown": (_W, "Người xác nhận không có khóa", "an officer's key is not known to the registry"),
    "endorser_window": (_W, "Khóa xác nhận ngoài thời hạn", "an officer's key was outside its window"),
    "endorser_compromised": (_N, "Khóa xác nhận đã bị lộ", "an officer's key was compromised by then"),
    "status_manifest_malformed": (_W, "Bản kê trạng thái sai dạng", "a status manifest is malformed"),
    "status_manifest_differs": (_W, "Bản kê trạng thái khác sổ", "a status manifest differs from the registry"),
    "status_older_missing": (_N, "Bản kê trạng thái cũ chưa công bố", "an older status manifest is not published"),
    "status_list_malformed": (_W, "Danh sách trạng thái sai dạng", "a status list is malformed"),
    "status_list_differs": (_W, "Danh sách trạng thái khác bản kê", "a status list differs from its manifest"),
    "status_list_dropped": (_W, "Danh sách trạng thái bị bỏ", "a status list that was there is not named any more"),
    "status_list_signature": (_W, "Chữ ký danh sách sai", "a status list's signature does not verify"),
    "status_list_signer": (_N, "Khóa ký danh sách chưa có trong bản kê nào", "no manifest names a status list's key"),
    "status_taken_back": (_W, "Thu hồi hoặc thay thế bị lấy lại", "a final status (revoked, superseded) was changed"),
    "status_setter_void": (_N, "Gốc trạng thái không có giá trị: khóa bị lộ", "a status root by a compromised key"),
    # an installation's database
    "institution_unknown": (_W, "Sổ không có đơn vị này", "the registry does not know an institution of the database"),
    "institution_lost": (_W, "Mất dòng của một đơn vị", "an institution that other rows name has no row"),
    "anchor_unknown": (_W, "Bản neo mà cơ sở dữ liệu không biết", "an anchor that the database does not know"),
    "status_unknown": (_W, "Gốc trạng thái mà cơ sở dữ liệu không biết", "a status root the database does not know"),
    "key_not_ours": (_W, "Khóa mà cơ sở dữ liệu không biết", "a key that the database does not know"),
    "revocation_unknown": (_W, "Thu hồi mà cơ sở dữ liệu không biết", "a revocation that the database does not know"),
    "batch_not_anchored": (_W, "Đợt cấp ghi là xong mà chưa neo", "a FINAL batch is not anchored"),
    "batch_block": (_W, "Khối của bản neo khác cơ sở dữ liệu", "a batch lies in another block than stored"),
    "batch_differs": (_W, "Đợt cấp khác bản kê", "a batch's row differs from its manifest"),
    "records_differ": (_W, "Bản ghi không ra lá đã công bố", "records do not give the published leaves"),
    "entries_differ": (_W, "Bản ghi không tìm được bằng chỉ mục của nó", "what a record is found by is not its own"),
    "status_not_set": (_W, "Gốc trạng thái ghi là xong mà chưa có", "a FINAL status root is not in the registry"),
    "receipt_differs": (_W, "Biên nhận khác trên chuỗi", "a transaction's stored receipt differs from the chain's"),
    "audit_log": (_W, "Nhật ký kiểm toán không nguyên vẹn", "the audit log does not hold"),
    "invariant": (_W, "Bất biến bị phá vỡ", "an invariant is broken"),
    # what only monitoring tells
    "issuer_new": (_N, "Đơn vị mới trong sổ", "an issuer that is new in the registry"),
    "key_new": (_N, "Khóa mới trong sổ", "a key that is new in the registry"),
    "administration_new": (_N, "Việc quản trị mới trong sổ", "an act of administration that is new in the registry"),
}
"""Each code's weight, and what it says in Vietnamese and in English."""
