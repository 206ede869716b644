"""Answers as the handlers make them: bytes that are ready to go, with the tag that tells one version from another."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from vanbang.web.bodies import JSON
from vanbang.web.problems import Refused

UNKEPT: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, bytes, and headers beside the content type. `pieces` instead of `body`: a file too large to hold."""

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None

    def response(self) -> Response:
        """What goes out."""
        headers = dict(self.headers)
        if self.pieces is not None:
            return StreamingResponse(self.pieces, self.status, headers, self.media_type)
        # No content, no type of it.
        return Response(self.body, self.status, headers, self.media_type if self.body else None)


def tag_of(body: bytes) -> str:
    """A strong ETag: the first 128 bits of the representation's SHA-256."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def shown(model: BaseModel, status: int = 200, *, location: str = "", kept: bool = True) -> Answer:
    """A resource as JSON with its ETag. `kept` False: nobody on the way may store it."""
    return json_answer(model.model_dump_json().encode(), status, location=location, kept=kept)


def json_answer(body: bytes, status: int = 200, *, location: str = "", kept: bool = True) -> Answer:
    """JSON bytes with their ETag."""
    headers = {"ETag": tag_of(body)} if kept else {"ETag": tag_of(body), **UNKEPT}
    if location:
        headers["Location"] = location
    return Answer(status, body, JSON, headers)


def plain_json(value: Any, status: int = 200) -> Answer:
    """A JSON value that has no model of its own."""
    return json_answer(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), status)


def check_match(if_match: str, current: BaseModel) -> None:
    """Raises Refused (412) unless If-Match names the current representation (RFC 9110 section 13.1.1)."""
    if not _names(if_match, tag_of(current.model_dump_json().encode())):
        raise Refused("stale")


def is_unchanged(if_none_match: str | None, answer: Answer) -> bool:
    """Whether the client has this representation already (RFC 9110 section 13.1.2: a weak comparison)."""
    tag = answer.headers.get("ETag")
    return bool(tag and if_none_match and answer.status == 200 and _names(if_none_match.replace("W/", ""), tag))


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client reads compressed answers (RFC 9110 section 12.5.3); `*` alone is not taken for it."""
    wanted = (item.strip().lower().partition(";") for item in accept_encoding.split(","))
    return any(name.strip() == "gzip" and weight.strip() not in ("q=0", "q=0.0") for name, _, weight in wanted)


def _names(header: str, tag: str) -> bool:
    return any(item.strip() in ("*", tag) for item in header.split(","))
