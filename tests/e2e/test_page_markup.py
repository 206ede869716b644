"""Markup and other tricks in every text a stranger can put before the page: none of it is ever more than text."""

from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.page_acts import choose_files, expect_verdict, front, stranger
from e2e.page_cases import case_of, diploma_world
from e2e.page_site import Site

pytestmark = pytest.mark.slow

BREAKS = (
    "", '"', "'", "`", '">', "'>", "-->", "]]>", "</script>", "</style>", "</textarea>", "</title>", "</bdi>",
    "</svg>", "{{", "${", "\\", "\u202e", "\ufeff", "&lt;",
)  # fmt: skip
CALLS = ("alert(1)", "alert`1`", "top['al'+'ert'](1)", "import('/x')", "parent.postMessage(1,'*')")
CARRIERS = (
    "<script>{}</script>", "<ScRiPt/src=data:,{}>", "<img src=x onerror={}>", "<img/src=`x`onerror={}//",
    "<svg onload={}>", "<svg><script>{}</script>", "<svg><a xlink:href='javascript:{}'><text>x", "<iframe srcdoc='{}'>",
    "<iframe src=javascript:{}>", "<a href='javascript:{}'>x</a>", "<body onload={}>", "<details open ontoggle={}>",
    "<input autofocus onfocus={}>", "<video><source onerror={}>", "<math><mtext><style><img onerror={}>",
    "<form action=javascript:{}><button>x", "<object data='data:text/html,{}'>", "<style>@import'{}';</style>",
    "<base href=javascript:{}//>", "<meta http-equiv=refresh content='0;url=javascript:{}'>",
)  # fmt: skip
TRICKS = [lead + carrier.format(call) for lead, call, carrier in product(BREAKS, CALLS, CARRIERS)]

WATCH = """
    window.reports = [];
    addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective));
"""
RENDER = """async ([credential, tricks, now]) => {
    const load = (name) => import(`/static/verifier/${name}.js`);
    const all = async (...names) => Object.assign({}, ...(await Promise.all(names.map(load))));
    const { unbase64, verify, currentTrust, diplomaCard, panels, verdictPlate, ResultTable } =
        await all("bytes", "gather", "configuration", "card", "result", "many");
    const trust = await currentTrust();
    const { report, type } = await verify(unbase64(credential), trust, now);
    const swap = (value, text) => {
        if (Array.isArray(value)) return value.map((each) => swap(each, text));
        if (value instanceof Map) return new Map([...value].map(([name, each]) => [name, swap(each, text)]));
        if (typeof value !== "object" || value === null) return typeof value === "string" ? text : value;
        return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, swap(each, text)]));
    };
    const place = document.getElementById("evidence");
    place.hidden = true; // images would be fetched and scripts run all the same
    document.body.dataset.state = "done";
    const foreign = "script, style, img, iframe, object, embed, video, input, form, base, meta, link, math, " +
        "a:not([href^='https://scan.example/']), [srcdoc], [onerror], [onload], [onfocus], [ontoggle]";
    const wrong = [];
    for (const text of tricks) {
        const claims = { ...swap(report.credential.claims, text), [text]: { [text]: text }, rows: [{ [text]: text }] };
        const names = report.names.map((each) => ({ ...each, code: text, name: text }));
        const told = {
            ...report, names, credential: { ...report.credential, claims, issuer: text },
            endorsers: swap(report.endorsers, text),
        };
        const described = { ...type, name: text, display: swap(type.display, text), claims: swap(type.claims, text) };
        const table = new ResultTable(() => {});
        table.add([{ number: 1, file: { name: text }, report: told, type }]);
        const own = { ...type, display: swap(type.display, text) };
        place.replaceChildren(verdictPlate(told, own), diplomaCard(told, own), ...panels(told, trust), table.element);
        const shown = place.querySelectorAll(".diploma .facts dd bdi");
        const whole = [...shown].every((each) => each.textContent === text);
        if (!whole || shown.length < 30 || place.querySelector(foreign) !== null) wrong.push(text);
        if (diplomaCard(told, described).querySelector(foreign) !== null) wrong.push(text);
    }
    return wrong;
}"""


@pytest.fixture
def alerts(page: Page) -> list[str]:
    """The dialogs that opened."""
    found: list[str] = []

    def opened(dialog: Any) -> None:
        found.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", opened)
    page.add_init_script(WATCH)
    return found


def test_two_thousand_tricks_in_every_claim_stay_text(page: Page, site: Site, alerts: list[str]) -> None:
    """In each claim, label and name of a diploma each trick is shown letter by letter; the browser reports nothing."""
    assert len(set(TRICKS)) == 2_000
    site.case = case_of(diploma_world(), explorer=True)
    front(page, site)
    assert page.evaluate(RENDER, [site.case["credential"], TRICKS, site.case["now"]]) == []
    assert page.evaluate("window.reports") == []
    assert alerts == []


def test_tricks_come_through_files_as_text(page: Page, site: Site, alerts: list[str]) -> None:
    """Strangers' files that hold all of them, in claims and in the files' own names, are INVALID and run nothing."""
    front(page, site)
    parts = [TRICKS[start : start + 250] for start in range(0, len(TRICKS), 250)]
    files = [stranger({f"{i} {trick}": trick for i, trick in enumerate(part)}, site.credential) for part in parts]
    choose_files(page, {f"{part[-1].replace('/', '')}.json": file for part, file in zip(parts, files, strict=True)})
    expect_verdict(page, "8 files checked")
    for number in range(8):
        page.locator(".many tbody button").nth(number).click()
        expect_verdict(page, "INVALID")
        expect(page.locator(".diploma .fact")).to_have_count(250)
        assert page.locator(".diploma").locator("script, img, iframe, a, svg, form, style").count() == 0
        page.get_by_role("button", name="Back to the table").click()
    assert page.evaluate("window.reports") == []
    assert alerts == []
