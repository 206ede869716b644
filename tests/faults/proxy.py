"""A JSON-RPC endpoint in front of a node that passes everything on, or misbehaves as told, call by call.

A `Way` gets method, parameters and a function that asks the node; what it gives is the call's result. It may also raise
`Said` (the whole HTTP answer), `Refused` (a JSON-RPC error) or `Silence` (the connection ends without an answer). Calls
of a batch go through it one by one.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import urllib3

Ask = Callable[[str, list[Any]], Any]
"""The node's result of a call. Raises Refused, Silence."""
Way = Callable[[str, list[Any], Ask], Any]
Watch = Callable[[str, list[Any]], None]


@dataclass
class Silence(Exception):
    """No answer ever comes; the connection ends after so many seconds."""

    seconds: float = 0.0


@dataclass
class Said(Exception):
    """An HTTP answer of any kind."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Refused(Exception):
    """A JSON-RPC error object."""

    error: Any


def honest(method: str, params: list[Any], ask: Ask) -> Any:
    """What the node says."""
    return ask(method, params)


class Proxy(ThreadingHTTPServer):
    """An endpoint. `way` may be changed at any time; `watch` sees every call before the node does."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, node: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._nodes: tuple[str, ...] = (node,)
        self._calls, self._asked = 1, 0
        self.way: Way = honest
        self.watch: Watch = lambda method, params: None
        self.stopped = Event()
        self.counted: dict[str, int] = {}
        self._lock = Lock()
        self._pool = urllib3.PoolManager(maxsize=32, retries=False, timeout=20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def flap(self, *nodes: str, calls: int = 1) -> None:
        """Stands before each of these nodes for so many requests, over and over."""
        self._nodes, self._calls = nodes, calls

    @property
    def node(self) -> str:
        """The node that the next request goes to."""
        with self._lock:
            self._asked += 1
            return self._nodes[self._asked // self._calls % len(self._nodes)]

    def ask(self, method: str, params: list[Any]) -> Any:
        """One call of the node. Raises Refused, Silence."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        answer = json.loads(self.passed_on(body))
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def passed_on(self, body: bytes) -> bytes:
        """The node's answer to a whole request. Raises Silence."""
        try:
            return self._pool.request("POST", self.node, body=body, headers={"Content-Type": "application/json"}).data
        except urllib3.exceptions.HTTPError as error:
            raise Silence from error

    def answer(self, body: bytes) -> bytes:
        """The answer to a request or a batch of them. Raises Said, Silence."""
        asked = json.loads(body)
        for call in asked if isinstance(asked, list) else [asked]:
            self._note(call)
        if self.way is honest:
            return self.passed_on(body)
        if not isinstance(asked, list):
            return json.dumps(self._one(asked)).encode()
        return self._batch(asked)

    def _batch(self, calls: list[Any]) -> bytes:
        """All calls are made, whatever becomes of the answer."""
        answers, instead = [], None
        for call in calls:
            try:
                answers.append(self._one(call))
            except (Said, Silence) as other:
                instead = other
        if instead is not None:
            raise instead
        return json.dumps(answers).encode()

    def _one(self, call: dict[str, Any]) -> dict[str, Any]:
        told = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            return told | {"result": self.way(call["method"], call["params"], self.ask)}
        except Refused as refused:
            return told | {"error": refused.error}

    def _note(self, call: dict[str, Any]) -> None:
        with self._lock:
            self.counted[call["method"]] = self.counted.get(call["method"], 0) + 1
        self.watch(call["method"], call["params"])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed while they ask are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            said = Said(200, self.server.answer(body), {"Content-Type": "application/json"})
        except Said as other:
            said = other
        except Silence as silence:
            self.server.stopped.wait(silence.seconds)
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def endpoint(node: str) -> Iterator[Proxy]:
    """A proxy on a free port, honest at first."""
    proxy = Proxy(node)
    thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stopped.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def only(methods: Sequence[str], way: Way) -> Way:
    """`way` for these methods, honest for the others."""
    return lambda method, params, ask: (way if method in methods else honest)(method, params, ask)


def at_first(count: int, way: Way, then: Way = honest) -> Way:
    """`way` for so many calls, then another."""
    left = [count]

    def either(method: str, params: list[Any], ask: Ask) -> Any:
        left[0] -= 1
        return (way if left[0] >= 0 else then)(method, params, ask)

    return either


def in_turn(*ways: Way, calls: int = 1) -> Way:
    """Each of the ways for so many calls, over and over."""
    count = [0]

    def turning(method: str, params: list[Any], ask: Ask) -> Any:
        count[0] += 1
        return ways[(count[0] - 1) // calls % len(ways)](method, params, ask)

    return turning
