"""One dirty list: its file, the fault it shows, and what must be found in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vanbang.catalog.sampling import sample_rows

Cells = dict[str, str]

SEED = "lists"
COUNT = 3
"""Rows of most lists: the fault stands in the second, row 3 of the sheet, between two that are good."""


@dataclass(frozen=True)
class Case:
    """A list and what is found in it.

    `found` has a line for each finding, in order: severity, row, column (`-` for none) and rule. `at_intake` are
    findings that only an installation can make; `registers`: the check compares with REGISTERS. `remedy` says to a
    registrar, in Vietnamese, what to do.
    """

    file: str
    fault_vi: str
    fault_en: str
    remedy: str
    make: Callable[[], bytes]
    found: tuple[str, ...] = ()
    rows: int = COUNT
    accepted: int = COUNT - 1
    at_intake: tuple[str, ...] = ()
    registers: bool = False
    type_name: str = ""
    """The type that is asked for; empty: told row by row."""
    by_ministry: bool = False
    """Whether it is the ministry that sends the list, who acts for all institutions."""
    is_kept: bool = True
    """Whether the file lies in tests/lists; others are made when they are needed."""

    @property
    def is_clean(self) -> bool:
        """Whether the check ends with status 0."""
        return self.accepted == self.rows > 0 and not any(line.startswith("error") for line in self.found)

    @property
    def is_stored(self) -> bool:
        """Whether an installation takes the list in."""
        return self.is_clean and not any(line.startswith("error") for line in self.at_intake)


REGISTERS = "\r\n".join(
    (
        "issuer,kind,code,name,title,since,until",
        "SHB,programme,7140201,Giáo dục Mầm non,,2010-01-01,",
        "SHB,programme,7140202,Giáo dục Tiểu học,,2010-01-01,2024-12-31",
        "SHB,signer,,Trần Quốc Hưng,Hiệu trưởng,2024-05-01,",
        "SHB,signer,,Lê Đình Khải,Hiệu trưởng,2019-05-01,2024-04-30",
        "",
    )
)
"""A register as `vanbang check --registers` takes it."""


def good(count: int = COUNT) -> list[Cells]:
    """Rows without a fault, of one university."""
    return list(sample_rows(count, SEED))


def school(count: int = COUNT) -> list[Cells]:
    """Rows without a fault, of one high school."""
    return list(sample_rows(count, SEED, kind="vn-thpt"))


def altered(changes: Mapping[str, str], rows: Sequence[Cells] | None = None) -> list[Cells]:
    """The rows with the second one changed."""
    first, second, *others = rows or good()
    return [first, second | changes, *others]


def refused(
    file: str, fault: tuple[str, str], remedy: str, make: Callable[[], bytes], *found: str, rows: int = 0
) -> Case:
    """A list of which no row is let in."""
    return Case(file, *fault, remedy, make, found, rows=rows, accepted=0)


def let_in(
    file: str, fault: tuple[str, str], remedy: str, make: Callable[[], bytes], *found: str, rows: int = COUNT
) -> Case:
    """A list that is accepted as a whole, with or without warnings."""
    return Case(file, *fault, remedy, make, found, rows=rows, accepted=rows)


def bad_rows(
    file: str,
    fault: tuple[str, str],
    remedy: str,
    make: Callable[[], bytes],
    *found: str,
    rows: int = COUNT,
    accepted: int = COUNT - 1,
) -> Case:
    """A list of which some rows, mostly the second, are refused."""
    return Case(file, *fault, remedy, make, found, rows=rows, accepted=accepted)
