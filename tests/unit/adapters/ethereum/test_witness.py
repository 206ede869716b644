"""The witness: its questions to endpoints, its files from mirrors, and each fault as one word."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from endpoint_servers import Reply, Server, honest, mirror, rpc_reply, serving
from vanbang.adapters.ethereum.witness import IN_FLIGHT, RpcWitness
from vanbang.adapters.http.at_once import at_once
from vanbang.adapters.http.mirrors import FILE_LIMITS
from vanbang.core.encoding import digest_of
from vanbang.core.quorum import Failure
from vanbang.core.trust import TrustedRegistry, trusted_registry
from vanbang.core.verification import Head
from world import BLOCK, HOME, World

WORLD = World()
EVIDENCE = WORLD.evidence()
QUESTIONS = [question for question in EVIDENCE if not question.startswith("file")]


@pytest.fixture(scope="module")
def servers() -> Iterator[list[Server]]:
    """Three honest endpoints."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(honest(EVIDENCE, HOME, place))) for place in range(3)]


def registry_of(servers: list[Server], depth: int | None = None) -> TrustedRegistry:
    return trusted_registry(HOME, [server.url for server in servers], 2, depth)


@pytest.mark.parametrize("question", QUESTIONS)
def test_honest_endpoints_give_the_evidence(servers: list[Server], question: str) -> None:
    """Every question of the world is answered by all endpoints, in order, as the world has it."""
    assert RpcWitness(5).chain_answer(registry_of(servers), question) == EVIDENCE[question]


def test_finality_by_depth(servers: list[Server]) -> None:
    """With a depth, the head is the newest block less the depth, and never below 0."""
    witness = RpcWitness(5)
    for depth, block in ((12, BLOCK), (2, BLOCK + 10), (10_000, 0), (0, BLOCK + 12)):
        registry = registry_of(servers, depth)
        assert witness.chain_answer(registry, f"head {HOME}") == [Head(31337, block)] * 3


@pytest.mark.slow
def test_a_failing_endpoint_leaves_the_others_alone(servers: list[Server]) -> None:
    """Each endpoint's fault is its own entry, with its word."""
    with serving(lambda *_: Reply(b"busy", 429)) as busy, serving(lambda *_: Reply(hang=True)) as silent:
        registry = registry_of([busy, servers[1], silent])
        before = time.monotonic()
        answer = RpcWitness(2).chain_answer(registry, f"head {HOME}")
    assert answer == [Failure("http_429"), Head(31337, BLOCK), Failure("timeout")]
    assert time.monotonic() - before < 20


@pytest.mark.slow
def test_endpoints_are_asked_at_the_same_time(servers: list[Server]) -> None:
    """Each of three endpoints answers when all three have been asked, so that slow ones cost the time of one."""
    asked = Barrier(3)

    def with_the_others(method: str, path: str, body: bytes) -> Reply:
        asked.wait(60)
        return honest(EVIDENCE, HOME)(method, path, body)

    with ExitStack() as stack:
        slow = [stack.enter_context(serving(with_the_others)) for _ in range(3)]
        answer = RpcWitness(30).chain_answer(registry_of(slow), f"head {HOME}")
    assert answer == [Head(31337, BLOCK)] * 3


def test_a_slow_endpoint_is_not_asked_without_end(servers: list[Server]) -> None:
    """Only so many requests wait for one endpoint at a time; the others wait for their turn."""
    witness = RpcWitness(30)
    waiting: list[int] = []

    def slow(method: str, path: str, body: bytes) -> Reply:
        waiting.append(1)
        most.append(len(waiting))
        time.sleep(0.02)
        waiting.pop()
        return honest(EVIDENCE, HOME)(method, path, body)

    most: list[int] = []
    with serving(slow) as server:
        registry = registry_of([server, servers[0], servers[1]])
        answers = at_once([lambda: witness.chain_answer(registry, f"head {HOME}")] * (3 * IN_FLIGHT), 60)
    assert answers == [[Head(31337, BLOCK)] * 3] * (3 * IN_FLIGHT)
    assert 1 < max(most) <= IN_FLIGHT


def test_a_block_the_endpoint_does_not_have_is_malformed(servers: list[Server]) -> None:
    """A null block, or another block than the one asked for, is no answer."""
    witness = RpcWitness(5)
    assert witness.chain_answer(registry_of(servers), f"block {HOME} 899") == [Failure("malformed")] * 3

    def other(_method: str, _path: str, body: bytes) -> Reply:
        block = {"number": "0x1", "hash": "0x" + "00" * 32, "timestamp": "0x1"}
        return rpc_reply({"id": 1}, block)

    with serving(other) as server:
        registry = trusted_registry(HOME, [server.url])
        assert witness.chain_answer(registry, f"block {HOME} 2") == [Failure("malformed")]


@pytest.mark.parametrize(
    "question", ["", "head", f"head {HOME} 1", f"block {HOME}", "head eip155:1:0x", "file types/0"]
)
def test_what_is_no_question_is_a_fault_of_the_program(question: str) -> None:
    """A question that the judge never asks raises ValueError, and nobody is asked."""
    with pytest.raises(ValueError):
        RpcWitness().chain_answer(trusted_registry(HOME, ["http://127.0.0.1:1/"]), question)


DATA = b'{"a":"file"}'
PATH = f"types/{digest_of(DATA).hex()}"


def test_the_first_good_mirror_is_heard() -> None:
    """Mirrors are asked in order; one that lies, lacks the file or is down is passed over; the rest is not asked."""
    with ExitStack() as stack:
        lying, lacking, good, spare = (
            stack.enter_context(serving(answering))
            for answering in (
                lambda *_: Reply(b"another file"),
                mirror({}),
                mirror({f"file {PATH}": DATA}),
                mirror({f"file {PATH}": DATA}),
            )
        )
        mirrors = [lying.url, "http://127.0.0.1:1/", lacking.url, good.url.removesuffix("/"), spare.url]
        assert RpcWitness(5).file_answer(mirrors, PATH) == DATA
        assert [len(server.requests) for server in (lying, lacking, good, spare)] == [1, 1, 1, 0]
        assert RpcWitness(5).file_answer(mirrors[:3], PATH) == Failure("absent")
    assert RpcWitness(5).file_answer([], PATH) == Failure("absent")


def test_no_redirect_is_followed() -> None:
    """A mirror that points elsewhere does not have the file."""
    with serving(mirror({f"file {PATH}": DATA})) as target:
        moved = Reply(b"", 302, {"Location": target.url + PATH})
        with serving(lambda *_: moved) as server:
            assert RpcWitness(5).file_answer([server.url], PATH) == Failure("absent")
        assert target.requests == []


@pytest.mark.parametrize("folder", FILE_LIMITS)
def test_files_over_the_limit_of_their_kind_are_not_read(folder: str, tmp_path: Path) -> None:
    """A file of exactly its kind's limit is read, one byte more is as if not there, over HTTP and from a folder."""
    for size, there in ((FILE_LIMITS[folder], True), (FILE_LIMITS[folder] + 1, False)):
        data = bytes(size)
        path = f"{folder}/{digest_of(data).hex()}"
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
        with serving(mirror({f"file {path}": data})) as server:
            answer = RpcWitness(5).file_answer([server.url], path)
        assert (answer == data) is there
        if there:
            assert RpcWitness(5).file_answer([str(tmp_path)], path) == data


def test_a_mirror_may_be_a_folder(tmp_path: Path) -> None:
    """A path or a file: address names a folder; a missing folder or file is passed over."""
    public = tmp_path / "công khai"
    (public / "types").mkdir(parents=True)
    (public / PATH).write_bytes(DATA)
    witness = RpcWitness(5)
    for mirrors in ([str(public)], [str(public) + "/"], [public.as_uri()], ["/nowhere", public.as_uri() + "/"]):
        assert witness.file_answer(mirrors, PATH) == DATA
    assert witness.file_answer([str(tmp_path), "file:", "file://[", "\0"], PATH) == Failure("absent")
    assert witness.file_answer([str(public)], "types/" + "0" * 64) == Failure("absent")


def test_a_folder_that_never_answers_is_passed_over(tmp_path: Path) -> None:
    """A file that blocks its reader is given up at the timeout."""
    (tmp_path / "types").mkdir()
    os.mkfifo(tmp_path / PATH)
    assert RpcWitness(0.2).file_answer([str(tmp_path)], PATH) == Failure("absent")


@pytest.mark.parametrize(
    "path", ["", "../types/x", f"types/../{PATH}", "types/" + "A" * 64, "tiles/" + "0" * 64, PATH + "\n", "/" + PATH]
)
def test_only_files_with_a_hash_for_a_name_are_fetched(path: str, tmp_path: Path) -> None:
    """Any other path is a fault of the program; nothing is opened or asked."""
    with pytest.raises(ValueError):
        RpcWitness().file_answer([str(tmp_path)], path)


def test_an_exception_of_a_job_is_raised_where_it_was_asked() -> None:
    """`at_once` hides no fault of the program."""
    with pytest.raises(ZeroDivisionError):
        at_once([lambda: 1, lambda: 1 // 0], 5)
    assert at_once([], 5) == []


def test_worlds_differ() -> None:
    """The honest endpoints tell of whatever world they are given."""
    later = replace(WORLD, chain=replace(WORLD.chain, head=BLOCK + 5))
    with serving(honest(later.evidence(), HOME)) as server:
        answer = RpcWitness(5).chain_answer(trusted_registry(HOME, [server.url]), f"head {HOME}")
    assert answer == [Head(31337, BLOCK + 5)]
