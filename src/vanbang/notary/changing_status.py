"""Changes of a credential's status: one person proposes, another approves, the next status root carries them.

Nothing is changed half: bits and the root that names them are stored before any of it goes to the chain, and verifiers
believe the root on chain alone.
"""

from collections import defaultdict
from typing import Final, Literal

from vanbang.core.errors import FormatError
from vanbang.core.status import CredentialStatus, StatusList
from vanbang.ports import Conflict, StatusChange, Store

REASONS: Final = {
    "issued_in_error": "Cấp sai / issued in error",
    "fraud": "Gian lận / fraud",
    "wrong_data": "Sai thông tin / wrong data",
    "decision_withdrawn": "Quyết định bị hủy / the decision was withdrawn",
    "under_review": "Đang xem xét / under review",
    "review_ended": "Xem xét xong / the review has ended",
    "replaced": "Đã có bản thay thế / replaced by a newer one",
}
"""Why a status changes: codes, for free text could name people."""

ALLOWED: Final = {
    CredentialStatus.VALID: {CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED},
    CredentialStatus.SUSPENDED: {CredentialStatus.VALID, CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED},
    CredentialStatus.REVOKED: set[CredentialStatus](),
    CredentialStatus.SUPERSEDED: set[CredentialStatus](),
}
"""From which status to which; revoked and superseded are for good."""


def status_of(store: Store, iss: str, list_uri: str, index: int) -> CredentialStatus:
    """The status that the issuer's newest list says. Raises Conflict if there is no such list."""
    for status_list, _ in store.status_lists(iss):
        if status_list.uri == list_uri:
            return status_list.of(index)
    raise Conflict(f"there is no status list {list_uri}")


def propose(store: Store, change: StatusChange) -> StatusChange:
    """Stores a proposal. Raises FormatError, Conflict (not sealed, not allowed from where it is, another one open)."""
    if change.reason not in REASONS:
        raise FormatError("reason", f"not one of {', '.join(REASONS)}")
    known = store.change(change.id)
    if known is not None:
        return known
    record = store.record(change.record)
    if record is None or record.list_uri is None or record.list_index is None:
        raise Conflict("this credential is not sealed yet: there is no status to change")
    now = status_of(store, change.iss, record.list_uri, record.list_index)
    wanted = CredentialStatus(change.status)
    if wanted not in ALLOWED[now]:
        raise Conflict(f"a credential that is {now.name.lower()} cannot become {wanted.name.lower()}")
    return store.propose_change(change, now)


def decide(store: Store, change_id: str, state: Literal["APPROVED", "REJECTED"], by: str, now: int) -> StatusChange:
    """A second person's decision. Raises Conflict if `by` proposed it himself, or it was decided otherwise."""
    return store.decide_change(change_id, state, by, now)


def apply_approved(store: Store, iss: str) -> int:
    """Writes all approved changes of an issuer into its status lists, at once; gives how many.

    `publish_status` then makes the root that names them; a crash in between is found by it, for the lists differ.
    """
    changes = store.changes(iss, ("APPROVED",), limit=10_000)
    if not changes:
        return 0
    wanted: dict[str, dict[int, CredentialStatus]] = defaultdict(dict)
    for change in changes:
        record = store.record(change.record)
        if record is None or record.list_uri is None or record.list_index is None:
            raise Conflict(f"the record of the change {change.id} has no status place")
        wanted[record.list_uri][record.list_index] = CredentialStatus(change.status)
    lists = {status_list.uri: status_list for status_list, _ in store.status_lists(iss)}
    bits = {uri: _changed(lists[uri], entries) for uri, entries in wanted.items()}
    store.apply_changes(iss, [change.id for change in changes], bits)
    return len(changes)


def _changed(status_list: StatusList, entries: dict[int, CredentialStatus]) -> bytes:
    return status_list.with_changes(entries).bits
