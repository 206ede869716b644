"""Judging: what is asked and when, and what no file, answer or liar can bring about."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from format_page import step_codes
from vanbang.core.quorum import Failure
from vanbang.core.verification import Block, CallResult, Head, Needs, Report, Verdict, judge
from world import ABSENT, BLOCK, HOME, METADATA, NOW, Chain, Honest, World, replace

QUESTION = re.compile(
    r"head (?P<head>\S+)|block (?P<block>\S+) \d+|call (?P<call>\S+) (\d+|latest) 0x([0-9a-f]{2})+"
    r"|file (types|status|endorsements)/[0-9a-f]{64}"
)
ELSEWHERE = World(chain=ABSENT, older=Chain())
WORLDS = {
    "anchored at home": World(),
    "anchored in an older registry": ELSEWHERE,
    "not anchored": World(chain=ABSENT, older=ABSENT),
    "two officers": World(officers=("officer", "second officer")),
    "no officer": World(officers=()),
}


@lru_cache(maxsize=8)
def _parts(name: str = "anchored at home") -> tuple[bytes, Any, Mapping[str, Any]]:
    world = WORLDS[name]
    return world.credential(), world.trust(), world.evidence()


@lru_cache(maxsize=1)
def _honest() -> Honest:
    return Honest(World())


def _report(data: bytes, trust: Any, evidence: Any, now: int = NOW) -> Report:
    report = judge(data, trust, evidence, now)
    assert isinstance(report, Report), report
    return report


def _codes(report: Report) -> list[str]:
    return [step.code for step in report.steps]


@pytest.mark.parametrize("name", WORLDS)
def test_asking_comes_to_an_end(name: str) -> None:
    """Every question has the form of section 17 and names a trusted registry; none is asked twice."""
    data, trust, evidence = _parts(name)
    given_so_far: dict[str, Any] = {}
    rounds = 0
    while isinstance(needs := judge(data, trust, given_so_far, NOW), Needs):
        rounds += 1
        assert needs.questions
        assert len(set(needs.questions)) == len(needs.questions)
        for question in needs.questions:
            match = QUESTION.fullmatch(question)
            assert match, question
            assert question not in given_so_far
            named = match["head"] or match["block"] or match["call"]
            assert named is None or named in [registry.name for registry in trust.registries]
            given_so_far[question] = evidence[question]
    assert rounds <= 5
    assert needs == judge(data, trust, evidence, NOW)


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_that_the_file_names_is_asked_before_it_is_anchored(name: str) -> None:
    """Before step 4 passes only heads, blocks and dossiers are asked for: no file, no key."""
    data, trust, evidence = _parts(name)
    chain_only = {q: answer for q, answer in evidence.items() if q.startswith(("head ", "block "))}
    for known in ({}, chain_only):
        needs = judge(data, trust, known, NOW)
        assert isinstance(needs, Needs)
        assert all(q.startswith(("head ", "block ")) or len(q.split("0x")[-1]) == 8 + 4 * 64 for q in needs.questions)


def test_a_file_that_does_not_parse_asks_for_nothing() -> None:
    """Nor does a plain SD-JWT."""
    data, trust, _ = _parts()
    file = World().file()
    for refused in (b"", data + b" ", replace(file, proof=None).to_bytes()):
        assert _report(refused, trust, {}).verdict is Verdict.INVALID


@settings(max_examples=150)
@given(st.sampled_from(sorted(WORLDS)), st.data())
def test_any_part_of_the_evidence_leads_to_the_same_report_or_to_questions(name: str, data: st.DataObject) -> None:
    """Dropping evidence never changes an outcome: what is missing and matters is asked for."""
    file, trust, evidence = _parts(name)
    dropped = data.draw(st.sets(st.sampled_from(sorted(evidence)), max_size=4))
    found = judge(file, trust, {q: answer for q, answer in evidence.items() if q not in dropped}, NOW)
    if isinstance(found, Needs):
        assert set(found.questions) <= dropped
    else:
        assert found == _truth(name)


def test_each_answer_that_matters_is_asked_for_alone() -> None:
    """With one answer missing, exactly its question is open."""
    data, trust, evidence = _parts()
    unasked = [q for q in evidence if isinstance(judge(data, trust, _without(evidence, q), NOW), Report)]
    assert all(" latest " in q or len(q.split("0x")[-1]) == 8 + 2 * 64 for q in unasked)
    assert len(unasked) == 2
    for question in set(evidence) - set(unasked):
        assert judge(data, trust, _without(evidence, question), NOW) == Needs((question,))


def _without(evidence: Mapping[str, Any], question: str) -> dict[str, Any]:
    return {q: answer for q, answer in evidence.items() if q != question}


@settings(max_examples=150)
@given(st.integers(0, 2), st.data())
def test_one_liar_of_three_changes_nothing(place: int, data: st.DataObject) -> None:
    """Whatever one endpoint says to whatever question, steps and verdict stay as they are."""
    file, trust, evidence = _parts("two officers")
    lies = {}
    for question, answers in evidence.items():
        if isinstance(answers, list):
            lies[question] = [*answers[:place], data.draw(_lie(answers[place])), *answers[place + 1 :]]
    assert _report(file, trust, {**evidence, **lies}).steps == _truth("two officers").steps


@lru_cache(maxsize=8)
def _truth(name: str) -> Report:
    return _report(*_parts(name))


@lru_cache(maxsize=64)
def _lie(truth: Any) -> st.SearchStrategy[Any]:
    failure = st.just(Failure("unreachable"))
    if isinstance(truth, Head):
        return failure | st.builds(Head, st.sampled_from([31337, 1]), st.integers(0, 2**53 - 1))
    if isinstance(truth, Block):
        return failure | st.builds(Block, st.just(truth.hash), st.integers(0, 2**40))
    dossiers = [Chain(standing=0), ABSENT, Chain(void_since=1), Chain(revocation=(bytes(20), 1)), Chain(names=())]
    results = [chain.dossier(bytes(32), 9) for chain in dossiers] + [
        b"",
        bytes(128),
        truth.result[:-1],
        truth.result + b"\0",
    ]
    return failure | st.sampled_from(results).map(CallResult) | st.binary(max_size=200).map(CallResult)


@settings(max_examples=60)
@given(st.data())
def test_the_order_of_endpoints_does_not_matter(data: st.DataObject) -> None:
    """Answers given in another order of the same endpoints lead to the same steps."""
    file, trust, evidence = _parts()
    lies = {
        q: [_draw_lie(data, answers[0]), *answers[1:]] for q, answers in evidence.items() if isinstance(answers, list)
    }
    order = data.draw(st.permutations(range(3)))
    turned = {q: [answers[i] for i in order] for q, answers in lies.items()}
    assert _report(file, trust, {**evidence, **lies}).steps == _report(file, trust, {**evidence, **turned}).steps


def _draw_lie(data: st.DataObject, truth: Any) -> Any:
    return data.draw(_lie(truth))


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data: bytes) -> None:
    """Nothing is raised; what is no credential is INVALID."""
    report = _report(data, World().trust(), {})
    assert report.verdict is Verdict.INVALID


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2**53) | st.text(max_size=50) | st.just("0" * 64) | st.just("A" * 43),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = _put(value[path[0]], path[1:], new)
    return changed


def _changed_json(data: bytes, draw: Any) -> bytes:
    value = json.loads(data)
    place = draw(st.sampled_from(_places(value)))
    return json.dumps(_put(value, place, draw(JSON)), ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


@settings(max_examples=300)
@given(st.data())
def test_a_file_with_any_member_replaced_is_never_valid(data: st.DataObject) -> None:
    """Nothing is raised, every code is one of the page's, and only what the format allows stays VALID."""
    file, trust, _ = _parts()
    changed = _changed_json(file, data.draw)
    report = _report(changed, trust, _honest())
    codes = step_codes()
    assert all((step.outcome.value, step.code) in codes[number] for number, step in enumerate(report.steps, 1))
    if changed != file and report.verdict is Verdict.VALID:
        assert set(json.loads(changed)["header"]["disclosures"]) < set(json.loads(file)["header"]["disclosures"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["endorsements", "status_manifest", "metadata"]), st.data())
def test_any_public_file_is_judged(name: str, data: st.DataObject) -> None:
    """A public file of any content leads to a code of the page, not to an error."""
    if name == "metadata":
        world = World(metadata=_changed_json(METADATA, data.draw))
    else:
        world = World(alter={name: lambda file: _changed_json(file, data.draw)})
        world = replace(world, alter={name: _fixed(getattr(world, name)())})
    report = _report(world.file().to_bytes(), world.trust(), Honest(world))
    codes = step_codes()
    assert all((step.outcome.value, step.code) in codes[number] for number, step in enumerate(report.steps, 1))


def _fixed(data: bytes) -> Any:
    return lambda file: data


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = st.recursive(TEXT | st.booleans(), lambda v: st.lists(v, max_size=3), max_leaves=5)
RECORDS = st.dictionaries(TEXT.map(lambda text: "c" + text), VALUES, max_size=6)


@settings(max_examples=25)
@given(RECORDS, st.data())
def test_any_extract_of_any_credential_stays_valid(claims: dict[str, Any], data: st.DataObject) -> None:
    """Whatever claims are kept, signed or not: VALID, and the claims kept are shown unchanged."""
    arrays = tuple(name for name, value in claims.items() if isinstance(value, list))
    world = World(claims=claims, by_element=arrays)
    kept = data.draw(st.sets(st.sampled_from(sorted(claims)))) if claims else set()
    extract = world.file().extract(kept)
    for file in (extract, extract.unsigned()):
        report = _report(file.to_bytes(), world.trust(), world.evidence())
        assert report.verdict is Verdict.VALID
        assert _codes(report)[:5] == ["parsed", "disclosed", "included", "anchored", "authorised_unnamed"]
        assert report.disclosed is not None
        assert report.disclosed.claims == {name: claims[name] for name in kept}


def test_dropping_any_disclosure_and_the_signature_keeps_a_file_valid() -> None:
    """All subsets of the base's disclosures: VALID unless an element lost its array."""
    file, trust, evidence = World().file(), *_parts()[1:]
    array = next(d for d in file.disclosures if d.name == "mon_hoc")
    for subset in range(1 << len(file.disclosures)):
        kept = tuple(d for i, d in enumerate(file.disclosures) if subset >> i & 1)
        orphaned = array not in kept and any(d.name is None for d in kept)
        report = _report(replace(file, disclosures=kept).to_bytes(), trust, evidence)
        assert (report.verdict is Verdict.VALID) is not orphaned


def _variants(data: bytes, step: int) -> Any:
    for position in range(0, len(data), step):
        for bit in range(8):
            yield position, data[position] ^ (1 << bit)
        for other in b'0A"_,{}':
            if other != data[position]:
                yield position, other


def _undetected(step: int) -> list[tuple[int, int]]:
    file, trust, _ = _parts()
    evidence = _honest()
    return [
        (position, byte)
        for position, byte in _variants(file, step)
        if _report(file[:position] + bytes([byte]) + file[position + 1 :], trust, evidence).verdict is Verdict.VALID
    ]


def test_some_bytes_changed_are_found_out() -> None:
    """Every 13th byte: each of its bits turned, and other letters in its place."""
    assert _undetected(13) == []


@pytest.mark.slow
def test_every_byte_changed_is_found_out() -> None:
    """Every byte of the file: each of its bits turned, and other letters in its place."""
    assert _undetected(1) == []


def test_every_byte_dropped_or_doubled_is_found_out() -> None:
    """Nor does a byte less or more stay VALID."""
    file, trust, _ = _parts()
    evidence = _honest()
    for position in range(0, len(file), 3):
        for changed in (file[:position] + file[position + 1 :], file[: position + 1] + file[position:]):
            assert _report(changed, trust, evidence).verdict is Verdict.INVALID


def test_a_stale_block_hides_what_it_says() -> None:
    """A registry that is not answered names nobody and holds nothing."""
    _, trust, evidence = _parts()
    late = {f"block {HOME} {BLOCK}": [Block("0x" + "00" * 32, NOW - 4000)] * 3}
    report = _report(World().credential(), trust, {**evidence, **late})
    assert (report.anchor, report.names, report.status) == (None, (), None)
