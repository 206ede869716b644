"""A stand-in for S3-compatible storage on this machine, and endpoints of storage that fails.

moto keeps objects in memory and asks no credentials; it knows conditional writes, listings, ranges and metadata. It
says nothing about durability, about rights, or about what real storage does under load: that is what `failing` is for.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from unittest.mock import patch
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

NUMBERS = count(1)
SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/s3/aws4_request",
    "Content-Type": "application/json",
}
"""By somebody: moto looks no further."""


def surroundings(endpoint: str) -> Mapping[str, str]:
    """The environment by which an endpoint is found."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "never-shown",
    }


@contextmanager
def storage() -> Iterator[str]:
    """The endpoint of storage without a bucket, which this process finds in its environment."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        with patch.dict(os.environ, surroundings(endpoint)):
            yield endpoint
    finally:
        server.stop()


def new_bucket(endpoint: str) -> str:
    """The name of a new, empty bucket that everybody may read."""
    name = f"diplomas-{next(NUMBERS)}"
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]}).encode()
    for request in (
        Request(f"{endpoint}/{name}", method="PUT"),
        Request(f"{endpoint}/{name}?policy", policy, SIGNED, method="PUT"),
    ):
        urlopen(request, timeout=10).close()
    return name


@contextmanager
def failing(answers: Sequence[tuple[int, str]]) -> Iterator[list[str]]:
    """Storage that gives these answers (status, code) one after the other, the last for ever; the requests it had."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, code = answers[min(len(seen), len(answers) - 1)]
            seen.append(f"{self.command} {self.path} {self.headers.get('if-none-match', '')}".strip())
            body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.send_header("etag", '"0a"')
            self.send_header("last-modified", "Sun, 22 Nov 2026 11:00:00 GMT")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            """Requests are kept in `seen`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with patch.dict(os.environ, surroundings(f"http://127.0.0.1:{server.server_port}")):
            yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
