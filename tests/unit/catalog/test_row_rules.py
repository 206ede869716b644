"""Every rule of the diploma's catalog entry, with examples that break it and examples that keep it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.catalog import type_by_name
from vanbang.catalog.problems import RULES
from vanbang.catalog.rules import RULES as ROW_RULES
from vanbang.catalog.vn_diploma import SUPPLEMENT

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
SEPARATE = unicodedata.normalize("NFD", "Nguyễn Thị Minh Anh")

BROKEN = [
    # rule, changed cells, field named, suggestion
    ("required", {"ho_va_ten": ""}, "ho_va_ten", None),
    ("stray_row", dict.fromkeys(EXAMPLE, "") | {"noi_sinh": "Tổng cộng: 3"}, "noi_sinh", None),
    ("stray_row", dict.fromkeys(EXAMPLE, "") | {"ghi_chu": "Người lập biểu"}, "ghi_chu", None),
    ("header_again", {name: name for name in EXAMPLE}, "phien_ban", None),
    ("header_again", {name: f"({number})" for number, name in enumerate(EXAMPLE, 1)}, "phien_ban", None),
    ("required", {"so_hieu_vbcc": "   "}, "so_hieu_vbcc", None),
    ("required", {"ngay_sinh": ""}, "ngay_sinh", None),
    ("required", {"gioi_tinh": ""}, "gioi_tinh", None),
    ("too_long", {"so_hieu_vbcc": "A" * 21}, "so_hieu_vbcc", None),
    ("too_long", {"noi_sinh": "ộ" * 251}, "noi_sinh", None),
    ("unknown_field", {"email": "a@b.vn"}, "email", None),
    ("not_text", {"nam_tot_nghiep": 2026}, "nam_tot_nghiep", None),
    ("not_nfc", {"ho_va_ten": SEPARATE}, "ho_va_ten", "Nguyễn Thị Minh Anh"),
    ("spaces_around", {"ho_va_ten": " Nguyễn Thị Minh Anh "}, "ho_va_ten", "Nguyễn Thị Minh Anh"),
    ("spaces_around", {"so_hieu_vbcc": "SHB26000123\n"}, "so_hieu_vbcc", "SHB26000123"),
    ("double_space", {"ho_va_ten": "Nguyễn  Thị   Anh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("odd_space", {"ho_va_ten": "Nguyễn\u00a0Thị Anh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("odd_space", {"ghi_chu": "dòng một\ndòng hai"}, "ghi_chu", "dòng một dòng hai"),
    ("invisible_character", {"ho_va_ten": "Nguyễn\u200b Thị Anh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("invisible_character", {"so_hieu_vbcc": "\u202eSHB1"}, "so_hieu_vbcc", "SHB1"),
    ("invisible_character", {"ghi_chu": "a\x07b"}, "ghi_chu", "ab"),
    ("invisible_character", {"ghi_chu": "a\ud800b"}, "ghi_chu", "ab"),
    ("lookalike_letter", {"ho_va_ten": "\u00d0ặng Văn An"}, "ho_va_ten", "Đặng Văn An"),
    ("lookalike_letter", {"so_vao_so": "691-12/TNOB\u00d0M"}, "so_vao_so", "691-12/TNOBĐM"),
    ("lookalike_letter", {"ho_va_ten": "Nguyễn Thị \u0410nh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("lookalike_letter", {"ho_va_ten": "Nguyễn Thị \u0391nh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("character", {"ho_va_ten": "Nguyễn Văn 2"}, "ho_va_ten", None),
    ("character", {"ho_va_ten": "\u0302Anh"}, "ho_va_ten", None),
    ("character", {"ghi_chu": "giỏi 👍"}, "ghi_chu", None),
    ("choice", {"gioi_tinh": "Female"}, "gioi_tinh", "Nữ"),
    ("choice", {"gioi_tinh": "Khác"}, "gioi_tinh", None),
    ("choice_style", {"gioi_tinh": "nữ"}, "gioi_tinh", "Nữ"),
    ("choice_style", {"gioi_tinh": "NU"}, "gioi_tinh", "Nữ"),
    ("date_style", {"ngay_cap_vbcc": "10/6/2026"}, "ngay_cap_vbcc", "10/06/2026"),
    ("date_style", {"ngay_cap_vbcc": "2026-06-10"}, "ngay_cap_vbcc", "10/06/2026"),
    ("date_form", {"ngay_cap_vbcc": "46183"}, "ngay_cap_vbcc", "10/06/2026"),
    ("date_form", {"ngay_cap_vbcc": "06/27/2026"}, "ngay_cap_vbcc", "27/06/2026"),
    ("date_form", {"ngay_cap_vbcc": "6/27/2026"}, "ngay_cap_vbcc", "27/06/2026"),
    ("date_form", {"ngay_cap_vbcc": "10/06/26"}, "ngay_cap_vbcc", None),
    ("date_form", {"ngay_cap_vbcc": "2026"}, "ngay_cap_vbcc", None),
    ("date_form", {"ngay_cap_vbcc": "tháng 6 năm 2026"}, "ngay_cap_vbcc", None),
    ("date_form", {"ngay_cap_vbcc": "6/10/2026 12:00:00 AM"}, "ngay_cap_vbcc", None),
    ("date_missing", {"ngay_cap_vbcc": "31/2/2026"}, "ngay_cap_vbcc", None),
    ("date_missing", {"ngay_cap_vbcc": "2026-02-31"}, "ngay_cap_vbcc", None),
    ("date_missing", {"ngay_sinh": "29/02/2003"}, "ngay_sinh", None),
    ("name_case", {"ho_va_ten": "NGUYỄN THỊ MINH ANH"}, "ho_va_ten", "Nguyễn Thị Minh Anh"),
    ("name_case", {"ho_va_ten": "nguyễn thị minh anh"}, "ho_va_ten", "Nguyễn Thị Minh Anh"),
    ("name_case", {"ho_va_ten": "H'WEN NIÊ KDĂM"}, "ho_va_ten", "H'Wen Niê Kdăm"),
    ("name_case", {"ho_va_ten": "KIM JUN-SEO"}, "ho_va_ten", "Kim Jun-Seo"),
    ("name_case", {"ho_va_ten": "SIU ɃLƠ̆"}, "ho_va_ten", "Siu Ƀlơ̆"),
    ("uuid_form", {"ma_dinh_danh_vbcc": "VB-2026-000123"}, "ma_dinh_danh_vbcc", None),
    (
        "uuid_form",
        {"ma_dinh_danh_vbcc": "3f0e6a528a544c1b9d0e5b1c7a9e2f10"},
        "ma_dinh_danh_vbcc",
        "3f0e6a52-8a54-4c1b-9d0e-5b1c7a9e2f10",
    ),
    ("spreadsheet_error", {"xep_loai": "#N/A"}, "xep_loai", None),
    ("spreadsheet_error", {"ho_va_ten": "#VALUE!"}, "ho_va_ten", None),
    ("spreadsheet_error", {"ngay_sinh": "########"}, "ngay_sinh", None),
    ("spreadsheet_error", {"so_ddcn": "#REF!"}, "so_ddcn", None),
    ("spreadsheet_error", {"ten_truong": "Err:508"}, "ten_truong", None),
    ("formula_text", {"noi_sinh": "=cmd|' /C calc'!A0"}, "noi_sinh", None),
    ("formula_text", {"ghi_chu": "@SUM(A1:A9)"}, "ghi_chu", None),
    ("formula_text", {"ho_va_ten": "+Nguyễn An"}, "ho_va_ten", None),
    ("formula_text", {"so_hieu_vbcc": "-2+3+cmd"}, "so_hieu_vbcc", None),
    ("formula_text", {"ngay_sinh": "=DATE(2004,3,27)"}, "ngay_sinh", None),
    ("formula_text", {"attachment_name": " \t=1+1"}, "attachment_name", None),
    ("leading_apostrophe", {"so_hieu_vbcc": "'SHB26000123"}, "so_hieu_vbcc", "SHB26000123"),
    ("leading_apostrophe", {"so_ddcn": "'001304000123"}, "so_ddcn", "001304000123"),
    ("leading_apostrophe", {"ngay_sinh": "'27/03/2004"}, "ngay_sinh", "27/03/2004"),
    ("leading_apostrophe", {"ho_va_ten": "'Nguyễn Thị Anh"}, "ho_va_ten", "Nguyễn Thị Anh"),
    ("leading_apostrophe", {"phien_ban": "'1.0"}, "phien_ban", "1.0"),
    ("markup", {"noi_sinh": "<b>Hà Nội</b>"}, "noi_sinh", None),
    ("markup", {"noi_sinh": "H&agrave; N&#7897;i"}, "noi_sinh", None),
    ("letters_lost", {"noi_sinh": "H?i D??ng"}, "noi_sinh", None),
    ("letters_lost", {"noi_sinh": "?à Nẵng"}, "noi_sinh", None),
    ("letters_lost", {"noi_sinh": "Tr? Vinh"}, "noi_sinh", None),
    ("letters_lost", {"xep_loai": "Kh?"}, "xep_loai", None),
    ("letters_lost", {"ho_va_ten": "Nguy?n Th? Anh"}, "ho_va_ten", None),
    ("old_font", {"ho_va_ten": "Nguyeãn Thò Hoaøng Anh"}, "ho_va_ten", None),
    ("old_font", {"noi_sinh": "Traø Vinh"}, "noi_sinh", None),
    ("old_font", {"ho_ten_nguoi_ky_vbcc": "TrÇn Quèc Hng"}, "ho_ten_nguoi_ky_vbcc", None),
    ("scientific_number", {"so_ddcn": "1.304E+11"}, "so_ddcn", None),
    ("scientific_number", {"so_ddcn_nguoi_ky_vbcc": "1,07E+10"}, "so_ddcn_nguoi_ky_vbcc", None),
    ("scientific_number", {"so_hieu_vbcc": "2.6E+07"}, "so_hieu_vbcc", None),
    ("scientific_number", {"ma_nguoi_hoc": "2e+7"}, "ma_nguoi_hoc", None),
    ("decimal_number", {"so_ddcn": "1304000123.0"}, "so_ddcn", "001304000123"),
    ("decimal_number", {"so_hieu_vbcc": "26000123.0"}, "so_hieu_vbcc", "26000123"),
    ("decimal_number", {"so_vao_so": "123,00"}, "so_vao_so", "123"),
    ("decimal_number", {"nam_tot_nghiep": "2026.0"}, "nam_tot_nghiep", "2026"),
    ("decimal_number", {"ma_nganh_dao_tao": "7480101.0"}, "ma_nganh_dao_tao", "7480101"),
    ("date_for_number", {"so_vao_so": "2026-06-05 00:00:00"}, "so_vao_so", None),
    ("date_for_number", {"ma_nguoi_hoc": "2026-06-05T00:00"}, "ma_nguoi_hoc", None),
    ("date_like_number", {"so_hieu_vbcc": "01/06/2026"}, "so_hieu_vbcc", None),
    ("date_like_number", {"so_vao_so": "2026-06-05"}, "so_vao_so", None),
    ("date_like_number", {"so_vao_so": "5-Jun"}, "so_vao_so", None),
    ("date_like_number", {"so_vao_so": "Thg6-26"}, "so_vao_so", None),
    ("placeholder", {"noi_sinh": "N/A"}, "noi_sinh", None),
    ("placeholder", {"so_hieu_vbcc": "không"}, "so_hieu_vbcc", None),
    ("placeholder", {"so_vao_so": "Chưa có"}, "so_vao_so", None),
    ("placeholder", {"ho_va_ten": "null"}, "ho_va_ten", None),
    ("placeholder", {"ngay_sinh": "-"}, "ngay_sinh", None),
    ("placeholder", {"so_ddcn_nguoi_ky_vbcc": "???"}, "so_ddcn_nguoi_ky_vbcc", None),
    ("placeholder", {"gioi_tinh": "..."}, "gioi_tinh", None),
    ("placeholder_left_out", {"xep_loai": "Không"}, "xep_loai", ""),
    ("placeholder_left_out", {"ghi_chu": "-"}, "ghi_chu", ""),
    ("placeholder_left_out", {"ngay_nhap_hoc": "N/A"}, "ngay_nhap_hoc", ""),
    ("year_form", {"nam_tot_nghiep": "26"}, "nam_tot_nghiep", None),
    ("programme_form", {"ma_nganh_dao_tao": "748010"}, "ma_nganh_dao_tao", None),
    ("programme_form", {"ma_nganh_dao_tao": "７480101"}, "ma_nganh_dao_tao", None),
    ("number_form", {"tong_so_tin_chi": "132 tín chỉ"}, "tong_so_tin_chi", None),
    (
        "base64_form",
        {"attachment_content_base64": "abc", "attachment_name": "a.pdf"},
        "attachment_content_base64",
        None,
    ),
    ("citizen_form", {"so_ddcn": "1304000123"}, "so_ddcn", "001304000123"),
    ("citizen_form", {"so_ddcn": "0013 0400 0123"}, "so_ddcn", "001304000123"),
    ("citizen_form", {"so_ddcn": "0013040001234"}, "so_ddcn", None),
    ("citizen_old_card", {"so_ddcn": "012345678"}, "so_ddcn", None),
    ("citizen_province", {"so_ddcn": "000304000123"}, "so_ddcn", None),
    ("citizen_province", {"so_ddcn": "003304000123"}, "so_ddcn", None),
    ("citizen_province", {"so_ddcn": "097304000123"}, "so_ddcn", None),
    ("citizen_abroad", {"so_ddcn": "136304000123"}, "so_ddcn", None),
    ("citizen_sex", {"so_ddcn": "001204000123"}, "so_ddcn", None),
    ("citizen_sex", {"so_ddcn": "001104000123"}, "so_ddcn", None),
    ("citizen_year", {"so_ddcn": "001305000123"}, "so_ddcn", None),
    ("citizen_required", {"so_ddcn": ""}, "so_ddcn", None),
    ("citizen_required", {"so_ddcn": "", "quoc_tich": "Vietnam"}, "so_ddcn", None),
    ("citizen_required", {"so_ddcn": "", "quoc_tich": "VN"}, "so_ddcn", None),
    ("citizen_foreign", {"quoc_tich": "Lào"}, "so_ddcn", None),
    ("citizen_foreign", {"quoc_tich": "Lào", "so_ddcn": "001305000123"}, "so_ddcn", ""),
    ("age", {"ngay_sinh": "27/03/2020", "so_ddcn": "001320000123"}, "ngay_sinh", None),
    ("age", {"ngay_sinh": "27/03/1904", "so_ddcn": "001104000123"}, "ngay_sinh", None),
    ("year_mismatch", {"nam_tot_nghiep": "2024"}, "nam_tot_nghiep", "2026"),
    ("year_differs", {"nam_tot_nghiep": "2025"}, "nam_tot_nghiep", "2026"),
    ("date_order", {"ngay_cap_vbcc": "31/05/2026"}, "ngay_cap_vbcc", None),
    ("date_order", {"ngay_nhap_hoc": "01/06/2026"}, "ngay_quyet_dinh_cong_nhan_tot_nghiep", None),
    ("date_order", {"ngay_nhap_hoc": "01/06/2003"}, "ngay_nhap_hoc", None),
    ("created_early", {"ngay_tao_vbcc": "31/05/2026"}, "ngay_tao_vbcc", None),
    ("created_late", {"ngay_tao_vbcc": "07/06/2026"}, "ngay_tao_vbcc", None),
    ("issued_late", {"ngay_cap_vbcc": "10/06/2027"}, "ngay_cap_vbcc", None),
    ("issued_far", {"ngay_cap_vbcc": "10/06/2036"}, "ngay_cap_vbcc", None),
    ("supplement_incomplete", {"hinh_thuc_dao_tao": ""}, "hinh_thuc_dao_tao", None),
    ("attachment_pair", {"attachment_name": "phu-luc.pdf"}, "attachment_name", None),
    ("attachment_pair", {"attachment_content_base64": "YQ=="}, "attachment_name", None),
]

KEPT = [
    {},
    {"so_hieu_vbcc": "009167"},
    {"so_hieu_vbcc": "001/ĐHCN-2024"},
    {"so_vao_so": "691-12/TNOBĐM"},
    {"so_hieu_vbcc": "Ộ" * 20},
    {"ho_va_ten": "Thao"},
    {"ho_va_ten": "Siu Ƀlơ̆", "dan_toc": "Gia Rai"},
    {"ho_va_ten": "H'Ngŭ Niê Kdăm"},
    {"ho_va_ten": "H’Wen Mlô"},
    {"ho_va_ten": "Begoña Núñez-Ortiz", "quoc_tich": "Tây Ban Nha", "so_ddcn": ""},
    {"ho_va_ten": "Jean St. Clair Jr.", "quoc_tich": "Hoa Kỳ", "so_ddcn": ""},
    {"quoc_tich": "Việt Nam, Hoa Kỳ"},
    {"quoc_tich": "Viet Nam"},
    {"ghi_chu": "'Nghiên cứu & Phát triển', https://a.vn/p?id=1, x < 5 > y"},
    {"ngay_sinh": "29/02/2004"},
    {"ngay_sinh": "27/03/1999", "so_ddcn": "001199000123"},
    {"gioi_tinh": "Nam", "so_ddcn": "096204000123"},
    {"so_ddcn": "001304000123", "so_ddcn_nguoi_ky_vbcc": "096068004321"},
    {"ngay_tao_vbcc": "06/06/2026"},
    {"ngay_tao_vbcc": "01/06/2026", "ngay_cap_vbcc": "01/06/2026"},
    {"ngay_nhap_hoc": ""},
    {"xep_loai": "", "so_quyet_dinh_hoi_dong_danh_gia": "12/QĐ-ĐHBKSH"},
    {"tong_so_tin_chi": "131,5"},
    {"tong_so_tin_chi": "132.0"},
    {"dan_toc": "Không", "quoc_tich": "Lào", "so_ddcn": ""},
    {"ho_va_ten": "Zoë Müller Haïdara", "quoc_tich": "Pháp", "so_ddcn": ""},
    {"ho_va_ten": "Na"},
    {"ho_va_ten": "Ý"},
    {"so_vao_so": "12/37001/2026"},
    {"so_hieu_vbcc": "26E11"},
    {"so_vao_so": "1.06.26"},
    {"noi_sinh": "Thôn 3 - xã Hòa Phú"},
    {"ghi_chu": "Xem: a@b.vn, lớp C# (2 + 3 = 5)?"},
    {"so_hieu_vbcc": "+84"},
    dict.fromkeys(SUPPLEMENT, ""),
    {"tong_so_tin_chi": ""},
    {"noi_sinh": "Xã Tân Lập, tỉnh Đắk Lắk (cũ: Đăk Lăk)"},
    {"ghi_chu": "Hộ chiếu N1234567 — “thay thế” số 5 | xem § 2"},
    {"attachment_name": "phụ lục.pdf", "attachment_content_base64": "cGjhu6UgbOG7pWM="},
]


@pytest.mark.parametrize(("rule", "changes", "field", "suggestion"), BROKEN)
def test_a_broken_rule_is_named_with_its_field(rule, changes, field, suggestion):
    """A row that breaks one rule yields exactly that rule, in the right field, with the value and the suggestion."""
    row = EXAMPLE | changes
    record, found = DIPLOMA.parse(row)
    assert [(entry.rule, entry.field, entry.suggestion) for entry in found if entry.rule == rule] == [
        (rule, field, suggestion)
    ]
    (entry,) = (entry for entry in found if entry.rule == rule)
    assert entry.value == (row[field] if isinstance(row[field], str) else repr(row[field]))
    assert (entry.severity, entry.dimension) == (RULES[rule].severity, RULES[rule].dimension)
    assert (record is None) == any(other.severity == "error" for other in found)


@pytest.mark.parametrize("changes", KEPT)
def test_a_row_that_keeps_the_rules_is_a_record(changes):
    """Rare but valid values pass without any finding and stay as written."""
    record, found = DIPLOMA.parse(EXAMPLE | changes)
    assert found == []
    assert DIPLOMA.values_of(record) == {name: value for name, value in (EXAMPLE | changes).items() if value}


def test_every_rule_has_a_failing_example():
    """No rule of the catalog goes untested."""
    assert {rule for rule, *_ in BROKEN} == set(ROW_RULES)


DIMENSIONS = {
    "accurate": "age choice citizen_sex citizen_form date_missing date_order number_form uuid_form year_mismatch",
    "complete": "required citizen_required supplement_incomplete attachment_pair placeholder",
    "clean": "not_nfc spaces_around lookalike_letter name_case date_style date_form scientific_number formula_text",
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_rule_touches_one_quality(dimension):
    """Content is accurate, what is missing is complete, form is clean; what is live only the register can say."""
    assert {RULES[rule].dimension for rule in DIMENSIONS[dimension].split()} == {dimension}
    assert {rule.dimension for rule in RULES.values()} == set(DIMENSIONS)


def test_what_is_expected_depends_on_the_row():
    """A complete row of a master has no classification, one of a foreigner no citizen number."""
    assert {"xep_loai", "so_ddcn", "tong_so_tin_chi", "hinh_thuc_dao_tao"} <= set(DIPLOMA.expected(EXAMPLE))
    master = set(DIPLOMA.expected(EXAMPLE | {"ma_nganh_dao_tao": "8480101"}))
    foreigner = set(DIPLOMA.expected(EXAMPLE | {"quoc_tich": "Lào"}))
    assert set(DIPLOMA.expected(EXAMPLE)) - master == {"xep_loai"}
    assert set(DIPLOMA.expected(EXAMPLE)) - foreigner == {"so_ddcn"}
    assert not {spec.name for spec in DIPLOMA.fields if spec.recommended and spec.required}


@pytest.mark.parametrize(("rule", "changes", "field", "suggestion"), [row for row in BROKEN if row[3]])
def test_a_suggestion_passes_the_rule_it_answers(rule, changes, field, suggestion):
    """Whoever follows the suggestion does not meet the same rule again in that field."""
    _, found = DIPLOMA.parse(EXAMPLE | changes | {field: suggestion})
    assert (rule, field) not in {(entry.rule, entry.field) for entry in found}


@pytest.mark.parametrize(
    "number",
    [
        "1304000123",
        "1304000123.0",
        "=001304000123",
        " 001304000124 ",
        "001204000123",
        "000304000123",
        "001305000123",
        "0013040001234",
    ],
)
def test_messages_never_spell_out_a_citizen_number(number):
    """The value is kept in the finding, but neither sentence repeats it."""
    _, found = DIPLOMA.parse(EXAMPLE | {"so_ddcn": number})
    assert found
    for entry in found:
        assert entry.value == number
        assert number not in entry.message_vi + entry.message_en


def test_one_row_reports_all_its_problems():
    """A registrar sees every fault of a row at once, across fields and between them."""
    _, found = DIPLOMA.parse(EXAMPLE | {"ho_va_ten": "", "ngay_cap_vbcc": "1/7/2026", "so_ddcn": "001204000123"})
    assert {entry.rule for entry in found} == {"required", "date_style", "citizen_sex"}


def test_a_corrected_value_is_what_the_record_holds():
    """Warnings about NFC and surrounding spaces come with a record that already holds the corrected value."""
    record, found = DIPLOMA.parse(EXAMPLE | {"ho_va_ten": f" {SEPARATE} "})
    assert {entry.rule for entry in found} == {"not_nfc", "spaces_around"}
    assert record.ho_va_ten == "Nguyễn Thị Minh Anh"


def test_missing_optional_columns_are_as_if_empty():
    """A row without its optional columns makes the same record as one with empty cells there."""
    optional = {spec.name for spec in DIPLOMA.fields if not spec.required and spec.name != "so_ddcn"}
    short = {name: value for name, value in EXAMPLE.items() if name not in optional}
    record, found = DIPLOMA.parse(short)
    assert found == []
    assert record == DIPLOMA.parse(EXAMPLE | dict.fromkeys(optional, ""))[0]


def test_an_empty_row_names_every_required_field():
    """With nothing given, each required field is asked for, and no other rule speaks."""
    _, found = DIPLOMA.parse({})
    assert [(entry.field, entry.rule) for entry in found] == [
        (spec.name, "required") for spec in DIPLOMA.fields if spec.required
    ]


names = st.sampled_from([*EXAMPLE, "lạ"])
odd_texts = st.text(max_size=30) | st.sampled_from(["Đ", "Ð", "29/02/2003", "0" * 12, "Việt Nam", " ", "\x00"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(names, odd_texts | st.none() | st.integers(), max_size=6))
def test_no_row_breaks_the_parser(changes):
    """Whatever the cells hold, parse answers with a record or with errors, and what it lets in it lets in again."""
    record, found = DIPLOMA.parse(EXAMPLE | changes)
    assert (record is None) == any(entry.severity == "error" for entry in found)
    assert all(entry.message_vi and entry.message_en for entry in found)
    if record is not None:
        again, warnings = DIPLOMA.parse(DIPLOMA.values_of(record))
        assert again == record
        assert {entry.rule for entry in warnings} & {"not_nfc", "spaces_around"} == set()


def test_a_year_of_thousands_of_digits():
    """A number longer than Python reads is a finding of its row like any other."""
    record, found = DIPLOMA.parse(EXAMPLE | {"nam_tot_nghiep": "9" * 5_000})
    assert record is None
    assert {entry.field for entry in found} == {"nam_tot_nghiep"}
