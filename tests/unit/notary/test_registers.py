"""Registers: what is no longer, or not yet, or never true at an institution on the day of issue."""

import pytest

from given_lists import GivenList, numbered
from vanbang.catalog.sampling import sample_rows
from vanbang.core.errors import FormatError
from vanbang.notary.checking import check_list
from vanbang.notary.quality import CheckReport
from vanbang.notary.registers import Registers, checked_entry
from vanbang.ports import RegisterEntry

(ROW,) = sample_rows(1, "register")
PROGRAMME = RegisterEntry("programme", ROW["ma_nganh_dao_tao"], ROW["nganh_dao_tao"])
SIGNER = RegisterEntry("signer", "", ROW["ho_ten_nguoi_ky_vbcc"], ROW["chuc_danh_nguoi_ky_vbcc"])


def rules(entries: list[RegisterEntry], **cells: str) -> dict[str, int]:
    report = check_list(
        GivenList(numbered([ROW | cells])), CheckReport(), (Registers({ROW["ma_don_vi_cap_bang"]: entries}).check,)
    )
    assert {finding.dimension for finding in report.findings} <= {"live"}
    return dict(report.rules)


def test_what_stands_in_the_register_passes():
    """A programme and a signer of the register, whatever the case and spacing of the signer's name."""
    assert rules([PROGRAMME, SIGNER]) == {}
    assert rules([PROGRAMME, RegisterEntry("signer", "", SIGNER.name.upper(), SIGNER.title)]) == {}


def test_no_register_is_no_judgement():
    """Where an institution keeps no entry of a kind, nothing of it is refused."""
    assert rules([]) == {}
    assert rules([PROGRAMME]) == {}


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([RegisterEntry("programme", "7999999", "x")], "programme_unknown"),
        ([RegisterEntry("programme", PROGRAMME.code, PROGRAMME.name, until="2020-01-01")], "programme_not_current"),
        ([RegisterEntry("programme", PROGRAMME.code, PROGRAMME.name, since="2030-01-01")], "programme_not_current"),
        ([RegisterEntry("programme", PROGRAMME.code, "Tên khác")], "programme_differs"),
        ([RegisterEntry("signer", "", "Ai Đó", "Hiệu trưởng")], "signer_unknown"),
        ([RegisterEntry("signer", "", SIGNER.name, SIGNER.title, until="2026-01-01")], "signer_not_current"),
        ([RegisterEntry("signer", "", SIGNER.name, "Trưởng phòng")], "signer_differs"),
    ],
)
def test_what_does_not_stand_there(entries, rule):
    """Unknown, out of its days, or otherwise named: each is a finding of its own rule."""
    assert rules(entries) == {rule: 1}


def test_the_days_of_several_entries_count_together():
    """A signer who left and came back is in office in both of his terms, with the title of each."""
    terms = [
        RegisterEntry("signer", "", SIGNER.name, "Phó Hiệu trưởng", until="2024-12-31"),
        RegisterEntry("signer", "", SIGNER.name, SIGNER.title, since="2025-01-01"),
    ]
    assert rules(terms) == {}
    assert rules(terms, chuc_danh_nguoi_ky_vbcc="Phó Hiệu trưởng") == {"signer_differs": 1}


def test_a_correct_line():
    """A line of a register, trimmed and with its days."""
    cells = {"issuer": "SHB", "kind": "signer", "code": "", "name": " Trần Hưng ", "title": "Hiệu trưởng",
             "since": "2025-01-01", "until": ""}  # fmt: skip
    assert checked_entry(cells, "row 2") == RegisterEntry("signer", "", "Trần Hưng", "Hiệu trưởng", "2025-01-01")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"kind": "teacher"}, "row 2.kind"),
        ({"name": " "}, "row 2"),
        ({"code": "7480101"}, "row 2"),
        ({"kind": "programme"}, "row 2"),
        ({"since": "01/01/2025"}, "row 2.since"),
        ({"until": "2025-02-30"}, "row 2.until"),
        ({"until": "20250203"}, "row 2.until"),
    ],
)
def test_a_wrong_line(changed, where):
    """What is wrong with a line is named by its place."""
    cells = {"issuer": "SHB", "kind": "signer", "code": "", "name": "Trần Hưng", "title": "", "since": "", "until": ""}
    with pytest.raises(FormatError) as error:
        checked_entry(cells | changed, "row 2")
    assert error.value.where == where
