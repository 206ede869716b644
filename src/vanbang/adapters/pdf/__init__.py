"""PDF: diplomas printed with their credential file inside, and the credential file found again in a PDF."""

from vanbang.adapters.pdf.errors import (
    CertificateUnusable,
    PdfEncrypted,
    PdfNotPrinted,
    PdfSeveralCredentials,
    PdfTooLarge,
    PdfWithoutCredential,
)
from vanbang.adapters.pdf.reading import MAX_PDF_BYTES, credential_in, is_pdf

__all__ = [
    "MAX_PDF_BYTES",
    "CertificateUnusable",
    "PdfEncrypted",
    "PdfNotPrinted",
    "PdfSeveralCredentials",
    "PdfTooLarge",
    "PdfWithoutCredential",
    "credential_in",
    "is_pdf",
]
