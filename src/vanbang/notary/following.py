"""Where a change of status is: proposed, approved, in the lists, in which status root, final at which block."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from vanbang.core.status import CredentialStatus, read_status_list, read_status_manifest
from vanbang.ports import ObjectStore, StatusChange, Store, StoredRoot

Step = Literal["PROPOSED", "REJECTED", "APPROVED", "LISTED", "WAITING", "SENT", "FINAL"]

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "PROPOSED": ("chờ người khác duyệt", "waits for another person's approval"),
    "REJECTED": ("đã bị bác", "rejected"),
    "APPROVED": ("đã duyệt, chờ đưa vào danh sách tình trạng", "approved, waits to be written into the status list"),
    "LISTED": ("đã vào danh sách, chờ công bố", "in the status list, waits to be published"),
    "WAITING": ("đã công bố, chờ gửi lên sổ", "published, waits to be sent to the registry"),
    "SENT": ("đã gửi lên sổ, chờ chắc chắn", "sent to the registry, waits to be final"),
    "FINAL": ("đã vào sổ", "in the registry for good"),
}
"""Each step in words, Vietnamese and English."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How far a change has come. `epoch` is that of the status root which carries it, `block` where that one stands."""

    step: Step
    epoch: int | None = None
    block: int | None = None


def whereabouts(store: Store, objects: ObjectStore, change: StatusChange) -> Whereabouts:
    """How far a change has come, from what is stored; the chain is not asked. Raises StoreError."""
    if change.state != "APPLIED":
        return Whereabouts(change.state)
    root = _root_of(store, objects, change)
    if root is None:
        return Whereabouts("LISTED")
    receipt = None if root.transaction is None else store.transaction(root.transaction).receipt
    step: Step = "FINAL" if root.state == "FINAL" else "SENT" if root.state == "SENT" else "WAITING"
    return Whereabouts(step, root.epoch, receipt.block if receipt else None)


def _root_of(store: Store, objects: ObjectStore, change: StatusChange) -> StoredRoot | None:
    """The first status root that says what the change says, from its approval on; else the newest, if that does.

    The newest is looked at for the sake of clocks that differ between who approves and who publishes.
    """
    place = store.places([change.record]).get(change.record)
    roots = store.status_roots(change.iss)
    if place is None or not roots:
        return None
    since = change.approved_at or 0
    later = [root for root in roots if read_status_manifest(root.manifest).issued_at >= since]
    for root in (*later, roots[-1]):
        reference = read_status_manifest(root.manifest).find(place.uri)
        token = None if reference is None else objects.get(f"status/{reference.sha256.hex()}")
        if token is not None and read_status_list(token).of(place.index) == CredentialStatus(change.status):
            return root
    return None
