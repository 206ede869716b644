"""Somebody else's hands on a PDF: whatever is changed, no verdict VALID on other claims than the issuer's."""

from io import BytesIO

import pikepdf
import pytest

from pdf_cases import CREDENTIAL, embedded, pdf, printed
from printed import examples, world_of
from vanbang.adapters.pdf import credential_in
from vanbang.adapters.pdf.reading import _EMBEDDED
from vanbang.core.errors import VanbangError
from vanbang.core.verification import Report, Verdict, judge
from world import NOW, Honest

NAMED = {"ma_don_vi_cap_bang": "DSH", "don_vi_cap_bang": "Trường Đại học Sông Hồng"}
WORLD = world_of(examples() | NAMED)
GENUINE = WORLD.credential()
EVIDENCE, TRUST = Honest(WORLD), WORLD.trust()


def verdict(credential: bytes) -> Verdict:
    report = judge(credential, TRUST, EVIDENCE, NOW)
    assert isinstance(report, Report)
    return report.verdict


def flipped(data: bytes, places: range, bit: int) -> int:
    """Flips one bit of each byte in turn; counts the PDFs that still hold the genuine file, byte for byte.

    Every other one must give no file, or one that is INVALID.
    """
    same = 0
    for place in places:
        changed = bytearray(data)
        changed[place] ^= bit
        try:
            found = credential_in(bytes(changed))
        except VanbangError:
            continue
        same += found == GENUINE
        assert found == GENUINE or verdict(found) is Verdict.INVALID, place
    return same


def test_the_genuine_file_is_valid() -> None:
    """What the others are compared with is VALID."""
    assert verdict(GENUINE) is Verdict.VALID


@pytest.mark.slow
@pytest.mark.parametrize("bit", [1, 128])
def test_every_byte_of_a_small_pdf(bit: int) -> None:
    """No flipped bit of a PDF that holds the file as it is makes it another VALID one."""
    data = pdf(embedded(GENUINE))
    assert 0 < flipped(data, range(len(data)), bit) < 300


@pytest.mark.slow
@pytest.mark.parametrize("bit", [1, 16])
def test_every_byte_of_the_attachment_in_a_printed_pdf(bit: int) -> None:
    """No flipped bit of the deflated attachment gives other content: the deflated stream's own sum finds it."""
    data = printed(GENUINE)
    word = _EMBEDDED.search(data)
    assert word
    start, end = data.index(b"stream\n", word.end()) + 7, data.index(b"\nendstream", word.end())
    assert end - start > len(GENUINE) // 2
    assert flipped(data, range(start, end), bit) < 9  # deflate leaves some bits to the writer


def test_what_is_laid_over_the_page() -> None:
    """A white patch with a better mark over the page changes nothing of what is found: the issuer's own claims."""
    data = printed(GENUINE)
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as opened:
        opened.pages[0].contents_add(b"q 1 g 40 40 500 700 re f Q BT /F1 12 Tf (Xu\\341t s\\341c) Tj ET")
        opened.save(out)
    assert out.getvalue() != data
    assert credential_in(out.getvalue()) == GENUINE


def test_a_genuine_file_in_a_strangers_pdf() -> None:
    """The attachment speaks for itself: the claims shown are those in it, whatever page it is attached to."""
    assert credential_in(pdf(b"BT (Ti\\341n s\\375) Tj ET", embedded(GENUINE))) == GENUINE
    assert CREDENTIAL != GENUINE
