"""Chain profiles: one small JSON file a chain (docs/chains.md), in the package or in an installation's folder."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Final

from vanbang.core.chain_profile import ChainProfile, Finality
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.strict_json import members, parse

FOLDER: Final = "chains"
"""Where the package, and an installation's home, keep profiles."""

MAX_FILE_BYTES: Final = 16_384
TAGS: Final = ("finalized", "safe")
_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,9})?")
_LINK: Final = re.compile(r"https?://[!-z|~]*\{\}[!-z|~]*")
_REQUIRED: Final = {
    "chain_id": int, "name": str, "currency": str, "fees": str, "finality": dict, "block_seconds": str,
    "min_gas_price_gwei": str, "max_gas_price_gwei": str, "max_pending": int, "max_transaction_bytes": int,
    "max_transaction_gas": int, "bump_after": int, "state_proofs": bool,
}  # fmt: skip
_OPTIONAL: Final = {
    "min_priority_fee_gwei": str, "verifier_depth": int,
    "explorer_transaction": str, "explorer_address": str, "explorer_block": str,
}  # fmt: skip
_LEAST: Final = {
    "chain_id": 1, "max_pending": 1, "max_transaction_bytes": 2_048, "max_transaction_gas": 100_000, "bump_after": 1,
    "verifier_depth": 0,
}  # fmt: skip
"""Less than this would be no chain that our smallest call fits in."""

GENERIC: Final = ChainProfile(
    chain_id=0, name="a chain without a profile", currency="coin", fees="eip1559", finality=Finality(),
    block_seconds=12.0, min_gas_price=0, max_gas_price=2_000 * 10**9, max_pending=4, max_transaction_bytes=32_768,
    max_transaction_gas=8_000_000, bump_after=10, state_proofs=False,
)  # fmt: skip
"""What every chain we know takes, the slowest and narrowest of them included. Fees follow what its blocks have."""


class ChainUnknown(VanbangError):
    """No profile says how a chain is driven."""

    code: ClassVar[str] = "chain_unknown"

    def __init__(self, chain_id: int, known: Mapping[int, ChainProfile]) -> None:
        names = ", ".join(f"{number} {profile.name}" for number, profile in sorted(known.items()))
        super().__init__(
            f"there is no profile of chain {chain_id}; known are {names}. Write {FOLDER}/<name>.json into the home "
            "folder as docs/chains.md describes, or give --depth to drive it carefully, final after so many blocks"
        )
        self.chain_id = chain_id


def read_profile(data: bytes, where: str) -> ChainProfile:
    """A profile from its file's bytes. Raises FormatError, which names `where` and the field."""
    if len(data) > MAX_FILE_BYTES:
        raise FormatError(where, f"longer than {MAX_FILE_BYTES} bytes")
    value = members(parse(data, where), where, _REQUIRED, _OPTIONAL)
    for name, least in _LEAST.items():
        if value.get(name, least) < least:
            raise FormatError(f"{where}.{name}", f"less than {least}")
    for name in ("name", "currency"):
        if not value[name]:
            raise FormatError(f"{where}.{name}", "empty")
    for name in ("explorer_transaction", "explorer_address", "explorer_block"):
        if not _LINK.fullmatch(value.get(name, "http://{}")):
            raise FormatError(f"{where}.{name}", "not an http(s) address with {} for what is looked at")
    if value["fees"] not in ("legacy", "eip1559"):
        raise FormatError(f"{where}.fees", "not legacy or eip1559")
    return _profile(value, where)


def profile_for(
    chain_id: int, depth: int | None = None, home: Path | None = None, own: Path | None = None
) -> ChainProfile:
    """The profile of a chain: the file `own`, else one in the folder `chains` of `home`, else the package's.

    `depth` overrides what the profile calls final, and lets an unknown chain be driven. Raises FormatError,
    ChainUnknown.
    """
    if own is not None:
        profile = _read_file(own)
        if profile.chain_id != chain_id:
            raise FormatError(f"{own.name}.chain_id", f"{profile.chain_id}, but the registry is on chain {chain_id}")
    else:
        known = {**shipped_profiles(), **_own_profiles(home)}
        if chain_id not in known and depth is None:
            raise ChainUnknown(chain_id, known)
        profile = known.get(chain_id) or replace(GENERIC, chain_id=chain_id)
    return profile if depth is None else replace(profile, finality=Finality(depth=depth), verifier_depth=depth)


@cache
def shipped_profiles() -> Mapping[int, ChainProfile]:
    """The profiles of this package, by chain id."""
    found = [item for item in files(__package__).joinpath(FOLDER).iterdir() if item.name.endswith(".json")]
    profiles = [read_profile(item.read_bytes(), item.name) for item in found]
    return {profile.chain_id: profile for profile in sorted(profiles, key=lambda profile: profile.chain_id)}


def _own_profiles(home: Path | None) -> dict[int, ChainProfile]:
    found: dict[int, ChainProfile] = {}
    for path in sorted((home / FOLDER).glob("*.json")) if home is not None else ():
        profile = _read_file(path)
        if profile.chain_id in found:
            raise FormatError(f"{path.name}.chain_id", f"{profile.chain_id} has another file in the same folder")
        found[profile.chain_id] = profile
    return found


def _read_file(path: Path) -> ChainProfile:
    try:
        with path.open("rb") as file:
            return read_profile(file.read(MAX_FILE_BYTES + 1), path.name)
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error


def _profile(value: dict[str, Any], where: str) -> ChainProfile:
    seconds = _number(value.pop("block_seconds"), f"{where}.block_seconds")
    finality = _finality(value.pop("finality"), f"{where}.finality")
    prices: dict[str, Any] = {
        name.removesuffix("_gwei"): int(_number(value.pop(name), f"{where}.{name}") * 10**9)
        for name in list(value)
        if name.endswith("_gwei")
    }
    if finality.percent is not None and "verifier_depth" not in value:
        raise FormatError(f"{where}.verifier_depth", "missing: verifiers know tags and depths only")
    value.setdefault("verifier_depth", finality.depth)
    profile = ChainProfile(**value, **prices, finality=finality, block_seconds=float(seconds))
    if not seconds:
        raise FormatError(f"{where}.block_seconds", "zero")
    if max(profile.min_gas_price, profile.min_priority_fee, 1) > profile.max_gas_price:
        raise FormatError(f"{where}.max_gas_price_gwei", "zero, or less than the least price")
    return profile


def _finality(value: Any, where: str) -> Finality:
    members(value, where, {}, {"tag": str, "depth": int, "percent": int})
    if len(value) != 1:
        raise FormatError(where, "not exactly one of tag, depth and percent")
    if "tag" in value and value["tag"] not in TAGS:
        raise FormatError(f"{where}.tag", f"not one of {', '.join(TAGS)}")
    if not 1 <= value.get("percent", 1) <= 100:
        raise FormatError(f"{where}.percent", "not 1 to 100")
    return Finality(**value)


def _number(text: str, where: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise FormatError(where, 'not a decimal number as "0.25", with at most 9 places')
    return Decimal(text)
