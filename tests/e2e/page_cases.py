"""Cases for the page beside the test vectors: diplomas and transcripts of the catalog's own types."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

from making_vectors import answer_json
from transcripts import parsed, world_of
from vanbang.catalog import CredentialType, Record
from vanbang.catalog.sampling import sample_rows
from vanbang.catalog.vn_diploma import VN_DIPLOMA
from world import NOW, Chain, World


def case_of(world: World, explorer: bool = False) -> dict[str, Any]:
    """A world as `page_site` serves it: the credential, the trust, the time and the evidence."""
    trust = json.loads(world.trust().to_bytes())
    if explorer:
        looked = {name: f"https://scan.example/{name}/{{}}" for name in ("address", "block")}
        trust["home"]["explorer"] = looked
    evidence = {question: answer_json(answer) for question, answer in world.evidence().items()}
    return {
        "credential": b64encode(world.credential()).decode(),
        "trust": trust,
        "now": NOW,
        "evidence": json.loads(json.dumps(evidence)),
    }


def diploma_world(**changes: Any) -> World:
    """An invented graduate's diploma, every optional field included."""
    (row,) = sample_rows(1, "page", None, "vn-diploma")
    return catalogued(VN_DIPLOMA, parsed(VN_DIPLOMA, row), **changes)


def catalogued(kind: CredentialType, record: Record, **changes: Any) -> World:
    """A credential of this type, issued by the institution that the record names."""
    names = ((1_700_000_000, kind.issuer_code(record), kind.issuer_name(record)),)
    return replace(world_of(kind, record), chain=replace(Chain(), names=names), **changes)
