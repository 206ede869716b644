"""The page of a quality report in Chromium: nothing loaded, no complaints, fit for telephone, desk and paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from unit.adapters.render.dirty_report import clean_report, dirty_report, finding, report_of
from vanbang.adapters.render import quality_page
from vanbang.notary.quality import CheckReport

pytestmark = pytest.mark.slow

MADE = 1_782_900_000
LONG = "W" * 400
REPORTS: dict[str, dict[str, Any]] = {
    "dirty": dirty_report(400),
    "clean": clean_report(),
    "empty": CheckReport().as_json(),
    "long": report_of(finding(column=LONG, value=LONG, rule=LONG, message_vi=LONG, message_en=LONG, suggestion=LONG)),
}


@pytest.fixture(params=[360, 1280])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of this width; complaints of the console and requests other than for the file fail the test."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("request", lambda sent: None if sent.url.startswith(("file:", "data:,")) else heard.append(sent.url))
    yield opened
    context.close()
    assert heard == []


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_fits_its_width(page: Page, tmp_path: Path, name: str) -> None:
    """Nothing stands out to the right, on a telephone as on a desk, whatever the list holds."""
    show(page, tmp_path, REPORTS[name])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == page.viewport_size["width"]
    assert escaping(page) == []


def test_the_style_is_applied(page: Page, tmp_path: Path) -> None:
    """The policy lets the page's own style through, so that bars have their pattern and the verdict its colour."""
    show(page, tmp_path, REPORTS["dirty"])
    expect(page.locator("h1")).to_have_css("color", "rgb(162, 33, 28)")
    expect(page.locator("#rules ~ table .bar-warning").first).to_have_css("fill", 'url("#hatch")')
    expect(page.locator("main > section").first).to_contain_text("Có lỗi")


def test_what_machines_read_out_is_there(page: Page, tmp_path: Path) -> None:
    """Pictures have names, tables have headers, whichever way the style lays them out."""
    show(page, tmp_path, REPORTS["dirty"])
    expect(page.get_by_role("img", name="Đúng:")).to_be_visible()
    expect(page.get_by_role("img", name="Số phát hiện theo số dòng")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(5)
    expect(page.get_by_role("columnheader", name="Việc cần làm")).to_have_count(2)
    assert page.get_by_role("rowheader").count() > 100


def test_the_page_prints(browser: Browser, tmp_path: Path) -> None:
    """On A4 nothing is cut off to the right."""
    context = browser.new_context(viewport={"width": 688, "height": 1000})
    opened = context.new_page()
    opened.emulate_media(media="print")
    show(opened, tmp_path, REPORTS["dirty"])
    assert opened.evaluate("document.documentElement.scrollWidth") == 688
    assert opened.pdf(prefer_css_page_size=True, print_background=True).startswith(b"%PDF")
    context.close()


def show(page: Page, folder: Path, report: dict[str, Any]) -> None:
    file = folder / "report.html"
    file.write_bytes(quality_page(report, f"danh sách {'x' * 200}.csv", MADE))
    page.goto(file.as_uri())


def escaping(page: Page) -> list[str]:
    """Texts that reach beyond the window, which the width of the document does not tell where a parent cuts them."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main :is(p, dd, dt, th, td, bdi, span, h1, h2, h3)")]
          .filter((element) => !element.closest(".unseen"))
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1
            && getComputedStyle(element.closest("thead") ?? element).clipPath === "none")
          .map((element) => element.textContent.slice(0, 40))"""
    )
    return found
