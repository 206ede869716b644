"""Changes of a credential's status: one person proposes, another approves, the next status root carries them.

Nothing is changed half: bits and the root that names them are stored before any of it goes to the chain, and verifiers
believe the root on chain alone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final, Literal

from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.status import CredentialStatus, StatusList
from vanbang.ports import Conflict, StatusChange, Store, StoredRecord, StoreError

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

STATUSES: Final[Mapping[CredentialStatus, tuple[str, str]]] = {
    CredentialStatus.VALID: ("có hiệu lực", "valid"),
    CredentialStatus.REVOKED: ("đã bị thu hồi", "revoked"),
    CredentialStatus.SUSPENDED: ("đang bị tạm đình chỉ", "suspended"),
    CredentialStatus.SUPERSEDED: ("đã được thay bằng văn bằng mới hơn", "superseded"),
}
"""Each status in words, Vietnamese and English."""

ALLOWED: Final = {
    CredentialStatus.VALID: {CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED},
    CredentialStatus.SUSPENDED: {CredentialStatus.VALID, CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED},
    CredentialStatus.REVOKED: set[CredentialStatus](),
    CredentialStatus.SUPERSEDED: set[CredentialStatus](),
}
"""From which status to which; revoked and superseded are for good."""

MOST_TOGETHER: Final = 10_000
"""Changes proposed, decided or applied in one transaction of the database: some seconds, and 10 MB."""

LONGEST_DECISION: Final = 200
"""Characters of a decision's number and date; a new edition repeats them."""

Said = tuple[str, str]
"""A sentence in Vietnamese and in English."""


class ChangesRefused(VanbangError):
    """Changes of which none was stored; `obstacles` says, by their places from 0, what stands in the way of which."""

    code: ClassVar[str] = "changes_refused"

    def __init__(self, faults: Mapping[int, Said]) -> None:
        first = next(iter(faults.items()))
        super().__init__(
            f"{len(faults)} of the changes cannot be made, the first is number {first[0] + 1}: {first[1][1]}"
        )
        self.obstacles = dict(faults)


def status_of(store: Store, record: StoredRecord) -> CredentialStatus:
    """The status that the issuer's newest list says. Raises Conflict if the record has no place in a list."""
    status_list = None if record.list_uri is None else store.status_list(record.list_uri)
    if status_list is None or record.list_index is None:
        raise Conflict("this credential is not sealed yet: there is no status to change")
    return status_list.of(record.list_index)


def history(store: Store, record: StoredRecord) -> Sequence[StatusChange]:
    """What was done to a record's status, oldest first: what, why, on what decision, when; for its holder to know.

    Proposals that were not approved are left out: nothing came of them.
    """
    return [change for change in store.changes_of([record.id]) if change.state in ("APPROVED", "APPLIED")]


def propose(store: Store, change: StatusChange) -> StatusChange:
    """Stores a proposal. Raises FormatError, Conflict (not sealed, not allowed from where it is, another one open)."""
    try:
        return propose_all(store, [change])[0]
    except ChangesRefused as error:
        raise Conflict(error.obstacles[0][1]) from None  # its words are for whoever proposed


def propose_all(store: Store, changes: Sequence[StatusChange]) -> Sequence[StatusChange]:
    """Stores proposals, all or none; sent again they are those stored. At most MOST_TOGETHER.

    Raises FormatError for an unknown reason or a decision without a number, ChangesRefused; Conflict if a status was
    changed in the same moment.
    """
    if len(changes) > MOST_TOGETHER:
        raise FormatError("changes", f"more than {MOST_TOGETHER} at once")
    for change in changes:
        if change.reason not in REASONS:
            raise FormatError("reason", f"not one of {', '.join(REASONS)}")
        if not change.decision.isprintable() or not 1 <= len(change.decision) <= LONGEST_DECISION:
            raise FormatError("decision", f"not 1 to {LONGEST_DECISION} characters that can be seen")
    seen = _statuses(store, [change.record for change in changes])
    faults = _faults(store, changes, seen)
    if faults:
        raise ChangesRefused(faults)
    return store.propose_changes(changes, {record: int(status) for record, status in seen.items()})


def _statuses(store: Store, records: Sequence[int]) -> dict[int, CredentialStatus]:
    """What the lists say now of the records that have a place in one."""
    places = store.places(records)
    lists = _lists(store, {place.uri for place in places.values()})
    return {record: lists[place.uri].of(place.index) for record, place in places.items()}


def _lists(store: Store, uris: Collection[str]) -> dict[str, StatusList]:
    found = {uri: store.status_list(uri) for uri in uris}
    for uri, status_list in found.items():
        if status_list is None:
            raise StoreError(f"there is no status list {uri}")
    return {uri: status_list for uri, status_list in found.items() if status_list is not None}


def _faults(store: Store, changes: Sequence[StatusChange], seen: Mapping[int, CredentialStatus]) -> dict[int, Said]:
    """What stands in the way of those that are new, by their places."""
    others = store.changes_of([change.record for change in changes])
    known = {other.id for other in others}
    waiting = {other.record for other in others if other.state in ("PROPOSED", "APPROVED")}
    often = Counter(change.record for change in changes)
    faults = {}
    for place, change in enumerate(changes):
        if change.id not in known:
            fault = _fault(change, seen.get(change.record), change.record in waiting, often[change.record] > 1)
            if fault is not None:
                faults[place] = fault
    return faults


def _fault(change: StatusChange, now: CredentialStatus | None, is_waiting: bool, is_again: bool) -> Said | None:
    if now is None:
        return (
            "Văn bằng này chưa được niêm phong nên chưa có tình trạng để đổi.",
            "This credential is not sealed yet: there is no status to change.",
        )
    if is_again:
        return ("Văn bằng này có mặt hai lần.", "This credential occurs twice.")
    if is_waiting:
        return (
            "Văn bằng này đang có một đề nghị khác; hãy duyệt hoặc bác đề nghị đó trước.",
            "Another change of this credential is open: approve or reject that one first.",
        )
    wanted = CredentialStatus(change.status)
    if wanted in ALLOWED[now]:
        return None
    (now_vi, now_en), (wanted_vi, wanted_en) = STATUSES[now], STATUSES[wanted]
    return (
        f"Văn bằng {now_vi} thì không thể chuyển thành {wanted_vi}.",
        f"A credential that is {now_en} cannot become {wanted_en}.",
    )


def decide_all(
    store: Store, change_ids: Sequence[str], state: Literal["APPROVED", "REJECTED"], by: str, now: int
) -> Sequence[StatusChange]:
    """A second person's decision of several, all or none. Raises Conflict as `decide`."""
    if len(change_ids) > MOST_TOGETHER:
        raise FormatError("changes", f"more than {MOST_TOGETHER} at once")
    return store.decide_changes(change_ids, state, by, now)


def decide(store: Store, change_id: str, state: Literal["APPROVED", "REJECTED"], by: str, now: int) -> StatusChange:
    """A second person's decision. Raises Conflict if `by` proposed it himself, or it was decided otherwise."""
    return store.decide_changes([change_id], state, by, now)[0]


def apply_approved(store: Store, iss: str) -> int:
    """Writes all approved changes of an issuer into its status lists; gives how many.

    `publish_status` then makes the one root that names them all, however many there are; a crash in between is found
    by it, for the lists differ.
    """
    done = 0
    while changes := store.changes(iss, ("APPROVED",), limit=MOST_TOGETHER):
        store.apply_changes(iss, [change.id for change in changes], _bits(store, changes))
        done += len(changes)
    return done


def _bits(store: Store, changes: Sequence[StatusChange]) -> dict[str, bytes]:
    """The lists that these changes are in, by uri, as they are with them."""
    places = store.places([change.record for change in changes])
    wanted: dict[str, dict[int, CredentialStatus]] = defaultdict(dict)
    for change in changes:
        if change.record not in places:
            raise Conflict(f"the record of the change {change.id} has no status place")
        place = places[change.record]
        wanted[place.uri][place.index] = CredentialStatus(change.status)
    lists = _lists(store, wanted)
    return {uri: lists[uri].with_changes(entries).bits for uri, entries in wanted.items()}
