"""What tests/recording_proofs.py recorded, and answers made of its parts."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from vanbang.adapters.ethereum.state_proofs import Header, prove, proven_header

RECORDED = Path(__file__).parent / "unit/adapters/ethereum/state_proofs/recorded.json"


@cache
def recording() -> dict[str, Any]:
    """The recording: not to be changed in place."""
    loaded: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return loaded


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def block_header() -> Header:
    block = recording()["block"]
    return proven_header(block, unhex(block["hash"]))


def code_hash() -> bytes:
    """Of the registry that was recorded, which need not be the newest."""
    return unhex(recording()["answer"]["codeHash"])


def answer_about(*names: str) -> Any:
    """A copy of the recorded answer for some of the recorded slots."""
    whole = recording()["answer"]
    places = [recording()["slots"].index(name) for name in names]
    return deepcopy({**whole, "storageProof": [whole["storageProof"][place] for place in places]})


def slots_of(answer: Any) -> list[int]:
    return [int(proof["key"], 16) for proof in answer["storageProof"]]


def proven(answer: Any, slots: list[int] | None = None) -> dict[int, int]:
    """The words that an answer proves of the recorded registry."""
    asked = slots_of(answer) if slots is None else slots
    return prove(block_header(), unhex(recording()["registry"]), code_hash(), asked, answer)
