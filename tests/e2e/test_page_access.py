"""Who cannot see, hear or point as others do: every page examined by axe-core (WCAG 2.2 AA), and used by keyboard."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.page_acts import changed, expect_verdict
from e2e.page_site import STATIC, Site
from e2e.test_single_file import kept, trust_of
from tools import npm_file

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXAMINE = """async (rules) => (await axe.run(document, { runOnly: { type: "tag", values: rules } })).violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)"""
LOOKS = {"desktop": {"width": 1280, "height": 900}, "phone-dark": {"width": 360, "height": 740}}
PAGES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.glob("[!v]*/**/*.html"))
"""All pages beside the verifier."""


def examined(page: Page) -> list[str]:
    """What axe-core finds, the element beside each rule."""
    page.evaluate(npm_file("axe-core/axe.min.js").read_text())
    found: list[str] = page.evaluate(EXAMINE, RULES)
    return found


@pytest.fixture(params=LOOKS)
def plain_page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """A page without a policy, for axe-core is no part of it: wide and light, narrow and dark."""
    scheme = "dark" if request.param.endswith("dark") else "light"
    context = browser.new_context(viewport=LOOKS[request.param], color_scheme=scheme, locale="vi-VN", bypass_csp=True)
    page = context.new_page()
    page.clock.set_fixed_time(site.case["now"])
    yield page
    context.close()


def give(page: Page, *files: bytes) -> None:
    page.set_input_files(
        "#file",
        [{"name": f"{i}.vanbang.json", "mimeType": "application/json", "buffer": data} for i, data in enumerate(files)],
    )


def test_no_state_of_the_page_has_a_barrier(plain_page: Page, site: Site) -> None:
    """Idle, valid, invalid, undetermined, broken link, many files: axe-core finds nothing, wide or narrow, light or
    dark."""
    page = plain_page
    found: dict[str, list[str]] = {}
    page.goto(f"{site.origin}/")
    expect(page.locator("body")).to_have_attribute("data-state", "idle")
    found["idle"] = examined(page)
    states: dict[str, tuple[Callable[[], None], str]] = {
        "valid": (lambda: give(page, site.credential), "HỢP LỆ"),
        "invalid": (lambda: give(page, changed(site.credential)), "KHÔNG HỢP LỆ"),
    }
    for name, (act, word) in states.items():
        act()
        expect_verdict(page, word)
        for step in page.locator(".steps summary").all()[:3]:
            step.press("Enter")
        found[name] = examined(page)
    give(page, site.credential, changed(site.credential), b"neither")
    expect(page.locator("body")).to_have_attribute("data-state", "many")
    found["many"] = examined(page)
    site.rpc_down = True
    page.goto(f"{site.origin}/")
    give(page, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA")
    found["undetermined"] = examined(page)
    page.goto(f"{site.origin}/v/{'A' * 22}")
    expect_verdict(page, "Chưa kiểm tra được gì")
    found["problem"] = examined(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_the_settings_have_no_barrier(plain_page: Page, site: Site, tmp_path: Path) -> None:
    """The settings of the single file, open, with a mistake told, in use: axe-core finds nothing."""
    plain_page.goto(kept(tmp_path, trust_of(site)))
    plain_page.locator(".settings summary").press("Enter")
    plain_page.fill("#settings-quorum", "9")
    plain_page.locator("#settings-quorum").press("Enter")
    expect(plain_page.locator("#settings-quorum")).to_be_focused()
    assert examined(plain_page) == []
    plain_page.fill("#settings-quorum", "")
    plain_page.locator("#settings-quorum").press("Enter")
    expect(plain_page.locator(".entered")).to_be_visible()
    assert examined(plain_page) == []


def test_no_other_page_has_a_barrier(plain_page: Page, site: Site) -> None:
    """The guides, and the holder's page opened without a link: axe-core finds nothing."""
    found: dict[str, list[str]] = {}
    for address in PAGES:
        plain_page.goto(f"{site.origin}/static/{address}")
        expect(plain_page.locator("h1:visible").first).to_be_visible()
        found[address] = examined(plain_page)
    assert {address: each for address, each in found.items() if each} == {}


def tab_to(page: Page, target: Locator) -> list[dict[str, Any]]:
    """Presses Tab until the target has the focus; gives what was passed, each with whether its focus is seen."""
    passed: list[dict[str, Any]] = []
    here = """() => { const each = document.activeElement;
        const outlined = (one) => parseFloat(getComputedStyle(one).outlineWidth) >= 2
            && getComputedStyle(one).outlineStyle !== "none";
        return { tag: each.tagName, seen: outlined(each) || outlined(each.parentElement) }; }"""
    while not target.evaluate("each => each === document.activeElement"):
        assert len(passed) < 60, f"Tab never reaches {target}"
        page.keyboard.press("Tab")
        passed.append(page.evaluate(here))
    return [each for each in passed if each["tag"] != "BODY"]  # where Tab leaves the page and comes back


def test_the_whole_journey_without_a_mouse(page: Page, site: Site) -> None:
    """By keyboard alone a link is pasted, the verdict has the focus, a check is opened, the file is saved; the focus is
    seen wherever it is."""
    path, key = site.share(site.credential)
    page.goto(f"{site.origin}/")
    expect(page.locator("body")).to_have_attribute("data-state", "idle")
    passed = tab_to(page, page.locator("#link"))
    page.keyboard.insert_text(f"{site.origin}{path}#{key}")
    page.keyboard.press("Enter")
    expect_verdict(page, "HỢP LỆ")
    first = page.locator(".steps summary").first
    passed += tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.locator(".steps details[open]")).to_have_count(1)
    passed += tab_to(page, page.get_by_role("button", name="Save the diploma file"))
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.path().read_bytes() == site.credential
    assert [each for each in passed if not each["seen"]] == []


def test_settings_without_a_mouse(page: Page, site: Site, tmp_path: Path) -> None:
    """The settings of the single file are opened, filled in and used by keyboard alone."""
    page.goto(kept(tmp_path, trust_of(site, endpoints=["http://127.0.0.1:9/"], quorum=1)))
    passed = tab_to(page, page.locator(".settings summary"))
    page.keyboard.press("Enter")
    passed += tab_to(page, page.locator("#settings-endpoints"))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("\n".join(json.loads(site.trust())["home"]["endpoints"]))
    passed += tab_to(page, page.get_by_role("button", name="Use these settings"))
    page.keyboard.press("Enter")
    expect(page.locator("#settings-said")).to_contain_text("The new settings are in use")
    assert [each for each in passed if not each["seen"]] == []
