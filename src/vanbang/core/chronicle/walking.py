"""Walking back along an issuer's events, from its newest link to the first, and finding every one that is not there.

Generators: they yield questions and are sent the answers, so that nothing here asks a chain, and a driver may walk many
issuers at once. A log that an endpoint hides, alters, invents or moves cannot go unnoticed: `issuerOf` gives the number
of the newest link, each link gives the block of the one before, and `head` is a hash over all of them.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from vanbang.core.chronicle.events import Event, IssuerRegistered, StatusRootSet, read_event
from vanbang.core.chronicle.logs import Log, fold_all
from vanbang.core.chronicle.views import IssuerView, StatusView
from vanbang.core.errors import FormatError


@dataclass(frozen=True, slots=True)
class LogsOf:
    """Asks for the issuer's logs in a block: Sequence[Log]."""

    block: int


@dataclass(frozen=True, slots=True)
class StateAt:
    """Asks for the issuer's record and status after a block: a pair, or None if nobody keeps so old a state."""

    block: int


Question: TypeAlias = LogsOf | StateAt
Answer: TypeAlias = Sequence[Log] | tuple[IssuerView, StatusView] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with events `first` to `last` (seq, or epochs of status roots), in a block.

    Codes: event_missing, event_invented, event_altered, event_malformed, event_misplaced, events_unreached,
    status_missing, status_invented, status_altered, status_unreached. The two `unreached` are not known, not wrong.
    """

    code: str
    first: int
    last: int
    block: int


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found, oldest first. `links` are whole up to the newest unless there are faults."""

    links: Sequence[tuple[Log, Event]]
    faults: Sequence[Fault]


Walker: TypeAlias = Generator[Question, Answer, Walk]
StatusWalker: TypeAlias = Generator[Question, Answer, tuple[Sequence[StatusRootSet], Sequence[Fault]]]


def walk(issuer_id: bytes, view: IssuerView, since: int, head: bytes) -> Walker:
    """Walks from the newest link down to number `since` + 1, where `head` is the hash after number `since`.

    Requires 0 <= since <= view.seq.
    """
    trail = _Trail(issuer_id)
    expected, block = view.seq, view.last_block
    while expected > since:
        logs = cast(Sequence[Log], (yield LogsOf(block)))
        below = trail.take(logs, expected, block)
        if below is None:
            state = cast("tuple[IssuerView, StatusView] | None", (yield StateAt(block - 1)))
            below = trail.mend(expected, block, since, state and state[0])
        if below is None:
            break
        expected, block = below
    links = sorted(trail.links.items())
    found = [pair for seq, pair in links if seq > since]
    if not trail.faults:
        trail.faults += yield from _locate(found, head, view)
    return Walk(found, trail.faults)


@dataclass(slots=True)
class _Trail:
    """What was found so far, newest block first. `here` are the links of the block looked at."""

    issuer_id: bytes
    links: dict[int, tuple[Log, Event]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    here: dict[int, tuple[Log, Event]] = field(default_factory=dict)

    def take(self, logs: Sequence[Log], expected: int, block: int) -> tuple[int, int] | None:
        """Takes a block's links; gives number and block of the one below. None: they are not what they should be."""
        events = self._events(logs, block)
        self.here = {event.seq: (log, event) for log, event in reversed(events)}
        lowest = expected - len(events) + 1
        if not events or [event.seq for _, event in events] != list(range(lowest, expected + 1)):
            return None
        first = events[0][1]
        if any(event.previous_block != block for _, event in events[1:]):
            return None
        if (first.seq == 1) != isinstance(first, IssuerRegistered) or (first.seq == 1) != (first.previous_block == 0):
            return None
        if first.previous_block >= block:
            return None
        self.links |= self.here
        return lowest - 1, first.previous_block

    def mend(self, expected: int, block: int, since: int, before: IssuerView | None) -> tuple[int, int] | None:
        """Names what is wrong in the block, by what the registry held `before` it; None: there is no way on."""
        if before is not None and before.seq < expected and before.last_block < block:
            self._name(before.seq, expected, block)
            return before.seq, before.last_block
        lowest = min((seq for seq in self.here if seq <= expected), default=expected)
        if lowest > 1 and lowest in self.here and self.here[lowest][1].previous_block == block:
            lowest -= 1  # by its own word the one before it is in this block as well
        self._name(lowest - 1, expected, block)
        if lowest in self.here and self.here[lowest][1].previous_block < block:
            return lowest - 1, self.here[lowest][1].previous_block
        if lowest - 1 > since:
            self.faults.append(Fault("events_unreached", since + 1, lowest - 1, block))
        return None

    def _name(self, lowest: int, expected: int, block: int) -> None:
        right = range(lowest + 1, expected + 1)
        known = len(self.faults)
        for seq in right:
            if seq not in self.here:
                self.faults.append(Fault("event_missing", seq, seq, block))
        for seq in self.here:
            if seq not in right:
                self.faults.append(Fault("event_invented", seq, seq, block))
        self.links |= {seq: pair for seq, pair in self.here.items() if seq in right}
        if len(self.faults) == known:  # all of them and no other, but in another order, twice, or with wrong links
            self.faults.append(Fault("event_misplaced", lowest + 1, expected, block))

    def _events(self, logs: Sequence[Log], block: int) -> list[tuple[Log, Event]]:
        found = []
        for log in logs:
            try:
                event = read_event(log, self.issuer_id)
            except FormatError:
                self.faults.append(Fault("event_malformed", log.index, log.index, block))
                continue
            if isinstance(event, Event):
                found.append((log, event))
        return found


def _locate(
    links: Sequence[tuple[Log, Event]], head: bytes, view: IssuerView
) -> Generator[Question, Answer, list[Fault]]:
    """Where the links, none of which is missing, do not give the head: block by block, by the heads of older states."""
    faults: list[Fault] = []
    left = list(links)
    while left and _folded(head, left) != view.head:
        ends = [at for at in range(1, len(left)) if left[at][1].block != left[at - 1][1].block] + [len(left)]
        low, high = 0, len(ends) - 1  # the first block that is wrong is among those that end at ends[low .. high]
        true_head = view.head
        while low < high:
            middle = (low + high) // 2
            state = cast("tuple[IssuerView, StatusView] | None", (yield StateAt(left[ends[middle] - 1][1].block)))
            if state is None:
                return [*faults, Fault("event_altered", left[0][1].seq, view.seq, view.last_block)]
            if _folded(head, left[: ends[middle]]) == state[0].head:
                low = middle + 1
            else:
                high, true_head = middle, state[0].head
        altered = left[ends[low - 1] if low else 0 : ends[low]]
        faults.append(Fault("event_altered", altered[0][1].seq, altered[-1][1].seq, altered[0][1].block))
        left, head = left[ends[low] :], true_head
    if not faults and not left and head != view.head:
        faults.append(Fault("event_altered", view.seq, view.seq, view.last_block))
    return faults


def _folded(head: bytes, links: Sequence[tuple[Log, Event]]) -> bytes:
    return fold_all(head, (log for log, _ in links))


def walk_status(issuer_id: bytes, view: StatusView, since: int) -> StatusWalker:
    """Walks the status roots from the newest down to epoch `since` + 1. Requires 0 <= since <= view.epoch.

    They are in no hash chain: only an earlier state shows that an old one is the one that was set, so it is asked for.
    """
    found: list[StatusRootSet] = []
    faults: list[Fault] = []
    is_known = True
    while view.epoch > since:
        logs = cast(Sequence[Log], (yield LogsOf(view.block)))
        here = _status_run(_status_events(issuer_id, logs), view, faults)
        if here and is_known and (here[0].root, here[0].setter) != (view.root, view.setter):
            faults.append(Fault("status_altered", view.epoch, view.epoch, view.block))
        found += here
        link = _status_link(here, view)
        if link is not None and link.epoch <= since:
            break
        state = cast("tuple[IssuerView, StatusView] | None", (yield StateAt(view.block - 1)))
        below = state[1] if state and state[1].epoch < view.epoch and state[1].block < view.block else None
        faults += _status_gaps(here, view, link, below, since)
        if below is None and link is None:
            break
        view, is_known = (link or view, False) if below is None else (below, True)
    return found[::-1], faults


def _status_run(here: Sequence[StatusRootSet], view: StatusView, faults: list[Fault]) -> list[StatusRootSet]:
    """The block's status roots with consecutive epochs from the newest down; others were not set there."""
    run: list[StatusRootSet] = []
    for event in sorted(here, key=lambda event: -event.epoch):
        if event.epoch == view.epoch - len(run) and (not run or run[-1].previous_block == view.block):
            run.append(event)
        else:
            faults.append(Fault("status_invented", event.epoch, event.epoch, view.block))
    return run


def _status_link(run: Sequence[StatusRootSet], view: StatusView) -> StatusView | None:
    """What the run's oldest event says comes before it: epoch and block. None if it says nothing that can be."""
    if not run or run[-1].previous_block >= view.block or (run[-1].epoch == 1) != (run[-1].previous_block == 0):
        return None
    return StatusView(epoch=run[-1].epoch - 1, block=run[-1].previous_block)


def _status_gaps(
    run: Sequence[StatusRootSet], view: StatusView, link: StatusView | None, below: StatusView | None, since: int
) -> list[Fault]:
    """What is missing in a block, by the state before it, else as far as its own links tell."""
    lowest = view.epoch - len(run)
    if below is not None:
        faults = [Fault("status_missing", epoch, epoch, view.block) for epoch in range(below.epoch + 1, lowest + 1)]
        if not faults and (link is None or (link.epoch, link.block) != (below.epoch, below.block)):
            faults.append(Fault("status_altered", lowest + 1, lowest + 1, view.block))
        return faults
    if link is not None:
        return []
    unreached = [Fault("status_unreached", since + 1, lowest - 1, view.block)] if lowest - 1 > since else []
    return [Fault("status_missing", lowest, lowest, view.block), *unreached]


def _status_events(issuer_id: bytes, logs: Sequence[Log]) -> list[StatusRootSet]:
    found = []
    for log in logs:
        try:
            event = read_event(log, issuer_id)
        except FormatError:
            continue  # named by the walk along the hash chain, or missed here by its epoch
        if isinstance(event, StatusRootSet):
            found.append(event)
    return found
