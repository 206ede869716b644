"""PDFs signed with an institution's certificate: for readers of PDFs, not for the verdict, which rests on the registry.

A signature is added behind the printed file, whose bytes stay as they are: the attachment is found as before, and the
file stays PDF/A-3b.
"""

from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import cast

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from vanbang.adapters.pdf.errors import CertificateUnusable
from vanbang.ports.printing import Printer


class SigningPrinter:
    """A `Printer` that signs what another prints. `certificate` is a PKCS#12 file with one key."""

    def __init__(self, printer: Printer, certificate: Path, password: str | None) -> None:
        self._printer = printer
        self._certificate = certificate
        self._password = password

    def diploma(self, credential: bytes, proof_url: str) -> bytes:
        """As `Printer` says, but signed now: no two are the same. Raises CertificateUnusable as well."""
        writer = IncrementalPdfFileWriter(BytesIO(self._printer.diploma(credential, proof_url)))
        signed = BytesIO()
        about = PdfSignatureMetadata(field_name="vanbang", md_algorithm="sha256")
        sign_pdf(writer, about, signer=self._signer, output=signed)
        return signed.getvalue()

    @cached_property
    def _signer(self) -> SimpleSigner:
        try:
            held = self._certificate.read_bytes()
        except OSError as error:
            raise CertificateUnusable(f"{self._certificate} cannot be read: {error.strerror}") from error
        password = None if self._password is None else self._password.encode("utf-8")
        try:
            found = SimpleSigner.load_pkcs12_data(held, other_certs=[], passphrase=password)
        except ValueError as error:
            raise CertificateUnusable(
                f"{self._certificate} is no PKCS#12 file with a key, or the password is not the right one"
            ) from error
        return cast(SimpleSigner, found)
