"""Connections as uvicorn reads them, with an end to what may be sent beside bodies, which it does not set itself."""

import asyncio
import logging
import resource
import time
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BESIDE_BODY: Final = 256 * 1024
"""Bytes of a request that are no body: request line, headers, marks of chunks. The parser copies a header that grows
with each piece of it, so that one of some megabytes would keep everybody else waiting."""

MARK: Final = 16
"""Bytes that go with each piece of a body and are none: a chunk's length and line ends. A stream of a million lines has
as many chunks, whose marks must not add up to MOST_BESIDE_BODY."""

HEAD_SECONDS: Final = 20.0
"""For request line and headers to come; what the body may take is a limit of its endpoint."""

OWN_FILES: Final = 256
"""Descriptors that no connection may take: the database, public files, keys and the chain's endpoints need theirs."""

log = logging.getLogger("vanbang.web")


def most_connections() -> int:
    """Connections at a time: what the system lets this process open, less its own files; at least half of it."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**20 if allowed == resource.RLIM_INFINITY else max(allowed // 2, allowed - OWN_FILES)


class Connection(HttpToolsProtocol):
    """A connection that is cut off when a request's head has no end, in bytes or in time, and one too many at once."""

    _told: ClassVar[float] = float("-inf")
    _beside = 0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """From here on the first request's head is waited for."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            self._refuse()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is waited for."""
        self._waited()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless too much came that is no body."""
        self._beside += len(data)
        super().data_received(data)
        if self._beside > MOST_BESIDE_BODY:
            self._cut_off()

    def on_message_begin(self) -> None:
        """A request begins, maybe on a connection that has had others."""
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._waited()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body, which others count."""
        self._beside = max(0, self._beside - len(body) - MARK)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The next request is counted anew."""
        self._beside = 0
        super().on_message_complete()

    def _refuse(self) -> None:
        """Who keeps connections open for nothing must not keep the process from its own files."""
        now = time.monotonic()
        if now > Connection._told + 60:
            Connection._told = now
            log.warning("too many connections: new ones are refused")
        self.transport.abort()

    def _wait(self) -> None:
        self._waited()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._cut_off)

    def _waited(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _cut_off(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
