"""The real service in a real browser: `vanbang demo`, its chain, its site, its page, and a dead chain."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.demo_service import Demo, running_demo

pytestmark = pytest.mark.slow

VALID, INVALID, UNDETERMINED = "HỢP LỆ", "KHÔNG HỢP LỆ", "CHƯA THỂ KIỂM TRA"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests of this module."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def expect_verdict(page: Page, word: str) -> None:
    expect(page.locator("#verdict h1")).to_contain_text(word, timeout=20_000)


def test_a_proof_url_is_valid(demo: Demo, page: Page, tmp_path: Path) -> None:
    """The printed proof URL is worked out in the browser to VALID, from the chain; the key leaves the address."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.url)
    expect_verdict(page, VALID)
    expect(page.locator("#verdict h1")).not_to_contain_text("KHÔNG")
    assert demo.url.partition("#")[2] not in page.url
    assert not any("/v1/verify" in url for url in asked)
    chain = json.loads((demo.home / "vanbang.json").read_text())["chain_port"]
    assert any(f":{chain}" in url for url in asked)
    page.screenshot(path=str(tmp_path / "desktop.png"), full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=str(tmp_path / "phone.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def dropped(page: Page, demo: Demo, data: bytes) -> None:
    page.goto(f"http://127.0.0.1:{demo.port}/")
    page.set_input_files("#file", {"name": "d.json", "mimeType": "application/json", "buffer": data})


def test_the_graduate_of_the_demo_has_a_page_and_a_pdf(demo: Demo, page: Page) -> None:
    """The private link that the demo prints opens the page of the same graduate whose PDF lies there."""
    told = (demo.home.parent / "log").read_text()
    page.goto(told.partition("graduate:")[2].split()[0])
    expect(page.locator("body")).to_have_attribute("data-state", "ready", timeout=20_000)
    expect(page.locator(".held")).to_have_count(1)
    assert (demo.home / "sample.pdf").read_bytes().startswith(b"%PDF-")


def test_the_exported_file_is_valid(demo: Demo, page: Page) -> None:
    """The file that the demo wrote, given to the page, is VALID."""
    dropped(page, demo, demo.file.read_bytes())
    expect_verdict(page, VALID)
    expect(page.locator("#verdict h1")).not_to_contain_text("KHÔNG")


def test_a_changed_claim_is_invalid(demo: Demo, page: Page) -> None:
    """One claim changed in the file makes it INVALID."""
    file = json.loads(demo.file.read_bytes())
    texts = file["header"]["disclosures"]
    opened = [json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in texts]
    (number,) = (i for i, parts in enumerate(opened) if parts[1] == "ho_va_ten")
    opened[number][2] = "Nguyễn Văn Khác"
    again = json.dumps(opened[number], ensure_ascii=False, separators=(",", ":")).encode()
    texts[number] = base64.urlsafe_b64encode(again).rstrip(b"=").decode()
    dropped(page, demo, json.dumps(file, ensure_ascii=False, separators=(",", ":")).encode())
    expect_verdict(page, INVALID)


def test_without_the_chain_it_cannot_be_checked(demo: Demo, page: Page) -> None:
    """With every request to the chain failing, the page says that it cannot check: neither valid nor invalid."""
    chain = json.loads((demo.home / "vanbang.json").read_text())["chain_port"]
    page.route(f"http://127.0.0.1:{chain}/**", lambda route: route.abort())
    page.goto(demo.url)
    expect(page.locator("#verdict h1")).to_be_visible(timeout=20_000)
    expect_verdict(page, UNDETERMINED)


def test_with_the_whole_service_gone(demo: Demo, page: Page) -> None:
    """When the service dies while the page is open, a file given to it gets a plain sentence, not a verdict."""
    page.goto(f"http://127.0.0.1:{demo.port}/")
    expect(page.locator("body")).to_have_attribute("data-state", "idle")
    demo.process.kill()
    demo.process.wait()
    page.set_input_files("#file", {"name": "d.json", "mimeType": "application/json", "buffer": demo.file.read_bytes()})
    expect(page.locator("#verdict h1")).to_be_visible(timeout=20_000)
    for word in (VALID, "VALID"):
        expect(page.locator("#verdict h1")).not_to_contain_text(word)
