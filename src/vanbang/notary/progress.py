"""What a batch waits for and what stops it, in words that stay the same and say no more than is known."""

from collections.abc import Mapping
from typing import Final

from vanbang.core.status import read_status_manifest
from vanbang.notary.refusing import refusal_said
from vanbang.ports import Batch, RecordStore, Trouble

WAITING_FOR: Final = {
    "sealing": ("Chờ niêm phong", "waits to be sealed"),
    "officer_signature": ("Chờ chữ ký của người có thẩm quyền", "waits for an officer's signature"),
    "institution_signature": ("Chờ chữ ký của đơn vị", "waits for the institution's signature"),
    "status_root": ("Chờ danh sách trạng thái vào sổ", "waits for its status list to be in the registry"),
    "anchoring": ("Chờ ghi vào sổ", "waits to be anchored"),
    "finality": ("Đã ghi, chờ chắc chắn", "anchored, waits to be final"),
}
ANOTHER_WORKER: Final = ("Một tiến trình khác đang làm", "another worker does it")

TROUBLES: Final[Mapping[str, tuple[str, str]]] = {
    "call_reverted": ("Sổ đăng ký từ chối; phải có người xem.", "The registry refuses this: somebody has to look."),
    "chain_stands_still": (
        "Chuỗi đang đứng yên; tự làm tiếp khi chuỗi chạy lại.",
        "The chain stands still: this goes on by itself when it moves.",
    ),
    "clock_behind": (
        "Đồng hồ của máy chạy chậm so với chuỗi; phải chỉnh lại.",
        "This machine's clock is behind the chain's: somebody has to set it.",
    ),
    "cluster_unfit": (
        "Cụm Dask chạy mã khác với máy chủ; phải cài cùng một phiên bản.",
        "The Dask cluster has other code than the server: the same has to be installed on both.",
    ),
    "conflict": (
        "Trái với điều sổ hoặc cơ sở dữ liệu đang có; phải có người xem.",
        "The registry or the database says otherwise: somebody has to look.",
    ),
    "empty_wallet": (
        "Tài khoản trả phí đã hết tiền; tự làm tiếp khi được nạp.",
        "The account that pays the fees is empty: this goes on by itself once it is filled.",
    ),
    "files_damaged": (
        "Tệp công khai bị hỏng hoặc thiếu; phải có người phục hồi.",
        "Public files are damaged or missing: somebody has to put them back.",
    ),
    "key_missing": ("Không mở được khóa ký.", "A signing key cannot be opened."),
    "key_unreachable": (
        "Nơi giữ khóa ký chưa trả lời; sẽ tự hỏi lại.",
        "Where the signing key is kept does not answer: it is asked again.",
    ),
    "ledger_unsure": (
        "Chưa biết được tình trạng trên chuỗi; sẽ tự hỏi lại.",
        "What the chain says is not known now: it is asked again.",
    ),
    "ledger_wrong": (
        "Máy chủ trả lời của chuỗi khác, hoặc không có sổ ở đó.",
        "The endpoints serve another chain, or no registry of ours.",
    ),
    "no_good_key": (
        "Đơn vị không còn khóa ký có hiệu lực; phải thêm khóa.",
        "The institution has no good key for this: one must be added.",
    ),
    "root_mismatch": (
        "Hai cách tính cho hai kết quả khác nhau; không ký gì cả.",
        "Two computations of the root differ: nothing is signed.",
    ),
    "spending_limit": (
        "Đã chi hết mức phí trong ngày; sẽ tự làm tiếp.",
        "The day's limit of fees is reached: this goes on by itself.",
    ),
    "store": ("Chưa ghi được dữ liệu; sẽ tự thử lại.", "It cannot be stored now: it is tried again."),
    "store_busy": ("Cơ sở dữ liệu đang bận; sẽ tự thử lại.", "The database is busy or away: it is tried again."),
    "worker_lost": ("Một tiến trình phụ bị mất; sẽ tự thử lại.", "A helper process was lost: it is tried again."),
}
"""By a trouble's code, for whoever waits. What is not here is `OTHER_TROUBLE`."""
OTHER_TROUBLE: Final = ("Đang bị dừng; phải có người xem nhật ký.", "This is stopped: somebody has to read the log.")

INCIDENTS: Final[Mapping[str, tuple[str, str]]] = {
    "anchor_gone": (
        "Một bản ghi sổ đã chắc chắn lại mất vì chuỗi bị tổ chức lại; đã gửi lại.",
        "A final anchor is gone, for the chain was reorganised below its finality; it is sent again.",
    ),
    "anchor_void": (
        "Khóa đã ghi bản này bị tuyên bố lộ; được ghi lại bằng khóa khác.",
        "The key behind an anchor was declared compromised; it is anchored again by another.",
    ),
    "status_root_gone": (
        "Một gốc tình trạng đã chắc chắn lại mất vì chuỗi bị tổ chức lại; đã gửi lại.",
        "A final status root is gone, for the chain was reorganised below its finality; it is sent again.",
    ),
    "status_root_void": (
        "Khóa đã công bố tình trạng bị tuyên bố lộ; được công bố lại bằng khóa khác.",
        "The key behind a status root was declared compromised; the next one is set by another.",
    ),
    "nonce_used_elsewhere": (
        "Tài khoản gửi giao dịch đã được dùng ở nơi khác.",
        "The sending account was used by something else.",
    ),
}
"""By an incident's kind, for the public. What is not here is `OTHER_INCIDENT`."""
OTHER_INCIDENT: Final = ("Có sự cố.", "Something went wrong.")


def trouble_said(trouble: Trouble) -> tuple[str, str]:
    """A sentence in Vietnamese and in English for whoever waits; the registry's refusal is told by its own."""
    if trouble.code == "call_reverted":
        return refusal_said(trouble.text)
    return TROUBLES.get(trouble.code, OTHER_TROUBLE)


def subjects_of(batch: Batch, chain_id: int) -> tuple[str, ...]:
    """Whose troubles stop a batch, the nearest first; one that has not come so far is not stopped by the chain."""
    if batch.state == "FINAL":
        return ()
    if batch.state in ("ENDORSED", "ANCHORING"):
        return (f"batch:{batch.id}", f"status:{batch.iss}", f"issuer:{batch.iss}", f"chain:{chain_id}")
    return (f"batch:{batch.id}", f"issuer:{batch.iss}")


def first_of(troubles: Mapping[str, Trouble], subjects: tuple[str, ...]) -> Trouble | None:
    """The trouble of the first of these subjects that has one."""
    return next((troubles[subject] for subject in subjects if subject in troubles), None)


def waiting_for(store: RecordStore, batch: Batch) -> str:
    """A key of WAITING_FOR, or "" for a batch that is final."""
    if batch.state == "FINAL":
        return ""
    if batch.state in ("RECEIVING", "ACCEPTED"):
        return "sealing"
    if batch.state == "SEALED":
        return "officer_signature" if batch.manifest is None else "institution_signature"
    if batch.state == "ANCHORING":
        return "finality"
    return "anchoring" if status_is_final(store, batch) else "status_root"


def status_is_final(store: RecordStore, batch: Batch) -> bool:
    """Whether the newest final status root of the issuer names every list in which the batch has places."""
    final = store.final_status_root(batch.iss)
    named = {item.uri for item in read_status_manifest(final.manifest).lists} if final else set()
    return store.list_uris(batch.id) <= named
