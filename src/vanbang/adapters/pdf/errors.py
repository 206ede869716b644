"""Why no credential file can be taken from a PDF, or none be signed."""

from typing import ClassVar

from vanbang.core.errors import VanbangError


class PdfTooLarge(VanbangError):
    """A PDF over a limit: its bytes, or the files attached to it."""

    code: ClassVar[str] = "pdf_too_large"


class PdfEncrypted(VanbangError):
    """A PDF behind a password: nothing in it can be read."""

    code: ClassVar[str] = "pdf_encrypted"

    def __init__(self) -> None:
        super().__init__("this PDF is protected by encryption: save it without a password, or use the original file")


class PdfWithoutCredential(VanbangError):
    """A PDF with no credential file attached, or with one that is damaged."""

    code: ClassVar[str] = "pdf_without_credential"

    def __init__(self) -> None:
        super().__init__(
            "no readable credential file is attached to this PDF: a scan, a photograph, a PDF printed anew or a "
            "damaged one proves nothing; ask its holder for the original PDF, the credential file or the proof URL"
        )


class PdfSeveralCredentials(VanbangError):
    """A PDF with credential files that differ: no telling which one it stands for."""

    code: ClassVar[str] = "pdf_several_credentials"

    def __init__(self) -> None:
        super().__init__(
            "different credential files are attached to this PDF: it was put together by somebody else than the "
            "notary; ask for each credential file by itself"
        )


class CertificateUnusable(VanbangError):
    """The institution's certificate that PDFs are to be signed with cannot be opened."""

    code: ClassVar[str] = "pdf_certificate"


class PdfNotPrinted(VanbangError):
    """A page that the printer cannot make as the standards for archives and screen readers ask."""

    code: ClassVar[str] = "pdf_not_printed"
