"""The site as a process: killed without warning, killed in the middle of issuing, and stopped in good order."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from command_line import SAMPLE, Installation, installed, serving, start, wait_for, write_list
from forked_commands import Forked

from ports import free_port
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.notary.leasing import Leases

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vanbang(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("serve") / "home")


def verify_by_http(base: str, file: Path) -> dict[str, object]:
    with urlopen(Request(f"{base}/v1/verify", file.read_bytes()), timeout=20) as answer:
        return json.load(answer)


def test_killed_and_started_again(vanbang: Installation, tmp_path: Path) -> None:
    """After kill -9 the same share, root and anchor are served, and the diploma is VALID as before."""
    rows = write_list(tmp_path / "list.csv", 6, "serve")
    vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
    file, reports, log = tmp_path / "d.json", [], tmp_path / "log"
    words = ("export", rows[2]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file, "--json")
    share = vanbang.good(*words).json()["proof_url"].split("/v/")[1]
    for _ in range(2):
        with serving(vanbang.home, log) as (base, _process):
            by_url = vanbang.good("verify", f"{base}/v/{share}", *vanbang.trust(), "--json").json()
            by_http = verify_by_http(base, file)
        assert by_url["verdict"] == by_http["verdict"] == "VALID"
        assert by_url["credential"] == by_http["credential"]
        reports.append((by_http["credential"], by_http["anchor"], by_http["status"]))
    assert reports[0] == reports[1]
    assert share.partition("#")[2] not in log.read_text()


def test_issuing_beside_another_command(vanbang: Installation, tmp_path: Path) -> None:
    """A command that finds another at work waits for it, and does its own work when that has ended without doing it."""
    write_list(tmp_path / "list.csv", 3, "beside", after=200)
    store = SqlStore(open_database(vanbang.home / "vanbang.sqlite"))
    with Leases(store, "another", 15).holding(f"issuer:{SAMPLE.iss}") as held:
        assert held
        command = ("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, "--json")
        log = tmp_path / "log"
        process = start(*command, home=vanbang.home, log=log)
        give_up = monotonic() + 60
        while "Đang đợi / waiting" not in log.read_text():
            assert monotonic() < give_up, log.read_text()
            sleep(0.05)
        assert process.poll() is None
    assert process.wait(60) == 0


def test_killed_while_issuing(vanbang: Installation, tmp_path: Path) -> None:
    """Killed at random moments of `issue` and run again, a list ends with one good anchor and provable diplomas."""
    drawn = Random(20_261_121)
    rows = write_list(tmp_path / "list.csv", 60, "killed", after=6)
    command = ("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
    for _ in range(5):
        process = start(*command, home=vanbang.home, log=tmp_path / "log")
        sleep(drawn.uniform(0.05, 1.5))
        process.kill()
        process.wait()
    (issued,) = vanbang.good(*command, "--json").json()["batches"]
    assert issued["rows"] == 60
    (again,) = vanbang.good(*command, "--json").json()["batches"]
    assert (issued["block"], issued["transaction"]) == (again["block"], again["transaction"])
    inside = Installation(vanbang.home, inside=True)
    with serving(vanbang.home, tmp_path / "log") as (base, _):
        for number in drawn.sample(range(60), 6):
            file = tmp_path / f"{number}.json"
            inside.good("export", rows[number]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file)
            report = verify_by_http(base, file)
            assert report["verdict"] == "VALID"
            assert report["credential"]["batch"]["root"] == issued["root"]  # type: ignore[index]
            assert report["anchor"]["block"] == issued["block"]  # type: ignore[index]
    assert "Traceback" not in (tmp_path / "log").read_text()


@contextmanager
def configured(home: Path, log: Path, **variables: str) -> Iterator[tuple[int, Forked]]:
    """`vanbang serve` under these variables, and its port; `log` is its alone."""
    port = free_port()
    log.unlink(missing_ok=True)
    process = start("serve", home=home, log=log, VANBANG_PORT=str(port), **variables)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield port, process
    finally:
        process.kill()
        process.wait()


def status_of(port: int, path: str) -> int | None:
    """The status of an answer, None if nobody takes the connection."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return None


def wait_until(port: int, path: str, status: int | None) -> None:
    """Until the site answers so."""
    give_up = monotonic() + 60
    while (found := status_of(port, path)) != status:
        assert monotonic() < give_up, found
        sleep(0.05)


@contextmanager
def half_sent(port: int) -> Iterator[socket.socket]:
    """A request of which the server waits for the second half: it has asked for the body, and got five bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 100")
        client.sendall(b"12345")
        yield client


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_good_order(vanbang: Installation, tmp_path: Path, how: signal.Signals) -> None:
    """Told to stop, it first says it is not ready, then takes no connections, finishes its requests, and ends 0."""
    log = tmp_path / "log"
    with configured(vanbang.home, log, VANBANG_DRAIN_SECONDS="3") as (port, process), half_sent(port) as client:
        assert status_of(port, "/readyz") == 200
        process.send_signal(how)
        wait_until(port, "/readyz", 503)
        assert status_of(port, "/healthz") == 200
        wait_until(port, "/healthz", None)
        assert process.poll() is None
        client.sendall(b"67890")
        answer = client.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 200")
        assert process.wait(60) == 0
    told = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert (told[0]["event"], told[-1]["event"]) == ("serving", "stopped")
    assert ("/v1/verify", 200) in [(line.get("route"), line.get("status")) for line in told]


def test_a_request_that_does_not_end_holds_nothing_up(vanbang: Installation, tmp_path: Path) -> None:
    """A request that is not finished within the grace is cut off; a second signal waits for nothing at all."""
    log = tmp_path / "log"
    with configured(vanbang.home, log, VANBANG_GRACE_SECONDS="1") as (port, process), half_sent(port):
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    with (
        configured(vanbang.home, log, VANBANG_GRACE_SECONDS="300", VANBANG_DRAIN_SECONDS="300") as (port, process),
        half_sent(port),
    ):
        process.send_signal(signal.SIGTERM)
        wait_until(port, "/readyz", 503)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert "Traceback" not in log.read_text()


def test_what_requests_bring_is_not_logged(vanbang: Installation, tmp_path: Path) -> None:
    """Nothing of paths, queries, headers, bodies or broken requests is in the log; each request leaves its line."""
    log, secrets = tmp_path / "log", ("duong-dan-0", "hoi-1", "vb_KhoaBiMat-2", "Nguyễn Thị Ánh Đào", "001203004567")
    path, query, header, name, number = secrets
    body = json.dumps({"name": name, "number": number}).encode()
    headers = {"Authorization": f"Bearer {header}", "X-Request-ID": number, "Cookie": header}
    asked = ["/v/", "/v1/shares/", "/v1/uploads/", "/v1/batches/", "/public/tiles/", "/static/", "/", "/v1/verify?"]
    with configured(vanbang.home, log, VANBANG_LOG_LEVEL="debug") as (port, process):
        for start_of_path in asked:
            for data in (None, body):
                with suppress(HTTPError):
                    url = f"http://127.0.0.1:{port}{start_of_path}{path}?{query}"
                    urlopen(Request(url, data, headers), timeout=20).close()
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(f"GET /{path} HTTP/9\r\n{header}\r\n\r\n".encode())
            client.recv(1_000)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    lines = log.read_text()
    assert lines.count('"event": "request"') > 2 * len(asked)
    assert [secret for secret in secrets if secret in lines] == []


def test_a_port_that_is_taken(vanbang: Installation) -> None:
    """A port that another program has is refused in a sentence, before anything is opened."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = vanbang("serve", "--port", port)
    assert done.status == 1
    assert port in done.err
