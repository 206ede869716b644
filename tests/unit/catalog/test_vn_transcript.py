"""The high-school transcript: lists inside a row, their rules, and claims of which each entry can be shown alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.catalog import LIST_TYPES, type_by_name, type_for
from vanbang.catalog.problems import RULES
from vanbang.catalog.sampling import sample_rows
from vanbang.catalog.school_years import SchoolYear
from vanbang.catalog.transcript_rules import TRANSCRIPT_RULES
from vanbang.core.payload import MAX_DIGESTS
from vanbang.core.type_metadata import read_type_metadata, text_at

TRANSCRIPT = type_by_name("vn-transcript")
GOLDEN = Path(__file__).parent / "golden" / "vn-transcript-1.metadata.json"
(ROW,) = sample_rows(1, "transcript", kind="vn-transcript")
YEARS = json.loads(ROW["qua_trinh_hoc_tap"])
Tree = list[dict[str, Any]]


def row(change: Callable[[Tree], object] = lambda years: None, **cells: str) -> dict[str, str]:
    """The good row with its school years changed in place."""
    years = json.loads(ROW["qua_trinh_hoc_tap"])
    change(years)
    return ROW | {"qua_trinh_hoc_tap": json.dumps(years, ensure_ascii=False)} | cells


def course(year: int, number: int, **members: Any) -> Callable[[Tree], object]:
    return lambda years: years[year]["mon_hoc"][number].update(members)


def year(number: int, **members: Any) -> Callable[[Tree], object]:
    return lambda years: years[number].update(members)


def retest(**members: str) -> Callable[[Tree], object]:
    return year(0, kiem_tra_lai=[{"ma_mon": "TOAN", "diem_kiem_tra_lai": "6.5"} | members])


def told(cells: dict[str, str]) -> list[tuple[str, str]]:
    return [(entry.rule, entry.field) for entry in TRANSCRIPT.parse(cells)[1]]


PLACE = "qua_trinh_hoc_tap"
BROKEN = [
    ("list_form", f"{PLACE}", lambda years: years.clear() or years.append("x"), "[1]"),
    ("list_form", f"{PLACE}[2].mon_hoc", year(1, mon_hoc="TOAN"), ""),
    ("list_form", f"{PLACE}[2].mon_hoc", year(1, mon_hoc={"TOAN": "8.0"}), ""),
    ("list_form", f"{PLACE}[2].mon_hoc[1]", year(1, mon_hoc=[["TOAN", "8.0"]]), ""),
    ("list_form", f"{PLACE}[3]", lambda years: years[2].update({f"m{i}": "" for i in range(101)}), ""),
    ("list_long", f"{PLACE}[1].mon_hoc", lambda years: years[0].update(mon_hoc=years[0]["mon_hoc"] * 3), ""),
    ("list_long", PLACE, lambda years: years.extend(years * 4), ""),
    ("required", f"{PLACE}[1].mon_hoc", year(0, mon_hoc=[]), ""),
    ("required", PLACE, lambda years: years.clear(), ""),
    ("required", f"{PLACE}[2].mon_hoc[5].ca_nam", course(1, 4, ca_nam=None), ""),
    ("unknown_field", f"{PLACE}[2].mon_hoc[5].diem", course(1, 4, diem="8.0"), ""),
    ("unknown_field", f"{PLACE}[1].Mã môn", lambda years: years[0].update({"Mã môn": "x"}), ""),
    ("unknown_field", f"{PLACE}[1].mon_hoc[1].MA-MON", lambda years: years[0]["mon_hoc"][0].update({"MA-MON": 1}), ""),
    ("not_text", f"{PLACE}[3].lop", year(2, lop=12), ""),
    ("not_text", f"{PLACE}[3].ma_truong", year(2, ma_truong=1901), ""),
    ("not_text", f"{PLACE}[3].mon_hoc[1].hk1", course(2, 0, hk1=True), ""),
    ("choice", f"{PLACE}[1].khoi", year(0, khoi=9), ""),
    ("character", f"{PLACE}[1].hieu_truong", year(0, hieu_truong="Đỗ Thị 2"), ""),
    ("date_missing", f"{PLACE}[1].quyet_dinh_ngay", year(0, quyet_dinh_ngay="31/06/2024"), ""),
    ("school_year_form", f"{PLACE}[1].nam_hoc", year(0, nam_hoc="2023/24"), ""),
    ("school_year_form", f"{PLACE}[1].nam_hoc", year(0, nam_hoc="2022-2024"), ""),
    ("mark_form", f"{PLACE}[1].mon_hoc[1].hk1", course(0, 0, hk1="10.5"), ""),
    ("mark_form", f"{PLACE}[1].mon_hoc[1].hk1", course(0, 0, hk1="8.25"), ""),
    ("mark_form", f"{PLACE}[1].mon_hoc[1].hk1", course(0, 0, hk1=-1), ""),
    ("mark_form", f"{PLACE}[1].mon_hoc[10].hk1", course(0, 9, hk1="đạt"), ""),
    ("mark_form", f"{PLACE}[1].kiem_tra_lai[1].diem_kiem_tra_lai", retest(diem_kiem_tra_lai="x"), ""),
    ("count_form", f"{PLACE}[1].so_buoi_nghi_co_phep", year(0, so_buoi_nghi_co_phep=1.5), ""),
    ("mark_method", f"{PLACE}[1].mon_hoc[1].hk1", course(0, 0, hk1="Đạt"), ""),
    ("mark_method", f"{PLACE}[1].mon_hoc[10].ca_nam", course(0, 9, ca_nam="8.0"), ""),
    ("year_mark", f"{PLACE}[1].mon_hoc[1].ca_nam", course(0, 0, hk1="8.0", hk2="8.0", ca_nam="8.2"), ""),
    ("study_level", f"{PLACE}[1].ket_qua_hoc_tap_ca_nam", year(0, ket_qua_hoc_tap_ca_nam="Chưa đạt"), ""),
    ("course_repeated", f"{PLACE}[1].mon_hoc[2].ma_mon", course(0, 1, ma_mon="VAN"), ""),
    ("retest_unknown", f"{PLACE}[1].kiem_tra_lai[1].ma_mon", retest(ma_mon="NHAC"), ""),
    ("school_year_order", f"{PLACE}[2].nam_hoc", lambda years: years.reverse(), ""),
    ("school_year_order", f"{PLACE}[2].nam_hoc", year(1, nam_hoc="2023-2024", quyet_dinh_ngay="25/05/2024"), ""),
    ("grade_order", f"{PLACE}[3].khoi", year(2, khoi="10"), ""),
    ("decision_year", f"{PLACE}[3].quyet_dinh_ngay", year(2, quyet_dinh_ngay="25/05/2025"), ""),
    ("school_differs", "truong_hien_tai_ma", year(2, ma_truong="01902"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "field", "change", "rest"), BROKEN)
def test_a_broken_rule_is_named_with_its_place(rule: str, field: str, change: Any, rest: str) -> None:
    """The finding says which school year and which course it is of; nothing else is said of that place."""
    cells = row(change)
    record, found = TRANSCRIPT.parse(cells)
    assert (rule, field + rest) in [(entry.rule, entry.field) for entry in found]
    assert len([entry for entry in found if entry.field == field + rest]) == 1
    assert (record is None) == any(entry.severity == "error" for entry in found)
    (entry,) = (entry for entry in found if (entry.rule, entry.field) == (rule, field + rest))
    assert (entry.severity, entry.dimension) == (RULES[rule].severity, RULES[rule].dimension)


def test_every_rule_of_transcripts_has_a_failing_example() -> None:
    """No rule goes untested."""
    assert {rule for rule, *_ in BROKEN} | {"school_age"} >= set(TRANSCRIPT_RULES)
    assert told(row(ngay_sinh="13/10/2020", so_ddcn="", quoc_tich="Lào")) == [("school_age", "ngay_sinh")]


def test_a_finding_speaks_of_its_place() -> None:
    """In both languages: the school year, the course with its code, the field."""
    (found,) = TRANSCRIPT.parse(row(course(1, 1, hk1="11")))[1]
    assert found.message_vi.startswith("Năm học 2 (2024-2025) › Môn học 2 (TOAN) › Học kì 1: “11” phải là điểm")
    assert found.message_en.startswith("School year 2 (2024-2025) › Course 2 (TOAN) › Term 1: “11” must be a mark")
    assert found.value == "11"


KEPT = {
    "marks as they are written": course(0, 0, hk1="8,0", hk2="8", ca_nam="8.0"),
    "ten": course(0, 0, hk1="10", hk2="10.0", ca_nam="10,0"),
    "a term without a mark": course(0, 0, hk1="", hk2=None),
    "a subject that was not passed": lambda years: (
        years[0]["mon_hoc"][9].update(hk1="Chưa đạt"),
        years[0].update(ket_qua_hoc_tap_hk1="Đạt"),
    ),
    "a re-test": retest(),
    "a learner who repeats a grade": lambda years: (years[1].update(khoi="10"), years[2].update(khoi="11")),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_keeps_the_rules_is_a_record(case: str) -> None:
    """Rare but valid transcripts pass without a finding."""
    assert told(row(KEPT[case])) == []


@pytest.mark.parametrize("digits", ["10.0", "10", "9.5", "0"])
def test_numbers_stay_as_they_are_written(digits: str) -> None:
    """A mark of 10.0 is not 10: JSON numbers keep their digits, and strings say the same."""
    quoted = row(course(0, 0, hk1=digits, hk2=digits, ca_nam=digits))
    bare = quoted | {PLACE: quoted[PLACE].replace(f'"{digits}"', digits)}
    for cells in (quoted, bare):
        record, found = TRANSCRIPT.parse(cells)
        assert {entry.rule for entry in found} <= {"study_level"}
        assert TRANSCRIPT.claims_of(record)["mon_hoc"][0]["ca_nam"] == digits


def test_texts_inside_lists_are_tidied_like_cells() -> None:
    """Spaces and style are mended with a warning that says where."""
    record, found = TRANSCRIPT.parse(row(year(0, ten_truong=" Trường THPT Sông Hồng", quyet_dinh_ngay="25/5/2024")))
    assert [(entry.rule, entry.field) for entry in found] == [
        ("spaces_around", f"{PLACE}[1].ten_truong"),
        ("date_style", f"{PLACE}[1].quyet_dinh_ngay"),
    ]
    claims = TRANSCRIPT.claims_of(record)
    assert claims["lop_hoc"][0]["ten_truong"] == "Trường THPT Sông Hồng"
    assert claims["quyet_dinh"][0]["quyet_dinh_ngay"] == "25/05/2024"


@pytest.mark.parametrize("cell", ["", "  ", "[]"])
def test_a_transcript_without_school_years_is_refused(cell: str) -> None:
    """The list is required."""
    assert told(ROW | {PLACE: cell}) == [("required", PLACE)]


NO_LIST = ["{", "[1", '{"a":"b"}', '"x"', "7", "[" * 50, '[{"a":1,"a":2}]', '["\\ud800"]', "[NaN]", f"[{'9' * 30}]"]


@pytest.mark.parametrize("cell", NO_LIST)
def test_a_cell_that_is_no_list_is_refused(cell: str) -> None:
    """What is no strict JSON array of objects is told of the field itself."""
    assert told(ROW | {PLACE: cell}) == [("list_form", PLACE)]


def test_a_cell_beyond_all_measure_is_not_parsed() -> None:
    """It is refused by its length."""
    assert told(ROW | {PLACE: "[" + " " * 70_000 + "]"}) == [("too_long", PLACE)]


def test_a_list_that_grows_too_long_is_refused() -> None:
    """Numbers become strings as they are sealed: the record's limit counts these."""
    lesson = {"ten_mon": "y" * 148, "hinh_thuc_danh_gia": "diem", "hk1": 9, "hk2": 9, "ca_nam": 9}
    years = [
        YEARS[0]
        | {"nam_hoc": f"{2010 + n}-{2011 + n}", "quyet_dinh_ngay": f"25/05/{2011 + n}", "nhan_xet": "x" * 10}
        | {"mon_hoc": [{"ma_mon": f"M{i}", **lesson} for i in range(29)]}
        for n in range(9)
    ]
    text = json.dumps(years, ensure_ascii=False, separators=(",", ":"))
    assert told(ROW | {"ngay_sinh": "13/10/1994", "so_ddcn": "", "quoc_tich": "Lào", PLACE: text}) == [
        ("too_long", PLACE)
    ]


def test_every_course_of_every_year_is_an_element() -> None:
    """Each says its school year; yearly results are elements of their own claims."""
    record, _ = TRANSCRIPT.parse(row(retest()))
    claims = TRANSCRIPT.claims_of(record)
    assert [entry["nam_hoc"] for entry in claims["mon_hoc"]] == [
        entry["nam_hoc"] for entry in YEARS for _ in entry["mon_hoc"]
    ]
    assert claims["mon_hoc"][0] == {
        "nam_hoc": "2023-2024",
        **{name: YEARS[0]["mon_hoc"][0][name] for name in ("ma_mon", "ten_mon", "hk1", "hk2", "ca_nam")},
    }
    assert [len(claims[name]) for name in ("lop_hoc", "ket_qua_hoc_tap", "ket_qua_ren_luyen", "quyet_dinh")] == [3] * 4
    assert claims["kiem_tra_lai"] == [{"nam_hoc": "2023-2024", "ma_mon": "TOAN", "diem_kiem_tra_lai": "6.5"}]


def test_a_year_without_a_remark_makes_no_element() -> None:
    """What would only say the year is left out; where no year has one, the claim is absent."""
    some, _ = TRANSCRIPT.parse(row(lambda years: [years[0].pop("nhan_xet", None), years[1].update(nhan_xet="Tốt.")]))
    assert "2023-2024" not in {entry["nam_hoc"] for entry in TRANSCRIPT.claims_of(some)["nhan_xet"]}
    none, _ = TRANSCRIPT.parse(row(lambda years: [entry.pop("nhan_xet", None) for entry in years]))
    assert "nhan_xet" not in TRANSCRIPT.claims_of(none)


def test_what_a_course_is_assessed_by_is_shown_by_its_marks_alone() -> None:
    """All else that a list has is in some claim."""
    members = {name for claim in TRANSCRIPT.claims if claim.shares_field for name in claim.members}
    inner = json.loads(ROW[PLACE])[0]
    listed = {*SchoolYear.model_fields, *inner["mon_hoc"][0], "diem_kiem_tra_lai"} - {"mon_hoc", "kiem_tra_lai"}
    assert listed - members == {"hinh_thuc_danh_gia"}


def test_a_stored_record_comes_back() -> None:
    """What is stored are strings, and the claims made of it are the same."""
    record, _ = TRANSCRIPT.parse(row(retest()))
    stored = TRANSCRIPT.values_of(record)
    assert all(isinstance(value, str) for value in stored.values())
    assert TRANSCRIPT.claims_of(TRANSCRIPT.restore(stored)) == TRANSCRIPT.claims_of(record)
    again, found = TRANSCRIPT.parse(stored)
    assert (again, found) == (record, [])


def test_the_public_metadata_is_what_it_was() -> None:
    """Every payload of this type pins these bytes: a change is a new version of the type."""
    assert TRANSCRIPT.metadata() == GOLDEN.read_bytes()


def test_the_metadata_name_every_member_of_an_element() -> None:
    """In paths null stands for each element; labels are there for what tables show, the year first."""
    entries = {tuple(entry["path"]): entry for entry in json.loads(TRANSCRIPT.metadata())["claims"]}
    shown = [path[2] for path in entries if path[:2] == ("mon_hoc", None) and len(path) == 3]
    assert shown == ["nam_hoc", "ma_mon", "ten_mon", "hk1", "hk2", "ca_nam"]
    assert (entries["mon_hoc", None]["sd"], entries["mon_hoc", None, "hk1"]["sd"]) == ("always", "never")
    assert (entries["mon_hoc",]["mandatory"], entries["kiem_tra_lai",]["mandatory"]) == (True, False)


def test_a_verifier_reads_the_metadata() -> None:
    """The number of digests is the type's, and the school is named where the paths lead."""
    read = read_type_metadata(TRANSCRIPT.metadata())
    record, _ = TRANSCRIPT.parse(ROW)
    claims = TRANSCRIPT.claims_of(record)
    assert read.digests == TRANSCRIPT.digests <= MAX_DIGESTS
    assert text_at(claims, read.code_path) == TRANSCRIPT.issuer_code(record) == ROW["truong_hien_tai_ma"]
    assert text_at(claims, read.name_path) == TRANSCRIPT.issuer_name(record) == ROW["truong_hien_tai_ten"]


def test_the_template_is_a_line_of_json() -> None:
    """Its one row passes every rule."""
    line = json.loads(TRANSCRIPT.template())
    assert told(line) == []
    assert type_for(line, LIST_TYPES) is TRANSCRIPT


def test_the_schema_describes_the_lists() -> None:
    """Arrays of objects, marks as strings or numbers."""
    years = TRANSCRIPT.json_schema()["properties"][PLACE]
    assert (years["type"], years["minItems"], years["maxItems"]) == ("array", 1, 12)
    course_schema = years["items"]["properties"]["mon_hoc"]["items"]
    assert course_schema["properties"]["hk1"]["type"] == ["string", "number"]
    assert years["items"]["properties"]["khoi"]["enum"] == ["10", "11", "12", 10, 11, 12]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*YEARS[0], "ma_mon", "hk1", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(json_values, st.integers(0, 2), st.sampled_from([*YEARS[0]]))
def test_any_json_in_a_list_is_answered(value: Any, number: int, name: str) -> None:
    """With a record or with findings, whatever stands there."""
    for cells in (ROW | {PLACE: json.dumps(value)}, row(year(number, **{name: value}))):
        record, found = TRANSCRIPT.parse(cells)
        assert (record is None) == any(entry.severity == "error" for entry in found)
        if record is not None:
            TRANSCRIPT.claims_of(record)
