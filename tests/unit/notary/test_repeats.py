"""Numbers that occur twice in a list: named with the row that had them first."""

import pytest

from given_lists import GivenList, numbered
from vanbang.catalog.sampling import sample_rows
from vanbang.notary.checking import check_list
from vanbang.notary.quality import CheckReport


def checked(rows) -> CheckReport:
    return check_list(GivenList(numbered(rows)), CheckReport())


def three() -> list[dict[str, str]]:
    return [dict(row) for row in sample_rows(3, "three")]


def test_a_repeated_serial_is_refused_with_the_row_it_repeats():
    """The second record with the same issuer and serial is an error that names the first; another issuer's is fine."""
    first, second, third = three()
    second["so_hieu_vbcc"] = third["so_hieu_vbcc"] = first["so_hieu_vbcc"]
    third["ma_don_vi_cap_bang"] = "TNG"
    report = checked([first, second, third])
    assert report.accepted == 2
    (repeated,) = report.findings
    assert (repeated.row, repeated.column, repeated.rule) == (3, "so_hieu_vbcc", "duplicate_record")
    assert repeated.value == first["so_hieu_vbcc"]
    assert "dòng 2" in repeated.message_vi
    assert "row 2" in repeated.message_en


def test_a_refused_row_does_not_reserve_its_serial():
    """A faulty row and its corrected copy below do not count as a repetition."""
    (row,) = sample_rows(1, "one")
    report = checked([row | {"ho_va_ten": ""}, row])
    assert (report.accepted, dict(report.rules)) == (1, {"required": 1})


@pytest.mark.parametrize(
    ("field", "rule", "severity"),
    [
        ("ma_dinh_danh_vbcc", "duplicate_identifier", "error"),
        ("so_vao_so", "duplicate_register_number", "error"),
        ("ma_nguoi_hoc", "duplicate_learner_number", "warning"),
    ],
)
def test_numbers_that_belong_to_one_diploma(field, rule, severity):
    """Identifier and register number are one diploma's alone; a learner may earn two."""
    first, second, _ = three()
    second[field] = first[field]
    (found,) = checked([first, second]).findings
    assert (found.row, found.column, found.rule, found.severity) == (3, field, rule, severity)


def test_a_register_number_may_return_in_another_year():
    """Registers begin anew each year."""
    first, second, _ = three()
    second |= {"so_vao_so": first["so_vao_so"], "nam_tot_nghiep": "2025"}
    assert "duplicate_register_number" not in checked([first, second]).rules


def test_one_person_with_two_diplomas_is_a_warning():
    """The same citizen number with the same name and date of birth is one person: look, but do not refuse."""
    first, second, _ = three()
    second |= {name: first[name] for name in ("so_ddcn", "ho_va_ten", "ngay_sinh", "gioi_tinh")}
    report = checked([first, second])
    assert (report.accepted, dict(report.rules)) == (2, {"duplicate_citizen_number": 1})


def test_one_citizen_number_for_two_people_is_an_error():
    """The same number under another name is refused; the number is not spelt out."""
    first, second, third = three()
    for row in (second, third):
        row |= {name: first[name] for name in ("so_ddcn", "ngay_sinh", "gioi_tinh")}
    third["ho_va_ten"] = first["ho_va_ten"]
    second["ho_va_ten"] = "Người Khác Hẳn"
    report = checked([first, second, third])
    assert report.rules["citizen_shared"] == 1
    assert (report.accepted, report.rows) == (2, 3)
    shared = next(finding for finding in report.findings if finding.rule == "citizen_shared")
    assert shared.row == 3
    assert first["so_ddcn"] not in shared.message_vi + shared.message_en
