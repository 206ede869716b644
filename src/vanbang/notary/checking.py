"""Checking a list before anything is sealed: which rows are good, and what to do about the others.

Rows go through in units. Each unit is looked at by itself (`examining`, in worker processes where a list is long); then
its rows are compared, in the order of the list, with those before them and with what was issued before.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Final, TypeAlias

from vanbang.catalog import TYPES
from vanbang.notary.examining import ChunkCheck, Examined, Rules, Told, examine
from vanbang.notary.first_rows import Repeats
from vanbang.notary.lists import Finding, GraduationList, ListUnreadable, Unit
from vanbang.notary.quality import CheckReport
from vanbang.notary.repeats import column_of, told
from vanbang.notary.watching import Unwatched, Watcher
from vanbang.notary.workers import InProcess, WorkerLost, in_order
from vanbang.ports import NewRecord

MOST_FINDINGS = 5_000_000
"""Some 2 GB of temporary files while a list is checked; with more than one in every second row, it is the list that is
wrong."""

WORTH_A_POOL: Final = 4
"""Units from which on other processes are asked: fewer are done before those would have begun."""
TRIES: Final = 3
"""How often lost workers are replaced while not one unit comes back."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What is known of a row's number from before: a finding, and the record as it is stored if that is another."""

    finding: Finding
    record: NewRecord | None = None


Comparison: TypeAlias = Callable[[Examined, Sequence[int]], Mapping[int, Issued]]
"""Looks for what was issued before among the rows at these places, and gives what it found by place."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit whose rows are judged: the places of the good ones, in order, and what is stored instead of some."""

    examined: Examined
    good: Sequence[int]
    instead: Mapping[int, NewRecord]

    @property
    def are_all_good(self) -> bool:
        """Whether nothing has to be looked at row by row."""
        return len(self.good) == len(self.examined.numbers) and not self.instead


def checked_units(
    listed: GraduationList,
    report: CheckReport,
    rules: Rules,
    executor: Executor | None = None,
    compare: Comparison = lambda examined, places: {},
    watcher: Watcher | None = None,
) -> Generator[Judged, None, None]:
    """Yields unit by unit which records are good, in order, and fills `report` as it goes.

    A row that repeats a number of an earlier one is refused. A list that cannot be read further is part of the report.
    The report is the same with and without an executor. Raises WorkerLost, OSError (a temporary file), and what
    `compare` and `watcher` raise.
    """
    report.form = listed.form
    for note in listed.form.notes:
        report.add(note)
    judge, seen = _Judge(report, compare), watcher or Unwatched()
    try:
        for unit, examined in _examined(listed, rules, executor):
            yield judge.judge(examined)
            if examined.broken:
                raise ListUnreadable(examined.broken)
            if report.errors + report.warnings > MOST_FINDINGS:
                raise ListUnreadable([_too_many(examined.last)])
            seen.done(report.rows, max(report.rows, round(report.rows / unit.share)) if unit.share else 0)
        if not report.rows:
            raise listed.without_rows()
    except ListUnreadable as error:
        report.refuse_list(error)
    finally:
        judge.close()


def check_list(
    listed: GraduationList,
    report: CheckReport,
    checks: Sequence[ChunkCheck] = (),
    executor: Executor | None = None,
    watcher: Watcher | None = None,
) -> CheckReport:
    """Reads the list to its end and reports; nothing is kept of its records."""
    for _ in checked_units(listed, report, Rules(listed.form.kinds, checks), executor, watcher=watcher):
        pass
    return report


def _examined(listed: GraduationList, rules: Rules, executor: Executor | None) -> Iterator[tuple[Unit, Examined]]:
    """Each unit and what was found in it; those before the place where a list breaks off come before the error."""
    broken: list[ListUnreadable] = []
    units = _until_broken(listed, broken)
    first = list(islice(units, WORTH_A_POOL)) if executor is not None else []
    where = executor if executor is not None and len(first) == WORTH_A_POOL else InProcess()
    yield from _again_when_lost(where, partial(examine, rules.packed()), chain(first, units))
    if broken:
        raise broken[0]


def _until_broken(listed: GraduationList, broken: list[ListUnreadable]) -> Iterator[Unit]:
    try:
        yield from listed.units()
    except ListUnreadable as error:
        broken.append(error)


def _again_when_lost(
    executor: Executor, work: Callable[[Unit], Examined], units: Iterator[Unit]
) -> Iterator[tuple[Unit, Examined]]:
    """What `work` makes of the units; those that were with a lost worker go out once more. Raises WorkerLost."""
    under_way: deque[Unit] = deque()

    def handed_out(given: Iterable[Unit]) -> Iterator[Unit]:
        for unit in given:
            under_way.append(unit)
            yield unit

    lost = 0
    waiting = units
    while True:
        try:
            for done in in_order(executor, work, handed_out(waiting)):
                under_way.popleft()
                lost = 0
                yield done
            return
        except WorkerLost:
            lost += 1
            if lost == TRIES:
                raise
            waiting = chain(tuple(under_way), waiting)
            under_way.clear()


@dataclass(slots=True)
class _Judge:
    """Compares rows with those before them, and counts what becomes of them."""

    report: CheckReport
    compare: Comparison
    _repeats: Repeats = field(default_factory=Repeats)

    def judge(self, examined: Examined) -> Judged:
        """Counts everything of a unit; gives its good rows."""
        repeated = self._repeated(examined)
        refused = set(examined.refused) | {
            place for place, findings in repeated.items() if any(found.severity == "error" for found in findings)
        }
        open_ = [place for place in range(len(examined.numbers)) if place not in refused] if refused else None
        places = range(len(examined.numbers)) if open_ is None else open_
        issued = self.compare(examined, places)
        refused |= {place for place, known in issued.items() if known.finding.severity == "error"}
        good = [place for place in places if place not in refused] if refused else places
        self._count(examined, repeated, issued, good)
        instead = {place: known.record for place, known in issued.items() if known.record is not None}
        return Judged(examined, good, instead)

    def close(self) -> None:
        """Forgets the list."""
        self._repeats.close()

    def _repeated(self, examined: Examined) -> dict[int, list[Finding]]:
        found: dict[int, list[Finding]] = {}
        repeats = self._repeats.find(examined.numbers, examined.hashes)
        values = examined.values_by_place() if repeats else []
        for place, key, first in repeats:
            problem = told(examined.kind(place), key, values[place][column_of(key)], first)
            found.setdefault(place, []).append(Finding.of(examined.numbers[place], problem))
        return found

    def _count(
        self,
        examined: Examined,
        repeated: Mapping[int, Sequence[Finding]],
        issued: Mapping[int, Issued],
        good: Sequence[int],
    ) -> None:
        self.report.add_unit(examined.rows, examined.compared, examined.cells)
        compared = {examined.numbers[place]: place for place in {*repeated, *issued}}
        own = {row.number: row for row in examined.told}
        for number in sorted({*own, *compared}):
            row = own.get(number, Told(number, (), ()))
            place = compared.get(number, -1)
            before = [known.finding] if (known := issued.get(place)) else []
            self.report.add_row([*row.before, *repeated.get(place, ()), *row.behind, *before])
        rows = Counter(examined.group_of if good == range(len(examined.numbers)) else _of(examined.group_of, good))
        for group, number in rows.items():
            issuer, vct = examined.groups[group]
            self.report.accept(issuer, TYPES[vct].name, number)


def _of(column: Sequence[int], places: Sequence[int]) -> Iterator[int]:
    return (column[place] for place in places)


def _too_many(row: int) -> Finding:
    return Finding(
        row=row,
        column="",
        value="",
        rule="too_many_findings",
        severity="error",
        message_vi=f"Quá {MOST_FINDINGS} phát hiện; phần sau chưa kiểm tra. Hãy sửa các lỗi lặp lại rồi gửi lại.",
        message_en=f"More than {MOST_FINDINGS} findings; the rest was not checked. Correct what repeats, send again.",
        dimension="clean",
    )
