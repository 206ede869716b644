"""Verification with its questions answered (docs/format.md sections 12 to 14): the core judges, a witness fetches.

The caller's duties are those of section 13: trust of its own choosing, its own mirrors, a true `now`, and to show the
report's claims rather than somebody's rendering of them.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, TypeAlias

from vanbang.core.encoding import digest_of
from vanbang.core.trust import Trust, TrustedRegistry
from vanbang.core.verification import Report, Sitting, judge
from vanbang.core.verification.evidence import Answer, Evidence
from vanbang.ports import Witness

ROUNDS: Final = 8
"""Heads; block and dossiers; keys, type, status manifest, endorsements; status list; newest dossiers: five in all."""
MAX_AGE: Final = 10
"""Seconds for which a chain's answer, or a file's absence, is believed: blocks become final far more slowly."""
MAX_FILE_BYTES: Final = 67_108_864
"""Public files kept: every status list of a big university several times over."""
MAX_ANSWERS: Final = 4_096
SITTING: Final = 1_000
"""Files judged in a row by the same evidence, of one second at most: what stays of each batch is soon let go."""

Subject: TypeAlias = tuple[str, tuple[str, ...], int | None]
"""A question, who is asked, and the depth that counts as final: two trusts may ask differently about one registry."""


class EvidenceCache:
    """What was answered a moment ago, so that a thousand files of one batch cost a few requests. Holds no secrets.

    Public files never change: they stay until `max_file_bytes` are exceeded, the least recently used going first.
    Chain answers and absent files count for `max_age` seconds. Safe to use from threads.
    """

    def __init__(self, max_age: int = MAX_AGE, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        self._max_age = max_age
        self._max_file_bytes = max_file_bytes
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._file_bytes = 0
        self._answers: OrderedDict[Subject, tuple[int, Answer]] = OrderedDict()
        self._lock = Lock()

    def get(self, subject: Subject, now: int) -> Answer | None:
        """The answer at unix time `now`, or None."""
        with self._lock:
            if subject[0] in self._files:
                self._files.move_to_end(subject[0])
                return self._files[subject[0]]
            at, answer = self._answers.get(subject, (0, None))
            return answer if answer is not None and abs(now - at) <= self._max_age else None

    def put(self, subject: Subject, answer: Answer, now: int) -> None:
        """Keeps an answer given at unix time `now`; a file only if its hash is the one in its name."""
        question = subject[0]
        with self._lock:
            if not isinstance(answer, bytes):
                self._answers[subject] = (now, answer)
                self._answers.move_to_end(subject)
                if len(self._answers) > MAX_ANSWERS:
                    self._answers.popitem(last=False)
            elif question.endswith("/" + digest_of(answer).hex()) and question not in self._files:
                self._files[question] = answer
                self._file_bytes += len(answer)
                while self._file_bytes > self._max_file_bytes:
                    self._file_bytes -= len(self._files.popitem(last=False)[1])


def verify(data: bytes, trust: Trust, witness: Witness, now: int, cache: EvidenceCache | None = None) -> Report:
    """Judges the bytes of a credential file at unix time `now`; for many files pass the same `cache`.

    Never raises for any `data`, nor for what endpoints and mirrors do: what cannot be fetched is `cannot_check`.
    """
    return inquire(data, trust, witness, now, cache)[0]


def inquire(
    data: bytes, trust: Trust, witness: Witness, now: int, cache: EvidenceCache | None = None
) -> tuple[Report, Evidence]:
    """As `verify`, and the evidence that the report rests on."""
    inquiry = _Inquiry(trust, witness, now, cache)
    for _ in range(ROUNDS):
        found = judge(data, trust, inquiry, now)
        if isinstance(found, Report):
            return found, inquiry
        inquiry.ask(found.questions)
    raise RuntimeError(f"the judge still asks after {ROUNDS} rounds")


class Present:
    """Judges by what a cache holds at the moment, for one trust; asks nobody, so it is done at once. For one thread."""

    def __init__(self, trust: Trust, cache: EvidenceCache) -> None:
        self._trust = trust
        self._cache = cache
        self._sitting: Sitting | None = None
        self._now = self._left = 0

    def verify(self, data: bytes, now: int) -> Report | None:
        """The report that `verify` would give; None if somebody would have to be asked for it."""
        if self._sitting is None or now != self._now or not self._left:
            held = _Known(self._trust, now, self._cache)
            self._sitting, self._now, self._left = Sitting(self._trust, held, now), now, SITTING
        self._left -= 1
        found = self._sitting.judge(data)
        return found if isinstance(found, Report) else None


def subject_of(trust: Trust, question: str) -> Subject:
    """What an EvidenceCache keeps the answer to a question of this trust under."""
    kind, name = question.split(" ")[:2]
    if kind == "file":
        return question, tuple(trust.public), None
    registry = _registry(trust, name)
    return question, tuple(registry.endpoints), registry.depth


def _registry(trust: Trust, name: str) -> TrustedRegistry:
    return next(registry for registry in trust.registries if registry.name == name)


class _Known(Mapping[str, Answer]):
    """What a cache remembers at a time. An answer once used stays, though the cache should change meanwhile: one report
    speaks of one moment."""

    def __init__(self, trust: Trust, now: int, cache: EvidenceCache | None) -> None:
        self._trust = trust
        self._now = now
        self._cache = cache
        self._answers: dict[str, Answer] = {}

    def __getitem__(self, question: str) -> Answer:
        if question not in self._answers and self._cache:
            remembered = self._cache.get(subject_of(self._trust, question), self._now)
            if remembered is not None:
                self._answers[question] = remembered
        return self._answers[question]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)


class _Inquiry(_Known):
    """The evidence of one verification: what was asked for it, and what the cache remembers."""

    def __init__(self, trust: Trust, witness: Witness, now: int, cache: EvidenceCache | None) -> None:
        super().__init__(trust, now, cache)
        self._witness = witness

    def ask(self, questions: Sequence[str]) -> None:
        """Asks the witness all questions of a round at the same time."""
        if len(questions) == 1:
            answers = [self._answer(questions[0])]
        else:
            with ThreadPoolExecutor(max_workers=len(questions)) as pool:
                answers = list(pool.map(self._answer, questions))
        for question, answer in zip(questions, answers, strict=True):
            self._answers[question] = answer
            if self._cache:
                self._cache.put(subject_of(self._trust, question), answer, self._now)

    def _answer(self, question: str) -> Answer:
        kind, name = question.split(" ")[:2]
        if kind == "file":
            return self._witness.file_answer(self._trust.public, name)
        return self._witness.chain_answer(_registry(self._trust, name), question)
