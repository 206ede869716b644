"""The QR code of a proof URL, as an SVG that the page draws in vectors."""

import re
from typing import Final

import segno

MASK: Final = 2
"""Any of the eight can be read. Which of them looks best matters little for an id and a key, which are random; weighing
all eight would cost a third of the whole page."""

_DARK: Final = re.compile(rb"\x01+")


def qr_svg(url: str) -> str:
    """A QR code (ISO/IEC 18004, error correction M) without its quiet zone, which is the page's to keep."""
    rows = segno.make_qr(url, error="m", mask=MASK).matrix
    runs = ((y, *run.span()) for y, row in enumerate(rows) for run in _DARK.finditer(row))
    path = "".join(f"M{begin} {y}h{end - begin}v1H{begin}z" for y, begin, end in runs)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{path}"/></svg>'
