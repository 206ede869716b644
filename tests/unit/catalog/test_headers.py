"""Column headers as registrars write them lead to one field, or to none."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.catalog import LIST_TYPES, type_by_name
from vanbang.catalog.headers import LONGEST_HEADER, header_index

DIPLOMA, SCHOOL = type_by_name("vn-diploma"), type_by_name("vn-thpt")

WRITTEN = [
    ("ho_va_ten", "ho_va_ten"),
    ("HO_VA_TEN", "ho_va_ten"),
    ("Họ và tên", "ho_va_ten"),
    ("HỌ VÀ TÊN (*)", "ho_va_ten"),
    ("* Họ và tên *", "ho_va_ten"),
    ("Ho va ten", "ho_va_ten"),
    ("ho-va-ten", "ho_va_ten"),
    ("Họ tên", "ho_va_ten"),
    ("Họ và tên sinh viên", "ho_va_ten"),
    ("Full name", "ho_va_ten"),
    (unicodedata.normalize("NFD", "Họ và tên"), "ho_va_ten"),
    ("Họ và\r\ntên", "ho_va_ten"),
    ("\ufeffHọ\u00a0và\u200btên", "ho_va_ten"),
    ("Họ và tên (bắt buộc)", "ho_va_ten"),
    ("Họ và tên [Required]", "ho_va_ten"),
    ("CCCD", "so_ddcn"),
    ("Số CCCD/CMND", "so_ddcn"),
    ("Số định danh", "so_ddcn"),
    ("So dinh danh ca nhan", "so_ddcn"),
    ("Số \u0110DCN", "so_ddcn"),
    ("Số \u00d0DCN", "so_ddcn"),
    ("CCCD người ký", "so_ddcn_nguoi_ky_vbcc"),
    ("Ngày tháng năm sinh", "ngay_sinh"),
    ("Ngày sinh (dd/MM/yyyy)", "ngay_sinh"),
    ("Số hiệu bằng", "so_hieu_vbcc"),
    ("Số hiệu  văn bằng", "so_hieu_vbcc"),
    ("Mã SV", "ma_nguoi_hoc"),
    ("MSSV", "ma_nguoi_hoc"),
    ("Xếp loại tốt nghiệp", "xep_loai"),
    ("Số QĐ", "so_quyet_dinh_cong_nhan_tot_nghiep"),
    ("Ngày QĐ", "ngay_quyet_dinh_cong_nhan_tot_nghiep"),
    ("Số vào sổ", "so_vao_so"),
    ("Họ tên người ký (bản giấy)", "ho_ten_nguoi_ky_vbcc_ban_giay"),
    ("Họ tên người ký", "ho_ten_nguoi_ky_vbcc"),
    ("Nam/Nữ", "gioi_tinh"),
    ("Date of birth", "ngay_sinh"),
]

FOREIGN = ["", "  ", "(*)", "STT", "Lớp", "Email", "Ghi danh", "họ", "…", "x" * (LONGEST_HEADER + 1), "姓名"]


@pytest.mark.parametrize(("header", "field"), WRITTEN)
def test_a_header_leads_to_its_field(header, field):
    """Case, accents, signs, line breaks, stars and notes in brackets do not keep a header from its field."""
    assert DIPLOMA.field_named(header) == SCHOOL.field_named(header) == field


@pytest.mark.parametrize("header", FOREIGN)
def test_a_foreign_header_leads_nowhere(header):
    """What heads no column of the type is not guessed at."""
    assert DIPLOMA.field_named(header) is None


def test_the_fields_of_a_supplement_are_the_diplomas_alone():
    """The same header may be known to one type and foreign to another."""
    assert DIPLOMA.field_named("Chuyên ngành") == "chuyen_nganh_dao_tao"
    assert SCHOOL.field_named("Chuyên ngành") is None


@pytest.mark.parametrize("kind", LIST_TYPES, ids=lambda kind: kind.name)
def test_every_name_label_and_alias_leads_to_its_own_field(kind):
    """Whatever is listed for a field is found, written as listed, in capitals, or without accents."""
    for spec in kind.fields:
        for header in spec.headers:
            bare = "".join(c for c in unicodedata.normalize("NFD", header) if not unicodedata.combining(c))
            assert {kind.field_named(way) for way in (header, header.upper(), bare)} == {spec.name}


@pytest.mark.parametrize(
    "ways",
    [
        [("so_hieu", ("Số",)), ("so_vao_so", ("SO",))],
        [("so_hieu", ("so_hieu", "Mã")), ("ma", ("ma",))],
        [("so_hieu", ("…",))],
    ],
)
def test_a_header_of_two_fields_or_of_none_is_refused(ways):
    """An alias that leads to two fields, or holds no letter, is found when the type is described."""
    with pytest.raises(TypeError, match="header"):
        header_index(ways)


def test_a_type_with_an_ambiguous_label_cannot_be_built():
    """The headers are looked at when a type is made, not when the first list arrives."""

    class Twice(DIPLOMA.record_type):
        pass

    first, second = Twice.model_fields["phien_ban"], Twice.model_fields["thong_tu"]
    second.metadata = [replace(second.metadata[0], aliases=(first.metadata[0].label_vi,))]
    with pytest.raises(TypeError, match="thong_tu"):
        replace(DIPLOMA, record_type=Twice)


@given(st.text())
def test_any_text_may_stand_over_a_column(header):
    """No header breaks the look-up."""
    assert DIPLOMA.field_named(header) in {None, *(spec.name for spec in DIPLOMA.fields)}
