"""The high-school diploma, and how a mixed list tells it from a university's."""

import csv
import io
import json
from pathlib import Path

import pytest

from vanbang.catalog import LIST_TYPES, TYPES, known_types, type_by_name, type_for
from vanbang.core.disclosure import RESERVED_NAMES
from vanbang.core.type_metadata import read_type_metadata, text_at

SCHOOL, DIPLOMA = type_by_name("vn-thpt"), type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in SCHOOL.fields}
GOLDEN = Path(__file__).parent / "golden" / "vn-thpt-1.metadata.json"

COLUMNS = [
    "phien_ban",
    "thong_tu",
    "ma_dinh_danh_vbcc",
    "ten_vbcc",
    "so_hieu_vbcc",
    "so_ddcn",
    "ma_nguoi_hoc",
    "ho_va_ten",
    "ngay_sinh",
    "noi_sinh",
    "gioi_tinh",
    "dan_toc",
    "quoc_tich",
    "ten_truong",
    "ma_co_so_dao_tao",
    "nam_tot_nghiep",
    "so_quyet_dinh_cong_nhan_tot_nghiep",
    "ngay_quyet_dinh_cong_nhan_tot_nghiep",
    "so_vao_so",
    "don_vi_cap_bang",
    "ma_don_vi_cap_bang",
    "ho_ten_nguoi_ky_vbcc",
    "chuc_danh_nguoi_ky_vbcc",
    "dia_danh_cap_vbcc",
    "ngay_tao_vbcc",
    "ngay_cap_vbcc",
]


def test_a_row_of_the_26_columns_is_a_record():
    """The columns that lists of high schools have are enough, and stand in their order."""
    assert [spec.name for spec in SCHOOL.fields if spec.name in COLUMNS] == COLUMNS
    record, found = SCHOOL.parse({name: EXAMPLE[name] for name in COLUMNS})
    assert found == []
    assert SCHOOL.issuer_code(record) == "01901"
    assert {"xep_loai", "ghi_chu", "so_ddcn_nguoi_ky_vbcc"}.isdisjoint(SCHOOL.claims_of(record))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"so_ddcn": ""}, "citizen_required"),
        ({"so_ddcn": "001208000123"}, "citizen_sex"),
        ({"ngay_sinh": "27/03/2013", "so_ddcn": "001313000123"}, "age"),
        ({"ngay_cap_vbcc": "05/07/2026"}, "date_order"),
        ({"ngay_tao_vbcc": "12/07/2026"}, "created_late"),
        ({"nam_tot_nghiep": "2024"}, "year_mismatch"),
        ({"so_ddcn_nguoi_ky_vbcc": "099178003456"}, "citizen_province"),
        ({"chuyen_nganh_dao_tao": "Toán"}, "unknown_field"),
    ],
)
def test_the_common_rules_hold(changes, rule):
    """What must agree in a university's diploma must agree in a school's."""
    assert [entry.rule for entry in SCHOOL.parse(EXAMPLE | changes)[1]] == [rule]


def test_a_diploma_of_earlier_years_has_a_classification():
    """The classification of diplomas before it was dropped is a claim of its own."""
    record, found = SCHOOL.parse(EXAMPLE | {"xep_loai": "Khá"})
    assert found == []
    assert SCHOOL.claims_of(record)["xep_loai"] == "Khá"


def test_only_a_citizen_number_is_expected_beyond_what_is_required():
    """A complete row of a high school fills the citizen number, unless it is a foreigner's."""
    assert SCHOOL.expected(EXAMPLE) == ("so_ddcn",)
    assert SCHOOL.expected(EXAMPLE | {"quoc_tich": "Lào"}) == ()


def test_type_metadata_bytes_never_change():
    """The bytes that every payload pins by hash are those of the golden file; a change needs a new version."""
    assert SCHOOL.metadata() == GOLDEN.read_bytes()
    assert json.loads(GOLDEN.read_bytes())["vct"] == SCHOOL.vct


def test_a_verifier_reads_the_metadata():
    """The verifier's own reader finds the type and the paths to the school's code and name; no claim is reserved."""
    read = read_type_metadata(SCHOOL.metadata())
    claims = SCHOOL.claims_of(SCHOOL.restore(EXAMPLE))
    assert (read.vct, read.digests) == (SCHOOL.vct, SCHOOL.digests)
    assert text_at(claims, read.code_path) == EXAMPLE["ma_don_vi_cap_bang"]
    assert text_at(claims, read.name_path) == EXAMPLE["don_vi_cap_bang"]
    assert not {claim.name for claim in SCHOOL.claims} & RESERVED_NAMES
    assert SCHOOL.vct in known_types()


def test_the_template_holds_a_valid_example():
    """The one row of the template passes every rule."""
    header, example = csv.reader(io.StringIO(SCHOOL.csv_template().decode("utf-8-sig"), newline=""))
    assert SCHOOL.parse(dict(zip(header, example, strict=True)))[1] == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Bằng tốt nghiệp trung học phổ thông", SCHOOL),
        ("BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG", SCHOOL),
        ("Bang tot nghiep trung hoc pho thong", SCHOOL),
        ("Bằng tốt nghiệp THPT", SCHOOL),
        ("Bằng cử nhân", DIPLOMA),
        ("Bằng tốt nghiệp trung học cơ sở", DIPLOMA),
        ("", DIPLOMA),
    ],
)
def test_a_row_of_a_mixed_list_finds_its_type(title, kind):
    """The title tells a high-school diploma; every other row is a university's."""
    assert type_for({"ten_vbcc": title}, (DIPLOMA, SCHOOL)) is kind


def test_only_the_types_asked_for_are_found():
    """A row is never of a type that the list is not said to hold."""
    school = {"ten_vbcc": "Bằng tốt nghiệp THPT"}
    assert type_for(school, [DIPLOMA]) is DIPLOMA
    assert type_for({"ten_vbcc": "Bằng cử nhân"}, [SCHOOL]) is None
    assert type_for({}, [DIPLOMA]) is DIPLOMA
    teacher = {"ten_vbcc": "Bằng cử nhân sư phạm trung học phổ thông", "ma_nganh_dao_tao": "7140209"}
    assert type_for(teacher, LIST_TYPES) is DIPLOMA
    assert type_for(school, []) is None


def test_every_type_of_lists_is_known_and_the_last_takes_any_row():
    """The order of trial goes from the specific to the general."""
    assert set(LIST_TYPES) == set(TYPES.values())
    assert [kind.applies({}) for kind in LIST_TYPES] == [False, False, True]
