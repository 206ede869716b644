"""HTTP with strangers: no redirects, no cookies, no more bytes and no more seconds than asked for."""

import re
import time
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any, Final

import requests
from requests import Response, Session
from urllib3.exceptions import HTTPError, ReadTimeoutError

from vanbang.adapters.http.within_time import WithinTime
from vanbang.core.errors import VanbangError

TIMEOUT: Final = 8.0
"""Seconds for one request: a public endpoint that takes longer is as good as down, and a person is waiting."""

_CHUNK: Final = 65_536
_SECONDS: Final = re.compile(r"[0-9]{1,5}")


class HttpFailure(VanbangError):
    """A request without a usable answer. `word`: timeout, unreachable, http_<status> or malformed (too large).

    `wait`: seconds after which the other side wants to be asked again (Retry-After, RFC 9110 section 10.2.3), 0 if it
    did not say so in seconds.
    """

    code = "http"

    def __init__(self, word: str, wait: int = 0) -> None:
        super().__init__(f"no answer to rely on: {word}")
        self.word = word
        self.wait = wait


def bounded_session(max_bytes: int) -> Session:
    """A session whose answers have status 200 and at most `max_bytes`, within the request's timeout as a whole.

    Everything else raises HttpFailure, also out of libraries that use the session. Pass `allow_redirects=False`.
    """

    def bounded(response: Response, *_: Any, **options: Any) -> Response:
        try:
            return _read(response, max_bytes, time.monotonic() + options["timeout"] - response.elapsed.total_seconds())
        except BaseException:
            response.close()
            raise

    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, WithinTime())
    session.hooks["response"] = [bounded]
    session.headers["Accept-Encoding"] = "identity"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def fetch(session: Session, url: str, timeout: float) -> bytes:
    """The body of a GET. Raises HttpFailure."""
    try:
        return session.get(url, timeout=timeout, allow_redirects=False).content
    except (requests.RequestException, HTTPError) as error:
        raise http_failure(error) from None


def http_failure(error: Exception) -> HttpFailure:
    """What an error of requests or urllib3 amounts to. Do not chain it: its text has the whole URL, keys included."""
    timeout = isinstance(error, requests.Timeout | ReadTimeoutError)
    return HttpFailure("timeout" if timeout else "unreachable")


def _read(response: Response, max_bytes: int, deadline: float) -> Response:
    if response.status_code != requests.codes.ok:
        wait = response.headers.get("Retry-After", "")
        raise HttpFailure(f"http_{response.status_code}", int(wait) if _SECONDS.fullmatch(wait) else 0)
    body = bytearray()
    # read1 gives what has arrived: an endpoint that drips bytes cannot stretch one read past the deadline.
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > max_bytes:
            raise HttpFailure("malformed")
        if time.monotonic() > deadline:
            raise HttpFailure("timeout")
    response.raw.release_conn()
    return _answer(response, bytes(body))


def _answer(response: Response, body: bytes) -> Response:
    answer = Response()
    answer.status_code, answer.url, answer.headers = response.status_code, response.url, response.headers
    answer.request, answer.elapsed = response.request, response.elapsed
    answer.raw = BytesIO(body)
    return answer
