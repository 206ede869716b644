"""The QR code of a proof URL, as an SVG that the page draws in vectors."""

from io import BytesIO
from typing import Final

import segno

MASK: Final = 2
"""Any of the eight can be read. Which of them looks best matters little for an id and a key, which are random; weighing
all eight would cost a third of the whole page."""


def qr_svg(url: str) -> str:
    """A QR code (ISO/IEC 18004, error correction M) without its quiet zone, which is the page's to keep."""
    drawn = BytesIO()
    segno.make_qr(url, error="m", mask=MASK).save(drawn, kind="svg", border=0, xmldecl=False, svgclass=None)
    return drawn.getvalue().decode("ascii")
