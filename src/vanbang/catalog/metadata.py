"""The public type metadata: from this file alone a stranger's verifier shows and checks a type it never heard of.

Follows the type metadata of SD-JWT VC (draft 12 and later: `locale`, `mandatory`) where it has a word; the rest stands
under `vanbang`. The bytes are pinned by `vct#integrity` in every payload, so they never change within a version.
"""

import json
from typing import Any

from vanbang.catalog.model import ISSUER_PARTS, Block, ClaimSpec, TypeDescription, field_specs
from vanbang.catalog.rows_claim import RowsClaim, rows_along

LOCALES = ("vi-VN", "en-US")
METADATA_VERSION = 1


def type_metadata(described: TypeDescription) -> bytes:
    """The exact bytes of the type's metadata file: compact JSON, members in fixed order, non-ASCII unescaped, UTF-8."""
    document = {
        "vct": described.vct,
        "name": described.name,
        "display": _display("name", described.title_vi, described.title_en),
        "claims": [entry for claim in described.claims for entry in _claim_entries(described, claim)],
        "vanbang": {
            "version": METADATA_VERSION,
            "digests": described.digests,
            "issuer": {part: list(described.issuer_claims[part]) for part in ISSUER_PARTS},
            "layout": [_block(block) for block in described.layout],
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _display(word: str, vi: str, en: str) -> list[dict[str, str]]:
    return [{"locale": locale, word: text} for locale, text in zip(LOCALES, (vi, en), strict=True)]


def _claim_entries(described: TypeDescription, claim: ClaimSpec) -> list[dict[str, Any]]:
    """The claim itself, then the elements of its array and the members of its object or of each element, which are
    never disclosed apart. In a path null stands for every element of an array."""
    if isinstance(claim, RowsClaim):
        return _rows_entries(described, claim)
    specs = {spec.name: spec for spec in described.all_fields}
    mandatory = any(specs[name].required for name in claim.fields)
    own = _entry([claim.name], claim.label_vi, claim.label_en, "always", mandatory)
    if claim.elements:
        return [own, _entry([claim.name, None], claim.label_vi, claim.label_en, "always", mandatory=False)]
    if len(claim.fields) == 1:
        return [own]
    members = [specs[name] for name in claim.fields]
    return [own, *(_entry([claim.name, m.name], m.label_vi, m.label_en, "never", m.required) for m in members)]


def _rows_entries(described: TypeDescription, claim: RowsClaim) -> list[dict[str, Any]]:
    levels = rows_along(claim.path, described.all_fields)
    inner = [spec for rows in levels for spec in field_specs(rows.record_type)]
    known = {spec.name: spec for spec in (*described.all_fields, *inner)}
    members = [known[name] for name in claim.members]
    mandatory = all(known[name].required for name in claim.path) and any(member.required for member in members[1:])
    element = [claim.name, None]
    return [
        _entry([claim.name], claim.label_vi, claim.label_en, "always", mandatory),
        _entry(element, levels[-1].label_vi, levels[-1].label_en, "always", mandatory=False),
        *(_entry([*element, m.name], m.label_vi, m.label_en, "never", m.required) for m in members),
    ]


def _entry(path: list[str | None], vi: str, en: str, sd: str, mandatory: bool) -> dict[str, Any]:
    return {"path": path, "display": _display("label", vi, en), "sd": sd, "mandatory": mandatory}


def _block(block: Block) -> dict[str, Any]:
    label = dict(zip(LOCALES, (block.label_vi, block.label_en), strict=True))
    return {"kind": block.kind, **({"label": label} if block.label_vi else {}), "claims": list(block.claims)}
