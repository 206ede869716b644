"""What both clients are made of: an address, a key that shows nowhere, time limits, and httpx set up for them."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from vanbang.client.errors import AnswerUnusable, ServerUnreachable
from vanbang.client.exchange import MAX_ANSWER_BYTES, Answer, Request
from vanbang.core.errors import FormatError

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
AGENT: Final = "vanbang-client"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is, and the API key, which is in no repr and in no message.

    Raises FormatError: no http(s) address, a user or query in it, or a key that would go out unencrypted.
    """

    base: str
    key: str | None = field(default=None, repr=False)
    allow_http: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FormatError("base_url", "not an address like https://vanbang.example")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise FormatError("base_url", "it may have no user, no query and no fragment")
        if self.key is not None and not (self.key.isascii() and self.key.isprintable()):
            raise FormatError("key", "not an API key: it has characters that no key has")
        if self.key and parts.scheme == "http" and parts.hostname not in _LOOPBACK and not self.allow_http:
            raise FormatError("base_url", "an API key goes over https only; allow_http=True lets it go unencrypted")

    @property
    def headers(self) -> Mapping[str, str]:
        """What every request carries. Answers come as they are: a compressed one could swell without end."""
        key = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return {"user-agent": AGENT, "accept-encoding": "identity", **key}

    def url(self, path: str) -> str:
        """The address of a path of the API."""
        return self.base.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: until a connection stands, and between two signs of life of an answer."""

    connect: float = 10.0
    silence: float = 60.0

    def of_httpx(self) -> httpx.Timeout:
        """The same for httpx."""
        return httpx.Timeout(self.silence, connect=self.connect)


TIMES: Final = Times()


def options(address: Address, times: Times, context: ssl.SSLContext) -> dict[str, Any]:
    """How an httpx client is made: no redirect is followed, and no password is taken from ~/.netrc."""
    return {
        "headers": dict(address.headers),
        "timeout": times.of_httpx(),
        "verify": context,
        "follow_redirects": False,
        "trust_env": False,
    }


def made(address: Address, request: Request) -> dict[str, Any]:
    """A request as httpx takes it."""
    content = request.body or None
    return {"method": request.method, "url": address.url(request.path), "content": content, "headers": request.headers}


class Received:
    """An answer's body as it comes. Raises AnswerUnusable for one that never ends."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._body = bytearray()

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self._body += piece
        if len(self._body) > MAX_ANSWER_BYTES:
            raise AnswerUnusable(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")

    def answer(self) -> Answer:
        """All of it."""
        return Answer(self._response.status_code, dict(self._response.headers), bytes(self._body))


class Lines:
    """Bytes as they come, given out as lines. Raises AnswerUnusable for a line that never ends."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def take(self, piece: bytes) -> list[bytes]:
        """The lines that end in these bytes, without their ends."""
        self._rest += piece
        if b"\n" not in piece:
            if len(self._rest) > MAX_ANSWER_BYTES:
                raise AnswerUnusable(f"a line of the answer is longer than {MAX_ANSWER_BYTES} bytes")
            return []
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        return [line.removesuffix(b"\r") for line in lines]

    @property
    def rest(self) -> bytes:
        """What came behind the last end of a line."""
        return bytes(self._rest)


@contextmanager
def failures_told() -> Iterator[None]:
    """Turns what httpx raises into ServerUnreachable; the text of its errors may hold addresses and stays behind."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise ServerUnreachable("timeout", f"no answer in time ({type(error).__name__})") from None
    except httpx.ConnectError:
        raise ServerUnreachable("refused", "no connection to the server") from None
    except (httpx.TransportError, httpx.StreamError) as error:
        raise ServerUnreachable("broken", f"the connection broke off ({type(error).__name__})") from None


def default_context() -> ssl.SSLContext:
    """Certificates as this machine trusts them, TLS 1.2 at least."""
    return ssl.create_default_context()
