"""Writes tests/vectors (docs/format.md section 17). What is wanted stands in `vector_cases`, by the page."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.verification import Block, CallResult, Head
from vector_cases import (
    anchoring,
    answering,
    batches,
    configuring,
    disclosing,
    endorsing,
    parsing,
    proving,
    reports,
    signing,
    statuses,
)
from vector_cases.case import BASE_STEPS, Case, key
from world import OLDER, World

BASE = Case("base", "a diploma as its graduate holds it, and all that a verifier finds", "VALID")
FOLDER = Path(__file__).parent / "vectors"


def all_cases() -> list[Case]:
    """Every case but the base."""
    modules = (parsing, disclosing, proving, anchoring, answering, configuring, batches, statuses, signing, endorsing)
    return [case for module in modules for case in module.cases()]


def vectors() -> Iterator[tuple[str, bytes]]:
    """File name and bytes of every vector."""
    base = whole(BASE)
    yield "base.json", text_of(base)
    for case in all_cases():
        yield f"{case.name}.json", text_of(difference(base, whole(case)))


def whole(case: Case) -> dict[str, Any]:
    """The case with nothing left to the base."""
    steps = {**BASE_STEPS, **case.steps}
    want = {"verdict": case.verdict, "steps": [steps[number].split() for number in range(1, 11)]}
    trust = json.loads(case.trust(case.world.trust()).to_bytes())
    case.configuration(trust)
    return {
        "desc": case.desc,
        "credential": b64encode(case.file(_credential(case))).decode(),
        "trust": trust,
        "now": case.now,
        "evidence": {question: answer_json(answer) for question, answer in _evidence(case).items()},
        "want": want | reports.wanted(case, want),
    }


def difference(base: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """What a vector's file says: only what is not the base's."""
    known = base["evidence"]
    evidence = {question: None for question in known if question not in case["evidence"]}
    evidence |= {question: answer for question, answer in case["evidence"].items() if known.get(question) != answer}
    kept = {name: value for name, value in case.items() if name in ("desc", "want") or value != base[name]}
    return {name: evidence if name == "evidence" else value for name, value in kept.items()}


def answer_json(answer: Any) -> Any:
    """One answer as section 17 writes it."""
    match answer:
        case bytes():
            return b64encode(answer).decode()
        case Failure(reason):
            return {"error": reason}
        case Head(chain_id, number):
            return {"chain_id": chain_id, "block": number}
        case Block(block_hash, time):
            return {"hash": block_hash, "time": time}
        case CallResult(result):
            return {"result": "0x" + result.hex()}
        case Sequence():
            return [answer_json(entry) for entry in answer]
        case Mapping() | None:
            return answer
    raise TypeError(answer)


def text_of(value: Mapping[str, Any]) -> bytes:
    """The bytes of a vector's file."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def write_all(folder: Path = FOLDER) -> int:
    """Writes all vectors and removes those that no case names any more; gives their number."""
    made = dict(vectors())
    for old in folder.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return len(made)


def _credential(case: Case) -> bytes:
    return _base_file() if case.world == World() else case.world.file().to_bytes()


@lru_cache(maxsize=1)
def _base_file() -> bytes:
    return World().file().to_bytes()


def _evidence(case: Case) -> dict[str, Any]:
    world = case.world
    found = {**world.evidence(), **case.edit(world)}
    if world.chain.anchor[3] or (world.older and world.older.anchor[3]):
        found = {question: answer for question, answer in found.items() if " latest " not in question}
    unasked = {key("anchor key", OLDER)} if not world.chain.anchor[3] else {key("anchor key", OLDER), key("anchor key")}
    return {q: answer for q, answer in found.items() if answer is not None and q not in unasked}
