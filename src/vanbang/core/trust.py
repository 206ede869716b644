"""A verifier's own configuration: whom it believes (docs/format.md section 12)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vanbang.core.encoding import Digest, from_hex, registry_name
from vanbang.core.errors import FormatError
from vanbang.core.quorum import default_quorum
from vanbang.core.strict_json import JsonValue, canonical, members, parse, texts

_ORIGIN: Final = re.compile(r"([a-z]+://)(?:[^/?#]*@)?([^/?#]*)")
_LOOK: Final = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?/[!-z|~]*\{\}[!-z|~]*")
MAX_BLOCK_AGE: Final = 3_600
"""Seconds. Ethereum's finality takes 13 to 19 minutes; an hour without a final block is a halted chain."""
MAX_BLOCK_AHEAD: Final = 900
"""Seconds by which a verifier's clock may be slow."""


@dataclass(frozen=True, slots=True)
class Explorer:
    """Where people look at a chain: https addresses of an account and of a block, `{}` for the one looked at.

    It decides nothing: a page only offers it as a link.
    """

    address: str
    block: str


@dataclass(frozen=True, slots=True)
class TrustedRegistry:
    """A registry (CAIP-10 name), the endpoints believed about it, and how. `depth` None: the `finalized` tag."""

    name: str
    endpoints: Sequence[str]
    quorum: int
    depth: int | None = None
    explorer: Explorer | None = None

    @property
    def chain_id(self) -> int:
        """The EVM chain id in the name."""
        return registry_name(self.name, "registry")[0]

    @property
    def address(self) -> str:
        """The contract's account in the name."""
        return self.name.rsplit(":", 1)[1]


@dataclass(frozen=True, slots=True)
class Trust:
    """Home registry, older registries, mirrors of the public files (each ends in `/`), limits in seconds.

    `types` gives, for each credential type the verifier knows, the hashes of the type metadata it accepts.
    """

    home: TrustedRegistry
    older: Sequence[TrustedRegistry] = ()
    public: Sequence[str] = ()
    max_block_age: int = MAX_BLOCK_AGE
    max_block_ahead: int = MAX_BLOCK_AHEAD
    types: Mapping[str, Collection[Digest]] = field(default_factory=dict)

    @property
    def registries(self) -> tuple[TrustedRegistry, ...]:
        """Home first, then the older ones."""
        return (self.home, *self.older)

    def to_bytes(self) -> bytes:
        """The configuration file, canonical JSON."""
        value: dict[str, JsonValue] = {
            "version": 1,
            "home": _registry_json(self.home),
            "older": [_registry_json(registry) for registry in self.older],
            "public": list(self.public),
            "max_block_age": self.max_block_age,
            "max_block_ahead": self.max_block_ahead,
        }
        if self.types:
            value["types"] = {vct: [digest.hex() for digest in digests] for vct, digests in self.types.items()}
        return canonical(value)


def trusted_registry(
    name: str,
    endpoints: Sequence[str],
    quorum: int | None = None,
    depth: int | None = None,
    explorer: Explorer | None = None,
) -> TrustedRegistry:
    """A TrustedRegistry, checked; the quorum defaults to more than half. Raises FormatError."""
    registry_name(name, "registry")
    quorum = default_quorum(len(endpoints)) if quorum is None else quorum
    if not all([*endpoints, endpoints]) or len(set(endpoints)) != len(endpoints):
        raise FormatError("endpoints", "none, an empty one, or one named twice")
    if not 1 <= quorum <= len(endpoints):
        raise FormatError("quorum", f"not 1 to {len(endpoints)}, the number of endpoints")
    return TrustedRegistry(name, tuple(endpoints), quorum, depth, explorer)


def trusted_explorer(address: str, block: str) -> Explorer:
    """An Explorer, checked: https, a host, and one `{}` behind it. Raises FormatError."""
    for name, link in (("address", address), ("block", block)):
        if not is_explorer_link(link):
            raise FormatError(f"explorer.{name}", "not an https address with {} for what is looked at")
    return Explorer(address, block)


def is_explorer_link(link: str) -> bool:
    """Whether a page may offer this address: nothing but https, and what is looked at stands behind the host."""
    return _LOOK.fullmatch(link) is not None


def read_trust(data: bytes) -> Trust:
    """Parses a trust configuration. Raises FormatError."""
    value = members(
        parse(data, "trust"),
        "trust",
        {"version": int, "home": dict},
        {"older": list, "public": list, "max_block_age": int, "max_block_ahead": int, "types": dict},
    )
    if value["version"] != 1:
        raise FormatError("trust.version", "not 1")
    trust = Trust(
        _registry(value["home"], "trust.home"),
        tuple(_registry(item, f"trust.older[{i}]") for i, item in enumerate(value.get("older", []))),
        tuple(texts(value.get("public", []), "trust.public")),
        value.get("max_block_age", MAX_BLOCK_AGE),
        value.get("max_block_ahead", MAX_BLOCK_AHEAD),
        {vct: _digests(digests, f"trust.types.{vct}") for vct, digests in value.get("types", {}).items()},
    )
    names = [registry.name for registry in trust.registries]
    if len(set(names)) != len(names):
        raise FormatError("trust.older", "names a registry twice")
    return trust


def shown_url(url: str) -> str:
    """An endpoint as a report may name it: scheme, host and port, without user, path and query, where keys stand."""
    match = _ORIGIN.match(url)
    return match[1] + match[2] if match else ""


def _digests(value: Any, where: str) -> tuple[Digest, ...]:
    if type(value) is not list:
        raise FormatError(where, "not an array")
    return tuple(Digest(from_hex(text, where)) for text in texts(value, where))


def _registry(value: Any, where: str) -> TrustedRegistry:
    finality = value.pop("finality", "finalized") if type(value) is dict else None
    members(value, where, {"registry": str, "endpoints": list}, {"quorum": int, "explorer": dict})
    depth = None
    if finality != "finalized":
        depth = members(finality, f"{where}.finality", {"depth": int})["depth"]
    explorer = _explorer(value["explorer"], f"{where}.explorer") if "explorer" in value else None
    return trusted_registry(value["registry"], texts(value["endpoints"], where), value.get("quorum"), depth, explorer)


def _explorer(value: Any, where: str) -> Explorer:
    return trusted_explorer(**members(value, where, {"address": str, "block": str}))


def _registry_json(registry: TrustedRegistry) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {
        "registry": registry.name,
        "endpoints": list(registry.endpoints),
        "quorum": registry.quorum,
        "finality": "finalized" if registry.depth is None else {"depth": registry.depth},
    }
    if registry.explorer is not None:
        value["explorer"] = {"address": registry.explorer.address, "block": registry.explorer.block}
    return value
