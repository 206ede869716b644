"""The endorsements file: officers' names and signatures (docs/format.md section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from vanbang.core.eip712 import SIGNATURE_SIZE
from vanbang.core.encoding import account, from_hex
from vanbang.core.errors import FormatError
from vanbang.core.strict_json import JsonValue, canonical, members, parse

MAX_ENDORSEMENTS_BYTES: Final = 65_536
MAX_ENDORSEMENTS: Final = 16


@dataclass(frozen=True, slots=True)
class Endorsement:
    """One officer's endorsement: who, by which account (20 bytes), and the 65-byte EIP-712 signature."""

    name: str
    title: str
    signer: bytes
    signature: bytes

    def to_json(self) -> dict[str, JsonValue]:
        """The members in the order of section 7."""
        return {
            "name": self.name,
            "signature": "0x" + self.signature.hex(),
            "signer": "0x" + self.signer.hex(),
            "title": self.title,
        }


def endorsements_file(endorsements: Sequence[Endorsement]) -> bytes:
    """The exact bytes of the file."""
    return canonical({"endorsements": [e.to_json() for e in endorsements], "version": 1})


@lru_cache(maxsize=256)
def read_endorsements(data: bytes) -> tuple[Endorsement, ...]:
    """Parses the file; its bytes must be canonical. Signatures are not looked at. Raises FormatError."""
    if len(data) > MAX_ENDORSEMENTS_BYTES:
        raise FormatError("endorsements", f"{len(data)} bytes, over the limit of {MAX_ENDORSEMENTS_BYTES}")
    value = members(parse(data, "endorsements"), "endorsements", {"endorsements": list, "version": int})
    found = tuple(_endorsement(item, f"endorsements[{i}]") for i, item in enumerate(value["endorsements"]))
    if not 1 <= len(found) <= MAX_ENDORSEMENTS or len({e.signer for e in found}) != len(found):
        raise FormatError("endorsements", f"not 1 to {MAX_ENDORSEMENTS} endorsements by different signers")
    if value["version"] != 1 or endorsements_file(found) != data:
        raise FormatError("endorsements", "not canonical, or not version 1")
    return found


def _endorsement(value: Any, where: str) -> Endorsement:
    members(value, where, {"name": str, "signature": str, "signer": str, "title": str})
    signature = value["signature"]
    if signature[:2] != "0x":
        raise FormatError(f"{where}.signature", "does not begin with 0x")
    raw = from_hex(signature[2:], f"{where}.signature", SIGNATURE_SIZE)
    return Endorsement(value["name"], value["title"], account(value["signer"], f"{where}.signer"), raw)
