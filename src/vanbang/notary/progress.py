"""What a batch waits for, in one word that stays the same."""

from typing import Final

from vanbang.core.status import read_status_manifest
from vanbang.ports import Batch, RecordStore

WAITING_FOR: Final = {
    "sealing": ("Chờ niêm phong", "waits to be sealed"),
    "officer_signature": ("Chờ chữ ký của người có thẩm quyền", "waits for an officer's signature"),
    "institution_signature": ("Chờ chữ ký của đơn vị", "waits for the institution's signature"),
    "status_root": ("Chờ danh sách trạng thái vào sổ", "waits for its status list to be in the registry"),
    "anchoring": ("Chờ ghi vào sổ", "waits to be anchored"),
    "another_worker": ("Một tiến trình khác đang làm", "another worker does it"),
    "finality": ("Đã ghi, chờ chắc chắn", "anchored, waits to be final"),
}


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
    final = [root for root in store.status_roots(batch.iss) if root.state == "FINAL"]
    named = {item.uri for item in read_status_manifest(final[-1].manifest).lists} if final else set()
    return store.list_uris(batch.id) <= named
