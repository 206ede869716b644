"""The page of an audit: strict, whole, the same for the same report, and escaping what others wrote."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from published_batches import town
from vanbang.adapters.render.audit_page import audit_page, audit_page_policy
from vanbang.adapters.render.timeline import BINS, KINDS, timeline
from vanbang.notary.auditing.findings import WORDS, Finding
from vanbang.notary.auditing.report import AuditReport, IssuerLine
from vanbang.ports.notebook import DayCount

REPORT = town().audit()


def with_codes(report: AuditReport, *codes: str) -> AuditReport:
    findings = [Finding(code, "<script>alert(1)</script>", seq=1, detail='"&<b>') for code in codes]
    return replace(report, findings=findings, by_code=dict.fromkeys(codes, 3))


def test_the_page() -> None:
    """It names registry, block and issuers, draws a mark for each kind of event, and needs nothing from elsewhere."""
    page = audit_page(REPORT).decode()
    assert page == audit_page(REPORT).decode()
    for text in (REPORT.registry, REPORT.block.hash.hex(), "songhong.edu.vn", "Mọi thứ khớp", "All holds"):
        assert text in page
    for kind in ("anchor", "key", "status", "administration"):
        assert f'class="mark-{kind}"' in page
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!#)|url\((?!["']?(data:|#))|@import|style="|\son[a-z]+=""", page)
    assert audit_page_policy() in page.replace("&#39;", "'")


@pytest.mark.parametrize("codes", [tuple(WORDS), ("tile_missing",), ("key_new",), ()])
def test_findings(codes: tuple[str, ...]) -> None:
    """Every code has its words; text from outside is shown and never marks up; what is left out is counted."""
    page = audit_page(with_codes(REPORT, *codes)).decode()
    assert page.count("<script") == 0
    assert page.count("&lt;script&gt;") == len(codes)
    assert (f"và {2 * len(codes)} phát hiện" in page) == bool(codes)
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Reader().feed(page)
    assert seen.count("main") == 1


def line(*days: DayCount) -> IssuerLine:
    return IssuerLine("a", "A", "Trường A", 1, 2, days)


def test_a_standing_that_is_none() -> None:
    """A standing that no registry knows, as a lying endpoint may tell it, is shown as unknown."""
    page = audit_page(replace(REPORT, issuers=[replace(REPORT.issuers[0], standing=77)])).decode()
    assert "không rõ" in page


def test_the_timeline() -> None:
    """Marks stand in their lane, inside the picture, days put together where there are too many."""
    days = [DayCount(kind, day, 1 + day) for kind in KINDS for day in range(0, 4_000, 9)]
    drawn = timeline([line(*days), line()])
    assert drawn is not None
    assert (len(drawn.rows), drawn.first, drawn.last) == (1, 0, 3_996 * 86_400)
    marks = drawn.rows[0].marks
    assert len(marks) <= BINS * len(KINDS)
    assert sum(mark.count for mark in marks) == sum(day.count for day in days)
    for mark in marks:
        lane = KINDS.index(mark.kind)
        assert 12 * lane <= mark.y
        assert mark.y + mark.height <= 12 * (lane + 1) + 0.1
        assert 0 <= mark.x <= 1_500
        assert mark.first <= mark.last
    assert timeline([line()]) is None
    single = timeline([line(DayCount("key", 7, 1))])
    assert single is not None
    assert len(single.rows[0].marks) == 1
