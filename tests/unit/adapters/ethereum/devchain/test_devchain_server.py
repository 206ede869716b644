"""The server speaks HTTP with pages, scripts and strangers."""

import http.client
import json
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from devchain_asking import ALICE, BOB
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer, NotLoopback
from vanbang.adapters.ethereum.devchain.server import BODY_LIMIT

CHAIN_ID = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'


@pytest.fixture(scope="module")
def server() -> Iterator[DevChainServer]:
    with DevChainServer(DevChain()) as running:
        yield running


@pytest.fixture
def link(server: DevChainServer) -> Iterator[http.client.HTTPConnection]:
    where = urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=5)
    yield connection
    connection.close()


def read(link: http.client.HTTPConnection) -> tuple[int, dict[str, str], bytes]:
    response = link.getresponse()
    return response.status, {name.lower(): item for name, item in response.getheaders()}, response.read()


def test_one_connection_serves_many_requests(link: http.client.HTTPConnection) -> None:
    """Connections are kept alive, also after a notification that has no body."""
    for body, status in ((CHAIN_ID, 200), (b'{"jsonrpc":"2.0","method":"eth_chainId"}', 204), (b"junk", 200)):
        link.request("POST", "/", body)
        opened = link.sock
        assert read(link)[0] == status
        assert link.sock is opened


def test_a_page_from_another_port_may_ask(link: http.client.HTTPConnection) -> None:
    """The preflight allows POST with a JSON content type, and the answer may be read by any page."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    link.request("OPTIONS", "/", headers={**asked, "Access-Control-Request-Headers": "content-type"})
    status, headers, _ = read(link)
    assert status == 204
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "*"
    link.request("POST", "/", CHAIN_ID, {"Origin": "http://localhost:3000", "Content-Type": "application/json"})
    status, headers, body = read(link)
    assert (status, json.loads(body)["result"]) == (200, "0x7a69")
    assert headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "127.0.0.1:8545", "127.9.9.9", "[::1]:8545"])
def test_loopback_names_are_answered(link: http.client.HTTPConnection, host: str) -> None:
    """Every usual way to name this machine is accepted."""
    link.request("POST", "/", CHAIN_ID, {"Host": host})
    assert read(link)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_a_rebound_name_is_refused(link: http.client.HTTPConnection, method: str, host: str) -> None:
    """A page that pointed its own name at loopback gets no answer from the chain."""
    link.request(method, "/", CHAIN_ID, {"Host": host})
    status, _, body = read(link)
    assert status == 403
    assert "error" in json.loads(body)


def test_a_body_of_the_largest_size_is_read_and_a_larger_one_refused(link: http.client.HTTPConnection) -> None:
    """The limit is exact, and the refusal arrives as a JSON-RPC error."""
    link.request("POST", "/", CHAIN_ID + b" " * (BODY_LIMIT - len(CHAIN_ID)))
    assert json.loads(read(link)[2])["result"] == "0x7a69"
    link.request("POST", "/", b" " * (BODY_LIMIT + 1))
    status, _, body = read(link)
    assert (status, json.loads(body)["error"]["code"]) == (413, -32600)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 403),
        (b"POST / HTTP/9.9\r\n\r\n", 505),
        (b"\x16\x03\x01\r\n\r\n", 400),
    ],
)
def test_http_that_is_wrong_is_answered_with_an_error(server: DevChainServer, head: bytes, status: int) -> None:
    """Wrong methods, lengths, hosts and protocols get a status and a JSON-RPC error, not a dropped connection."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as raw:
        raw.sendall(head)
        reply = b"".join(iter(lambda: raw.recv(65_536), b""))
    first, _, body = reply.partition(b"\r\n\r\n")
    assert f" {status} ".encode() in first.splitlines()[0] + b" "
    assert json.loads(body)["error"]["code"] == -32600


def test_a_head_request_gets_no_body(link: http.client.HTTPConnection) -> None:
    """HEAD is refused like any other method, without a body."""
    link.request("HEAD", "/")
    assert read(link)[::2] == (501, b"")


@given(body=st.binary(max_size=300))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_is_answered_on_a_living_connection(link: http.client.HTTPConnection, body: bytes) -> None:
    """Whatever bytes are posted, the same connection answers, and answers again."""
    for each in (body, CHAIN_ID):
        link.request("POST", "/", each)
        status, _, reply = read(link)
        assert status == 200
    assert json.loads(reply)["result"] == "0x7a69"


def test_many_callers_at_once_are_all_served(server: DevChainServer) -> None:
    """Forty transfers from eight threads all land, each in its place."""
    where = urlsplit(server.url)

    def send(_: int) -> str:
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        wish = {"from": ALICE, "to": BOB, "value": "0x1"}
        connection.request(
            "POST", "/", json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_sendTransaction", "params": [wish]})
        )
        sent = json.loads(connection.getresponse().read())["result"]
        connection.close()
        return str(sent)

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(send, range(40)))
    assert len(set(sent)) == 40
    count = server.chain.handle(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionCount", "params": [ALICE, "latest"]}
    )
    assert count == {"jsonrpc": "2.0", "id": 1, "result": hex(40)}


@pytest.mark.parametrize("host", ["169.254.1.1", "192.168.1.5", "example.org", "::"])
def test_it_listens_on_loopback_only(host: str) -> None:
    """An address other machines could reach is refused."""
    with DevChain() as chain, pytest.raises(NotLoopback):
        DevChainServer(chain, host)


def test_it_warns_in_two_languages(capsys: pytest.CaptureFixture[str]) -> None:
    """Starting the server says on stderr, in Vietnamese and English, that this chain is for development."""
    with DevChainServer(DevChain(), "localhost") as server:
        assert server.url.startswith("http://127.0.0.1:")
    server.stop()
    warning = capsys.readouterr().err
    assert "CẢNH BÁO" in warning
    assert "WARNING" in warning


def test_serving_in_the_foreground_ends_when_another_thread_stops_it(tmp_path: Path) -> None:
    """`serve_forever` returns after `stop`, and the store is free for the next process."""
    server = DevChainServer(DevChain(tmp_path))
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(server.serve_forever)
        where = urlsplit(server.url)
        link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=5)
        link.request("POST", "/", CHAIN_ID)
        assert read(link)[0] == 200
        server.stop()
        assert served.result(timeout=5) is None
    link.close()
    DevChain(tmp_path).close()


def test_a_server_that_never_served_can_be_stopped(tmp_path: Path) -> None:
    """Stopping before serving closes the port and the store."""
    DevChainServer(DevChain(tmp_path)).stop()
    DevChain(tmp_path).close()


def test_a_client_that_hangs_up_disturbs_nobody(
    server: DevChainServer, link: http.client.HTTPConnection, capfd: pytest.CaptureFixture[str]
) -> None:
    """Connections reset before, within or after a request leave the server serving, and silent."""
    where = urlsplit(server.url)
    whole = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(CHAIN_ID), CHAIN_ID)
    for sent in (b"", whole[:30], whole[:-10], whole * 50):
        with socket.create_connection((where.hostname, where.port), timeout=5) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.sendall(sent)
    for _ in range(20):
        link.request("POST", "/", CHAIN_ID)
        assert read(link)[0] == 200
    assert capfd.readouterr().err == ""
