"""What docs/format.md says in its tables, for tests that compare it with the code."""

import re
from functools import lru_cache
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "format.md"
OUTCOMES = ("pass", "fail", "cannot_check", "not_applicable")


@lru_cache(maxsize=32)
def section(number: int) -> str:
    """The text of one section."""
    text = PAGE.read_text(encoding="utf-8")
    return re.split(r"^## ", text.split(f"\n## {number} ", 1)[1], maxsplit=1, flags=re.M)[0]


def step_codes() -> dict[int, set[tuple[str, str]]]:
    """(outcome, code) pairs of each step, as the table of section 13 lists them."""
    codes: dict[int, set[tuple[str, str]]] = {}
    for line in section(13).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"\| \d+ [a-z]+ \|", line):
            step = int(cells[0].split()[0])
            codes[step] = {
                (outcome, code)
                for outcome, cell in zip(OUTCOMES, cells[1:], strict=True)
                for code in re.findall(r"`(\w+)`", cell)
            }
    return codes


def limits() -> dict[str, str]:
    """The limits of section 1: name and value as written."""
    rows = [line.strip("|").split("|") for line in section(1).splitlines() if line.startswith("|")]
    return {row[0].strip(): row[1].strip() for row in rows[2:]}


def reserved_names() -> set[str]:
    """The reserved claim names of section 3."""
    sentence = section(3).split("**Reserved claim names**:")[1].split(" A claim name")[0]
    return set(re.findall(r"`([^`]+)`", sentence))
