"""Reads tests/vectors as docs/format.md section 17 describes them."""

import json
import re
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
    report: Mapping[str, Any] | None


def read(name: str) -> Vector:
    """The case of that name."""
    mutation = json.loads((FOLDER / f"{name}.json").read_bytes())
    value = {**_base(), **mutation}
    evidence = {**_base()["evidence"], **mutation.get("evidence", {})}
    return Vector(
        b64decode(value["credential"]),
        read_trust(json.dumps(value["trust"]).encode()),
        value["now"],
        {question: _answer(question, answer) for question, answer in evidence.items() if answer is not None},
        value["want"]["verdict"],
        tuple((outcome, code) for outcome, code in value["want"]["steps"]),
        value["want"].get("report"),
    )


@lru_cache(maxsize=1)
def _base() -> dict[str, Any]:
    base: dict[str, Any] = json.loads((FOLDER / "base.json").read_bytes())
    return base


def _answer(question: str, value: Any) -> Any:
    if isinstance(value, str):
        return b64decode(value)
    if isinstance(value, dict):
        return Failure(value["error"])
    return [_entry(question.split(" ")[0], entry) for entry in value]


def _entry(kind: str, value: Any) -> Any:
    """One endpoint's answer; what is not of the shape shown counts as an error."""
    try:
        if "error" in value:
            return Failure(value["error"])
        if kind == "head":
            return Head(_count(value["chain_id"]), _count(value["block"]))
        if kind == "block":
            return Block("0x" + _bytes(value["hash"], 32).hex(), _count(value["time"]))
        return CallResult(_bytes(value["result"]))
    except (KeyError, TypeError, ValueError):
        return Failure("malformed")


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError(value)
    return value


def _bytes(text: str, size: int | None = None) -> bytes:
    match = re.fullmatch("0x([0-9A-Fa-f]*)", text)
    data = bytes.fromhex(match[1] if match else "none")
    if size not in (None, len(data)):
        raise ValueError(text)
    return data
