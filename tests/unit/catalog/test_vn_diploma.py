"""The diploma's description, and everything that is drawn from it."""

import csv
import io
import json
from pathlib import Path

import pytest

from vanbang import catalog
from vanbang.core.disclosure import RESERVED_NAMES
from vanbang.core.type_metadata import read_type_metadata, text_at

DIPLOMA = catalog.type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
GOLDEN = Path(__file__).parent / "golden" / "vn-diploma-1.metadata.json"


def test_the_type_is_found_by_name_and_by_vct():
    """One type, two ways to it; an unknown name is an error that lists the known ones."""
    assert catalog.TYPES["urn:vanbang:type:vn-diploma:1"] is DIPLOMA
    with pytest.raises(catalog.UnknownCredentialType, match="vn-diploma") as caught:
        catalog.type_by_name("vn-diplom")
    assert caught.value.name == "vn-diplom"
    assert caught.value.code == "unknown_credential_type"


def test_the_ministrys_44_fields_make_17_claims_and_ours_one():
    """33 common and 11 supplementary fields, in the ministry's order, are disclosed as 17 claims; one is ours."""
    assert len(DIPLOMA.fields) == 44
    assert DIPLOMA.digests == len(DIPLOMA.claims) == 18
    assert [DIPLOMA.fields[0].name, DIPLOMA.fields[32].name] == ["phien_ban", "ngay_cap_vbcc"]


def test_no_claim_name_is_reserved():
    """Claim names stay clear of the members a payload already has."""
    assert not {claim.name for claim in DIPLOMA.claims} & RESERVED_NAMES


@pytest.mark.parametrize("alone", ["so_ddcn", "so_ddcn_nguoi_ky_vbcc", "xep_loai", "ho_va_ten", "ngay_sinh"])
def test_sensitive_fields_are_claims_of_their_own(alone):
    """Citizen numbers, classification, name and birth date can each be shown or withheld alone."""
    assert (alone,) in {claim.fields for claim in DIPLOMA.claims}


def test_type_metadata_bytes_never_change():
    """The bytes that every payload pins by hash are those of the golden file; a change needs a new version."""
    assert DIPLOMA.metadata() == GOLDEN.read_bytes()


def test_type_metadata_describes_every_claim_and_member():
    """A stranger finds labels in both languages for every claim and member, the issuer, and a place on the page."""
    document = json.loads(DIPLOMA.metadata())
    paths = {tuple(entry["path"]): entry for entry in document["claims"]}
    for claim in DIPLOMA.claims:
        assert paths[(claim.name,)]["sd"] == "always"
        for field in claim.fields if len(claim.fields) > 1 else ():
            assert [label["locale"] for label in paths[(claim.name, field)]["display"]] == ["vi-VN", "en-US"]
    assert all(entry["display"][0]["label"] and entry["display"][1]["label"] for entry in paths.values())
    assert tuple(document["vanbang"]["issuer"]["code"]) in paths
    assert tuple(document["vanbang"]["issuer"]["name"]) in paths
    assert document["vanbang"]["digests"] == DIPLOMA.digests
    shown = [name for block in document["vanbang"]["layout"] for name in block["claims"]]
    assert sorted(shown) == sorted(claim.name for claim in DIPLOMA.claims)
    assert {"path": ["ho_va_ten"], "display": [
        {"locale": "vi-VN", "label": "Họ và tên"}, {"locale": "en-US", "label": "Full name"},
    ], "sd": "always", "mandatory": True} in document["claims"]  # fmt: skip


def test_a_verifier_reads_the_metadata():
    """The verifier's own reader finds the type, its number of digests and the paths to the issuer's code and name."""
    read = read_type_metadata(DIPLOMA.metadata())
    assert (read.vct, read.digests) == (DIPLOMA.vct, DIPLOMA.digests)
    claims = DIPLOMA.claims_of(DIPLOMA.restore(EXAMPLE))
    assert text_at(claims, read.code_path) == EXAMPLE["ma_don_vi_cap_bang"]
    assert text_at(claims, read.name_path) == EXAMPLE["don_vi_cap_bang"]


def test_the_template_opens_in_excel_and_its_example_is_valid():
    """The template has a byte order mark, the columns in order, and one row that passes every rule."""
    text = DIPLOMA.csv_template().decode("utf-8")
    assert text.startswith("\ufeff")
    header, example = csv.reader(io.StringIO(text[1:], newline=""))
    assert header == [spec.name for spec in DIPLOMA.fields]
    record, found = DIPLOMA.parse(dict(zip(header, example, strict=True)))
    assert record is not None
    assert found == []


def test_the_json_schema_says_what_the_fields_say():
    """Required fields, longest lengths, labels and choices of the schema are those of the catalog."""
    schema = DIPLOMA.json_schema()
    assert schema["$id"] == DIPLOMA.vct
    assert schema["additionalProperties"] is False
    assert schema["required"] == [spec.name for spec in DIPLOMA.fields if spec.required]
    for spec in DIPLOMA.fields:
        entry = schema["properties"][spec.name]
        assert (entry["title"], entry["description"]) == (spec.label_vi, spec.label_en)
        assert entry.get("maxLength", spec.max_length) == spec.max_length
    assert schema["properties"]["gioi_tinh"]["enum"] == ["Nam", "Nữ"]


def test_claims_hold_the_values_as_written_in_catalog_order():
    """One-field claims are strings, others objects without their empty members, absent optional claims left out."""
    record, _ = DIPLOMA.parse(EXAMPLE | {"xep_loai": "", "so_hieu_vbcc": "009167", "tong_so_tin_chi": "131,5"})
    claims = DIPLOMA.claims_of(record)
    assert claims["ho_va_ten"] == EXAMPLE["ho_va_ten"]
    assert claims["don_vi_cap"] == {
        "don_vi_cap_bang": EXAMPLE["don_vi_cap_bang"],
        "ma_don_vi_cap_bang": EXAMPLE["ma_don_vi_cap_bang"],
    }
    assert claims["van_bang"]["so_hieu_vbcc"] == "009167"
    assert claims["qua_trinh_dao_tao"]["tong_so_tin_chi"] == "131,5"
    assert "so_quyet_dinh_hoi_dong_danh_gia" not in claims["tot_nghiep"]
    assert not {"xep_loai", "ghi_chu_va_dinh_kem"} & set(claims)
    order = [claim.name for claim in DIPLOMA.claims]
    assert list(claims) == [name for name in order if name in claims]


def test_a_record_is_known_by_its_issuer_and_serial():
    """The record key tells issuers and serials apart, and cannot be confused by where one ends."""
    record, _ = DIPLOMA.parse(EXAMPLE)
    assert DIPLOMA.issuer_code(record) == "SHB"
    assert DIPLOMA.issuer_name(record) == EXAMPLE["don_vi_cap_bang"]
    pairs = [("SHB", "1"), ("SHB1", ""), ("SH", "B1"), ("SHB", "01"), ("TNG", "1")]
    keys = [
        DIPLOMA.record_key(DIPLOMA.restore(EXAMPLE | {"ma_don_vi_cap_bang": code, "so_hieu_vbcc": serial}))
        for code, serial in pairs
    ]
    assert len(set(keys)) == len(pairs)


def test_a_stored_record_makes_the_same_claims():
    """values_of and restore bring a record back so that its claims are the same, whatever the rules are by then."""
    record, _ = DIPLOMA.parse(EXAMPLE)
    assert DIPLOMA.claims_of(DIPLOMA.restore(DIPLOMA.values_of(record))) == DIPLOMA.claims_of(record)
