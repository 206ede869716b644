"""The PDFs of `pdf_cases` in Chromium, whose own inflating the page relies on."""

from base64 import b64encode
from hashlib import sha256

import pytest
from playwright.sync_api import Page

from e2e.page_site import Site
from pdf_cases import FOUND, cases

pytestmark = pytest.mark.slow

RUN = """async (files) => {
    const { credentialIn, isPdf } = await import("/static/verifier/pdf.js");
    const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const told = {};
    for (const [name, text] of Object.entries(files)) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        try {
            if (!isPdf(bytes)) throw new Error("no PDF");
            const found = await credentialIn(bytes);
            told[name] = ["found", hex(await crypto.subtle.digest("SHA-256", found))];
        } catch (error) {
            told[name] = [error.code ?? String(error), ""];
        }
    }
    return told;
}"""


def test_chromium_reads_every_pdf_alike(page: Page, site: Site) -> None:
    """What the reference implementation finds in each PDF, or refuses it for, Chromium does too."""
    known = {case.name: case for case in cases()}
    page.goto(f"{site.origin}/")
    told = page.evaluate(RUN, {name: b64encode(case.pdf).decode() for name, case in known.items()})
    wanted = {
        name: [case.want, sha256(case.content).hexdigest() if case.want == FOUND else ""]
        for name, case in known.items()
    }
    assert told == wanted
