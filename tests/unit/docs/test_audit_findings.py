"""The paper on auditing and the program name the same findings."""

import re
from pathlib import Path

from vanbang.notary.auditing.findings import WORDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "audit.md"


def test_the_table_of_findings() -> None:
    """Each code stands in the paper once, with its weight and its words, and no other does."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) / (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert {code: (weight, vietnamese, english) for code, weight, vietnamese, english in rows} == WORDS
    assert len(rows) == len(WORDS)
