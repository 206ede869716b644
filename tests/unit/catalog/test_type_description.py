"""A new type is one module of declarations: here a course certificate with a list of modules."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import pytest

from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.model import Block, ClaimSpec, Column, Record, field_specs
from vanbang.catalog.problems import Problem
from vanbang.catalog.shapes import DATE, NAME


class Certificate(Record):
    so_hieu: Annotated[str, Column("Số hiệu", "Number", "C-001", 20)]
    ma_don_vi: Annotated[str, Column("Mã đơn vị", "Issuer code", "SHB", 20)]
    ten_don_vi: Annotated[str, Column("Tên đơn vị", "Issuer", "Trung tâm Sông Hồng", 100)]
    ho_va_ten: Annotated[str, Column("Họ và tên", "Full name", "Lê An", 150, NAME)]
    ngay_cap: Annotated[str, Column("Ngày cấp", "Date of issue", "01/06/2026", 10, DATE)]
    hoc_phan: Annotated[str, Column("Học phần", "Modules", "Đại số; Hình học", 500, required=False)] = ""


def no_checks(record: Certificate) -> Iterator[Problem]:
    return iter(())


CERTIFICATE = CredentialType(
    name="certificate",
    version=2,
    title_vi="Chứng chỉ",
    title_en="Certificate",
    record_type=Certificate,
    claims=(
        ClaimSpec("don_vi", ("ten_don_vi", "ma_don_vi"), "Đơn vị", "Issuer"),
        ClaimSpec("so_hieu", ("so_hieu",), "Số hiệu", "Number"),
        ClaimSpec("ho_va_ten", ("ho_va_ten",), "Họ và tên", "Full name"),
        ClaimSpec("ngay_cap", ("ngay_cap",), "Ngày cấp", "Date of issue"),
        ClaimSpec("hoc_phan", ("hoc_phan",), "Học phần", "Modules", elements=True),
    ),
    layout=(
        Block("name", ("ho_va_ten",)),
        Block("section", ("don_vi", "so_hieu", "ngay_cap", "hoc_phan"), "Nội dung", "Content"),
    ),
    issuer_claims={"code": ("don_vi", "ma_don_vi"), "name": ("don_vi", "ten_don_vi")},
    key=("so_hieu",),
    checks=no_checks,
)
EXAMPLE = {spec.name: spec.example for spec in CERTIFICATE.fields}


def test_a_list_claim_is_an_array_of_its_elements():
    """A claim disclosed element by element is an array; with no element it is absent."""
    record, found = CERTIFICATE.parse(EXAMPLE | {"hoc_phan": "Đại số; Hình học ;; Giải tích"})
    assert found == []
    assert CERTIFICATE.claims_of(record)["hoc_phan"] == ["Đại số", "Hình học", "Giải tích"]
    bare, _ = CERTIFICATE.parse(EXAMPLE | {"hoc_phan": " ; "})
    assert "hoc_phan" not in CERTIFICATE.claims_of(bare)


def test_everything_follows_from_the_description():
    """vct, digests, template, schema, metadata, key and validation of a type come from its one module."""
    assert (CERTIFICATE.vct, CERTIFICATE.digests) == ("urn:vanbang:type:certificate:2", 5)
    assert CERTIFICATE.csv_template().startswith("\ufeffso_hieu,ma_don_vi".encode())
    assert "hoc_phan" in CERTIFICATE.json_schema()["properties"]
    document = json.loads(CERTIFICATE.metadata())
    assert document["vanbang"]["layout"][0] == {"kind": "name", "claims": ["ho_va_ten"]}
    assert [entry["mandatory"] for entry in document["claims"] if entry["path"] == ["hoc_phan"]] == [False]
    record, found = CERTIFICATE.parse(EXAMPLE | {"ngay_cap": "31/06/2026"})
    assert record is None
    assert [entry.rule for entry in found] == ["date_missing"]


def test_a_field_outside_the_claims_is_refused():
    """A description that forgets a field in its claims cannot be built: the field would never be sealed."""
    with pytest.raises(TypeError, match="exactly one claim"):
        replace(CERTIFICATE, claims=CERTIFICATE.claims[1:])


def test_a_claim_outside_the_layout_is_refused():
    """A description that forgets a claim in its layout cannot be built: the claim would never be shown."""
    with pytest.raises(TypeError, match="layout exactly once"):
        replace(CERTIFICATE, layout=CERTIFICATE.layout[:1])


def test_a_type_without_issuer_is_refused():
    """A description must say where both code and name of the issuer stand."""
    with pytest.raises(TypeError, match="issuer_claims"):
        replace(CERTIFICATE, issuer_claims={"code": ("don_vi", "ma_don_vi")})


@pytest.mark.parametrize(
    ("name", "fields", "elements"), [("ten", ("ho_va_ten",), False), ("hoc_phan", ("hoc_phan", "so_hieu"), True)]
)
def test_a_claim_with_misplaced_fields_is_refused(name, fields, elements):
    """A one-field claim bears its field's name, and a list claim has one field."""
    with pytest.raises(TypeError):
        ClaimSpec(name, fields, "x", "x", elements)


def test_a_column_must_agree_with_its_default():
    """A required field has no default, an optional one has, and each has a column."""

    class Contradicting(Record):
        so_hieu: Annotated[str, Column("Số hiệu", "Number", "1", 20)] = ""

    class Bare(Record):
        so_hieu: str

    for wrong in (Contradicting, Bare):
        with pytest.raises(TypeError, match="so_hieu"):
            field_specs(wrong)
