"""Chromium, and the fake site of `page_site`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from e2e.demo_service import Demo, running_demo
from e2e.page_site import VECTORS, Site, served
from tools import program

expect.set_options(timeout=30_000)  # what must appear is waited for; five seconds are few on a busy machine
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def base_case() -> dict[str, Any]:
    """The valid case of the test vectors."""
    return json.loads((VECTORS / "base.json").read_text())


@pytest.fixture
def site(base_case: dict[str, Any]) -> Iterator[Site]:
    """The fake site, for one test."""
    with served(base_case) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; a run that claims to be complete may not go without it."""
    chosen = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chosen, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page at the vector's time; console errors and policy violations fail the test when it ends."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.clock.set_fixed_time(site.case["now"])
    yield opened
    unexpected = [text for text in complaints if "Failed to load resource" not in text]
    assert unexpected == []


@pytest.fixture(scope="session")
def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One real service for all tests that leave it as it is."""
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo
