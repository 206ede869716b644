"""The test vectors in Chromium, under the policy the page is served with."""

import json

import pytest
from playwright.sync_api import Page

from e2e.page_site import VECTORS, Site

pytestmark = pytest.mark.slow

RUN = """async ([base, cases]) => {
    const { runCase } = await import("/tests/js/vector-case.mjs");
    const results = {};
    for (const [name, mutation] of Object.entries(cases)) {
        results[name] = await runCase(base, mutation, `${location.origin}/static/verifier/`);
    }
    return results;
}"""


def test_the_browser_decides_every_vector(page: Page, site: Site) -> None:
    """Chromium gives the wanted verdict, outcomes and codes for every vector."""
    cases = {path.name: json.loads(path.read_text()) for path in sorted(VECTORS.glob("*.json"))}
    page.goto(f"{site.origin}/")
    results = page.evaluate(RUN, [cases["base.json"], cases])
    assert {name: result["got"] for name, result in results.items()} == {
        name: result["want"] for name, result in results.items()
    }
