"""The proof page in Chromium, over a site whose chain answers from the valid test vector."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.page_acts import (
    changed,
    choose,
    drop,
    expect_problem,
    expect_verdict,
    first_text,
    front,
    show,
    stranger,
    with_disclosures,
)
from e2e.page_site import Site, base64url

pytestmark = pytest.mark.slow


def test_a_valid_share_is_shown_as_a_diploma(page: Page, site: Site) -> None:
    """A share of the valid credential shows HỢP LỆ, the diploma, who vouches and ten checks."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ", "VALID")
    expect(page.locator(".diploma")).to_contain_text(first_text(site.credential)[2])
    expect(page.locator(".panel h2").filter(has_text="Who vouches")).to_have_count(1)
    expect(page.locator(".steps li")).to_have_count(10)


def test_the_key_leaves_the_address_and_reaches_no_server(page: Page, site: Site) -> None:
    """The key is gone from the address bar and stands in no request, in its line, headers or body."""
    key = show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert "#" not in page.evaluate("location.href")
    assert key not in page.content()
    assert any("/v1/shares/" in request for request in site.log)
    assert not any(key in request or "\nreferer:" in request.lower() for request in site.log)


def test_the_key_is_taken_before_anything_is_fetched(page: Page, site: Site) -> None:
    """When the first module after the page's own script is asked for, the address bar holds no key any more."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(page.url) if "app.js" in request.url else None)
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert seen
    assert not any("#" in address for address in seen)


def test_reloading_asks_for_the_original_link(page: Page, site: Site) -> None:
    """A reload has no key any more and says that the original link must be opened again."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    page.reload()
    expect_problem(page, "mở lại đường dẫn gốc", "open the original link")


def test_a_changed_claim_is_invalid(page: Page, site: Site) -> None:
    """A share with one claim changed shows KHÔNG HỢP LỆ and none of its claims."""
    show(page, site, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ", "INVALID")
    expect(page.locator("#verdict .reason")).to_contain_text("A fact was changed or added")
    expect(page.locator(".diploma")).to_have_count(0)
    expect(page.get_by_text("Who vouches")).to_have_count(0)


def test_an_extract_stays_valid(page: Page, site: Site) -> None:
    """A share that leaves a claim out is valid and does not show it."""
    left_out = first_text(site.credential)
    show(page, site, with_disclosures(site.credential, lambda all_: [p for p in all_ if p != left_out]))
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".undisclosed")).to_contain_text("Entries not shown or empty")


def test_without_endpoints_nothing_is_claimed(page: Page, site: Site) -> None:
    """When no endpoint answers the page says CHƯA THỂ KIỂM TRA, and shows the claims by their plain names."""
    site.rpc_down = True
    show(page, site, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA", "UNDETERMINED")
    expect(page.locator(".diploma .distrusted")).to_be_visible()
    expect(page.locator(".diploma")).to_contain_text(first_text(site.credential)[1])


def test_a_wrong_key_opens_nothing(page: Page, site: Site) -> None:
    """A link with another key says so in a plain sentence."""
    path, _ = site.share(site.credential)
    page.goto(f"{site.origin}{path}#{base64url(bytes(32))}")
    expect_problem(page, "Khoá trong đường dẫn không mở được", "does not open this diploma")


@pytest.mark.parametrize("fragment", ["x", "%00", "A" * 44, "=" * 43, "<script>alert(1)</script>", "A" * 42 + "B"])
def test_a_garbled_key_is_a_plain_sentence(page: Page, site: Site, fragment: str) -> None:
    """A fragment that is no key at all is told apart before the server is asked for the share."""
    path, _ = site.share(site.credential)
    page.goto(f"{site.origin}{path}#{fragment}")
    expect_problem(page, "Đường dẫn không đầy đủ", "copy the whole original link")
    assert not any("/v1/shares/" in request for request in site.log)


def test_an_unknown_share_is_a_plain_sentence(page: Page, site: Site) -> None:
    """A link to a share that is not there says so."""
    page.goto(f"{site.origin}/v/{base64url(bytes(16))}#{base64url(bytes(32))}")
    expect_problem(page, "Không tìm thấy văn bằng", "There is no diploma at this link")


def test_without_network_the_page_says_so(page: Page, site: Site, context: BrowserContext) -> None:
    """A file chosen while there is no network ends in a plain sentence, and works once it is back."""
    front(page, site)
    context.set_offline(True)
    choose(page, site.credential)
    expect_problem(page, "Không kết nối được", "cannot be reached")
    context.set_offline(False)
    choose(page, site.credential)
    expect_verdict(page, "HỢP LỆ")


def test_a_dropped_file_is_checked_without_being_sent(page: Page, site: Site) -> None:
    """A file dropped on the front page is judged there, one after another, and is sent nowhere."""
    front(page, site)
    drop(page, site.credential)
    expect_verdict(page, "HỢP LỆ")
    drop(page, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    choose(page, b"no diploma at all")
    expect(page.locator("#verdict .reason")).to_contain_text("This is not a diploma file")
    payload = json.loads(site.credential)["payload"]
    assert not any(payload[:64] in request for request in site.log)


def test_a_page_loaded_in_part_says_so(page: Page, site: Site) -> None:
    """When a module does not arrive the page shows its sentence for that, and the key is gone all the same."""
    page.route("**/judge.js", lambda route: route.abort())
    show(page, site, site.credential)
    expect(page.locator(".broken")).to_be_visible()
    assert "#" not in page.evaluate("location.href")


def test_an_unusable_configuration_is_a_plain_sentence(page: Page, site: Site) -> None:
    """A trust configuration the page cannot read is said to be the page's fault, not the diploma's."""
    site.case["trust"]["version"] = 2
    show(page, site, site.credential)
    expect_problem(page, "chưa được cấu hình đúng", "is not configured properly")


def test_claims_are_only_ever_text(page: Page, site: Site) -> None:
    """Markup in the claims of a stranger's file is shown letter by letter."""
    markup = "<img src=x onerror=alert(1)>"
    file = stranger({"ho_va_ten": {markup: [markup]}}, site.credential)
    front(page, site)
    choose(page, file)
    expect_verdict(page, "KHÔNG HỢP LỆ")
    expect(page.locator(".diploma")).to_contain_text(markup)
    assert page.locator(".diploma img").count() == 0


def test_a_second_link_in_the_same_tab_is_opened(page: Page, site: Site) -> None:
    """A link that differs from the open page only in its key is opened without a reload."""
    path, key = site.share(site.credential)
    page.goto(f"{site.origin}{path}")
    expect_problem(page, "mở lại đường dẫn gốc")
    page.evaluate("(key) => { location.hash = key; }", key)
    expect_verdict(page, "HỢP LỆ")
    assert page.url == f"{site.origin}{path}"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_width(page: Page, site: Site, width: int) -> None:
    """Nothing runs over the side, on a small phone or a desktop, whatever the result."""
    page.set_viewport_size({"width": width, "height": 800})
    path, _ = site.share(site.credential)
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    front(page, site)
    assert page.evaluate(fits)
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert page.evaluate(fits)
    show(page, site, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    assert page.evaluate(fits)
    page.goto(f"{site.origin}{path}")
    expect_problem(page, "mở lại đường dẫn gốc")
    assert page.evaluate(fits)


SHIFTS = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 100);
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_the_page_works(page: Page, site: Site, width: int) -> None:
    """From the first paint to the verdict hardly anything visible moves."""
    page.set_viewport_size({"width": width, "height": 844})
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert page.evaluate(SHIFTS) < 0.02


def test_the_page_is_used_by_keyboard(page: Page, site: Site) -> None:
    """From the verdict the keyboard reaches the checks, opens one, and goes on to the file input."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    focused = "document.activeElement.tagName + '#' + document.activeElement.id"
    reached: list[str] = []
    while "INPUT#file" not in reached and len(reached) < 20:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(focused))
        if reached.index(reached[-1]) == len(reached) - 1 and reached[-1] == "SUMMARY#":
            page.keyboard.press("Enter")
    assert reached.count("SUMMARY#") == 10
    assert reached[-1] == "INPUT#file"
    assert page.locator(".steps details[open]").count() == 1


def test_the_diploma_file_can_be_saved(page: Page, site: Site) -> None:
    """What a share holds can be saved byte for byte, to be checked with other tools."""
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    with page.expect_download() as download:
        page.get_by_text("Save the diploma file").click()
    assert re.fullmatch(r".*\.vanbang\.json", download.value.suggested_filename)
    assert download.value.path().read_bytes() == site.credential
