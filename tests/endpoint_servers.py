"""HTTP servers for tests: JSON-RPC endpoints and mirrors that answer as told, rightly or not."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.verification import Block, CallResult, Head


@dataclass
class Reply:
    """One HTTP answer. `hang` waits until the server stops; `drip` sends a byte at a time."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    drip: bool = False
    cut: int = 0
    """So many bytes are announced and not sent."""


Answering = Callable[[str, str, bytes], Reply]
"""From method, path and body to the reply."""


class Server(ThreadingHTTPServer):
    """Answers every request with `answering`; counts requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answering: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering = answering
        self.stopped = Event()
        self.requests: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers["content-length"])))

    def _answer(self, method: str, body: bytes) -> None:
        self.server.requests.append((method, self.path))
        reply = self.server.answering(method, self.path, body)
        if reply.hang:
            self.server.stopped.wait(120)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + reply.cut))
        self.end_headers()
        for part in [reply.body[i : i + 1] for i in range(len(reply.body))] if reply.drip else [reply.body]:
            self.wfile.write(part)
            if reply.drip and self.server.stopped.wait(0.05):
                return

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(answering: Answering) -> Iterator[Server]:
    """A server on a free port of this machine."""
    server = Server(answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def rpc_reply(request: Mapping[str, Any], result: Any) -> Reply:
    """A JSON-RPC answer with a result."""
    return Reply(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}).encode())


def honest(evidence: Mapping[str, Any], name: str, place: int = 0) -> Answering:
    """Endpoint number `place` of the registry `name`, as the evidence has it."""

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        request = json.loads(body)
        result = rpc_result(evidence, name, place, request["method"], request["params"])
        return rpc_reply(request, result)

    return answering


def rpc_result(evidence: Mapping[str, Any], name: str, place: int, method: str, params: list[Any]) -> Any:
    """What a node in the world of `evidence` gives; None for what it does not have."""
    head = evidence[f"head {name}"][place]
    assert isinstance(head, Head)
    if method == "eth_chainId":
        return hex(head.chain_id)
    if method == "eth_blockNumber":
        return hex(head.block + 12)
    if method == "eth_getBlockByNumber":
        return _block(evidence, name, place, head.block if params[0] == "finalized" else int(params[0], 16))
    assert method == "eth_call"
    assert params[0]["to"] == name.rsplit(":", 1)[1]
    block = params[1] if params[1] == "latest" else int(params[1], 16)
    entry = evidence.get(f"call {name} {block} {params[0]['data']}", [Failure("unknown")] * 9)[place]
    return "0x" + entry.result.hex() if isinstance(entry, CallResult) else None


def _block(evidence: Mapping[str, Any], name: str, place: int, number: int) -> Any:
    entry = evidence.get(f"block {name} {number}", [Failure("unknown")] * 9)[place]
    if not isinstance(entry, Block):
        return None
    return {"number": hex(number), "hash": entry.hash, "timestamp": hex(entry.time), "transactions": []}


def mirror(files: Mapping[str, Any]) -> Answering:
    """A mirror of public files by their question, 404 for others."""

    def answering(_method: str, path: str, _body: bytes) -> Reply:
        found = files.get("file " + path.removeprefix("/"))
        return Reply(found) if isinstance(found, bytes) else Reply(b"not here", 404)

    return answering


class Refused(Exception):
    """What a `node` answers a request with: a JSON-RPC error."""

    def __init__(self, number: int, text: str = "no", data: str | None = None) -> None:
        super().__init__(text)
        self.error = {"code": number, "message": text} | ({} if data is None else {"data": data})


def node(result: Callable[[str, list[Any]], Any], *, batches: bool = True) -> Answering:
    """A JSON-RPC node that answers single requests, and batches unless told otherwise; `result` may raise Refused."""

    def one(request: Mapping[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            return answer | {"result": result(request["method"], request["params"])}
        except Refused as refused:
            return answer | {"error": refused.error}

    def answering(_method: str, _path: str, body: bytes) -> Reply:
        asked = json.loads(body)
        if isinstance(asked, dict):
            return Reply(json.dumps(one(asked)).encode())
        if not batches:
            return Reply(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch not supported"}}')
        return Reply(json.dumps([one(request) for request in asked][::-1]).encode())

    return answering
