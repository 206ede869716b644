"""Credential files of the catalog's types, made up in the small world, for tests of their printed pages."""

import json
from collections.abc import Mapping

from vanbang.catalog import CredentialType, FieldSpec, type_by_name
from world import World

URL = "https://vanbang.example/v/SmhHmzQGosbrmiNtsexLYg#uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"
DIPLOMA = type_by_name("vn-diploma")
WORDS = "Nguyễn Thượng Khuyếch Đặng Phường Ấp Ngoéo Trường Đại học Sông Hồng "


def world_of(values: Mapping[str, str], kind: CredentialType = DIPLOMA) -> World:
    """The world in which a record with these values was sealed; rules are not run."""
    claims = {name: value for name, value in kind.claims_of(kind.restore(values)).items() if value}
    elements = tuple(claim.name for claim in kind.claims if claim.elements and claim.name in claims)
    return World(
        claims=claims,
        by_element=elements,
        metadata=kind.metadata(),
        payload_vct=kind.vct,
        manifest_vct=kind.vct,
        digests=kind.digests,
    )


def examples(kind: CredentialType = DIPLOMA) -> dict[str, str]:
    """The example of each column."""
    return {spec.name: spec.example for spec in kind.fields}


def longest(kind: CredentialType = DIPLOMA) -> dict[str, str]:
    """Every column as long as it may be; of a column of rows, sixty times the example's."""
    return {spec.name: _longest(spec) for spec in kind.fields}


def _longest(spec: FieldSpec) -> str:
    if spec.example.startswith("["):
        return json.dumps(json.loads(spec.example) * 60)
    return (WORDS * (spec.max_length // len(WORDS) + 1))[: spec.max_length].strip()
