"""Verification through the port: what is asked, what is remembered, what is left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from vanbang.core.credential import read_credential
from vanbang.core.encoding import digest_of
from vanbang.core.quorum import Failure
from vanbang.core.trust import Trust, TrustedRegistry, trusted_registry
from vanbang.core.verification import Head, Verdict
from vanbang.core.verification.evidence import Answer
from vanbang.notary.verifying import EvidenceCache, verify
from world import ABSENT, ENDPOINTS, HOME, NOW, OLDER, Chain, World


class Told:
    """A Witness that answers from a table and counts what it was asked."""

    def __init__(self, evidence: dict[str, Any]) -> None:
        self.evidence = evidence
        self.asked: Counter[str] = Counter()

    def chain_answer(self, registry: TrustedRegistry, question: str) -> Answer:
        assert question.split(" ")[1] == registry.name
        self.asked[question] += 1
        return self.evidence[question]

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        self.asked[f"file {path}"] += 1
        return self.evidence.get(f"file {path}", Failure("absent"))


def codes(report: Any) -> list[str]:
    return [step.code for step in report.steps]


def test_a_good_credential_is_valid() -> None:
    """The judge's questions are answered until it reaches a verdict, none of them asked twice."""
    world = World()
    witness = Told(world.evidence())
    report = verify(world.credential(), world.trust(), witness, NOW)
    assert report.verdict is Verdict.VALID, codes(report)
    assert set(witness.asked.values()) == {1}
    assert report.checked_at == NOW


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff" * 100, b"[" * 100_000, b"x" * 1_048_577])
def test_what_is_no_credential_asks_nobody(data: bytes) -> None:
    """Bytes that do not parse are INVALID without a single request."""
    witness = Told({})
    assert verify(data, World().trust(), witness, NOW).verdict is Verdict.INVALID
    assert not witness.asked


def test_nothing_the_file_names_is_fetched_before_its_anchor_is_found() -> None:
    """For a batch that no registry knows, no public file is asked for."""
    world = World(chain=ABSENT)
    witness = Told(world.evidence())
    report = verify(world.credential(), world.trust(), witness, NOW)
    assert report.verdict is Verdict.INVALID
    assert not [question for question in witness.asked if question.startswith("file")]


def test_missing_files_leave_the_verdict_open() -> None:
    """Mirrors that have nothing make the verdict UNDETERMINED, never INVALID."""
    world = World()
    evidence = {question: answer for question, answer in world.evidence().items() if not question.startswith("file")}
    report = verify(world.credential(), world.trust(), Told(evidence), NOW)
    assert report.verdict is Verdict.UNDETERMINED
    assert {"type_unavailable", "status_manifest_unavailable", "endorsements_unavailable"} <= set(codes(report))


def test_two_registries_are_asked_in_the_same_rounds() -> None:
    """The anchor may stand in an older registry; home is asked as well."""
    world = World()
    trust = Trust(world.trust().home, (trusted_registry(OLDER, ENDPOINTS, 2),), world.trust().public)
    older = trust.older[0]
    evidence = (
        world.chain_answers(trust.home, replace(ABSENT, anchor_key=Chain().anchor_key))
        | world.chain_answers(older, Chain())
        | world.files()
    )
    report = verify(world.credential(), trust, Told(evidence), NOW)
    assert report.verdict is Verdict.VALID, codes(report)
    assert report.anchor is not None
    assert report.anchor.registry == OLDER


class Meeting(Told):
    """A witness whose file answers come only when three are being asked at once."""

    barrier = Barrier(3)

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        if self.evidence[f"file {path}"] != World().status_list():
            self.barrier.wait(timeout=10)
        return super().file_answer(mirrors, path)


def test_the_questions_of_a_round_are_asked_at_the_same_time() -> None:
    """Type metadata, status manifest and endorsements are fetched together."""
    world = World()
    try:
        assert verify(world.credential(), world.trust(), Meeting(world.evidence()), NOW).verdict is Verdict.VALID
    except BrokenBarrierError:
        pytest.fail("the files were asked one after the other")


def test_many_files_of_a_batch_cost_few_requests() -> None:
    """With one cache, a second file of a batch asks nothing, and extracts are judged alike."""
    world = World()
    witness = Told(world.evidence())
    cache = EvidenceCache()
    whole = read_credential(world.credential())
    extract = replace(whole, disclosures=whole.disclosures[:1]).to_bytes()
    verify(world.credential(), world.trust(), witness, NOW, cache)
    before = witness.asked.total()
    for number in range(10):
        data = extract if number % 2 else world.credential()
        verify(data, world.trust(), witness, NOW + number, cache)
    assert witness.asked.total() == before


def test_the_chain_is_asked_again_after_a_while() -> None:
    """Past `max_age` a chain's answers are asked anew, public files are not; a revocation is seen then."""
    world = World()
    witness = Told(world.evidence())
    cache = EvidenceCache(max_age=10)
    assert verify(world.credential(), world.trust(), witness, NOW, cache).verdict is Verdict.VALID
    revoked = replace(world.chain, revocation=(b"\x01" * 20, NOW - 5), revoker_key=world.chain.status_key)
    witness.evidence = replace(world, chain=revoked).evidence()
    assert verify(world.credential(), world.trust(), witness, NOW + 10, cache).verdict is Verdict.VALID
    report = verify(world.credential(), world.trust(), witness, NOW + 11, cache)
    assert report.verdict is Verdict.INVALID
    assert "batch_revoked" in codes(report)
    assert {count for question, count in witness.asked.items() if question.startswith("file")} == {1}
    assert witness.asked[f"head {HOME}"] == 2


def test_an_absent_file_is_not_asked_for_at_every_file_of_a_batch() -> None:
    """That a file is absent is remembered for `max_age` seconds, and asked again afterwards."""
    world = World()
    files = world.files()
    witness = Told({q: a for q, a in world.evidence().items() if q not in files})
    cache = EvidenceCache()
    for _ in range(5):
        verify(world.credential(), world.trust(), witness, NOW, cache)
    assert set(witness.asked.values()) == {1}
    witness.evidence |= files
    assert verify(world.credential(), world.trust(), witness, NOW + 11, cache).verdict is Verdict.VALID


def test_a_wrong_file_is_never_remembered() -> None:
    """A file whose hash is not the one in its name is not kept, so a good mirror is heard the next time."""
    world = World()
    lying = {q: b"wrong" if q.startswith("file") else a for q, a in world.evidence().items()}
    witness = Told(lying)
    cache = EvidenceCache()
    assert verify(world.credential(), world.trust(), witness, NOW, cache).verdict is Verdict.UNDETERMINED
    witness.evidence = world.evidence()
    assert verify(world.credential(), world.trust(), witness, NOW, cache).verdict is Verdict.VALID


def test_trusts_do_not_share_answers() -> None:
    """What one trust's endpoints said does not answer for a trust with other endpoints, mirrors or finality."""
    world = World()
    witness = Told(world.evidence())
    cache = EvidenceCache()
    home = world.trust().home
    others = [
        trusted_registry(HOME, ("https://a.example/", "https://b.example/", "https://c.example/"), 2),
        trusted_registry(HOME, ENDPOINTS, 2, depth=12),
    ]
    for trust in (world.trust(), *(replace(world.trust(), home=other) for other in others)):
        verify(world.credential(), trust, witness, NOW, cache)
    assert witness.asked[f"head {home.name}"] == 3


def test_files_kept_are_bounded() -> None:
    """Over the limit of bytes the least recently used file goes first."""
    cache = EvidenceCache(max_file_bytes=100)
    files = {f"file status/{digest_of(data).hex()}": data for data in (b"a" * 40, b"b" * 40, b"c" * 40)}
    first, second, third = [(question, (), None) for question in files]
    cache.put(first, files[first[0]], NOW)
    cache.put(second, files[second[0]], NOW)
    assert cache.get(first, NOW) == b"a" * 40
    cache.put(third, files[third[0]], NOW)
    assert cache.get(second, NOW) is None
    assert cache.get(first, NOW + 1_000_000) == b"a" * 40
    assert cache.get(third, NOW) == b"c" * 40
    large = b"d" * 101
    cache.put((f"file status/{digest_of(large).hex()}", (), None), large, NOW)
    assert cache.get((f"file status/{digest_of(large).hex()}", (), None), NOW) is None


def test_chain_answers_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit of answers the oldest goes first."""
    monkeypatch.setattr("vanbang.notary.verifying.MAX_ANSWERS", 3)
    cache = EvidenceCache()
    for number in range(5):
        cache.put((f"head {number}", (), None), [Head(1, number)], NOW)
    assert [cache.get((f"head {number}", (), None), NOW) is not None for number in range(5)] == [False] * 2 + [True] * 3
