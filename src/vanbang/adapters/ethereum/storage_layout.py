"""Where the registry keeps what in its storage: slots by the names in its source, and the words packed by hand.

Slots follow "Layout of State Variables in Storage" of the Solidity documentation, from the compiler's own table in the
artifact; that the deployed code is the compiled one is for the caller to establish (`contract.runtime_code_hash`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, Self

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import artifact
from vanbang.ports.ledger import LedgerWrong

TIP: Final = {"admin": 160, "standing": 7, "isVoid": 1, "seq": 40, "lastBlock": 48}
KEY: Final = {"notBefore": 40, "notAfter": 40, "compromisedSince": 40, "roles": 8}
ANCHOR: Final = {"signer": 160, "time": 40, "block": 48, "state": 8}
REVOCATION: Final = {"revoker": 160, "time": 40}
STATUS: Final = {"setter": 160, "time": 40, "epoch": 24, "block": 32}
"""The words that the contract packs by hand, as its last section does: names and bits, lowest first."""

MAX_STRING_BYTES: Final = 300
"""The registry's own limit for names; a code is shorter."""


class WordUnknown(LedgerWrong):
    """A word of storage that the registry's code never writes: its storage is not laid out as this version knows it."""

    code: ClassVar[str] = "storage_word"

    def __init__(self, what: str, word: int) -> None:
        super().__init__(f"{what}: the word 0x{word:064x} is none that the registry writes")
        self.what = what
        self.word = word


@dataclass(frozen=True, slots=True)
class Place:
    """One value in storage: its slot, the bytes below it within the slot, and its type in the compiler's table."""

    slot: int
    offset: int
    type: str

    def of(self, key: bytes) -> Self:
        """The value of a mapping for a key of at most 32 bytes, an address filled up on the left."""
        slot = keccak(key.rjust(32, b"\0") + _word(self.slot))
        return type(self)(int.from_bytes(slot, "big"), 0, _type(self.type)["value"])

    def entry(self, index: int) -> Self:
        """An element, each of whole slots, of a dynamic array whose length stands in this slot."""
        base = _type(self.type)["base"]
        width = -(-int(_type(base)["numberOfBytes"]) // 32)
        return type(self)(_data_slot(self.slot) + index * width, 0, base)

    def member(self, name: str) -> Self:
        """A member of a struct."""
        found = next(member for member in _type(self.type)["members"] if member["label"] == name)
        return type(self)(self.slot + int(found["slot"]), found["offset"], found["type"])

    def value(self, words: Mapping[int, int]) -> int:
        """The value, as a number, given its slot's word; for a dynamic array its length."""
        bits = 8 * int(_type(self.type)["numberOfBytes"])
        return words[self.slot] >> 8 * self.offset & (1 << bits) - 1

    def string_slots(self, words: Mapping[int, int]) -> list[int]:
        """The further slots of a string of 32 bytes or more, given its first word. Raises WordUnknown."""
        word = words[self.slot]
        if not word & 1:
            return []
        if not 32 <= word >> 1 <= MAX_STRING_BYTES:
            raise WordUnknown("a string", word)
        return [_data_slot(self.slot) + index for index in range(-(-(word >> 1) // 32))]

    def string(self, words: Mapping[int, int]) -> str:
        """A string, given its words. Raises WordUnknown."""
        word = words[self.slot]
        further = self.string_slots(words)
        length = word >> 1 if further else (word & 0xFF) >> 1
        data = b"".join(_word(words[slot]) for slot in further) if further else _word(word)[:31]
        if length > len(data) or any(data[length:]):
            raise WordUnknown("a string", word)
        try:
            return data[:length].decode()
        except UnicodeDecodeError:
            raise WordUnknown("a string", word) from None


def variable(name: str) -> Place:
    """A state variable by its name in contracts/AnchorRegistry.sol."""
    found = next(entry for entry in artifact()["storageLayout"]["storage"] if entry["label"] == name)
    return Place(int(found["slot"]), found["offset"], found["type"])


def unpack(what: str, word: int, widths: Mapping[str, int]) -> dict[str, int]:
    """The fields of a word packed by hand, lowest bits first. Raises WordUnknown for bits that belong to no field."""
    fields, rest = {}, word
    for name, bits in widths.items():
        fields[name] = rest & (1 << bits) - 1
        rest >>= bits
    if rest:
        raise WordUnknown(what, word)
    return fields


def slots_of(places: Iterable[Place]) -> list[int]:
    """The slots to read for some places: each once, in the order of their first use."""
    return list(dict.fromkeys(place.slot for place in places))


@cache
def _type(name: str) -> dict[str, Any]:
    found: dict[str, Any] = artifact()["storageLayout"]["types"][name]
    return found


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _data_slot(slot: int) -> int:
    return int.from_bytes(keccak(_word(slot)), "big")
