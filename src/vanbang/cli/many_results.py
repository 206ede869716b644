"""What became of each of many files, in their order: judged, or not read and why."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from vanbang.adapters.gathering import REASONS, Found, Item
from vanbang.adapters.gathering.found import is_pdf
from vanbang.adapters.pdf.reading import credential_in
from vanbang.cli.output import VIETNAMESE
from vanbang.core.errors import VanbangError
from vanbang.core.verification import Verdict
from vanbang.notary.briefs import Brief
from vanbang.notary.explaining import VERDICTS, Said

NOT_READ: Final[Said] = ("KHÔNG ĐỌC ĐƯỢC", "NOT READ")
BADNESS: Final = (Verdict.INVALID, None, Verdict.UNDETERMINED, Verdict.VALID)
"""From the worst; None stands for what was not read."""

Told: TypeAlias = tuple[Brief, bytes]
Judging: TypeAlias = Callable[[Iterable[bytes]], Iterator[Told]]


@dataclass(frozen=True, slots=True)
class Result:
    """One file: its number from 1, its name, and its line; `brief` is None for what was not read, `report` then empty.

    `code` and `reason` say why it is not VALID.
    """

    number: int
    name: str
    code: str
    reason: Said
    brief: Brief | None = None
    report: bytes = b""
    from_pdf: bool = False

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, None for what was not read."""
        return self.brief.verdict if self.brief else None

    @property
    def badness(self) -> int:
        """0 for the worst."""
        return BADNESS.index(self.verdict)

    @property
    def said(self) -> Said:
        """The verdict in words."""
        return VERDICTS[self.brief.verdict] if self.brief else NOT_READ


def results(items: Iterable[Item], judging: Judging) -> Iterator[Result]:
    """What became of each item, in order. Only names are kept of the files that are being judged."""
    waiting: deque[Result | tuple[int, str, bool]] = deque()

    def readable() -> Iterator[bytes]:
        for number, item in enumerate(items, 1):
            opened = _opened(number, item)
            if isinstance(opened, Result):
                waiting.append(opened)
            else:
                waiting.append((number, item.name, isinstance(item, Found) and is_pdf(item.data)))
                yield opened

    for brief, report in judging(readable()):
        while isinstance(first := waiting.popleft(), Result):
            yield first
        number, name, from_pdf = first
        yield Result(number, name, brief.code, (brief.reason_vi, brief.reason_en), brief, report, from_pdf)
    for left in waiting:
        if isinstance(left, Result):
            yield left


def _opened(number: int, item: Item) -> Result | bytes:
    """The bytes of the credential file, also out of a PDF; else why there are none."""
    if not isinstance(item, Found):
        return Result(number, item.name, item.code, REASONS[item.code])
    if not is_pdf(item.data):
        return item.data
    try:
        return credential_in(item.data)
    except VanbangError as error:
        english = str(error)
        said = (VIETNAMESE.get(error.code, VIETNAMESE["vanbang"]), f"{english[:1].upper()}{english[1:]}.")
        return Result(number, item.name, error.code, said)
