"""Checking the audit log: whether each line stands unchanged behind the one it was written behind.

The chain has no secret: who can write the database can also write a whole new log. What shows that is the hash of the
last line, noted down elsewhere, which a new log does not hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from vanbang.core.audit_log import FIRST_PREVIOUS, entry_hash
from vanbang.ports import AccessStore, AuditEntry

Wrong = Literal["changed", "missing", "out_of_order", "cut"]
"""changed: its hash does not fit what it says; missing: there is none of this number; out_of_order: it was written
behind another line than the one before it; cut: no line has the hash noted down earlier."""

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class LogState:
    """What a check found. `lines` stand as they were written, the last with hash `head` (32 bytes); times in unix
    seconds, None for an empty log. `wrong` tells of line `lines` + 1, or is None."""

    lines: int
    first_at: int | None
    last_at: int | None
    head: bytes
    wrong: Wrong | None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong is None


def check_log(entries: Iterable[AuditEntry], known_head: bytes | None = None) -> LogState:
    """Follows the chain from its first line to the first that is wrong, or to its end.

    `known_head` is the head of an earlier check: the log must still hold that line.
    """
    lines, head = 0, bytes(FIRST_PREVIOUS)
    first_at = last_at = None
    seen = known_head in (None, head)
    for entry in entries:
        wrong = _wrong(entry, lines + 1, head)
        if wrong:
            return LogState(lines, first_at, last_at, head, wrong)
        lines, head, last_at = lines + 1, entry.hash, entry.at
        first_at = entry.at if first_at is None else first_at
        seen = seen or head == known_head
    return LogState(lines, first_at, last_at, head, None if seen else "cut")


def audit_lines(store: AccessStore) -> Iterator[AuditEntry]:
    """All lines in order, read page by page."""
    last = 0
    while page := store.audit_entries(last, PAGE):
        yield from page
        last = page[-1].seq


def _wrong(entry: AuditEntry, seq: int, head: bytes) -> Wrong | None:
    if entry.seq != seq:
        return "missing" if entry.seq > seq else "out_of_order"
    line = (entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.facts)
    # Who writes with SQL can put text where bytes belong.
    kinds = [type(value) for value in (*line, entry.previous)]
    if kinds != [int, int, str, str, str, str, bytes] or entry.hash != entry_hash(entry.previous, *line):
        return "changed"
    return "out_of_order" if entry.previous != head else None
