"""Files given to the proof page: PDFs, and many at once."""

import csv
import io
import json

import pytest
from playwright.sync_api import Page, expect

from e2e.page_acts import (
    changed,
    choose,
    choose_files,
    expect_problem,
    expect_verdict,
    first_text,
    front,
    pdf_around,
    stranger,
)
from e2e.page_cases import case_of, diploma_world
from e2e.page_site import Site

pytestmark = pytest.mark.slow


def test_a_pdf_is_judged_by_what_is_attached(page: Page, site: Site) -> None:
    """The claims of the attached file are shown beside the warning that nobody vouches for the PDF; nothing is sent."""
    front(page, site)
    choose(page, pdf_around(site.credential))
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".notice-pdf")).to_contain_text("Read the facts here, not on the PDF")
    expect(page.locator(".diploma")).to_contain_text(first_text(site.credential)[2])
    choose(page, pdf_around(changed(site.credential)))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    expect(page.locator(".notice-pdf")).to_be_visible()
    payload = json.loads(site.credential)["payload"]
    assert not any(payload[:64] in request for request in site.log)


def test_other_pdfs_end_in_a_sentence_each(page: Page, site: Site) -> None:
    """No credential, two different ones, a password: nothing is judged, and the reader is told why."""
    front(page, site)
    choose(page, b"%PDF-1.7\n%%EOF\n")
    expect_problem(page, "No readable credential file is attached")
    choose(page, pdf_around(site.credential, changed(site.credential)))
    expect_problem(page, "Different credential files are attached")
    choose(page, pdf_around(site.credential) + b"trailer << /Encrypt 9 0 R >>")
    expect_problem(page, "protected by a password")
    choose(page, pdf_around(site.credential, site.credential))
    expect_verdict(page, "HỢP LỆ")


def test_many_files_become_a_table(page: Page, site: Site) -> None:
    """Each file has a row; the worst can be put first; a row opens its result, and the way back leads to it."""
    site.case = case_of(diploma_world())
    front(page, site)
    files = {"a.json": site.credential, "b.json": changed(site.credential), "c.pdf": b"%PDF-1.7", "d.json": b"{}"}
    choose_files(page, files | {"e.pdf": pdf_around(site.credential)})
    expect_verdict(page, "Đã kiểm tra 5 tệp", "5 files checked")
    assert page.locator(".tallies strong").all_inner_texts() == ["2", "1", "0", "2"]
    rows = page.locator(".many tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="a.json")).to_contain_text("Nguyễn Phúc Vinh")
    expect(rows.filter(has_text="a.json")).to_contain_text("Bằng cử nhân, Giáo dục Mầm non")
    expect(rows.filter(has_text="b.json")).to_contain_text("A fact was changed or added")
    page.locator(".col-verdict button").click()
    expect(page.locator(".col-verdict")).to_have_attribute("aria-sort", "ascending")
    verdicts = rows.locator(".mark .en").all_inner_texts()
    assert verdicts == ["INVALID", "INVALID", "NOT READ", "VALID", "VALID"]
    page.get_by_role("button", name="e.pdf").click()
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".notice-pdf")).to_be_visible()
    page.get_by_role("button", name="Back to the table").click()
    expect(page.get_by_role("button", name="e.pdf")).to_be_focused()
    expect(rows).to_have_count(5)


def test_the_results_are_saved_as_csv(page: Page, site: Site) -> None:
    """The CSV has a byte order mark, a row for each file in their order, and no cell that a spreadsheet runs."""
    front(page, site)
    formula = stranger({"ho_va_ten": '=HYPERLINK("x";"y")', "xep_loai": "＋1\u202e"}, site.credential)
    choose_files(page, {"-cmd.json": formula, "b.json": site.credential})
    expect_verdict(page, "Đã kiểm tra 2 tệp")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the table (CSV)").click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert head[:4] == ["Số thứ tự / number", "Tệp / file", "Kết quả / verdict", "Mã lý do / code"]
    assert [row[0] for row in rows] == ["1", "2"]
    first = dict(zip(head, rows[0], strict=True))
    assert first["Tệp / file"] == "'-cmd.json"
    assert first["Họ và tên / name"] == """'=HYPERLINK("x";"y")"""
    assert first["Xếp loại / classification"] == "'＋1\\u202e"
    assert rows[1][2] == "VALID"


def test_a_table_without_end_is_not_drawn(page: Page, site: Site) -> None:
    """A stranger's file with rows by the thousand, each with a column of its own, is judged; their number is told."""
    front(page, site)
    rows = [{f"c{i}": "x"} for i in range(6_000)]
    choose_files(page, {"a.json": stranger({"rows": rows, "ho_va_ten": "Ai Đó"}, site.credential)})
    expect_verdict(page, "KHÔNG HỢP LỆ")
    expect(page.locator(".diploma")).to_contain_text("36000002 entries, too many to show here")
    assert page.locator(".diploma *").count() < 100


MANY = """([text, count]) => {
    const transfer = new DataTransfer();
    for (let i = 0; i < count; i += 1) transfer.items.add(new File([text], `${i}.json`));
    const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
    document.getElementById("drop").dispatchEvent(drop);
}"""


def test_many_files_ask_the_chain_as_one(page: Page, site: Site) -> None:
    """A hundred diplomas of one batch cost hardly more requests than one, and a file given meanwhile takes over."""
    front(page, site)
    page.evaluate(MANY, [site.credential.decode(), 100])
    expect_verdict(page, "100 files checked")
    assert sum("/rpc/" in request.split("\n")[0] for request in site.log) < 40
    page.evaluate(MANY, [site.credential.decode(), 100])
    choose(page, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    page.wait_for_timeout(300)
    expect_verdict(page, "KHÔNG HỢP LỆ")
