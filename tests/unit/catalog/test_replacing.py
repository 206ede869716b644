"""The claim of a credential that was issued again: set by us, never by a list."""

import csv
import io

import pytest

from vanbang.catalog import LIST_TYPES, CredentialType
from vanbang.catalog.replacing import REPLACES, Replaceable

OURS = {"lan_cap": "2", "quyet_dinh_thay_the": "QĐ 9/2026", "ma_bam_van_bang_duoc_thay": "ab" * 32}
TYPES = pytest.mark.parametrize("kind", LIST_TYPES, ids=lambda kind: kind.name)


def row(kind: CredentialType) -> dict[str, str]:
    """The example row of a type's template."""
    head, example = csv.reader(io.StringIO(kind.csv_template().decode("utf-8-sig")))
    return dict(zip(head, example, strict=True))


@TYPES
def test_a_first_edition_makes_no_such_claim(kind: CredentialType) -> None:
    """The columns of lists, their template and their schema know nothing of it."""
    record, _ = kind.parse(row(kind))
    assert isinstance(record, Replaceable)
    assert record.edition == 1
    assert REPLACES.name not in kind.claims_of(record)
    assert not set(OURS) & {*row(kind), *kind.json_schema()["properties"], *kind.values_of(record)}
    assert [kind.field_named(name) for name in OURS] == [None, None, None]


@TYPES
def test_a_later_edition_names_what_it_replaces(kind: CredentialType) -> None:
    """Edition, decision and leaf hash are one claim, stored with the record, whose key stays what it was."""
    first, _ = kind.parse(row(kind))
    assert isinstance(first, Replaceable)
    second = first.replacing(2, "QĐ 9/2026", b"\xab" * 32)
    assert (second.edition, kind.claims_of(second)["thay_the"]) == (2, OURS)
    assert kind.restore(kind.values_of(second)) == second
    assert kind.record_key(second) == kind.record_key(first)


@TYPES
@pytest.mark.parametrize("name", OURS)
def test_a_list_cannot_bring_it(kind: CredentialType, name: str) -> None:
    """A cell that only we may fill is an unknown column, and refuses the row."""
    record, found = kind.parse(row(kind) | {name: OURS[name]})
    assert record is None
    assert [(entry.field, entry.rule) for entry in found if entry.severity == "error"] == [(name, "unknown_field")]
