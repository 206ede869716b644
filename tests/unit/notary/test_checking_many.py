"""Many files at once: the reports of one by one, in order, with everything asked for once."""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from vanbang.core.credential import read_credential
from vanbang.core.quorum import Failure
from vanbang.core.trust import TrustedRegistry
from vanbang.core.verification import CallResult, Report
from vanbang.core.verification.evidence import Answer
from vanbang.notary import checking_many
from vanbang.notary.checking_many import AHEAD, CHUNK, BulkVerifier, units, verdict_of, verify_many
from vanbang.notary.verifying import MAX_AGE, EvidenceCache, Present, verify
from vanbang.notary.workers import InProcess, WorkerLost, WorkerPool
from world import NOW, World


class Told:
    """A Witness that answers from a table, finds nothing elsewhere, and counts what it was asked."""

    def __init__(self, *worlds: World) -> None:
        self.evidence: dict[str, Any] = {}
        for world in worlds:
            self.evidence |= world.evidence()
        self.asked: Counter[str] = Counter()

    def chain_answer(self, registry: TrustedRegistry, question: str) -> Answer:
        self.asked[question] += 1
        return self.evidence.get(question, [CallResult(b"")] * len(registry.endpoints))

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        self.asked[f"file {path}"] += 1
        return self.evidence.get(f"file {path}", Failure("absent"))


@lru_cache(maxsize=1)
def worlds() -> tuple[World, ...]:
    """Three batches of the same issuer, and so of one status list."""
    return World(), World(claims={"ho_va_ten": "B"}), World(claims={"xep_loai": "Khá"}, officers=())


@lru_cache(maxsize=1)
def mixed() -> tuple[bytes, ...]:
    """Files of three batches, extracts, unsigned ones, and between them what is no credential file."""
    files = [world.credential() for world in worlds()]
    read = [read_credential(data) for data in files]
    broken = [b"", b"{}", files[0][:-1], files[1].replace(b'"leaf_index":', b'"leaf_index":99999'), b"x" * 1_048_577]
    strange = World(claims={"ho_va_ten": "nobody anchored this"}).credential()
    return (
        *files, broken[0], read[0].unsigned().to_bytes(), broken[1], strange,
        replace(read[1], disclosures=()).to_bytes(), broken[2], broken[3], *reversed(files), broken[4],
    )  # fmt: skip


def clock() -> int:
    return NOW


def one_by_one(files: Sequence[bytes]) -> list[bytes]:
    cache = EvidenceCache()
    return [verify(data, worlds()[0].trust(), Told(*worlds()), NOW, cache).to_bytes() for data in files]


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as workers:
        yield workers


@pytest.mark.parametrize("executor", [None, InProcess()])
def test_many_are_judged_as_one_by_one(executor: Executor | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken lines among good ones, batches mixed: each file has the report that it has alone, in its place."""
    monkeypatch.setattr(checking_many, "CHUNK", 5)
    monkeypatch.setattr(checking_many, "WORTH_A_POOL", 0)
    files = mixed() * 3
    found = verify_many(iter(files), worlds()[0].trust(), Told(*worlds()), clock, Report.to_bytes, executor)
    assert list(found) == one_by_one(mixed()) * 3


def test_nothing_is_asked_twice() -> None:
    """For three batches the head and the public files are asked for once; a second run with that cache asks nobody."""
    witness, cache = Told(*worlds()), EvidenceCache()
    files = [world.credential() for world in worlds()] * 200
    for _ in range(2):
        assert set(verify_many(files, worlds()[0].trust(), witness, clock, verdict_of, InProcess(), cache)) == {"VALID"}
    assert set(witness.asked.values()) == {1}, witness.asked


def test_a_witness_that_fails_in_the_middle() -> None:
    """What is judged meanwhile is UNDETERMINED, nothing is lost; once the chain answers again, so is the verdict."""
    world, witness, now = worlds()[0], Told(worlds()[0]), [NOW]
    evidence = dict(witness.evidence)

    def files() -> Iterator[bytes]:
        for part in range(3):
            now[0] = NOW + part * (MAX_AGE + 1)
            down = {question: [Failure("timeout")] * 3 for question in evidence if not question.startswith("file")}
            witness.evidence = evidence | down if part == 1 else evidence
            yield from [world.credential()] * CHUNK

    found = list(verify_many(files(), world.trust(), witness, lambda: now[0], verdict_of))
    assert found == ["VALID"] * CHUNK + ["UNDETERMINED"] * CHUNK + ["VALID"] * CHUNK


def test_units_are_small() -> None:
    """A unit ends at its number of files or at its bytes, and only the last one may be smaller."""
    assert [len(unit) for unit in units([b"x"] * (2 * CHUNK + 1))] == [CHUNK, CHUNK, 1]
    assert [len(unit) for unit in units([b"x" * 2**20] * 5)] == [2, 2, 1]
    assert list(units([])) == []


@pytest.mark.parametrize("executor", [None, InProcess()])
def test_files_are_read_as_they_are_wanted(executor: Executor | None) -> None:
    """Only so many units are read ahead, and none any more once nobody wants the reports."""
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b""

    found = verify_many(endless(), worlds()[0].trust(), Told(), clock, verdict_of, executor)
    assert [next(found) for _ in range(3)] == ["INVALID"] * 3
    found.close()
    assert read <= AHEAD * CHUNK


class Breaking(Executor):
    """Loses the first pieces of work that it is given."""

    def __init__(self, losses: int) -> None:
        self.losses = losses

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.losses:
            self.losses -= 1
            lost: Future[Any] = Future()
            lost.set_exception(BrokenExecutor("killed"))
            return lost
        return InProcess().submit(fn, *args, **kwargs)


@pytest.mark.parametrize("losses", [1, 2])
def test_work_that_was_lost_is_done_again_once(losses: int) -> None:
    """What a killed worker did not finish is judged by another; what kills two is an error with a name."""
    world = worlds()[0]
    bulk = BulkVerifier(world.trust(), Told(world), verdict_of, Breaking(losses))
    if losses == 1:
        assert bulk.judge([world.credential()] * 40, NOW) == ["VALID"] * 40
    else:
        with pytest.raises(WorkerLost, match="killed"):
            bulk.judge([world.credential()] * 40, NOW)


def test_few_files_start_no_processes(pool: WorkerPool) -> None:
    """A handful is judged here before a process would have been started."""
    world = worlds()[0]
    bulk = BulkVerifier(world.trust(), Told(world), verdict_of, pool)
    assert bulk.judge([world.credential()] * 3, NOW) == ["VALID"] * 3
    assert pool._pool is None


def test_hostile_files_do_not_multiply_work() -> None:
    """Files of one batch's name that each need another answer go out a few times, not once for each of them."""
    handed_out = 0

    class Counting(InProcess):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            nonlocal handed_out
            handed_out += len(args[0])
            return super().submit(fn, *args, **kwargs)

    read = read_credential(worlds()[0].credential())
    files = []
    for number in range(40):
        payload = read.payload_bytes.replace(b"songhong", b"song%04d" % number)
        files.append(replace(read, payload_bytes=payload, disclosures=()).unsigned().to_bytes())
    bulk = BulkVerifier(worlds()[0].trust(), Told(*worlds()), verdict_of, Counting())
    assert bulk.judge(files, NOW) == ["UNDETERMINED"] * 40 or set(bulk.judge(files, NOW)) == {"INVALID"}
    assert handed_out <= checking_many.ROUNDS * 80


@pytest.mark.slow
def test_processes_give_the_same_reports(pool: WorkerPool) -> None:
    """Judged in two processes, the reports are those of one by one, though a worker is killed on the way."""
    one_round = [data for data in mixed() if len(data) < 2**16]
    files = one_round * 60
    found = verify_many(files, worlds()[0].trust(), Told(*worlds()), clock, Report.to_bytes, pool)
    reports = [next(found)]
    assert pool._pool is not None
    victim = next(iter(pool._pool._processes))
    os.kill(victim, signal.SIGKILL)
    reports += found
    assert reports == one_by_one(one_round) * 60


def test_what_is_known_is_judged_without_asking() -> None:
    """Present gives a report where the cache has all answers, and nothing where somebody would have to be asked."""
    world, cache, witness = worlds()[0], EvidenceCache(), Told(worlds()[0])
    present = Present(world.trust(), cache)
    assert present.verify(world.credential(), NOW) is None
    wanted = verify(world.credential(), world.trust(), witness, NOW, cache).to_bytes()
    for _ in range(3):
        report = present.verify(world.credential(), NOW)
        assert report is not None
        assert report.to_bytes() == wanted
    assert present.verify(world.credential(), NOW + MAX_AGE + 1) is None
    assert present.verify(worlds()[1].credential(), NOW) is None
    broken = present.verify(b"{}", NOW)
    assert broken is not None
    assert verdict_of(broken) == "INVALID"
