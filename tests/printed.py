"""Credential files of the catalog's types, made up in the small world, for tests of their printed pages."""

from collections.abc import Mapping

from vanbang.catalog import CredentialType, type_by_name
from vanbang.core.disclosure import commit
from vanbang.core.record_keys import RecordKeys
from world import World, seed

URL = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"
DIPLOMA = type_by_name("vn-diploma")
WORDS = "Nguyễn Thượng Khuyếch Đặng Phường Ấp Ngoéo Trường Đại học Sông Hồng "


class Whole(World):
    """A world whose credential has as many digests as it has claims."""

    def committed(self) -> tuple[list[str], list[str]]:
        texts, digests = commit(self.claims, RecordKeys.of(seed("record")), len(self.claims), self.by_element)
        return texts, digests


def world_of(values: Mapping[str, str], kind: CredentialType = DIPLOMA) -> World:
    """The world in which a record with these values was sealed; rules are not run."""
    claims = {name: value for name, value in kind.claims_of(kind.restore(values)).items() if value}
    elements = tuple(claim.name for claim in kind.claims if claim.elements and claim.name in claims)
    return Whole(
        claims=claims,
        by_element=elements,
        metadata=kind.metadata(),
        payload_vct=kind.vct,
        manifest_vct=kind.vct,
    )


def examples(kind: CredentialType = DIPLOMA) -> dict[str, str]:
    """The example of each column."""
    return {spec.name: spec.example for spec in kind.fields}


def longest(kind: CredentialType = DIPLOMA) -> dict[str, str]:
    """Every column as long as it may be."""
    return {spec.name: (WORDS * (spec.max_length // len(WORDS) + 1))[: spec.max_length].strip() for spec in kind.fields}
