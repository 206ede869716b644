"""JSON Lines: strict objects of strings, each line judged by itself."""

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.files import jsonl_list, open_list
from vanbang.catalog import LIST_TYPES, type_by_name
from vanbang.core.errors import VanbangError
from vanbang.notary.lists import FINDINGS_COLUMN, ListUnreadable

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}
LINE = json.dumps(EXAMPLE, ensure_ascii=False)


def lines(*given_lines: str) -> bytes:
    return "".join(f"{line}\n" for line in given_lines).encode()


def changed(**members) -> str:
    return json.dumps(EXAMPLE | members, ensure_ascii=False)


def opened(data: bytes, kinds=(DIPLOMA,)):
    with open_list(io.BytesIO(data), kinds) as listed:
        return listed.form, list(listed.rows())


def refused(data: bytes, kinds=(DIPLOMA,)):
    with pytest.raises(ListUnreadable) as caught:
        opened(data, kinds)
    return {finding.rule for finding in caught.value.findings}


def test_rows_are_numbered_like_lines():
    """The first line is row 1; blank lines count, a byte order mark and a missing last end do no harm."""
    data = b"\xef\xbb\xbf" + lines(LINE, "", LINE) + LINE.encode()
    form, rows = opened(data)
    assert [(row.number, row.cells) for row in rows] == [(1, EXAMPLE), (3, EXAMPLE), (4, EXAMPLE)]
    assert (form.format, form.encoding) == ("jsonl", "UTF-8")


def test_members_may_be_named_by_labels_and_stand_in_any_order():
    """A line names its members as it likes; the form shows the first name of each field."""
    labelled = json.dumps({spec.label_vi: EXAMPLE[spec.name] for spec in reversed(DIPLOMA.fields)})
    form, rows = opened(lines(LINE, labelled, LINE))
    assert [row.cells for row in rows] == [EXAMPLE] * 3
    assert form.columns == {name: name for name in EXAMPLE}


def test_null_is_an_empty_cell():
    """What is not there may be said in so many words."""
    assert opened(lines(changed(ghi_chu=None)))[1][0].cells == EXAMPLE


def test_a_list_may_serve_several_types():
    """Blank members are left out where several types are possible."""
    form, rows = opened(lines(LINE), LIST_TYPES)
    assert DIPLOMA in form.kinds
    if len(form.kinds) > 1:
        assert rows[0].cells == {name: value for name, value in EXAMPLE.items() if value}


VALUES = {
    "a whole number": (2026, "2026"),
    "the largest whole number": (2**53 - 1, str(2**53 - 1)),
    "a truth value": (True, None),
    "an array": (["a"], None),
    "an object": ({"a": "b"}, None),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_must_be_strings(case):
    """Another value is a fault of its member, with the text it would be where that is certain."""
    value, suggestion = VALUES[case]
    _, rows = opened(lines(LINE, changed(nam_tot_nghiep=value)))
    (finding,) = rows[1].faults
    assert (finding.row, finding.column, finding.rule) == (2, "nam_tot_nghiep", "not_text")
    assert finding.suggestion == suggestion


FAULTY = {
    "a fraction": changed(tong_so_tin_chi=1.5),
    "a number too large": changed(tong_so_tin_chi=2**53),
    "not a number": LINE.replace('"132"', "NaN"),
    "a member twice": LINE.replace("{", '{"ghi_chu": "x", ', 1),
    "a lone surrogate": LINE.replace('"132"', r'"\ud800"'),
    "nested without end": LINE.replace('"132"', "[" * 50 + "]" * 50),
    "two objects": LINE + LINE,
    "no object": '["a"]',
    "no JSON": "Nguyễn Văn A",
    "too many members": json.dumps({f"m{i}": "" for i in range(501)}),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_line_is_refused_and_reading_goes_on(case):
    """What two parsers could read differently is a fault of its line only."""
    _, rows = opened(lines(LINE, FAULTY[case], LINE))
    assert [row.number for row in rows] == [1, 2, 3]
    assert [[f.rule for f in row.faults] for row in rows] == [[], ["json_line"], []]
    assert not rows[1].cells
    assert rows[1].faults[0].value


def test_bytes_that_are_no_utf8_are_a_fault_of_their_line():
    """Another encoding is told with its line."""
    _, rows = opened(lines(LINE) + LINE.encode("utf-16-le").replace(b"\n", b"") + b"\n" + lines(LINE))
    assert [f.rule for row in rows for f in row.faults] == ["json_line"]


def test_a_cut_off_last_line_is_told():
    """A last line without its end that is no object was cut off."""
    _, rows = opened(lines(LINE) + LINE.encode()[:100])
    assert [(f.row, f.rule) for row in rows for f in row.faults] == [(2, "cut_off")]


def test_members_unknown_or_repeated_in_a_line_are_faults_of_it():
    """There is no header: each line answers for its own names."""
    labelled = json.dumps(EXAMPLE | {"Họ và tên": "x"})
    _, rows = opened(lines(LINE, changed(email="x"), labelled))
    assert [(f.row, f.rule) for row in rows for f in row.faults] == [(2, "column_unknown"), (3, "column_repeated")]


def test_our_own_member_is_passed_over():
    """A file with findings is read as the list it was made of."""
    _, rows = opened(lines(changed(**{FINDINGS_COLUMN: "Sửa lại", "STT": 1}), LINE))
    assert [(row.cells, list(row.faults)) for row in rows] == [(EXAMPLE, []), (EXAMPLE, [])]


def test_texts_of_old_fonts_are_found():
    """A member typed for TCVN3 is told with what was meant."""
    _, rows = opened(lines(changed(ho_va_ten="NguyÔn V¨n H¶i")))
    assert [(f.rule, f.suggestion) for f in rows[0].faults] == [("legacy_font", "Nguyễn Văn Hải")]


TRANSCRIPT = type_by_name("vn-transcript")
YEARS = "qua_trinh_hoc_tap"
LEARNER = json.loads(TRANSCRIPT.template())


def learner(**members) -> str:
    return json.dumps(LEARNER | members, ensure_ascii=False)


def nested() -> dict[str, object]:
    """As school systems write it."""
    flat = {name: value for name, value in LEARNER.items() if not name.startswith(("tinh_", "truong_hien_tai_"))}
    return flat | {
        "tinh": {"ma": "01", "ten": "Hà Nội"},
        "truong_hien_tai": {"ma": "01901", "ten": "Trường THPT Sông Hồng"},
    }


@pytest.mark.parametrize("kinds", [(TRANSCRIPT,), LIST_TYPES], ids=["asked for", "told row by row"])
def test_objects_in_a_line_stand_for_fields(kinds):
    """{"tinh": {"ma": ...}} is the field tinh_ma; the form shows both names. Lists are cells of JSON."""
    flat_form, (flat,) = opened(lines(learner()), kinds)
    form, (row,) = opened(lines(json.dumps(nested())), kinds)
    assert (row.cells, row.faults) == (flat.cells, [])
    assert json.loads(row.cells[YEARS]) == LEARNER[YEARS]
    assert form.columns["truong_hien_tai.ma"] == "truong_hien_tai_ma"
    assert set(form.columns.values()) == set(flat_form.columns.values())


def test_numbers_in_lists_keep_their_digits():
    """10.0 is not 10; elsewhere a number is a fault of its field, with its digits where they are whole."""
    text = learner().replace('"8.2"', "10.0").replace('"ma_nguoi_hoc": "0126000123"', '"ma_nguoi_hoc": 126000123')
    _, (row,) = opened(lines(text), (TRANSCRIPT,))
    assert '"hk1":10.0,' in row.cells[YEARS]
    assert [(f.rule, f.column, f.suggestion) for f in row.faults] == [("not_text", "ma_nguoi_hoc", "126000123")]
    _, (row,) = opened(lines(text.replace("126000123", "1.5")), (TRANSCRIPT,))
    assert [(f.rule, f.value, f.suggestion) for f in row.faults] == [("not_text", "1.5", None)]


def test_objects_that_stand_for_nothing_are_told():
    """An object in a field's place, or under an unknown name, is a fault of its line."""
    _, rows = opened(lines(learner(ho_va_ten={"x": "y"}), learner(tinh={"x": "y"}), learner(x={})), (TRANSCRIPT,))
    found = [(f.rule, f.column) for row in rows for f in row.faults]
    assert found == [("not_text", "ho_va_ten"), ("column_unknown", "tinh"), ("column_unknown", "x")]


def test_a_list_beyond_all_measure_is_a_fault_of_its_field():
    """It is not parsed any further."""
    _, (row,) = opened(lines(learner(**{YEARS: [{"nhan_xet": "x" * 70_000}]})), (TRANSCRIPT,))
    assert [(f.rule, f.column, row.cells[YEARS]) for f in row.faults] == [("list_too_long", YEARS, "")]


def test_lines_with_lists_are_as_strict_as_others():
    """What two parsers could read differently is a fault of its line only."""
    twice, wrong = learner().replace("{", '{"tinh_ma": "x", ', 1), learner().encode("utf-16-le").replace(b"\n", b"")
    surrogate = learner().replace("Hà Nội", r"\ud800", 1)
    data = lines(learner(), twice, surrogate, '["a"]') + wrong + b"\n" + lines(learner())
    rules = [[f.rule for f in row.faults] for row in opened(data, (TRANSCRIPT,))[1]]
    assert rules == [[], ["json_line"], ["json_line"], ["json_line"], ["json_line"], []]


UNREADABLE = {
    "an array": (f"[{LINE}]".encode(), {"json_array"}),
    "a spread array": (json.dumps([EXAMPLE], indent=2).encode(), {"json_array"}),
    "a spread object": (json.dumps(EXAMPLE, indent=2).encode(), {"json_spread"}),
    "one line that is no object": (b'{"a" 1}\n', {"json_line"}),
    "another kind of file": (b'{"email": "x"}\n', {"header_missing"}),
    "an empty object": (b"{}\n", {"header_missing"}),
    "lines that all have a fault": (b'{"diem": 8.5}\n{"diem": 9.5}\n', {"json_line"}),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_other_json_is_refused_with_what_to_do(case):
    """JSON that is no list of lines says how to make one of it."""
    data, rules = UNREADABLE[case]
    assert refused(data) == rules


@pytest.mark.parametrize("data", [b"ho_va_ten,ngay_sinh\n", b"PK\x03\x04", b"PAR1"], ids=["csv", "xlsx", "parquet"])
def test_a_table_cannot_hold_lists(data):
    """A table sent in as transcripts is told so before anything of it is read."""
    assert refused(data, (TRANSCRIPT,)) == {"json_lines_only"}


def test_a_table_with_a_column_of_lists_is_told_so():
    """Also where no type was asked for."""
    header = ",".join(spec.name for spec in TRANSCRIPT.fields)
    assert refused(f"{header}\n".encode(), LIST_TYPES) == {"json_lines_only"}


def test_a_line_without_end_cannot_fill_the_memory(monkeypatch):
    """A line longer than the limit stops the reading."""
    monkeypatch.setattr(jsonl_list, "LONGEST_LINE", 5_000)
    assert refused(lines(LINE, changed(ghi_chu="x" * 6_000))) == {"line_too_long"}


@settings(max_examples=200, deadline=None)
@given(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 40))
def test_damaged_lines_raise_nothing_but_our_errors(place, inserted, removed):
    """Bytes changed anywhere give rows or findings."""
    data = lines(LINE, LINE)
    start = 1 + int(place * (len(data) - 1))
    with suppress(VanbangError):
        opened(data[:start] + inserted + data[start + removed :])
