"""Reads tests/vectors as docs/format.md section 17 describes them."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.trust import Trust, read_trust
from vanbang.core.verification import Block, CallResult, Head

FOLDER = Path(__file__).parent / "vectors"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@dataclass(frozen=True)
class Vector:
    """One case, with what it does not name taken from the base."""

    credential: bytes
    trust: Trust
    now: int
    evidence: Mapping[str, Any]
    verdict: str
    steps: tuple[tuple[str, str], ...]


def read(name: str) -> Vector:
    """The case of that name."""
    mutation = json.loads((FOLDER / f"{name}.json").read_bytes())
    value = {**_base(), **mutation}
    evidence = {**_base()["evidence"], **mutation.get("evidence", {})}
    return Vector(
        b64decode(value["credential"]),
        read_trust(json.dumps(value["trust"]).encode()),
        value["now"],
        {question: _answer(answer) for question, answer in evidence.items() if answer is not None},
        value["want"]["verdict"],
        tuple((outcome, code) for outcome, code in value["want"]["steps"]),
    )


@lru_cache(maxsize=1)
def _base() -> dict[str, Any]:
    base: dict[str, Any] = json.loads((FOLDER / "base.json").read_bytes())
    return base


def _answer(value: Any) -> Any:
    if isinstance(value, str):
        return b64decode(value)
    if isinstance(value, list):
        return [_answer(entry) for entry in value]
    if "error" in value:
        return Failure(value["error"])
    if "chain_id" in value:
        return Head(value["chain_id"], value["block"])
    return Block(value["hash"], value["time"]) if "hash" in value else CallResult(bytes.fromhex(value["result"][2:]))
