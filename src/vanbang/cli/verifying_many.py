"""verify --many: every diploma of a folder, a ZIP or a stream of lines, as a table, CSV and NDJSON.

Memory stays flat however many there are: files go out in units, and of the table only what will be shown is kept.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.adapters.gathering import Gathering, gather
from vanbang.cli.many_csv import results_csv
from vanbang.cli.many_options import Order
from vanbang.cli.many_results import NOT_READ, Result, Told, results
from vanbang.cli.output import Exit, console, errors, plain, print_table, two_languages
from vanbang.core.errors import FormatError
from vanbang.core.trust import Trust
from vanbang.core.verification import Verdict
from vanbang.notary.briefs import brief_alone, brief_with_report
from vanbang.notary.checking_many import CHUNK, verify_many
from vanbang.notary.explaining import MEANINGS, VERDICTS
from vanbang.notary.workers import WorkerPool

SHOWN: Final = 200
"""Lines of the table: what a person reads; the rest is in the CSV."""
STEP: Final = 50
"""Files between two movements of the progress bar."""
MARKS: Final = {Verdict.VALID: "✓", Verdict.INVALID: "✗", Verdict.UNDETERMINED: "?", None: "!"}
COLOURS: Final = {Verdict.VALID: "green", Verdict.INVALID: "bold red", Verdict.UNDETERMINED: "yellow", None: "magenta"}
COLUMNS: Final = ("Kết quả / verdict", "Tệp / file", "Của ai, bằng gì / whose, what", "Lý do / reason")
OF_A_PDF: Final = (
    "Với tệp PDF, kết quả nói về tệp văn bằng kèm bên trong: hãy dựa vào những gì ghi ở đây, không dựa vào hình trang.",
    "Of a PDF the credential file inside it was checked: go by what stands here, and not by what its pages look like.",
)
NAMELESS: Final = ("Không cho biết là của ai", "it does not say whose")
KEYS: Final[dict[Order, Callable[[Result], Any]]] = {
    Order.BAD: lambda result: (result.badness, result.number),
    Order.GIVEN: lambda result: result.number,
    Order.FILE: lambda result: (result.name, result.number),
}


class Tally:
    """Counts by verdict, and the first lines of the table in their order."""

    def __init__(self, order: Order) -> None:
        self.counts: Counter[Verdict | None] = Counter()
        self.has_pdf = False
        self._key = KEYS[order]
        self._lines: list[Result] = []

    def add(self, result: Result) -> None:
        """Counts a result, and keeps it as long as it may be shown."""
        self.counts[result.verdict] += 1
        self.has_pdf |= result.from_pdf
        self._lines.append(result)
        if len(self._lines) > 2 * SHOWN:
            self._lines = self.lines()

    def lines(self) -> list[Result]:
        """What the table shows."""
        return sorted(self._lines, key=self._key)[:SHOWN]

    @property
    def status(self) -> Exit:
        """10 if any is INVALID; else 11 if any is UNDETERMINED or was not read; 0 if all are VALID."""
        if self.counts[Verdict.INVALID]:
            return Exit.INVALID
        return Exit.OK if self.counts[Verdict.VALID] == self.counts.total() else Exit.UNDETERMINED


def check_many(source: str, trust: Trust, csv_file: Path | None, order: Order, as_json: bool) -> Exit:
    """Judges every file of `source` and shows what was found. Raises FormatError: there is nothing to judge."""
    tally = Tally(order)
    with gather(source) as found, results_csv(csv_file) if csv_file else nullcontext() as add:
        for result in _counted(found, _judged(found, trust, as_json), as_json):
            tally.add(result)
            if add:
                add(result)
            if as_json:
                sys.stdout.buffer.write(_line(result))
        sys.stdout.flush()
        if not tally.counts:
            raise FormatError(source, "there is no file in it")
    if not as_json:
        _show(tally, csv_file)
    return tally.status


def _judged(found: Gathering, trust: Trust, whole: bool) -> Generator[Result, None, None]:
    """A few files are judged here; more of them by other processes, which take a second to start."""
    few = found.total is not None and found.total <= CHUNK
    tell = brief_with_report if whole else brief_alone
    with nullcontext() if few else WorkerPool() as pool:

        def judging(files: Iterable[bytes]) -> Iterator[Told]:
            return verify_many(files, trust, RpcWitness(), lambda: int(time.time()), tell, pool)

        yield from results(found.items, judging)


def _counted(found: Gathering, judged: Generator[Result, None, None], quiet: bool) -> Iterator[Result]:
    """The results, while a bar on standard error shows how many, how fast and how long still."""
    columns = BarColumn(), TextColumn("{task.completed:,.0f}/{task.fields[of]} tệp / files"), _Rate()
    with (
        closing(judged),
        Progress(*columns, TimeRemainingColumn(), console=errors, transient=True, disable=quiet) as bar,
    ):
        task = bar.add_task("", total=found.total, of="?" if found.total is None else f"{found.total:,}")
        for number, result in enumerate(judged, 1):
            yield result
            if number % STEP == 0:
                bar.update(task, completed=number)


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


def _line(result: Result) -> bytes:
    """A line of NDJSON: number and file, then the report's members; for what was not read a null verdict and why."""
    head: dict[str, Any] = {"number": result.number, "file": result.name}
    encoded = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    if result.report:
        return encoded(head).encode()[:-1] + b"," + result.report[1:] + b"\n"
    detail_vi, detail_en = result.reason
    error = {"code": result.code, "detail_vi": detail_vi, "detail_en": detail_en}
    return encoded({**head, "verdict": None, "error": error}).encode() + b"\n"


def _show(tally: Tally, csv_file: Path | None) -> None:
    """The table, the totals, and what they do not say."""
    lines = tally.lines()
    print_table("Kết quả kiểm tra / results", COLUMNS, [_row(result) for result in lines])
    left_out = tally.counts.total() - len(lines)
    if left_out:
        console.print(f"... và {left_out:,} tệp nữa / more: --csv, --json")
    told = (f"{tally.counts[one]:,} {' / '.join(VERDICTS[one] if one else NOT_READ)}" for one in (*Verdict, None))
    console.print(f"{tally.counts.total():,} tệp / files: {', '.join(told)}")
    if tally.counts[Verdict.VALID]:
        console.print(two_languages(*MEANINGS[Verdict.VALID]))
    if tally.has_pdf:
        console.print(two_languages(*OF_A_PDF))
    if csv_file:
        console.print(f"Đã ghi / written: {plain(str(csv_file))}", markup=False)


def _row(result: Result) -> tuple[str | Text, ...]:
    vietnamese, english = result.said
    verdict = Text(f"{MARKS[result.verdict]} {vietnamese}\n  {english}", style=COLOURS[result.verdict])
    return verdict, result.name, Text("\n".join(map(plain, _about(result)))), two_languages(*result.reason)


def _about(result: Result) -> Iterator[str]:
    """Whose diploma of what, and who vouches for it; a diploma that does not say whose it is proves little."""
    brief = result.brief
    if brief is None or not (brief.what or brief.holder):
        return
    yield brief.holder or " / ".join(NAMELESS)
    yield f"{brief.what} ({brief.classification})" if brief.classification else brief.what
    if brief.issuer_name:
        yield f"{brief.issuer_name} ({brief.issuer_code})"
