"""What the measured process of `growth` and those who read what it tells have in common."""

from dataclasses import dataclass
from typing import Final

from vanbang.catalog.sampling import institutions
from vanbang.ports import Institution

CLOSING: Final = "closing"
"""The stage that ends the work: what the database still had to move to its file."""

_FIRST = institutions()[0]
INSTITUTION: Final = Institution(_FIRST.iss, _FIRST.code, _FIRST.name, _FIRST.code.lower(), _FIRST.head, "Hiệu trưởng")
"""Who issues everything: one batch of all rows is the hardest."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the run leaves: bytes of the database, of the public files and of what else the installation keeps but its
    chain, seconds of the look-ups, ascending, and the lengths of what was hashed of some diplomas."""

    database_bytes: int
    public_bytes: int
    other_bytes: int
    look_ups: list[float]
    ciphertexts: list[int]
    payloads: list[int]
    disclosures: list[list[int]]
