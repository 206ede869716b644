"""What surrounds every request: its id, numbers, one line in the log, and nothing personal in any of them."""

import asyncio
import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from vanbang import web
from vanbang.core.errors import FormatError, VanbangError
from vanbang.notary.proving import TileBroken
from vanbang.ports import EmptyWallet, LedgerUnsure, StoreError
from vanbang.web import operating
from vanbang.web.logs import redacted, set_up_logging, told_error
from vanbang.web.metrics import Metrics, Standing
from vanbang.web.observing import Observing
from vanbang.web.operating import Kept, Operating, Readiness, add_operating
from vanbang.web.problems import on_http_error, on_vanbang_error, problem

STATIC = Path(web.__file__).parent / "static"
SHARE = "SmhHmzQGosbrmiNtsexLYg"
SECRETS = {
    "path": "SmhHmzQGosbrmiNtsexLYh",
    "query": "chia-khoa-bi-mat",
    "header": "Bearer vb_live_4fWq8sKz19TtLmYp",
    "body": "Nguyễn Thị Ánh Đào",
    "number": "001203004567",
}
"""What a request may bring along and no log may keep."""


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that the process logs, as JSON lines; the tests' own logging is put back afterwards."""
    root, ours, theirs = (logging.getLogger(name) for name in (None, "vanbang", "uvicorn"))
    before = root.handlers[:], [item.level for item in (root, ours, theirs)]
    stream = io.StringIO()
    set_up_logging("debug", "json", stream)
    yield stream
    root.handlers[:] = before[0]
    for item, level in zip((root, ours, theirs), before[1], strict=True):
        item.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def the_site(operating: Operating | None = None) -> FastAPI:
    """What surrounds the application, with routes inside that answer and fail in every way."""
    operating = operating or Operating()
    app = FastAPI()
    app.add_exception_handler(VanbangError, on_vanbang_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(Observing, headers={"X-Always": "there"}, metrics=operating.metrics)
    add_operating(app, operating)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/v1/shares/{share_id}")
    def share(share_id: str) -> Response:
        return Response("found") if share_id == SHARE else problem(404, "not_found", "There is no such share.")

    @app.post("/v1/read")
    async def read(request: Request) -> Response:
        return Response(await request.body())

    inner = APIRouter(prefix="/things")

    @inner.post("/{thing}/fault")
    async def fault(thing: str, request: Request) -> Response:
        request.state.actor = "SHB/key-1"
        raise ValueError(f"{thing} {request.url} {dict(request.headers)} {(await request.body()).decode()}")

    @inner.get("/{thing}/thread")
    def in_a_thread(thing: str) -> Response:
        logging.getLogger("vanbang.test").warning("working, %s", FormatError("row 3", thing))
        raise StoreError("the disk is full")

    app.include_router(inner, prefix="/v9")
    return app


def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_leaves_one_line_without_anything_it_brought(logged: io.StringIO) -> None:
    """Secrets in path, query, header and body are in no log line, whether the request succeeds, fails or is unknown."""
    site, query = client(the_site()), {"key": SECRETS["query"]}
    headers = {"Authorization": SECRETS["header"], "X-Request-ID": SECRETS["number"], "User-Agent": SECRETS["query"]}
    body = f"{SECRETS['body']} {SECRETS['number']}".encode()
    asked = [
        ("GET", f"/v1/shares/{SECRETS['path']}", "/v1/shares/{share_id}", 404),
        ("POST", f"/v9/things/{SECRETS['path']}/fault", "/v9/things/{thing}/fault", 500),
        ("GET", f"/v9/things/{SECRETS['number']}/thread", "/v9/things/{thing}/thread", 503),
        ("GET", f"/{SECRETS['path']}", "(none)", 404),
        ("GET", f"/static/{SECRETS['path']}", "/static", 404),
        ("PUT", f"/v1/shares/{SECRETS['path']}", "/v1/shares/{share_id}", 405),
    ]
    for method, path, _, status in asked:
        answer = site.request(method, path, params=query, headers=headers, content=body)
        assert answer.status_code == status
    requests = [line for line in lines(logged) if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        (method, route, status) for method, _, route, status in asked
    ]
    for secret in (*SECRETS.values(), "vb_live", "Ánh Đào", "testserver", "testclient"):
        assert secret not in logged.getvalue()
    assert {"ts", "level", "logger", "event", "request_id", "ms"} <= requests[0].keys()
    assert requests[1]["actor"] == "SHB/key-1"
    (unable,) = [line for line in lines(logged) if line["event"] == "cannot answer"]
    assert unable["error"][0]["told"] == "store: the disk is full"


def test_a_fault_is_told_by_type_and_place(logged: io.StringIO) -> None:
    """A fault's line names the exception and the code it came from, under the id that the answer carries."""
    answer = client(the_site()).post("/v9/things/x/fault")
    (fault,) = [line for line in lines(logged) if line["event"] == "fault"]
    assert fault["request_id"] == answer.headers["x-request-id"]
    assert fault["error"][0]["type"] == fault["error"][0]["told"] == "ValueError"
    assert fault["error"][0]["at"][-1].endswith(" fault")
    assert answer.json()["code"] == "internal"


def test_a_thread_that_works_for_a_request_logs_under_its_id(logged: io.StringIO) -> None:
    """What a worker thread logs carries the request's id, and of an error that may quote a list only the kind."""
    answer = client(the_site()).get("/v9/things/SECRET/thread")
    (line,) = [line for line in lines(logged) if line["logger"] == "vanbang.test"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["event"] == "working, format"


def test_an_answer_that_breaks_off_is_not_ended(logged: io.StringIO) -> None:
    """A fault in the middle of an answer ends the connection, not the answer: nobody takes a part for the whole."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("half")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [], "root_path": ""}
    asyncio.run(Observing(app, {}, Metrics())(scope, None, send))  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert [line["event"] for line in lines(logged)] == ["fault", "request"]


def test_numbers_are_counted_by_template() -> None:
    """Requests are counted under the route's template, unknown methods as OTHER; nothing stays in flight."""
    operating = Operating(metrics_token="token")
    site = client(the_site(operating))
    for path in (f"/v1/shares/{SHARE}", "/v1/shares/other", "/v9/things/x/thread", "/nothing/else"):
        site.get(path)
    site.request("BREW", "/healthz")
    text = operating.metrics.text().decode()
    assert 'vanbang_http_requests_total{method="GET",route="/v1/shares/{share_id}",status="200"} 1.0' in text
    assert 'vanbang_http_requests_total{method="GET",route="/v1/shares/{share_id}",status="404"} 1.0' in text
    assert 'vanbang_http_requests_total{method="GET",route="/v9/things/{thing}/thread",status="503"} 1.0' in text
    assert 'vanbang_http_requests_total{method="GET",route="(none)",status="404"} 1.0' in text
    assert 'vanbang_http_requests_total{method="OTHER",route="/healthz",status="405"} 1.0' in text
    assert "vanbang_http_requests_in_flight 0.0" in text
    assert SHARE not in text


def test_metrics_need_the_token() -> None:
    """Without a token configured there is no such page; with one, only who bears it reads the numbers."""
    assert client(the_site()).get("/metrics").status_code == 404
    site = client(the_site(Operating(metrics_token="mật khẩu")))
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic token"}):
        answer = site.get("/metrics", headers=header)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    answer = site.get("/metrics", headers={"Authorization": "Bearer mật khẩu".encode()})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


def test_what_stands_is_asked_at_each_scrape() -> None:
    """Counts by state are those of the moment: nothing is added up, and a state that is gone is not told."""
    chain = {"transactions": {"MINED": 4}, "endpoints": {"behind": 1}, "incidents": 5, "leases": 6}
    now = [Standing({"ACCEPTED": 2}, {"REFUSED": 1}, {"refused": 3}, 60.0, **chain)]
    metrics = Metrics(lambda: now[0])
    metrics.engine_step("idle")
    text = metrics.text().decode()
    assert 'vanbang_batches{state="ACCEPTED"} 2.0' in text
    assert 'vanbang_uploads{state="REFUSED"} 1.0' in text
    assert "vanbang_oldest_waiting_batch_seconds 60.0" in text
    assert 'vanbang_rows{outcome="refused"} 3.0' in text
    assert 'vanbang_engine_steps_total{outcome="idle"} 1.0' in text
    assert 'vanbang_transactions{state="MINED"} 4.0' in text
    assert 'vanbang_endpoints{state="behind"} 1.0' in text
    assert "vanbang_incidents_open 5.0" in text
    assert "vanbang_leases 6.0" in text
    for unknown in ("relayer_balance_wei", "seconds_since_block", "seconds_since_final_block"):
        assert f"vanbang_{unknown} NaN" in text
    assert 'vanbang_build_info{version="' in text
    now[0] = Standing({"FINAL": 2})
    metrics.relayer_balance(5)
    text = metrics.text().decode()
    assert 'vanbang_batches{state="FINAL"} 2.0' in text
    assert "ACCEPTED" not in text
    assert "vanbang_relayer_balance_wei 5.0" in text


def test_readiness_names_the_part_and_no_reason(logged: io.StringIO) -> None:
    """A part that fails makes the site not ready; the answer names it, the reason is in the log only."""

    def fails() -> None:
        raise StoreError("the disk at /srv/geheim is gone")

    site = client(the_site(Operating(readiness=Readiness(Kept("database", fails), Kept("keys", lambda: None)))))
    answer = site.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "parts": {"database": "failed", "keys": "ok"}}
    assert site.get("/healthz").status_code == 200
    (line,) = [line for line in lines(logged) if line["event"] == "database does not work"]
    assert line["error"][0]["told"] == "store: the disk at /srv/geheim is gone"


def test_told_to_stop_it_is_not_ready() -> None:
    """Once told to stop the site is not ready, though all its parts work; it is still alive."""
    readiness = Readiness(Kept("keys", lambda: None))
    site = client(the_site(Operating(readiness=readiness)))
    assert site.get("/readyz").json() == {"status": "ready", "parts": {"keys": "ok"}}
    readiness.stop()
    assert (site.get("/readyz").status_code, site.get("/readyz").json()) == (503, {"status": "stopping"})
    assert site.get("/healthz").status_code == 200


def test_a_check_is_not_made_at_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its time a check's outcome stands; one that hangs holds up one thread, the others get what was known."""
    made, hang, now = [0], threading.Event(), [100.0]
    monkeypatch.setattr(operating, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def check() -> None:
        made[0] += 1
        if made[0] > 1:
            hang.wait(60)

    kept = Kept("ledger", check, seconds=5)
    assert all(kept.works() for _ in range(5))
    assert made == [1]
    now[0] += 6
    thread = threading.Thread(target=kept.works)
    thread.start()
    while made == [1]:
        time.sleep(0.001)
    assert kept.works()
    hang.set()
    thread.join()


def test_health_touches_nothing() -> None:
    """/healthz answers from an application that has neither parts nor numbers."""
    app = FastAPI()
    add_operating(app, Operating())
    assert client(app).get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("GET https://rpc.example/v3/KEY?x=1 failed", "GET https://rpc.example[withheld] failed"),
        ("http://127.0.0.1:8545 is down", "http://127.0.0.1:8545 is down"),
        ("Authorization: Bearer abc.def", "Authorization: [withheld]"),
        ("citizen 001203004567, row 12", "citizen [withheld], row 12"),
        ("write to dao.nguyen@example.edu.vn", "write to [withheld]"),
        (f"share {SHARE}", "share [withheld]"),
        ("root " + "a1" * 32, "root " + "a1" * 32),
        ("account 0x" + "aB" * 20, "account 0x" + "aB" * 20),
        ("two\nlines", "two lines"),
        ("failed: Traceback (most recent call last):\n  KeyError: 'Ánh Đào'", "failed:[withheld]"),
    ],
)
def test_what_looks_like_a_secret_is_withheld(text: str, told: str) -> None:
    """Keys, ids of shares, citizens' numbers and mail addresses are replaced; hashes, hosts and accounts stay."""
    assert redacted(text) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LedgerUnsure("2 of 3 endpoints are down"), "ledger_unsure: 2 of 3 endpoints are down"),
        (EmptyWallet(b"\1" * 20, 10**18, "anchor"), f"the account 0x{'01' * 20}"),
        (TileBroken("tiles/0a/0/7"), "tile_broken: the tile tiles/0a/0/7"),
        (FormatError("row 3", "'Nguyễn Văn An' is not a date"), "format"),
        (KeyError("Nguyễn Văn An"), "KeyError"),
    ],
)
def test_errors_that_may_quote_are_told_by_kind(error: Exception, told: str) -> None:
    """What an operator must act on is told in full, what may quote a record by its code or type alone."""
    assert told in told_error(error)
    assert "Nguyễn" not in told_error(error)


def test_libraries_are_told_by_template(logged: io.StringIO) -> None:
    """Of a library's message the arguments are withheld, and all of it if they are not apart."""
    log = logging.getLogger("some.library")
    log.warning("connection to %s broken", "https://rpc.example/v3/KEY")
    log.warning(f"row {SECRETS['body']}")
    log.info("chatter")
    assert [line["event"] for line in lines(logged)] == ["connection to %s broken", "[withheld]"]


def test_a_line_that_cannot_be_made(logged: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that does not fit its own template is told by its logger alone, without what it held."""
    stream = io.StringIO()
    set_up_logging("info", "json", stream)
    logging.getLogger("vanbang.test").warning("%d rows", SECRETS["body"])
    assert "lost a line of vanbang.test" in (told := capsys.readouterr().err)
    assert SECRETS["body"] not in told + stream.getvalue()


def test_the_log_for_people(logged: io.StringIO) -> None:
    """In text form a line has the time, level, logger and event, then what else is known."""
    stream = io.StringIO()
    set_up_logging("info", "text", stream)
    logging.getLogger("vanbang.test").info("told %s", "twice", extra={"fields": {"count": 2}})
    ts, rest = stream.getvalue().split(" ", 1)
    assert ts.endswith("Z")
    assert rest == "info vanbang.test told twice count=2\n"


def test_a_client_that_leaves(logged: io.StringIO) -> None:
    """A client that goes away in the middle of its upload is noted as gone, not as a fault of ours."""

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/v1/read", "headers": [], "query_string": b"", "root_path": ""}
    asyncio.run(the_site()(scope, receive, send))
    assert [(line["event"], line.get("status")) for line in lines(logged)] == [("request", 499)]


def test_every_answer_has_its_id_and_the_headers() -> None:
    """Answers and faults alike carry the headers given and an id of their own, whatever id the client sent."""
    site = client(the_site())
    answers = [
        site.request(method, path, headers={"X-Request-ID": "mine"})
        for method, path in (("GET", "/healthz"), ("GET", "/none"), ("POST", "/v9/things/x/fault"))
    ]
    assert {answer.headers["x-always"] for answer in answers} == {"there"}
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 3
    assert "mine" not in ids
