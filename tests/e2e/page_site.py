"""A small site that serves the proof page, with a chain and mirrors that answer from a test vector."""

import base64
import copy
import json
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/vanbang/web/static"
VECTORS = ROOT / "tests/vectors"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Site:
    """What the fake site serves; tests change it as they go. `log` holds every request, line, headers and body.

    `said` are headers of a share's answer, `ended` codes of shares that are over, `visitors` the names that were left.
    """

    case: dict[str, Any]
    origin: str = ""
    rpc_down: bool = False
    shares: dict[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    visitors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def credential(self) -> bytes:
        return base64.b64decode(self.case["credential"])

    def share(self, plaintext: bytes) -> tuple[str, str]:
        """Path and key of a new share."""
        name, key, iv = base64url(secrets.token_bytes(16)), secrets.token_bytes(32), secrets.token_bytes(12)
        self.shares[name] = iv + AESGCM(key).encrypt(iv, plaintext, name.encode())
        return f"/v/{name}", base64url(key)

    def registries(self) -> list[dict[str, Any]]:
        trust = self.case["trust"]
        return [trust["home"], *trust.get("older", [])]

    def trust(self) -> bytes:
        trust = copy.deepcopy(self.case["trust"])
        for i, registry in enumerate([trust["home"], *trust.get("older", [])]):
            registry["endpoints"] = [f"{self.origin}/rpc/{i}/{k}" for k in range(len(registry["endpoints"]))]
        return json.dumps(trust | {"public": ["/public/"]}).encode()

    def public(self, path: str) -> bytes | None:
        answer = self.case["evidence"].get(f"file {path}")
        return base64.b64decode(answer) if isinstance(answer, str) else None

    def rpc(self, registry: int, endpoint: int, request: dict[str, Any]) -> dict[str, Any]:
        name = self.registries()[registry]["registry"]
        found = self.rpc_result(name, endpoint, request["method"], request["params"])
        outcome = {"error": {"code": -32000, "message": "no answer"}} if found is None else {"result": found}
        return {"jsonrpc": "2.0", "id": request["id"], **outcome}

    def rpc_result(self, name: str, endpoint: int, method: str, parameters: list[Any]) -> Any:
        def entry(question: str) -> dict[str, Any]:
            return self.case["evidence"].get(question, [{}] * (endpoint + 1))[endpoint]

        head = entry(f"head {name}")
        if method == "eth_chainId":
            return hex(head["chain_id"])
        number = parameters[-1] if method == "eth_call" else parameters[0]
        number = number if method == "eth_call" and number == "latest" else self.height(number, head)
        if method == "eth_call":
            return entry(f"call {name} {number} {parameters[0]['data']}").get("result")
        block = entry(f"block {name} {number}")
        return {"number": hex(number), "hash": block.get("hash"), "timestamp": hex(block.get("time", 0))}

    def height(self, tag: str, head: dict[str, Any]) -> int:
        return int(tag, 16) if tag.startswith("0x") else head["block"]


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.note("")
        path = self.path.split("?")[0]
        if path == "/" or path.startswith("/v/"):
            self.answer(200, (STATIC / "verifier/index.html").read_bytes(), "text/html; charset=utf-8")
        elif path == "/trust.json":
            self.answer(200, self.site.trust(), "application/json")
        elif path.startswith("/v1/shares/"):
            self.share(path.removeprefix("/v1/shares/"))
        elif path.startswith("/public/"):
            self.found(self.site.public(path.removeprefix("/public/")))
        elif path.startswith(("/static/", "/tests/")):
            self.file(path)
        else:
            self.found(None)

    def do_OPTIONS(self) -> None:
        self.answer(204, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.note(body.decode())
        visited = re.fullmatch(r"/v1/shares/([\w-]{22})/visitor", self.path)
        if visited is not None:
            self.site.visitors.append((visited[1], json.loads(body)["name"]))
            self.answer(204, b"", "text/plain")
            return
        place = re.fullmatch(r"/rpc/(\d+)/(\d+)", self.path)
        if place is None or self.site.rpc_down:
            self.found(None)
            return
        request, (registry, endpoint) = json.loads(body), map(int, place.groups())
        several = isinstance(request, list)
        answers = [self.site.rpc(registry, endpoint, each) for each in (request if several else [request])]
        answer = answers if several else answers[0]
        self.answer(200, json.dumps(answer).encode(), "application/json")

    def share(self, name: str) -> None:
        if name in self.site.ended:
            body = json.dumps({"type": "about:blank", "status": 410, "code": self.site.ended[name]}).encode()
            self.answer(410, body, "application/problem+json")
        elif name in self.site.shares:
            self.answer(200, self.site.shares[name], "application/octet-stream", self.site.said)
        else:
            self.found(None)

    def note(self, body: str) -> None:
        self.site.log.append(f"{self.requestline}\n{self.headers}\n{body}")

    def file(self, path: str) -> None:
        folder = STATIC if path.startswith("/static/") else ROOT / "tests"
        file = (folder / path.split("/", 2)[2]).resolve()
        exists = file.is_relative_to(folder) and file.is_file()
        self.found(file.read_bytes() if exists else None, MEDIA.get(file.suffix, "application/octet-stream"))

    def found(self, body: bytes | None, media: str = "application/octet-stream") -> None:
        self.answer(404 if body is None else 200, body or b"", media)

    def answer(self, status: int, body: bytes, media: str, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", POLICY)
        self.send_header("referrer-policy", "no-referrer")
        self.send_header("access-control-allow-origin", "*")  # as public files, shares and endpoints have it
        self.send_header("access-control-allow-headers", "content-type")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Requests are kept in the site's log instead."""


@contextmanager
def served(case: dict[str, Any]) -> Iterator[Site]:
    """The site of a case, running on this machine."""
    site = Site(copy.deepcopy(case))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    server.daemon_threads = True
    site.origin = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
