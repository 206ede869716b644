"""The page of a quality report: what it says, what it never shows, and that it is one sound, closed file."""

import base64
import hashlib
import re
import time
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from unit.adapters.render.dirty_report import clean_report, dirty_report, finding, report_of
from vanbang.adapters.render import quality_page, quality_page_policy
from vanbang.adapters.render.quality_view import LONGEST_VALUE, gauges, shown, tables, verdict
from vanbang.adapters.render.rule_names import RULE_NAMES
from vanbang.catalog.problems import RULES
from vanbang.notary.lists import ListUnreadable
from vanbang.notary.quality import CheckReport

MADE = 1_782_900_000
VOID = {"meta", "link", "br", "img", "hr", "input", "base", "embed", "source"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}&amp;</td></style>"


class Tree(HTMLParser):
    """Notes tags, attributes and text, and refuses tags that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def read(report: dict[str, Any], name: str = "danh sách.csv") -> Tree:
    return Tree(quality_page(report, name, MADE).decode())


def words(report: dict[str, Any], name: str = "danh sách.csv") -> str:
    return " ".join(read(report, name).text.split())


def unreadable() -> dict[str, Any]:
    report = CheckReport()
    report.refuse_list(ListUnreadable([finding(row=0, column="", value="", rule="not_utf8")]))
    return report.as_json()


REPORTS = {
    "dirty": dirty_report(200),
    "clean": clean_report(),
    "empty": CheckReport().as_json(),
    "unreadable": unreadable(),
    "hostile": report_of(finding(value=HOSTILE, column=HOSTILE, rule=HOSTILE, message_vi=HOSTILE, suggestion=HOSTILE)),
}


@pytest.mark.parametrize("name", REPORTS)
def test_every_page_is_well_formed(name: str):
    """All tags nest, every picture is sound XML with a name or hidden, and ids and what refers to them fit."""
    page = quality_page(REPORTS[name], HOSTILE, MADE).decode()
    assert page.startswith("<!doctype html>")
    tree = Tree(page)
    for picture in re.findall(r"<svg\b.*?</svg>", page, re.DOTALL):
        root = ElementTree.fromstring(picture)  # noqa: S314 - our own page
        assert root.get("aria-hidden") == "true" or (root.get("role") == "img" and root.get("aria-labelledby"))
    ids = [attributes["id"] for _, attributes in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tree.tags:
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)
        assert attributes.get("href", "#").removeprefix("#") in {*ids, "", "data:,"}


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_on_a_page_runs_or_loads(name: str):
    """There is no script, no style or handler in an attribute, and no address."""
    tree = read(REPORTS[name], HOSTILE)
    assert {tag for tag, _ in tree.tags}.isdisjoint(
        {"script", "img", "iframe", "form", "object", "base", "foreignobject"}
    )
    names = {attribute for _, attributes in tree.tags for attribute in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "style", "srcset", "action"}}
    assert [tag for tag, _ in tree.tags].count("style") == 1


def test_the_policy_allows_just_the_style_of_the_page():
    """The hash in the policy is that of what stands in the style element, and the page carries the policy."""
    page = quality_page(clean_report(), "a.csv", MADE).decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in quality_page_policy()
    carried = [attributes for tag, attributes in Tree(page).tags if tag == "meta" and "http-equiv" in attributes]
    assert [attributes["content"] for attributes in carried] == [quality_page_policy()]


def test_hostile_text_is_shown_as_text():
    """What a list says in tags, quotes and braces is read on the page as it was written."""
    text = words(REPORTS["hostile"], HOSTILE)
    assert text.count(HOSTILE) >= 5


def test_text_that_turns_other_text_round_is_spelt_out():
    """Direction marks, line ends, zero bytes and lone surrogates are shown by their number, in a part of their own."""
    report = report_of(finding(value="a\u202eb\u2066c\nd\0e\ud800f שלום"))
    page = quality_page(report, "\u202egpj.csv", MADE).decode()
    assert '<bdi dir="ltr">&lt;U+202E&gt;gpj.csv</bdi>' in page
    told = "a&lt;U+202E&gt;b&lt;U+2066&gt;c&lt;U+000A&gt;d&lt;U+0000&gt;e&lt;U+D800&gt;f שלום"
    assert f'<bdi dir="ltr" class="value">{told}</bdi>' in page


def test_citizen_numbers_are_masked():
    """A value and a suggestion in a column of citizen numbers is masked, also under the header the file has for it."""
    report = report_of(
        finding(column="so_ddcn", value="1304000123", suggestion="001304000123"),
        finding(column="so_ddcn_nguoi_ky_vbcc", value="001068004321"),
        finding(column="CCCD", value="001304000777"),
    )
    report["list"]["columns"]["CCCD"] = "so_ddcn"
    text = words(report)
    for number in ("1304000123", "001304000123", "001068004321", "001304000777"):
        assert number not in text
    for masked in ("130****123", "001******123", "001******321", "001******777"):
        assert masked in text


def test_a_long_value_is_cut():
    """A value is shown to a length that finds the cell, and the cut is to be seen."""
    assert shown("x" * LONGEST_VALUE) == "x" * LONGEST_VALUE
    assert shown("x" * 5_000) == "x" * LONGEST_VALUE + "…"


@pytest.mark.parametrize(
    ("name", "vietnamese", "english"),
    [
        ("dirty", "Có lỗi", "the list cannot be sealed"),
        ("clean", "Sạch", "It can be sealed as it is; nothing is left to do."),
        ("empty", "Không có dòng nào", "There is nothing to seal."),
        ("unreadable", "Không đọc được hết", "Nothing can be sealed."),
    ],
)
def test_the_verdict_says_what_happens_now(name: str, vietnamese: str, english: str):
    """The first line tells what became of the list, and whether it can be sealed."""
    text = words(REPORTS[name])
    assert vietnamese in text
    assert english in text


def test_a_clean_list_with_warnings_can_be_sealed():
    """Warnings do not keep a list from being sealed, but are to be read first."""
    told = verdict(report_of(finding(severity="warning")))
    assert told.tone == "valid"
    assert "Read the warnings (1) first" in told.advice[1]


def test_what_was_not_checked_has_no_score():
    """Without a register the quality `live` has no number and says why; without rows no quality has one."""
    live = gauges(REPORTS["dirty"])[3]
    assert (live.percent, live.tone) == (None, "none")
    assert "no register was given" in live.told[1]
    assert all(gauge.percent is None and "no row" in gauge.told[1] for gauge in gauges(REPORTS["empty"]))
    assert "100%" not in words(REPORTS["empty"])


def test_scores_are_written_in_both_ways():
    """A score has a decimal comma in Vietnamese, a point in English, and a whole number none."""
    report = REPORTS["clean"] | {"scores": REPORTS["clean"]["scores"] | {}}
    report["scores"]["clean"] = {"score": 99.9, "errors": 0, "warnings": 1, "rows": 1}
    found = {gauge.name[1]: gauge for gauge in gauges(report)}
    assert (found["Clean"].written, found["Clean"].tone) == (("99,9%", "99.9%"), "unsure")
    assert (found["Accurate"].written, found["Accurate"].tone) == (("100%", "100%"), "valid")


def test_errors_come_before_warnings_and_rows_in_order():
    """The tables hold errors by row, then warnings by row; a finding about the file comes first."""
    report = report_of(
        finding(row=9, severity="warning"), finding(row=9), finding(row=2, severity="warning"), finding(row=0)
    )
    told = [(table.severity, [entry.place for entry in table.entries]) for table in tables(report)]
    assert told == [("error", [None, 9]), ("warning", [2, 9])]


def test_what_was_left_out_is_told():
    """A report that kept only its first findings says how many there are beside them."""
    report = CheckReport(keep=2, rows=50)
    for row in range(2, 1_007):
        report.add(finding(row=row))
    text = words(report.as_json())
    assert "1\u00a0003 more are not listed here" in read(report.as_json()).text
    assert "2 / 1 005" in text
    assert "not listed after row 3" in text


def test_a_thousand_findings_make_a_page_of_bounded_size_in_bounded_time():
    """The fullest report with the longest values takes less than 2.5 megabytes and five seconds of processor time."""
    report = CheckReport(rows=5_000)
    for row in range(2, 1_502):
        report.add(finding(row=row, value="ữ" * 500, suggestion="ữ" * 500))
    before = time.process_time()
    page = quality_page(report.as_json(), "x" * 300, MADE)
    assert time.process_time() - before < 5
    assert len(page) < 2_500_000
    assert page.count(b'<tr role="row">') > 1_000


def test_the_same_report_makes_the_same_bytes():
    """Nothing of the moment or the machine is in a page; its time is that of Vietnam."""
    assert quality_page(dirty_report(50), "a", MADE) == quality_page(dirty_report(50), "a", MADE)
    assert (
        '<time datetime="2026-07-01T17:00+07:00">01/07/2026 17:00</time>'
        in quality_page(clean_report(), "a", MADE).decode()
    )


def test_every_rule_of_the_catalog_has_a_short_name():
    """Charts show people names, not codes."""
    assert set(RULES) <= set(RULE_NAMES)
    assert all(vi and en for vi, en in RULE_NAMES.values())


def test_a_rule_and_a_column_without_a_name_are_shown_by_their_code():
    """What a newer part of the house finds is shown all the same."""
    text = words(report_of(finding(rule="rule_of_tomorrow", column="cột lạ")))
    assert "rule_of_tomorrow" in text
    assert "cột lạ" in text
