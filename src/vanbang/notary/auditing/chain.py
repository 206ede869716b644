"""Every issuer's events, followed and compared with what the registry says its state is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.events import (
    Anchored,
    BatchRevoked,
    Event,
    KeyAdded,
    KeyCompromised,
    KeyEnded,
    StatusRootSet,
)
from vanbang.core.chronicle.logs import first_head
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.chronicle.views import IssuerView, StatusView
from vanbang.core.chronicle.walking import Fault, Walk, walk, walk_status
from vanbang.core.encoding import digest_of, registry_name
from vanbang.core.registry import Anchor
from vanbang.notary.auditing.asking import Walking, drive, parts
from vanbang.notary.auditing.findings import Finding, Tell
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.notebook import DayCount, Notebook, NotedAnchor, NotedIssuer, NotedStatus

DAY = 86_400
KINDS: dict[type, str] = {
    Anchored: "anchor",
    BatchRevoked: "revocation",
    KeyAdded: "key",
    KeyEnded: "key",
    KeyCompromised: "key",
    StatusRootSet: "status",
}
"""What the timeline calls an event; all others are `administration`."""


@dataclass(frozen=True, slots=True)
class NewHere:
    """An issuer as it is noted now, as it was noted `before` (None: it was not), and what was read of it this time: how
    many anchors and status roots, and the events that are neither anchors nor revocations."""

    issuer: NotedIssuer
    before: NotedIssuer | None
    anchors: int
    statuses: int
    acts: Sequence[Event]

    @property
    def keys(self) -> int:
        """How many keys were added."""
        return sum(isinstance(event, KeyAdded) for event in self.acts)

    def news(self) -> list[Finding]:
        """What somebody has done with the issuer since it was noted: keys, names, admins, standing."""
        iss = self.issuer.record.iss
        if self.before is None:
            return [Finding("issuer_new", iss, block=self.issuer.record.view.last_block)]
        since = self.before.record.view.seq
        return [_news(iss, event) for event in self.acts if event.seq > since]


@dataclass(frozen=True, slots=True)
class ChainAudit:
    """Follows issuers on one chronicle and notes them down."""

    chronicle: Chronicle
    notebook: Notebook
    tell: Tell

    def issuer_ids(self, start: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Issuers by their place in the registry's list; tells when the list is short or repeats one."""
        count = self.chronicle.issuer_count()
        found = self.chronicle.issuers(start, limit)
        if len(found) != min(limit, max(0, count - start)):
            self.tell(Finding("issuer_hidden", detail=f"{len(found)} issuers from number {start} of {count}"))
        listed = []
        for place, issuer_id in enumerate(found, start):
            noted = self.notebook.issuer(issuer_id)
            if issuer_id in found[: place - start] or (noted is not None and noted.place != place):
                self.tell(Finding("issuer_hidden", issuer_id.hex(), detail=f"listed twice, again as number {place}"))
            else:
                listed.append((place, issuer_id))
        return listed

    def follow(self, issuers: Sequence[tuple[int, bytes]]) -> Iterator[NewHere]:
        """Follows these issuers (place in the list, id) from where the notes end, tells what is wrong, notes the rest.

        Yields what is new of each once it is noted. Raises LedgerUnsure, LedgerWrong, StoreError.
        """
        ids = [issuer_id for _, issuer_id in issuers]
        views, statuses = self.chronicle.issuer_views(ids), self.chronicle.statuses(ids)
        before = {issuer_id: self.notebook.issuer(issuer_id) for issuer_id in ids}
        known = {issuer_id: self._usable(before[issuer_id], view) for issuer_id, view in zip(ids, views, strict=True)}
        walkers: dict[tuple[bytes, str], Walking] = {}
        for issuer_id, view, status in zip(ids, views, statuses, strict=True):
            noted = known[issuer_id]
            seq, epoch = (noted.record.view.seq, noted.epoch) if noted else (0, 0)
            head = noted.head if noted else first_head(*registry_name(self.chronicle.registry, "registry"), issuer_id)
            walkers[issuer_id, "links"] = (issuer_id, walk(issuer_id, view, seq, head))
            walkers[issuer_id, "status"] = (issuer_id, walk_status(issuer_id, status, min(epoch, status.epoch)))
        done = drive(self.chronicle, walkers)
        for (place, issuer_id), view, status in zip(issuers, views, statuses, strict=True):
            walked, status_walked = done[issuer_id, "links"], done[issuer_id, "status"]
            new = self._examine(place, issuer_id, view, status, walked, status_walked, known[issuer_id])
            yield replace(new, before=before[issuer_id])

    def _usable(self, noted: NotedIssuer | None, view: IssuerView) -> NotedIssuer | None:
        """The issuer as noted, if the audit may go on from there."""
        if noted is None or not noted.is_sound:
            return None
        if noted.record.view.seq > view.seq:
            detail = f"{view.seq} events; {noted.record.view.seq} at the audit before"
            self.tell(Finding("issuer_went_back", noted.record.iss, seq=view.seq, detail=detail))
            return None
        return noted

    def _examine(
        self,
        place: int,
        issuer_id: bytes,
        view: IssuerView,
        status: StatusView,
        walked: Walk,
        status_walked: tuple[Sequence[StatusRootSet], Sequence[Fault]],
        noted: NotedIssuer | None,
    ) -> NewHere:
        told: list[Finding] = []
        roots, status_faults = status_walked
        record = deepcopy(noted.record) if noted else Replay()
        events = [event for _, event in walked.links]
        times = self._times({event.block for event in events} | {event.block for event in roots})
        # Who may do what is known from all events only: where some are hidden, nobody is accused of what they made.
        anchors = self._replay(record, events, times, noted is not None, [] if walked.faults else told)
        iss = record.iss or issuer_id.hex()
        faults = [*walked.faults, *status_faults]
        told += [_fault(iss, fault) for fault in faults]
        if digest_of(record.iss.encode("utf-8")) != issuer_id and not faults:
            told.append(Finding("issuer_id_differs", iss))
        if not walked.faults:
            self._compare(issuer_id, view, record, events, told)
        self._compare_anchors(iss, anchors, told)
        new_roots = [NotedStatus(e.epoch, e.root, e.setter, times[e.block], e.block) for e in roots]
        told += [
            Finding("actor_not_allowed", iss, epoch=event.epoch, block=event.block, detail="0x" + event.setter.hex())
            for event in roots
            if not walked.faults and not record.set_status(event, times[event.block])
        ]
        for finding in told:
            self.tell(replace(finding, iss=iss))
        found = NotedIssuer(issuer_id, place, view.head, status.epoch, record, not told)
        if noted != found:
            self.notebook.keep(found, anchors, new_roots, anew=noted is None)
            self.notebook.add_days(issuer_id, _days([*events, *roots], times))
        acts = [event for event in events if not isinstance(event, Anchored | BatchRevoked)]
        return NewHere(found, None, len(anchors), len(new_roots), acts)

    def _replay(
        self, record: Replay, events: Sequence[Event], times: dict[int, int], has_notes: bool, told: list[Finding]
    ) -> list[NotedAnchor]:
        """Brings the record up to date; gives the anchors in force, each once, as the events make them."""
        anchors: dict[AnchorKey, NotedAnchor] = {}
        for event in events:
            time = times[event.block]
            if isinstance(event, Anchored):
                key = event.anchor_key
                before: Anchor | None = anchors[key].anchor if key in anchors else None
                if before is None and has_notes:
                    before = self.notebook.anchor(key)
                anchor, word = record.anchor(event, time, before)
                anchors[key] = NotedAnchor(key, anchor, event.seq)
            else:
                word = record.apply(event, time)
            if word:
                told.append(Finding(word, seq=event.seq, block=event.block, detail=type(event).__name__))
        return list(anchors.values())

    def _compare(
        self, issuer_id: bytes, view: IssuerView, record: Replay, events: Sequence[Event], told: list[Finding]
    ) -> None:
        """Tells where the registry's state is not what the events make."""
        made = replace(record.view, head=view.head)
        for name in IssuerView.__dataclass_fields__:
            if getattr(made, name) != getattr(view, name):
                told.append(Finding("issuer_differs", detail=f"{name}: {_shown(made, name)}, not {_shown(view, name)}"))
        if events and tuple(record.names) != tuple(self.chronicle.names([issuer_id])[0]):
            told.append(Finding("names_differ"))
        touched = {event.key: event for event in events if isinstance(event, KeyAdded | KeyEnded | KeyCompromised)}
        for part in parts(list(touched.items())):
            stored = self.chronicle.keys([(issuer_id, address) for address, _ in part])
            for (address, event), key in zip(part, stored, strict=True):
                if key != record.key(address):
                    told.append(Finding("key_differs", seq=event.seq, block=event.block, detail="0x" + address.hex()))
        revoked = {event.root: event for event in events if isinstance(event, BatchRevoked)}
        for roots in parts(list(revoked.items())):
            kept = self.chronicle.revocations([(issuer_id, root) for root, _ in roots])
            for (root, revoking), revocation in zip(roots, kept, strict=True):
                if revocation != record.revocations[root]:
                    told.append(
                        Finding("revocation_differs", seq=revoking.seq, block=revoking.block, detail=root.hex())
                    )

    def _compare_anchors(self, iss: str, anchors: Sequence[NotedAnchor], told: list[Finding]) -> None:
        for part in parts(anchors):
            stored = self.chronicle.anchors([item.key for item in part])
            for item, anchor in zip(part, stored, strict=True):
                if anchor != item.anchor:
                    detail = f"root {item.key.root.hex()}"
                    told.append(Finding("anchor_differs", iss, seq=item.seq, block=item.anchor.block, detail=detail))

    def _times(self, blocks: set[int]) -> dict[int, int]:
        times: dict[int, int] = {}
        for part in parts(sorted(blocks)):
            times |= {block.number: block.time for block in self.chronicle.blocks(part)}
        return times


def unlisted(notebook: Notebook, count: int) -> list[Finding]:
    """Issuers that the list, of `count` entries, does not have, though the notes do or others name them."""
    found = []
    known = notebook.issuer_count()
    if count < known:
        found.append(Finding("issuer_hidden", detail=f"{count} issuers; {known} are known"))
    for item in notebook.issuers():
        for other in (item.record.view.parent, item.record.view.successor):
            if any(other) and notebook.issuer(other) is None:
                found.append(Finding("issuer_unlisted", item.record.iss, detail=other.hex()))
    return found


def _news(iss: str, event: Event) -> Finding:
    if isinstance(event, KeyAdded):
        return Finding("key_new", iss, seq=event.seq, block=event.block, detail="0x" + event.key.hex())
    return Finding("administration_new", iss, seq=event.seq, block=event.block, detail=type(event).__name__)


def _fault(iss: str, fault: Fault) -> Finding:
    if fault.code.startswith("status"):
        last = f"to {fault.last}" if fault.last != fault.first else ""
        return Finding(fault.code, iss, epoch=fault.first, block=fault.block, detail=last)
    if fault.code == "event_malformed":
        return Finding(fault.code, iss, block=fault.block, detail=f"log {fault.first}")
    return Finding(fault.code, iss, seq=fault.first, last=fault.last, block=fault.block)


def _days(events: Sequence[Event | StatusRootSet], times: dict[int, int]) -> list[DayCount]:
    counts = Counter((KINDS.get(type(event), "administration"), times[event.block] // DAY) for event in events)
    return [DayCount(kind, day, count) for (kind, day), count in counts.items()]


def _shown(view: IssuerView, name: str) -> str:
    value = getattr(view, name)
    return value.hex() if isinstance(value, bytes) else str(value)
