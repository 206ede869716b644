"""The client when the other side fails: refusals, silence, broken answers, and servers that are something else."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from time import monotonic, sleep
from typing import Any

import pytest
from both_clients import KINDS, Either, either

from endpoint_servers import Reply, serving
from vanbang.client import AnswerUnusable, Patience, ServerProblem, ServerUnreachable, Times, Verdict
from vanbang.core.errors import VanbangError
from vanbang.notary.verifying import verify
from world import NOW, World

pytestmark = pytest.mark.slow

REPORT = verify(b"", World().trust(), None, NOW).to_json()  # type: ignore[arg-type] -- what does not parse asks nobody
PROBLEM = {"status": 429, "code": "rate_limited", "detail_vi": "Hãy đợi.", "detail": "Wait."}
QUICK = Patience(repeats=2, longest=0.05)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDS = b"0\r\n\r\n"


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refusal(status: int, wait: str | None = None, **changed: Any) -> Reply:
    headers = {"Content-Type": "application/problem+json", **({"Retry-After": wait} if wait else {})}
    return Reply(json.dumps(PROBLEM | {"status": status} | changed).encode(), status, headers)


def good() -> Reply:
    return Reply(json.dumps(REPORT).encode(), headers={"Content-Type": "application/json"})


@contextmanager
def answered(
    kind: str, *replies: Reply, patience: Patience = QUICK, silence: float = 10.0
) -> Iterator[tuple[Either, Any]]:
    """A client, and a server with these replies one after the other, the last one again and again."""
    left = list(replies)

    def answering(*_: Any) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    times = Times(connect=5.0, silence=silence)
    with serving(answering) as server, either(kind, server.url, patience=patience, times=times) as client:
        yield client, server


@pytest.mark.parametrize("first", [refusal(503), refusal(429, "0"), refusal(408), Reply(b"bad gateway", 502)])
def test_what_passes_is_asked_again(kind: str, first: Reply) -> None:
    """After a refusal that passes the same request goes out again, and its answer is the call's."""
    with answered(kind, first, first, good()) as (client, server):
        assert client.verify(b"x").verdict is Verdict.INVALID
        assert server.requests == [("POST", "/v1/verify")] * 3


def test_retry_after_is_honoured(kind: str) -> None:
    """The wait that the server asks for is kept, a second at least here."""
    began = monotonic()
    with answered(kind, refusal(429, "1"), good(), patience=Patience(1, 5.0)) as (client, _):
        client.verify(b"x")
    assert monotonic() - began >= 1


def test_too_long_a_wait_is_the_caller_s_matter(kind: str) -> None:
    """A server that wants a longer wait than allowed is not asked again before it, but told of at once."""
    with answered(kind, refusal(429, "3600"), good()) as (client, server):
        with pytest.raises(ServerProblem) as refused:
            client.verify(b"x")
        assert (refused.value.problem, refused.value.retry_after) == ("rate_limited", 3_600)
        assert len(server.requests) == 1


def test_patience_ends(kind: str) -> None:
    """What does not pass is raised after the last repeat, with the server's own words."""
    with answered(kind, refusal(503)) as (client, server):
        with pytest.raises(ServerProblem, match="503 rate_limited: Wait"):
            client.verify(b"x")
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>it works</html>"),
        Reply(b"[]"),
        Reply(b"{"),
        Reply(b"[" * 100_000),
        Reply(json.dumps(REPORT | {"verdict": "VALID"}).encode()),
        Reply(json.dumps(REPORT | {"steps": []}).encode()),
        Reply(json.dumps(REPORT | {"version": 2}).encode()),
        Reply(b"moved", 302, {"Location": "https://elsewhere.example/"}),
        Reply(b"<html>no such page</html>", 404),
        Reply(b"{}", 404, {"Content-Type": "application/problem+json"}),
        Reply(b"\xff", 422, {"Content-Type": "application/problem+json"}),
    ],
)
def test_another_program_at_this_address(kind: str, reply: Reply) -> None:
    """What is not this API's answer is told as that, is followed nowhere and is never a verdict."""
    with answered(kind, reply) as (client, _), pytest.raises(AnswerUnusable):
        client.verify(b"x")


@pytest.mark.parametrize(
    ("reply", "word"), [(Reply(hang=True), "timeout"), (Reply(b"{", cut=9), "broken")], ids=["silent", "cut"]
)
def test_half_an_answer(kind: str, reply: Reply, word: str) -> None:
    """Silence and a broken answer are asked again, and then told."""
    with answered(kind, reply, silence=0.2 if reply.hang else 10.0) as (client, server):
        with pytest.raises(ServerUnreachable) as broken:
            client.verify(b"x")
        assert broken.value.word == word
        give_up = monotonic() + 60
        while len(server.requests) < 3:  # the client has waited for the last one, which may be taken up only now
            assert monotonic() < give_up, server.requests
            sleep(0.01)
        assert len(server.requests) == 3


def test_nobody_is_there(kind: str) -> None:
    """A connection that is refused is told without the address's particulars, for a stream of files as well."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        base = f"http://127.0.0.1:{door.getsockname()[1]}/secret"
    with either(kind, base, patience=QUICK) as client:
        for call in (lambda: client.verify(b"x"), lambda: list(client.verify_many([b"x"]))):
            with pytest.raises(ServerUnreachable) as refused:
                call()
            assert refused.value.word == "refused"
            assert "secret" not in str(refused.value)


@contextmanager
def raw(answer: bytes, until: bytes) -> Iterator[str]:
    """A server of one connection that says `answer` as soon as it has read `until`, and hangs up."""

    def talk() -> None:
        with closing(door.accept()[0]) as connection:
            heard = b""
            while until not in heard and (more := connection.recv(65_536)):
                heard += more
            connection.sendall(answer)

    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        thread.join(10)


def line(number: int, **members: Any) -> bytes:
    data = json.dumps({"line": number, **(members or REPORT)}).encode() + b"\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


REFUSED = json.dumps(PROBLEM).encode()


@pytest.mark.parametrize(
    ("answer", "error", "reports"),
    [
        (HEAD + line(1) + line(2) + ENDS, None, 2),
        (HEAD + line(1), ServerUnreachable, 1),
        (HEAD + line(1)[:-9], ServerUnreachable, 0),
        (HEAD + line(1) + ENDS, ServerUnreachable, 1),
        (HEAD + line(1) + line(3) + ENDS, AnswerUnusable, 1),
        (HEAD + line(1) + line(2, problem=PROBLEM) + ENDS, ServerProblem, 1),
        (HEAD + line(1) + line(2, verdict="VALID") + ENDS, AnswerUnusable, 1),
        (HEAD + b"3\r\nno\n\r\n" + ENDS, AnswerUnusable, 0),
        (b"", ServerUnreachable, 0),
        (b"SSH-2.0-OpenSSH\r\n\r\n", AnswerUnusable, 0),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", AnswerUnusable, 0),
        (
            b"HTTP/1.1 429 Wait\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(REFUSED), REFUSED),
            ServerProblem,
            0,
        ),
    ],
    ids=[
        *("good", "cut-off", "cut-in-a-line", "ended-early", "line-left-out", "problem-in-the-middle"),
        *("no-report", "no-json", "hung-up", "no-http", "no-api", "refused"),
    ],
)
def test_a_stream_of_answers_that_goes_wrong(
    kind: str, answer: bytes, error: type[VanbangError] | None, reports: int
) -> None:
    """Reports that came are given out; what ends them otherwise than well is raised, and nothing is sent again."""
    got = []
    with (
        raw(answer, b"\r\n0\r\n\r\n") as base,
        either(kind, base) as client,
        pytest.raises(error) if error else nullcontext(),
    ):
        for report in client.verify_many([b"a", b"b"]):
            got.append(report)
    assert len(got) == reports


def test_a_refusal_before_all_is_sent(kind: str) -> None:
    """A server that refuses at once is heard although there are files without end."""

    def files() -> Iterator[bytes]:
        while True:
            yield b"x" * 10_000

    answer = b"HTTP/1.1 503 Busy\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n\r\n%b"
    with (
        raw(answer % (len(REFUSED), REFUSED), b"\r\n\r\n") as base,
        either(kind, base) as client,
        pytest.raises((ServerProblem, ServerUnreachable)),
    ):
        list(client.verify_many(files()))


def events(*states: str) -> bytes:
    """A stream of events of an upload in these states."""
    upload = {
        "id": "b1" * 16,
        "name": "l\u2028\x85.csv",
        "issuer": None,
        "type": None,
        "size": 1,
        "sha256": None,
        "rows": 0,
    }
    rest = {"accepted": 0, "errors": 0, "warnings": 0, "error": None, "trouble": None}
    told = [json.dumps(upload | rest | {"state": state}, ensure_ascii=False).encode() for state in states]
    each = zip(states, told, strict=True)
    return b"retry: 10\n\n" + b"".join(b"event: state\nid: %b\ndata: %b\n\n" % (s.encode(), t) for s, t in each)


def test_events_come_back_after_a_break(kind: str) -> None:
    """A stream that ends or breaks off is taken up again from the last event, until the last state."""
    seen: list[str | None] = []
    streams = [events("OPEN"), events("RECEIVED"), events("ACCEPTED")]

    def answering(_method: str, path: str, _body: bytes) -> Reply:
        seen.append(path)
        reply = Reply(streams.pop(0), headers={"Content-Type": "text/event-stream"})
        return Reply(reply.body, headers=reply.headers, cut=5) if len(streams) == 1 else reply

    with serving(answering) as server, either(kind, server.url, patience=QUICK) as client:
        states = [upload.state for upload in client.follow_upload("b1" * 16)]
    assert states == ["OPEN", "RECEIVED", "ACCEPTED"]
    assert seen == [f"/v1/uploads/{'b1' * 16}/events"] * 3
