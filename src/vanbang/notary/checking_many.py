"""Many credential files, judged in this process or in others beside it (docs/decisions/0031-checking-many.md).

Only this process asks the witness. Work goes out with what is known already; a file that needs an answer nobody has
yet comes back, is judged here, and what was asked for it goes along with the next of its batch.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from os import cpu_count
from threading import Lock
from typing import Final, Generic, TypeVar

from vanbang.core.trust import Trust
from vanbang.core.verification import Evidence, Report, Sitting
from vanbang.core.verification.evidence import Answer
from vanbang.notary.verifying import EvidenceCache, inquire, subject_of
from vanbang.notary.workers import WorkerLost
from vanbang.ports import Witness

CHUNK: Final = 200
"""Files a unit of work: 40 ms of one processor, so that handing it over costs little beside it."""
CHUNK_BYTES: Final = 2**21
"""Bytes at which a unit is full before: files may be of a megabyte each."""
AHEAD: Final = (cpu_count() or 1) + 2
"""Units under way at once: one for each processor, and two that wait so that none is idle."""
WORTH_A_POOL: Final = 32
"""Files from which on another process is asked: fewer are judged before that would be."""
ROUNDS: Final = 4
"""How often files that lack an answer go out again, before each is judged here: a batch may use several lists."""
ASKING: Final = 8
"""Batches asked about at the same time."""
BATCHES_KNOWN: Final = 1_024
QUESTIONS_KNOWN: Final = 32
"""Of each batch: some ten, and one for each further status list."""

_BEGINNING: Final = b'{"header":{"batch":"'
_LONGEST_NAME: Final = 4_096

T = TypeVar("T")


def verify_many(
    files: Iterable[bytes],
    trust: Trust,
    witness: Witness,
    clock: Callable[[], int],
    tell: Callable[[Report], T],
    executor: Executor | None = None,
    cache: EvidenceCache | None = None,
) -> Iterator[T]:
    """`tell` of each file's report, in the files' order: the same reports that `verify` gives one by one.

    `tell` (as `Report.to_bytes` or `verdict_of`; not a lambda, never None) runs where the file is judged: by the
    processes of `executor`, or in this one if there is none. `clock` gives unix time and is asked for each unit of
    work. Reads at most AHEAD units ahead. Whoever stops early closes the iterator.

    Raises WorkerLost when the same work killed a worker process twice, and what `files` raises.
    """
    bulk = BulkVerifier(trust, witness, tell, executor, cache)
    if executor is None:
        for unit in units(files):
            yield from bulk.judge(unit, clock())
        return
    threads, waiting = ThreadPoolExecutor(AHEAD, "verifying"), deque[Future[list[T]]]()
    try:
        for unit in units(files):
            waiting.append(threads.submit(bulk.judge, unit, clock()))
            if len(waiting) == AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)


def verdict_of(report: Report) -> str:
    """The verdict as a word, for whoever needs no more of a report."""
    return report.verdict.value


def units(files: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Files in units of work: at most CHUNK of them, and closed at CHUNK_BYTES."""
    unit: list[bytes] = []
    size = 0
    for data in files:
        unit.append(data)
        size += len(data)
        if len(unit) == CHUNK or size >= CHUNK_BYTES:
            yield unit
            unit, size = [], 0
    if unit:
        yield unit


class BulkVerifier(Generic[T]):
    """Judges units of files for one trust. Safe to use from threads; holds questions, no answers and no files."""

    def __init__(
        self,
        trust: Trust,
        witness: Witness,
        tell: Callable[[Report], T],
        executor: Executor | None = None,
        cache: EvidenceCache | None = None,
    ) -> None:
        self._trust = trust
        self._witness = witness
        self._tell = tell
        self._executor = executor
        self._cache = cache or EvidenceCache()
        self._questions: OrderedDict[bytes, dict[str, None]] = OrderedDict()
        self._lock = Lock()
        self._first = Lock()
        # Files of one batch wait for each other, so that each question is asked once; other batches do not wait.
        self._turns = [Lock() for _ in range(4 * ASKING)]

    def judge(self, files: Sequence[bytes], now: int) -> list[T]:
        """`tell` of each file's report at unix time `now`, in order. Raises WorkerLost."""
        told: list[T | None] = [None] * len(files)
        left = list(range(len(files)))
        for _ in range(ROUNDS):
            found = self._work([files[i] for i in left], self._known(files, left, now), now)
            for index, one in zip(left, found, strict=True):
                told[index] = one
            left = [index for index in left if told[index] is None]
            firsts = {_batch_of(files[index]): index for index in reversed(left)}
            self._ask(files, firsts.values(), told, now)
            left = [index for index in left if told[index] is None]
            if not left:
                break
        self._ask(files, left, told, now)
        return [one for one in told if one is not None]

    def _work(self, files: list[bytes], evidence: Evidence, now: int) -> list[T | None]:
        if self._executor is None or len(files) < WORTH_A_POOL:
            return _judged(files, self._trust, evidence, now, self._tell)
        lost = WorkerLost()
        for _ in range(2):  # a report is not told before all of its unit are, so none is lost or told twice
            try:
                return self._executor.submit(_judged, files, self._trust, evidence, now, self._tell).result()
            except BrokenExecutor as error:
                lost = WorkerLost.of(error)
        raise lost

    def _known(self, files: Sequence[bytes], indices: Iterable[int], now: int) -> dict[str, Answer]:
        """The answers at hand for the batches of these files."""
        with self._lock:
            asked: dict[str, None] = {}
            for name in {_batch_of(files[index]) for index in indices} & self._questions.keys():
                self._questions.move_to_end(name)
                asked |= self._questions[name]
        answers = {question: self._cache.get(subject_of(self._trust, question), now) for question in asked}
        return {question: answer for question, answer in answers.items() if answer is not None}

    def _ask(self, files: Sequence[bytes], indices: Iterable[int], told: list[T | None], now: int) -> None:
        """Judges these files here, one of them before the others: what it asks for, they mostly need as well."""
        chosen = list(indices)
        if not chosen:
            return
        first, *others = chosen
        with self._first:
            told[first] = self._tell(self._inquired(files[first], now))
        if others:
            with ThreadPoolExecutor(min(ASKING, len(others))) as threads:
                reports = threads.map(lambda index: self._inquired(files[index], now), others)
            for index, report in zip(others, reports, strict=True):
                told[index] = self._tell(report)

    def _inquired(self, data: bytes, now: int) -> Report:
        name = _batch_of(data)
        with self._turns[hash(name) % len(self._turns)]:
            report, evidence = inquire(data, self._trust, self._witness, now, self._cache)
        self._learn(name, evidence)
        return report

    def _learn(self, name: bytes, evidence: Evidence) -> None:
        with self._lock:
            known = {**self._questions.get(name, {}), **dict.fromkeys(evidence)}
            self._questions[name] = dict.fromkeys(list(known)[-QUESTIONS_KNOWN:])
            self._questions.move_to_end(name)
            if len(self._questions) > BATCHES_KNOWN:
                self._questions.popitem(last=False)


def _judged(
    files: Sequence[bytes], trust: Trust, evidence: Mapping[str, Answer], now: int, tell: Callable[[Report], T]
) -> list[T | None]:
    """What a worker does: `tell` of each report, None for a file whose judging needs another answer."""
    found = map(Sitting(trust, evidence, now).judge, files)
    return [tell(one) if isinstance(one, Report) else None for one in found]


def _batch_of(data: bytes) -> bytes:
    """What files of one batch begin with; empty for what begins otherwise. A guess: only speed depends on it."""
    if not data.startswith(_BEGINNING):
        return b""
    return data[: data.find(b'"', len(_BEGINNING), _LONGEST_NAME) + 1]  # empty as well for a long one
