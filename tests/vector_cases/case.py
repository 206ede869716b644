"""One named mutation of the base case, and the tools that make mutations."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from vanbang.core.disclosure import disclosure_digest
from vanbang.core.encoding import b64url
from vanbang.core.payload import issuer_id
from vanbang.core.quorum import Failure
from vanbang.core.registry import dossier_call, key_call
from vanbang.core.trust import Trust
from world import BLOCK, HOME, ISSUER, NOW, World, address

Bytes = Callable[[bytes], bytes]
Change = Callable[[Any], Any]
Edit = Callable[[World], Mapping[str, Any]]

BASE_STEPS: Mapping[int, str] = {
    1: "pass parsed",
    2: "pass disclosed",
    3: "pass included",
    4: "pass anchored",
    5: "pass authorised",
    6: "pass not_revoked",
    7: "pass status_valid",
    8: "pass signed",
    9: "pass endorsed",
    10: "not_applicable no_dates",
}
NOT_REACHED = "cannot_check not_reached"
VALID, INVALID, UNDETERMINED = "VALID", "INVALID", "UNDETERMINED"
FAILED = Failure("unreachable")
ABSENT_FILE = Failure("absent")


def unchanged(data: bytes) -> bytes:
    """The file as the world makes it."""
    return data


def nothing(world: World) -> Mapping[str, Any]:
    """The evidence as the world gives it."""
    return {}


@dataclass(frozen=True)
class Case:
    """A vector: `steps` holds the outcomes that differ from the base's; `edit` replaces single answers."""

    name: str
    desc: str
    verdict: str
    steps: Mapping[int, str] = field(default_factory=dict)
    world: World = field(default_factory=World)
    file: Bytes = unchanged
    edit: Edit = nothing
    trust: Callable[[Trust], Trust] = lambda trust: trust
    configuration: Change = lambda value: None
    """Changes the trust's JSON in place, where what is written or left out matters."""
    now: int = NOW


def without_anchor(code: str, batch: str = "pass not_revoked") -> dict[int, str]:
    """The outcomes where step 4 does not pass: what rests on the anchor's time is not reached."""
    return {2: NOT_REACHED, 4: code, 5: NOT_REACHED, 6: batch, 7: NOT_REACHED, 9: NOT_REACHED}


def refused(name: str, desc: str, code: str, file: Bytes) -> Case:
    """A file that fails step 1."""
    return Case(name, desc, INVALID, {1: f"fail {code}", **dict.fromkeys(range(2, 11), NOT_REACHED)}, file=file)


def write(value: Any) -> bytes:
    """Canonical JSON, without the project's help."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def unb64(text: str) -> bytes:
    """base64url without padding, decoded."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def edited(change: Change) -> Bytes:
    """Changes the JSON value in place and writes it again."""

    def apply(data: bytes) -> bytes:
        value = json.loads(data)
        change(value)
        return write(value)

    return apply


def replaced(old: str, new: str) -> Bytes:
    """Replaces the first occurrence of text, which must be there."""

    def apply(data: bytes) -> bytes:
        assert old.encode() in data, f"{old} is not there"
        return data.replace(old.encode(), new.encode(), 1)

    return apply


def in_payload(change: Bytes) -> Bytes:
    """Changes the payload's bytes inside a credential file."""
    return edited(lambda file: file.update(payload=b64url(change(unb64(file["payload"])))))


def in_manifest(change: Bytes) -> Bytes:
    """Changes the manifest's bytes inside a credential file."""
    return edited(lambda file: file["header"].update(batch=b64url(change(unb64(file["header"]["batch"])))))


def in_protected(change: Bytes) -> Bytes:
    """Changes the protected header's bytes inside a credential file."""
    return edited(lambda file: file.update(protected=b64url(change(unb64(file["protected"])))))


def in_signature(change: Bytes) -> Bytes:
    """Changes the signature's bytes inside a credential file."""
    return edited(lambda file: file.update(signature=b64url(change(unb64(file["signature"])))))


def with_disclosures(change: Callable[[list[str]], list[str]]) -> Bytes:
    """Changes the disclosures inside a credential file; they are sorted again."""

    def apply(file: Any) -> None:
        header = file["header"]
        header["disclosures"] = sorted(change(header["disclosures"]), key=disclosure_digest)

    return edited(apply)


def disclosure(*parts: Any) -> str:
    """A disclosure's text."""
    return b64url(write(list(parts)))


def decoded(text: str) -> Any:
    """The array inside a disclosure's text."""
    return json.loads(unb64(text))


def claim_of(text: str) -> str | None:
    """The claim that a disclosure names; None for an element."""
    parts = decoded(text)
    return parts[1] if len(parts) == 3 else None


def flipped(position: int, bit: int = 1) -> Bytes:
    """One bit of one byte turned."""
    return lambda data: data[:position] + bytes([data[position] ^ bit]) + data[position + 1 :]


def head(registry: str = HOME) -> str:
    """The question for the newest final block."""
    return f"head {registry}"


def block(registry: str = HOME, number: int = BLOCK) -> str:
    """The question for a block."""
    return f"block {registry} {number}"


def dossier(world: World, registry: str = HOME, at: int | str = BLOCK) -> str:
    """The question for the dossier."""
    return f"call {registry} {at} {dossier_call(world.anchor_key())}"


def key(word: str, registry: str = HOME, at: int = BLOCK) -> str:
    """The question for a key."""
    return f"call {registry} {at} {key_call(issuer_id(ISSUER), address(word))}"


def file_of(folder: str, data: bytes) -> str:
    """The question for a public file."""
    return f"file {folder}/{sha256(data).hexdigest()}"
