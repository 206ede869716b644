"""Who may do what: one table from role to rights. What is not in it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from vanbang.ports import ApiKey, Role

Area = Literal[
    "issuers",
    "registers",
    "keys",
    "operations",
    "uploads",
    "batches",
    "signatures",
    "credentials",
    "persons",
    "exports",
    "shares",
    "holders",
    "corrections",
    "status_changes",
    "decisions",
    "api_keys",
    "audit_log",
]
Deed = Literal["read", "write"]
AREAS: Final[tuple[Area, ...]] = get_args(Area)
ROLES: Final[tuple[Role, ...]] = get_args(Role)

NATIONAL: Final[frozenset[Area]] = frozenset({"audit_log", "api_keys"})
"""Areas that are not divided by institution: a key of one institution has no right in them, whatever its role."""

_ALL: Final = frozenset({"read", "write"})
_READ: Final = frozenset({"read"})
_NONE: Final[frozenset[str]] = frozenset()

RIGHTS: Final[Mapping[Area, Mapping[Role, frozenset[str]]]] = {
    "issuers": {"ministry": _ALL, "registrar": _READ, "officer": _READ, "reader": _READ},
    "registers": {"ministry": _ALL, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "keys": {"ministry": _ALL, "registrar": _READ, "officer": _READ, "reader": _READ},
    "operations": {"ministry": _READ, "registrar": _READ, "officer": _READ, "reader": _READ},
    "uploads": {"ministry": _ALL, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "batches": {"ministry": _READ, "registrar": _READ, "officer": _READ, "reader": _READ},
    "signatures": {"ministry": _READ, "registrar": _READ, "officer": _ALL, "reader": _READ},
    "credentials": {"ministry": _READ, "registrar": _READ, "officer": _READ, "reader": _READ},
    "persons": {"ministry": _READ, "registrar": _READ, "officer": _NONE, "reader": _NONE},
    "exports": {"ministry": _READ, "registrar": _READ, "officer": _NONE, "reader": _NONE},
    "shares": {"ministry": _READ, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "holders": {"ministry": _ALL, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "corrections": {"ministry": _READ, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "status_changes": {"ministry": _READ, "registrar": _ALL, "officer": _READ, "reader": _READ},
    "decisions": {"ministry": _NONE, "registrar": _NONE, "officer": _ALL, "reader": _NONE},
    "api_keys": {"ministry": _ALL, "registrar": _NONE, "officer": _NONE, "reader": _NONE},
    "audit_log": {"ministry": _READ, "registrar": _NONE, "officer": _NONE, "reader": _READ},
}


@dataclass(frozen=True, slots=True)
class Right:
    """To read or to write in an area."""

    area: Area
    deed: Deed

    def belongs_to(self, key: ApiKey) -> bool:
        """Whether the API key's role has it, and the key reaches as far as the area does."""
        if self.area in NATIONAL and key.iss is not None:
            return False
        return self.deed in RIGHTS[self.area][key.role]
