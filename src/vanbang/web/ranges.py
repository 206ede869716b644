"""Parts of a file: range requests (RFC 9110 section 14) for one range of bytes.

A list of ranges, another unit or a range that is none is not refused: the whole file is the answer, as the RFC allows.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from vanbang.web.answers import UNKEPT, Answer, is_unchanged

ACCEPTED: Final = {"Accept-Ranges": "bytes"}

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.IGNORECASE)


def wants_part(headers: Mapping[str, str]) -> bool:
    """Whether a part is asked for: of the file as it is stored, not of its compressed form."""
    return "range" in headers


def ranged(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """The part of a whole answer (200, with a strong ETag) that the request's headers ask for: 206, or 416 for one that
    begins behind the end. The answer as it is where If-None-Match or If-Range decide so, or no part is asked for."""
    bounds = _bounds(headers.get("range", ""), len(answer.body))
    condition = headers.get("if-range")
    if bounds is None or is_unchanged(headers.get("if-none-match"), answer):
        return answer
    if condition is not None and condition.strip() != answer.headers["ETag"]:
        return answer
    first, last = bounds
    size = len(answer.body)
    if first >= size:
        # A cache that kept the refusal of one reader would give it to all the others, for as long as the file.
        told = {**answer.headers, **UNKEPT, "Content-Range": f"bytes */{size}"}
        return replace(answer, status=416, body=b"", headers=told)
    told = {**answer.headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return replace(answer, status=206, body=answer.body[first : last + 1], headers=told)


def _bounds(text: str, size: int) -> tuple[int, int] | None:
    """First and last place of the range; None if it is none. A suffix longer than the file is the whole file."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        wanted = int(match[2])
        return (max(0, size - wanted), size - 1) if wanted else (size, size)
    first = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    return (first, min(last, size - 1)) if first <= last or not match[2] else None
