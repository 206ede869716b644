"""Credential types: what a diploma, a transcript or a certificate holds. A new type is one module and one line here."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import ClassVar

from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.model import ClaimSpec, FieldSpec, JsonValue, Record
from vanbang.catalog.problems import Problem
from vanbang.catalog.vn_diploma import VN_DIPLOMA
from vanbang.catalog.vn_thpt import VN_THPT
from vanbang.catalog.vn_transcript import VN_TRANSCRIPT
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.errors import VanbangError

__all__ = [
    "LIST_TYPES",
    "TYPES",
    "ClaimSpec",
    "CredentialType",
    "FieldSpec",
    "JsonValue",
    "Problem",
    "Record",
    "UnknownCredentialType",
    "known_types",
    "type_by_name",
    "type_for",
]

LIST_TYPES: tuple[CredentialType, ...] = (VN_THPT, VN_TRANSCRIPT, VN_DIPLOMA)
"""What a registrar's list may hold, in the order in which a row is tried: the type that takes any row is the last."""

TYPES: Mapping[str, CredentialType] = MappingProxyType({known.vct: known for known in LIST_TYPES})
"""Every known type by its vct."""


class UnknownCredentialType(VanbangError):
    """A type name that the catalog does not hold."""

    code: ClassVar[str] = "unknown_credential_type"

    def __init__(self, name: str) -> None:
        known = ", ".join(sorted(entry.name for entry in TYPES.values()))
        super().__init__(f"there is no credential type {name!r}; known are: {known}")
        self.name = name


def known_types() -> dict[str, tuple[Digest, ...]]:
    """By vct the hashes of the type metadata we publish: what our verifiers accept of these types, and nothing else."""
    return {vct: (digest_of(known.metadata()),) for vct, known in TYPES.items()}


def type_by_name(name: str) -> CredentialType:
    """The newest version of the type with this short name, e.g. `vn-diploma`. Raises UnknownCredentialType."""
    versions = [entry for entry in TYPES.values() if entry.name == name]
    if not versions:
        raise UnknownCredentialType(name)
    return max(versions, key=lambda entry: entry.version)


def type_for(cells: Mapping[str, str], kinds: Collection[CredentialType]) -> CredentialType | None:
    """Of `kinds` the one that a row of a mixed list (cells by field name) is of, most specific first; None if none is.

    A type outside of `LIST_TYPES` is never the answer.
    """
    return next((kind for kind in LIST_TYPES if kind in kinds and kind.applies(cells)), None)
