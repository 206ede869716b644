"""Signed PDFs: still the same diploma for archives, signed whole or changed since, and by whom."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from certificates import pkcs12_of
from pdf_cases import CREDENTIAL, HEAD, cases
from printed import URL
from vanbang.adapters.pdf import CertificateUnusable, credential_in
from vanbang.adapters.pdf.printing import TypstPrinter
from vanbang.adapters.pdf.signatures import PdfSignature, signature_of
from vanbang.adapters.pdf.signing import SigningPrinter

SCHOOL = "Trường Đại học Sông Hồng"
WHOLE = PdfSignature("whole", SCHOOL, SCHOOL)


def printer(folder: Path, password: str | None = None) -> SigningPrinter:
    (folder / "key.p12").write_bytes(pkcs12_of(SCHOOL, password))
    return SigningPrinter(TypstPrinter(), folder / "key.p12", password)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return printer(tmp_path_factory.mktemp("key")).diploma(CREDENTIAL, URL)


def test_a_signature_is_added_behind(signed: bytes) -> None:
    """The printed bytes stay as they are, with the attachment in them, and the file is for archives as before."""
    assert signed.startswith(TypstPrinter().diploma(CREDENTIAL, URL))
    assert credential_in(signed) == CREDENTIAL
    with pikepdf.open(BytesIO(signed)) as pdf, pdf.open_metadata() as told:
        assert told.pdfa_status == "3B"
        assert told["pdfuaid:part"] == "1"
        assert pdf.Root.AF[0].AFRelationship == "/Source"
        assert pdf.Root.AcroForm.SigFlags == 3


def test_signed_whole(signed: bytes) -> None:
    """A PDF as it came from the institution is signed whole, in the name on its certificate."""
    assert signature_of(signed) == WHOLE


def test_the_certificate_has_a_password(tmp_path: Path) -> None:
    """With the password of its file a certificate signs as well."""
    assert signature_of(printer(tmp_path, "mật khẩu").diploma(CREDENTIAL, URL)) == WHOLE


def test_added_to_afterwards(signed: bytes) -> None:
    """Whatever is put behind a signed file shows: it is changed, and who signed what it was before is known."""
    assert signature_of(signed + b"\n") == PdfSignature("changed", SCHOOL, SCHOOL)


@pytest.mark.parametrize("place", [20, 30_000, -2_000, -10])
def test_changed_afterwards(signed: bytes, place: int) -> None:
    """One flipped bit outside of the signature, and it holds no more."""
    changed = bytearray(signed)
    changed[place] ^= 1
    assert signature_of(bytes(changed)) == PdfSignature("changed")


def test_signed_twice(signed: bytes, tmp_path: Path) -> None:
    """The last signature over all of the file counts."""

    class Signed:
        def diploma(self, credential: bytes, proof_url: str) -> bytes:
            return signed.replace(b"(vanbang)", b"(vanbanh)")

    (tmp_path / "other.p12").write_bytes(pkcs12_of("Sở Giáo dục"))
    again = SigningPrinter(Signed(), tmp_path / "other.p12", None).diploma(CREDENTIAL, URL)
    assert signature_of(again) == PdfSignature("whole", "Sở Giáo dục", "Sở Giáo dục")


def test_the_range_leaves_out_the_signature_only(signed: bytes) -> None:
    """A range that leaves out more than the signature is over less than the whole: text could hide there."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", signed)
    assert found
    hole = signed[int(found[1]) : int(found[2])]
    wider = signed.replace(hole, b"<" + b"41" * 9 + b"> q BT (x) Tj ET " + hole[36:], 1)
    assert signature_of(wider) == PdfSignature("changed")


@pytest.mark.slow
def test_unsigned_and_hostile() -> None:
    """Nothing that is read as a PDF raises, and nothing but a signature is one."""
    for case in cases():
        assert signature_of(case.pdf) == PdfSignature("unsigned"), case.name
    ranges = b"/ByteRange [0 %d %d 0]" % (len(HEAD), len(HEAD) + 12)
    for junk in (b"<30820000ff>", b"<" + b"30" * 5 + b">", b"<zzzzzzzzzz>", b"<3080020101>"):
        assert signature_of(HEAD + junk + ranges * 999).state == "changed"
    assert signature_of(b"/ByteRange [0 0 0 0]") == PdfSignature("changed")
    assert signature_of(b"/ByteRange [ 0 1 99999999999 1]") == PdfSignature("unsigned")


@pytest.mark.parametrize("held", [None, b"", b"no certificate", pkcs12_of(SCHOOL, "another")])
def test_certificates_that_cannot_be_opened(tmp_path: Path, held: bytes | None) -> None:
    """A certificate that is missing, damaged or locked is told by its file's name, and nothing is printed."""
    if held is not None:
        (tmp_path / "key.p12").write_bytes(held)
    with pytest.raises(CertificateUnusable, match=r"key\.p12"):
        SigningPrinter(TypstPrinter(), tmp_path / "key.p12", "password").diploma(CREDENTIAL, URL)
