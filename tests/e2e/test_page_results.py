"""What the proof page says of each verdict: the words, what can be done, the evidence, on the screen and on paper."""

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e.page_acts import changed, expect_verdict, front, show, with_disclosures
from e2e.page_cases import case_of, catalogued, diploma_world
from e2e.page_site import Site
from transcripts import TRANSCRIPT, transcript
from vanbang.core.status import CredentialStatus
from world import Chain, World

pytestmark = pytest.mark.slow

YEARS = ("2023-2024", "2024-2025", "2025-2026")
STANDINGS = {
    CredentialStatus.SUPERSEDED: (
        "thay bằng văn bằng mới hơn",
        "replaced by a newer diploma",
        "Ask the holder for the",
    ),
    CredentialStatus.SUSPENDED: ("tạm đình chỉ", "suspended for the time being", "may yet restore it"),
    CredentialStatus.REVOKED: ("đã bị thu hồi", "has been revoked", "no longer counts"),
}


def test_each_standing_has_words_of_its_own(page: Page, site: Site) -> None:
    """Replaced, suspended and revoked diplomas are told apart, each with what the reader can do."""
    for status, (vi, en, advice) in STANDINGS.items():
        site.case = case_of(World(status=status))
        show(page, site, site.credential)
        expect_verdict(page, "KHÔNG HỢP LỆ", "INVALID")
        expect(page.locator("#verdict .reason")).to_contain_text(vi)
        expect(page.locator("#verdict .reason")).to_contain_text(en)
        expect(page.locator("#verdict .meaning")).to_contain_text(advice)
        expect(page.locator(".diploma .distrusted")).to_contain_text(en)


def test_what_is_undetermined_names_what_was_not_checked(page: Page, site: Site) -> None:
    """Without endpoints the page lists the steps left open, says that this is no verdict against it, and what to do."""
    site.rpc_down = True
    show(page, site, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA")
    expect(page.locator("#verdict .unchecked")).to_contain_text("Entered in the public registry; The right to issue")
    expect(page.locator("#verdict .unchecked")).not_to_contain_text("Reading the file")
    expect(page.locator("#verdict .meaning")).to_contain_text("does not say that the diploma is wrong")
    expect(page.locator("#verdict .meaning")).to_contain_text("Check your connection")


def test_who_vouches_and_as_of_when_stand_beside_the_verdict(page: Page, site: Site) -> None:
    """The plate of a valid diploma names holder, institution as registered, the registry's moment, the list's day."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator("#verdict .who").first).to_contain_text("Nguyễn Thị Ánh Đào")
    expect(page.locator("#verdict .who").last).to_contain_text("Trường Đại học Sông Hồng")
    expect(page.locator("#verdict .moment").first).to_contain_text("Theo sổ công khai lúc")
    expect(page.locator("#verdict .moment").last).to_contain_text("Standing as published 9 June 2026.")
    show(page, site, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    expect(page.locator("#verdict .who")).to_have_count(0)


def test_an_old_list_shows_how_old_it_is(page: Page, site: Site) -> None:
    """A status list that is forty days old is still the registry's word, and its age stands beside its day."""
    later = int(timedelta(days=40).total_seconds())
    site.case["now"] += later
    for question, entries in site.case["evidence"].items():
        if question.startswith("block "):
            site.case["evidence"][question] = [{**entry, "time": entry["time"] + later} for entry in entries]
    page.clock.set_fixed_time(datetime.fromtimestamp(site.case["now"], UTC))
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator("#verdict .moment").last).to_contain_text("No newer list for 51 days")


def test_each_step_explains_itself(page: Page, site: Site) -> None:
    """An opened step says what came out, what it looks at, and its code."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    fourth = page.locator(".steps li").nth(3)
    expect(fourth.get_by_text("nobody can alter or delete it")).to_be_hidden()
    fourth.locator("summary").click()
    expect(fourth.get_by_text("nobody can alter or delete it")).to_be_visible()
    expect(fourth.get_by_text("The batch is entered for good")).to_be_visible()
    expect(fourth.locator(".code")).to_have_text("pass · anchored")


def test_english_alone_is_chosen_and_kept(page: Page, site: Site) -> None:
    """One press leaves only English, also after a reload, and sets no cookie; another brings Vietnamese back."""
    front(page, site)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Văn bằng này có thật không?")).to_be_hidden()
    show(page, site, site.credential)
    heading = page.locator("#verdict h1")
    expect(heading).to_be_focused()
    assert heading.inner_text().strip() == "VALID"
    assert page.evaluate("[document.documentElement.lang, document.cookie]") == ["en", ""]
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(heading.get_by_text("HỢP LỆ")).to_be_visible()


def test_the_explorer_is_linked_where_the_configuration_names_one(page: Page, site: Site) -> None:
    """Contract and blocks lead to the explorer of the trust, in a tab that learns nothing; else nowhere."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".evidence a")).to_have_count(0)
    site.case = case_of(World(), explorer=True)
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    links = page.locator(".evidence a").evaluate_all("(all) => all.map(({ href, rel, target }) => [href, rel, target])")
    places = ["address/0x" + "a1" * 20, "block/700", "block/900"]
    assert links == [[f"https://scan.example/{place}", "noopener noreferrer", "_blank"] for place in places]


def test_an_extract_says_what_is_withheld(page: Page, site: Site) -> None:
    """An extract of a real diploma names what every such diploma has and it does not show; the whole one does not."""
    site.case = case_of(diploma_world())
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".diploma .extract")).to_have_count(0)
    kept = ("ho_va_ten", "ten_vbcc", "xep_loai", "don_vi_cap")
    show(page, site, with_disclosures(site.credential, lambda all_: [parts for parts in all_ if parts[1] in kept]))
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".diploma .extract")).to_contain_text("An extract: its holder shows only a part")
    expect(page.locator(".diploma .withheld")).to_contain_text("Not shown: Date of birth; Place of birth;")
    expect(page.locator(".diploma .withheld")).not_to_contain_text("Full name")
    expect(page.locator("#verdict .nameless")).to_have_count(0)
    show(
        page, site, with_disclosures(site.credential, lambda all_: [parts for parts in all_ if parts[1] == "xep_loai"])
    )
    expect(page.locator("#verdict .nameless")).to_contain_text("does not say whose it is")


def test_courses_are_tables_by_year(page: Page, site: Site) -> None:
    """A transcript's courses stand in a table for each year, which it heads, under the labels of the type."""
    site.case = case_of(catalogued(TRANSCRIPT, transcript()))
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".diploma h4")).to_have_text([f"Năm học School year {year}" for year in YEARS])
    for table in page.locator(".diploma .scroll:has(h4) table").all():
        assert table.locator("th .vi").all_inner_texts() == ["Mã môn", "Môn", "Học kì 1", "Học kì 2", "Cả năm"]
        assert table.locator("tbody tr").count() >= 10


def test_a_result_prints_on_one_sheet(page: Page, site: Site) -> None:
    """A diploma with every field, its verdict, time and block fill one sheet of A4 in either language."""
    site.case = case_of(diploma_world(), explorer=True)
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    for language in ("Tiếng Việt", "English"):
        page.get_by_role("button", name=language).click()
        assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    expect(page.locator("#verdict h1")).to_be_visible()
    expect(page.locator(".evidence").get_by_text("700")).to_be_visible()
    expect(page.locator("#drop")).to_be_hidden()


def test_a_small_phone_shows_it_all(page: Page, site: Site) -> None:
    """At 320 pixels nothing runs over the side: a whole diploma, in the dark, and its transcript-like tables."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    names = ((1_700_000_000, "DSH", "Trường Đại học Sông Hồng"),)
    rows = [{"nam_hoc": "2025-2026", "mon": "Hoạt động trải nghiệm, hướng nghiệp", "nhan_xet": "Đạt" * 40}] * 2
    tables = World(claims={"ho_va_ten": "Đỗ" * 60, "mon_hoc": rows}, chain=replace(Chain(), names=names), by_element=())
    for world in (diploma_world(), tables):
        site.case = copy.deepcopy(case_of(world, explorer=True))
        show(page, site, site.credential)
        expect_verdict(page, "HỢP LỆ")
        assert page.evaluate("document.documentElement.scrollWidth <= 320"), json.dumps(sorted(world.claims))
