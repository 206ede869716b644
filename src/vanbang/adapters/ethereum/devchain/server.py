"""The development chain over HTTP, on loopback only."""

import ipaddress
import logging
import re
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from vanbang.adapters.ethereum.devchain.chain import DevChain
from vanbang.adapters.ethereum.devchain.errors import INVALID_REQUEST, NotLoopback, RpcError
from vanbang.adapters.ethereum.devchain.rpc import answer_text, failure

_log = logging.getLogger(__name__)

BODY_LIMIT = 2 * 1024 * 1024  # bytes; a deployment is below 100 kB, a full batch of calls below 2 MB
DRAIN_LIMIT = 16 * 1024 * 1024  # bytes of an oversized body that are read and thrown away, so that the answer arrives
IDLE_SECONDS = 120.0  # a connection that says nothing for so long is closed

WARNING = (
    "CẢNH BÁO: chuỗi khối này chỉ để phát triển và thử nghiệm; khóa của mọi tài khoản đều công khai.\n"
    "WARNING: this chain is for development only; the keys of all its accounts are public.\n"
)

_LOOPBACK_HOST = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    chain: DevChain
    stopping = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is no news; anything else is a defect worth its traceback."""
        if not isinstance(sys.exception(), OSError):
            _log.exception("the development chain's server failed on a connection")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "vanbang-devchain"
    sys_version = ""
    default_request_version = "HTTP/1.0"  # else what is not HTTP would be answered as HTTP/0.9, without a status
    timeout = IDLE_SECONDS
    wbufsize = 64 * 1024  # headers and body leave in one packet
    disable_nagle_algorithm = True
    server: _Listener

    def do_POST(self) -> None:
        """One JSON-RPC text in, one out; 204 where there is nothing to say."""
        length = self._length()
        if not self._is_local() or length is None:
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        answer = answer_text(self.server.chain, body)
        self._reply(HTTPStatus.NO_CONTENT if answer is None else HTTPStatus.OK, answer)

    def do_OPTIONS(self) -> None:
        """Let a page from another port of this machine call us (CORS preflight)."""
        if self._is_local():
            self._reply(HTTPStatus.NO_CONTENT, None)

    def _is_local(self) -> bool:
        """Whether the caller named a loopback host: a page that rebinds its own name to 127.0.0.1 did not."""
        if _LOOPBACK_HOST.fullmatch(self.headers.get("Host", "")):
            return True
        self.send_error(HTTPStatus.FORBIDDEN, "the Host header must name a loopback address")
        return False

    def _length(self) -> int | None:
        """The body's length; None after an error was sent."""
        given = self.headers.get("Content-Length", "")
        if not given.isascii() or not given.isdigit():
            self.send_error(HTTPStatus.LENGTH_REQUIRED, "a request needs a Content-Length")
            return None
        length = int(given[:20])
        if length > BODY_LIMIT:
            self._drain(min(length, DRAIN_LIMIT))
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {BODY_LIMIT} bytes")
            return None
        return length

    def _drain(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(length, 65_536))):
            length -= len(piece)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Any HTTP-level error, as a JSON-RPC error body; the connection ends, since its body may be unread."""
        self.close_connection = True
        reason = message or explain or HTTPStatus(code).phrase
        self._reply(HTTPStatus(code), failure(RpcError(INVALID_REQUEST, reason)))

    def _reply(self, status: HTTPStatus, body: bytes | None) -> None:
        self.close_connection = self.close_connection or self.server.stopping
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "POST, OPTIONS")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Access-Control-Max-Age", "600")
        if self.close_connection:
            self.send_header("Connection", "close")
        if body is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a page polls several times a second."""


class DevChainServer:
    """JSON-RPC over HTTP/1.1 for one chain. It owns the chain: stopping closes the chain's store."""

    def __init__(self, chain: DevChain, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind at once; port 0 takes a free one.

        Raises:
            NotLoopback: `host` is not an IPv4 loopback address or localhost.
            OSError: the port is taken.
        """
        self.chain = chain
        self._listener = _Listener((_loopback(host), port), _Handler)
        self._listener.chain = chain
        self._serving: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the chain answers, e.g. http://127.0.0.1:8545"""
        host, port = self._listener.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Serve in a background thread."""
        self._serving = threading.Thread(target=self.serve_forever, name="devchain", daemon=True)
        self._serving.start()
        return self

    def serve_forever(self) -> None:
        """Serve in this thread until another one calls `stop`, or an exception (Ctrl-C) passes through.

        Call `stop` also after an exception: it closes the store.
        """
        sys.stderr.write(WARNING)
        self._serving = threading.current_thread()
        try:
            self._listener.serve_forever(poll_interval=0.05)
        finally:
            self._serving = None

    def stop(self) -> None:
        """Stop listening, let the request in progress end, close the store. Stopping twice is harmless."""
        self._listener.stopping = True
        if self._serving not in (None, threading.current_thread()):
            self._listener.shutdown()
        self._listener.server_close()
        self.chain.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _loopback(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        parsed = ipaddress.IPv4Address(host)
    except ValueError:
        raise NotLoopback(host) from None
    if not parsed.is_loopback:
        raise NotLoopback(host)
    return host
