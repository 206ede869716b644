"""The compiled contract in the package is the one its sources and settings give."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum import contract

ROOT = Path(__file__).resolve().parents[4]
ARTIFACT = ROOT / "src/vanbang/adapters/ethereum/artifacts/AnchorRegistry.json"
CODE_LIMIT = 24_576  # EIP-170

PUSH1, PUSH32 = 0x60, 0x7F
# What Istanbul does not know, up to the newest rules (a chain that old would halt on them).
NEWER = {0x1E: "CLZ", 0x48: "BASEFEE", 0x49: "BLOBHASH", 0x4A: "BLOBBASEFEE", 0x5C: "TLOAD", 0x5D: "TSTORE"}
NEWER |= {0x5E: "MCOPY", 0x5F: "PUSH0"}
# What would let other code act in the registry's name, or make it vanish.
FOREIGN = {0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xF5: "CREATE2", 0xFF: "SELFDESTRUCT"}


def instructions(code: bytes) -> list[int]:
    """Opcodes without the data they push, and without the trailing metadata (its length is in the last two bytes)."""
    body = code[: -2 - int.from_bytes(code[-2:], "big")]
    found, position = [], 0
    while position < len(body):
        opcode = body[position]
        found.append(opcode)
        position += 1 + (opcode - PUSH1 + 1 if PUSH1 <= opcode <= PUSH32 else 0)
    return found


def test_the_artifact_belongs_to_the_sources() -> None:
    """Each source's SHA-256 is the one the artifact was compiled from."""
    recorded = contract.artifact()["sources"]
    assert set(recorded) == {"contracts/AnchorRegistry.sol", "contracts/IAnchorRegistry.sol"}
    for name, digest in recorded.items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == digest, (
            f"{name}: run scripts/compile-contracts"
        )


@pytest.mark.slow
def test_compiling_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """scripts/compile-contracts reproduces the artifact byte for byte."""
    fresh = tmp_path / "AnchorRegistry.json"
    subprocess.run([ROOT / "scripts/compile-contracts", "--output", fresh], check=True, timeout=120)
    assert fresh.read_bytes() == ARTIFACT.read_bytes()


def test_the_code_may_be_deployed_everywhere() -> None:
    """The code stays below the size limit that every chain enforces."""
    assert 0 < len(contract.runtime_code()) < CODE_LIMIT
    assert contract.runtime_code() in contract.bytecode()


def test_the_disassembler_skips_what_is_pushed() -> None:
    """A 0x5f that is pushed is data; one that is executed is found."""
    metadata = b"\xa1\x00\x02"
    assert instructions(bytes([0x61, 0x5F, 0x5F, 0x00]) + metadata[:1] + b"\x00\x01") == [0x61, 0x00]
    assert 0x5F in instructions(bytes([0x60, 0x5F, 0x5F]) + metadata[:1] + b"\x00\x01")


@pytest.mark.parametrize("code", [contract.runtime_code(), contract.bytecode()], ids=["runtime", "creation"])
def test_the_code_knows_nothing_newer_than_istanbul(code: bytes) -> None:
    """No PUSH0, no BASEFEE, nothing that an old chain would halt on."""
    used = set(instructions(code))
    assert {name for opcode, name in NEWER.items() if opcode in used} == set()


def test_the_code_lets_no_other_code_act() -> None:
    """The registry creates, calls and delegates to nothing: its two precompiles are asked by STATICCALL."""
    used = set(instructions(contract.runtime_code()))
    assert {name for opcode, name in FOREIGN.items() if opcode in used} == set()


def test_the_code_hash_is_of_the_deployed_code() -> None:
    """runtime_code_hash is Keccak-256 over exactly the runtime code, 32 bytes."""
    assert contract.runtime_code_hash() == keccak(contract.runtime_code())


@pytest.mark.parametrize("kind", ["function", "event", "error"])
def test_the_interface_is_whole(kind: str) -> None:
    """What contracts/IAnchorRegistry.sol declares is in the ABI, and every error carries the prefix."""
    source = (ROOT / "contracts/IAnchorRegistry.sol").read_text(encoding="utf-8")
    declared = set(re.findall(rf"^    {kind} (\w+)", source, re.MULTILINE))
    compiled = {entry["name"] for entry in contract.abi() if entry["type"] == kind}
    assert declared
    assert declared <= compiled
    assert kind != "error" or all(name.startswith("AnchorRegistry") for name in compiled)


def test_the_storage_layout_is_whole() -> None:
    """Every state variable and struct member has a place and a type that the layout describes."""
    layout = contract.artifact()["storageLayout"]
    types = layout["types"]
    members = [member for kind in types.values() for member in kind.get("members", [])]
    assert {"owner", "_issuers", "_keys", "_anchors", "_revocations", "_statuses", "_issuerIds"} <= {
        place["label"] for place in layout["storage"]
    }
    for place in [*layout["storage"], *members]:
        assert set(place) == {"label", "slot", "offset", "type"}
        assert place["type"] in types
    assert not [name for name in types if re.search(r"\)\d", name)]
