"""Pages that are one answer each, made when they are first asked for: compressed, tagged, some under a policy of their
own."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from vanbang.web.answers import Answer, is_unchanged, tag_of, takes_gzip

HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A body in both forms it goes out in."""

    body: bytes = field(repr=False)
    media_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    compressed: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compressed", gzip.compress(self.body, 9, mtime=0))

    def answer(self, accepted: str, known: str | None) -> Response:
        """To a client with these Accept-Encoding and If-None-Match. It asks again each time, and is told 304 where it
        has the body already."""
        small = takes_gzip(accepted)
        body = self.compressed if small else self.body
        headers = {**self.headers, "Vary": "Accept-Encoding", "ETag": tag_of(body), "Cache-Control": "no-cache"}
        answer = Answer(200, body, self.media_type, headers | ({"Content-Encoding": "gzip"} if small else {}))
        return Response(None, 304, headers) if is_unchanged(known, answer) else answer.response()


class PreparedPage:
    """The endpoint of a page that `make` makes, once."""

    def __init__(self, make: Callable[[], Prepared]) -> None:
        self._make = make

    @cached_property
    def prepared(self) -> Prepared:
        """Its bodies and headers."""
        return self._make()

    async def endpoint(self, request: Request) -> Response:
        """The answer to a GET or HEAD."""
        given = request.headers
        return self.prepared.answer(given.get("accept-encoding", ""), given.get("if-none-match"))
