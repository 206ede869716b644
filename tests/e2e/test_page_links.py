"""Links given to the proof page: what a share's holder said of it, shares that are over, and what people paste."""

import pytest
from playwright.sync_api import Page, expect

from e2e.page_acts import expect_problem, expect_verdict, front, show
from e2e.page_site import Site, base64url

pytestmark = pytest.mark.slow


def test_a_share_says_what_its_holder_gave_it_for(page: Page, site: Site) -> None:
    """Purpose and end stand above the diploma as the holder's own word; a share without them has no such lines."""
    site.said = {"Vanbang-Share-Purpose": "job", "Vanbang-Share-Expires": "2026-07-21T05:00:00Z"}
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".notice")).to_contain_text("Người mang bằng chia sẻ để xin việc đến ngày 21 tháng 7, 2026.")
    expect(page.locator(".notice")).to_contain_text("Shared by its holder for a job application until 21 July 2026.")
    expect(page.locator(".notice")).to_contain_text("nobody vouches for it")
    site.said = {"Vanbang-Share-Purpose": "<b>", "Vanbang-Share-Expires": "never"}
    show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator(".notice")).to_have_count(0)


def test_a_share_that_is_over_says_how_it_ended(page: Page, site: Site) -> None:
    """Run out and taken back are told apart, and neither is held against the diploma."""
    endings = {"share_expired": "for which its holder shared it is over", "share_withdrawn": "has stopped sharing it"}
    for code, sentence in endings.items():
        path, key = site.share(site.credential)
        site.ended[path.removeprefix("/v/")] = code
        page.goto(f"{site.origin}{path}#{key}")
        expect_problem(page, sentence, "That says nothing about the diploma")


def test_a_pasted_link_is_opened(page: Page, site: Site) -> None:
    """A whole link of this site is opened, and its key leaves the page's field at once."""
    path, key = site.share(site.credential)
    front(page, site)
    page.fill("#link", f" {site.origin}{path}#{key} ")
    page.keyboard.press("Enter")
    expect_verdict(page, "HỢP LỆ")
    expect(page.locator("#link")).to_have_value("")
    assert not any(key in request for request in site.log)


def test_other_pasted_texts_are_a_sentence_each(page: Page, site: Site) -> None:
    """Another host, half a link, the holder's private link, no link at all: nothing is asked of anybody."""
    path, key = site.share(site.credential)
    wanted = {
        f"https://vanbang.example{path}#{key}": "another site: vanbang.example",
        f"https://localhost.example{path}#{key}": "another site: localhost.example",
        f"{site.origin}{path}": "lacks its key",
        f"{site.origin}{path[:-3]}#{key}": "incomplete or was altered",
        f"{site.origin}{path}#{key[:-1]}": "incomplete or was altered",
        f"{site.origin}/h/{base64url(bytes(16))}#{key}": "holder's own private link",
        "javascript:alert(1)": "incomplete or was altered",
        "Nguyễn Văn An": "incomplete or was altered",
    }
    front(page, site)
    site.log.clear()
    for text, sentence in wanted.items():
        page.fill("#link", text)
        page.keyboard.press("Enter")
        expect_problem(page, sentence)
    # The page's own mark is fetched by the browser when it has time, at first sight or later.
    asked = [request.split("\n", 1)[0] for request in site.log]
    assert [line for line in asked if not line.startswith("GET /static/verifier/mark.svg ")] == []


def test_a_recruiter_may_say_who_he_is(page: Page, site: Site) -> None:
    """The name that was typed reaches the share's address and nothing else does; a file has no such box."""
    key = show(page, site, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert site.visitors == []
    page.get_by_label("Your name or organisation").fill("Công ty Sao Mai")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The holder will see it. Thank you.")).to_be_visible()
    assert site.visitors == [(page.url.rsplit("/", 1)[1], "Công ty Sao Mai")]
    assert not any(key in request for request in site.log)
