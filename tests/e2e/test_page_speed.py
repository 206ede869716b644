"""How the page arrives: on a slow telephone, from the real service, with a chain on this machine."""

import re

import pytest
from playwright.sync_api import Browser, expect

from e2e.demo_service import Demo
from vanbang.cli.bench.page import CPU, SLOW, open_link

pytestmark = pytest.mark.slow

PATIENCE = 20.0
"""Seconds: the bench measures against one second; here other tests run beside this one, on any machine."""
SHIFTED = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 100);
})"""


def test_the_first_verdict_takes_few_questions(browser: Browser, shared_demo: Demo) -> None:
    """The page is one request; the share and the chain's head are asked for at once, the head in both forms, then
    the chain in two questions that need no permission, and the mirrors in four."""
    found = open_link(browser, shared_demo.url)
    assert "HỢP LỆ" in found.verdict
    assert "KHÔNG" not in found.verdict
    assert found.seconds < PATIENCE
    assert found.for_itself == 1
    urls = [url for _, url in found.asked]
    assert sum(url.startswith("POST") for url in urls) == 4
    assert sum(url.startswith("OPTIONS") for url in urls) == 1
    assert sum("/public/" in url for url in urls) == 4
    assert re.search("/v1/shares/|^POST|^OPTIONS", urls[1])


def test_nothing_jumps_on_a_slow_telephone(browser: Browser, shared_demo: Demo) -> None:
    """While page, chain and files arrive slowly nothing that is seen moves."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.emulateNetworkConditions", dict(SLOW))
    wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    page.goto(shared_demo.url)
    expect(page.locator("#verdict h1")).to_contain_text("HỢP LỆ", timeout=20_000)
    assert page.evaluate(SHIFTED) < 0.02
    context.close()
