"""The credential file inside a PDF: found by one rule, the same in Python and in the browser."""

import json
import subprocess
import time
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from pdf_cases import CREDENTIAL, FOUND, HEAD, Case, cases, embedded, pdf
from tools import program
from vanbang.adapters.pdf import MAX_PDF_BYTES, PdfTooLarge, PdfWithoutCredential, credential_in, is_pdf
from vanbang.core.errors import VanbangError

CASES = {case.name: case for case in cases()}
READER = Path(__file__).parents[3] / "js/pdf.mjs"


def read(data: bytes) -> tuple[str, bytes]:
    """FOUND and what, or the problem's code."""
    try:
        return FOUND, credential_in(data)
    except VanbangError as error:
        return error.code, b""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_case(case: Case) -> None:
    """A PDF gives the one credential file attached to it, byte for byte, or says why it gives none."""
    assert is_pdf(case.pdf)
    assert read(case.pdf) == (case.want, case.content if case.want == FOUND else b"")


@pytest.mark.slow
def test_the_browser_finds_the_same(tmp_path: Path) -> None:
    """The page's own reader decides every case as the reference implementation does."""
    for name, case in CASES.items():
        (tmp_path / name).write_bytes(case.pdf)
    node = [program("node"), str(READER), str(tmp_path)]
    done = subprocess.run(node, capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout)
    for name, case in CASES.items():
        found = sha256(case.content).hexdigest() if case.want == FOUND else ""
        assert told[name] == [case.want, found], name


def test_what_is_a_pdf() -> None:
    """A PDF's mark may stand a little way into the file; a credential file is none, whatever it holds."""
    assert is_pdf(b"\xef\xbb\xbf\r\n" + HEAD)
    assert is_pdf(bytes(1_019) + b"%PDF-")
    assert not is_pdf(bytes(1_020) + b"%PDF-")
    assert not is_pdf(CREDENTIAL)
    assert not is_pdf(b'{"header":{"batch":"%PDF-')
    assert not is_pdf(b"")


def test_fifty_megabytes() -> None:
    """A file over the limit is refused unread; one just below it is read in bounded time."""
    file = pdf(embedded(CREDENTIAL))
    with pytest.raises(PdfTooLarge, match="52428800 bytes"):
        credential_in(file + bytes(MAX_PDF_BYTES - len(file) + 1))
    begun = time.process_time()
    assert credential_in(file + bytes(MAX_PDF_BYTES - len(file))) == CREDENTIAL
    assert time.process_time() - begun < 5


def test_bombs_stay_small() -> None:
    """Two hundred streams that would inflate to gigabytes cost little memory and time."""
    bomb = CASES["bomb"].pdf
    many = HEAD + bomb[len(HEAD) :] * 200
    begun = time.process_time()
    tracemalloc.start()
    with pytest.raises(PdfWithoutCredential):
        credential_in(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**23
    assert time.process_time() - begun < 5
