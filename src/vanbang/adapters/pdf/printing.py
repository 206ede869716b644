"""Diplomas on paper: PDF/A-3b and PDF/UA-1 by typst, with the credential file attached inside.

The same input gives the same bytes: the only time in a PDF is that of its batch's sealing, its identifiers are hashes
of what is in it, and no font of the system is looked at.
"""

from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Final

import fontpkg_be_vietnam_pro
import typst

from vanbang.adapters.pdf.content import Page, page_of
from vanbang.adapters.pdf.errors import PdfNotPrinted
from vanbang.adapters.pdf.qr import qr_svg
from vanbang.catalog import CredentialType
from vanbang.core.credential import read_credential

STANDARDS: "Final[list[typst.PDFStandard]]" = ["a-3b", "ua-1"]
"""For archives, with the file attached; and for screen readers."""
ANY_TYPE: Final = "page"
"""The template for every type that brings none of its own."""

_compiling = Lock()
"""A compiler serves one thread at a time, and threads gain nothing: bulk work is for processes."""


class TypstPrinter:
    """A `Printer` by typst. Holds nothing, so that any process can make its own."""

    def diploma(self, credential: bytes, proof_url: str) -> bytes:
        """As `Printer` says."""
        file = read_credential(credential)
        page = page_of(file, proof_url)
        when = file.proof.manifest.sealed_at if file.proof else 0
        return _pdf(page, credential, qr_svg(proof_url), when)


def _pdf(page: Page, credential: bytes, qr: str, when: int) -> bytes:
    template = _template(page.kind)
    inputs = {"page": page.to_json(), "credential": credential.decode("utf-8"), "qr": qr}
    try:
        with _compiling:
            pdf = _compiler().compile(
                template, format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=when, pdf_tags=True
            )
    except typst.TypstError as error:
        raise PdfNotPrinted(f"no page can be made of this: {error}") from error
    if not isinstance(pdf, bytes):
        raise TypeError("typst gives a PDF as bytes")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """What keeps the fonts and whatever of the template stays the same from one diploma to the next."""
    own = f"{fontpkg_be_vietnam_pro.ROOT}/files"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[own])
    return typst.Compiler(b"", font_paths=fonts)


@cache
def _template(kind: CredentialType) -> bytes:
    """The type's own template, by its name, or the one for all."""
    folder = files("vanbang.adapters.pdf").joinpath("templates")
    own = folder.joinpath(f"{kind.name}.typ")
    return (own if own.is_file() else folder.joinpath(f"{ANY_TYPE}.typ")).read_bytes()
