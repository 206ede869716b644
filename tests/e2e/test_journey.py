"""A diploma's whole way through real hands: issued, printed, scanned, believed, taken back, no longer believed."""

from pathlib import Path
from time import monotonic, sleep

import pypdfium2
import pytest
import zxingcpp
from command_line import Installation
from playwright.sync_api import BrowserContext, Page, expect

from e2e.demo_service import running_demo

pytestmark = [pytest.mark.slow, pytest.mark.long]

ISSUER, SERIAL, NAME = "SHB", "SHB260000001", "Hoàng Nhã Hoa"
SHARPNESS = 2.0
"""Pixels for each of the PDF's points: 144 to the inch, as a poor camera sees a print."""


def scanned(pdf: bytes) -> str:
    """What a phone's camera reads in the first page's QR code."""
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=SHARPNESS).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text


def key_file(ours: Installation, folder: Path, role: str) -> Path:
    """A new API key of the institution, in a file."""
    made = ours.good("api-key", "create", "--role", role, "--code", ISSUER, "--label", role, "--json")
    file = folder / f"{role}.json"
    file.write_text(made.out)
    return file


def opened(page: Page, url: str, word: str) -> None:
    """Opens a proof URL and waits for the verdict."""
    page.goto("about:blank")
    page.goto(url)
    expect(page.locator("#verdict h1")).to_contain_text(word, timeout=20_000)


def until_not_valid(page: Page, url: str) -> None:
    """Opens the proof URL until the change is in the registry, as a patient recruiter would."""
    give_up = monotonic() + 180
    while True:
        opened(page, url, "HỢP LỆ")
        if "KHÔNG" in page.locator("#verdict h1").inner_text():
            return
        assert monotonic() < give_up, "the revocation does not arrive"
        sleep(0.5)


def test_from_the_list_to_the_recruiter_and_back(context: BrowserContext, tmp_path: Path) -> None:
    """The QR code of a printed diploma leads to VALID with its claims, and after a revocation that two people signed
    to NOT VALID, without a word to the recruiter's browser in between."""
    with running_demo(tmp_path) as demo:
        ours = Installation(demo.home)
        pdf = tmp_path / "diploma.pdf"
        ours.good("export", SERIAL, "--issuer", ISSUER, "--out", tmp_path / "diploma.json", "--pdf", pdf)
        url = scanned(pdf.read_bytes())
        assert url.startswith(f"http://127.0.0.1:{demo.port}/v/")

        page = context.new_page()
        opened(page, url, "HỢP LỆ")
        expect(page.locator("#verdict h1")).not_to_contain_text("KHÔNG")
        expect(page.locator("#evidence")).to_contain_text(NAME)
        assert url.partition("#")[2] not in page.url

        page.goto(f"http://127.0.0.1:{demo.port}/")
        page.set_input_files("#file", pdf)
        expect(page.locator("#verdict h1")).to_contain_text("HỢP LỆ", timeout=20_000)
        expect(page.locator("#evidence")).to_contain_text(NAME)

        change = ("--status", "revoked", "--reason", "fraud", "--decision", "12/QĐ-ĐHBKSH")
        registrar, officer = key_file(ours, tmp_path, "registrar"), key_file(ours, tmp_path, "officer")
        ours.good("status", "propose", SERIAL, "--issuer", ISSUER, *change, "--key-file", registrar)
        opened(page, url, "HỢP LỆ")
        ours.good("status", "approve", "--all-of", "12/QĐ-ĐHBKSH", "--issuer", ISSUER, "--yes", "--key-file", officer)
        ours.good("status", "show", SERIAL, "--issuer", ISSUER)
        until_not_valid(page, url)
        expect(page.locator("#verdict")).to_contain_text("thu hồi")
