"""Where a diploma comes from."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.http.proof_url import ProofUrlUnusable
from vanbang.adapters.pdf.errors import PdfWithoutCredential
from vanbang.client.sources import contents, line_of
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from world import World

GOOD = World().credential()
PDF = b"%%PDF-1.7\n1 0 obj\n<</Type /EmbeddedFile /Length %d>>\nstream\n%b\nendstream\nendobj\n" % (len(GOOD), GOOD)


def test_a_credential_file_comes_out_of_its_pdf(tmp_path: Path) -> None:
    """Bytes, a path, its name, and a PDF with the file inside give the same bytes."""
    for name, data in (("d.vanbang.json", GOOD), ("d.pdf", PDF)):
        (tmp_path / name).write_bytes(data)
        for source in (data, tmp_path / name, str(tmp_path / name)):
            assert contents(source) == GOOD


def test_a_pdf_without_one() -> None:
    """A scan holds nothing that could be judged, and says so."""
    with pytest.raises(PdfWithoutCredential):
        contents(b"%PDF-1.7 a scan")


def test_half_a_proof_url() -> None:
    """A link that was cut off is told of before anybody is asked, and without repeating it."""
    with pytest.raises(ProofUrlUnusable) as told:
        contents("https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1")
    assert "uq2mB7Hhd1" not in str(told.value)


@given(st.binary(max_size=100))
def test_a_file_is_one_line(data: bytes) -> None:
    """Whatever a file holds it takes one line, and a credential file's bytes stay as they are."""
    line = line_of(data)
    assert b"\n" not in line
    assert b"\r" not in line
    assert len(line) == len(data)
    assert line == data or b"\n" in data or b"\r" in data


def test_a_long_file_stays_too_long() -> None:
    """What is over the limit is cut, and still over it."""
    assert len(line_of(bytes(3 * MAX_CREDENTIAL_BYTES))) == MAX_CREDENTIAL_BYTES + 1
