"""What recruiters ask most is answered by claims that say nothing else about the person."""

import pytest

from vanbang.catalog import CredentialType, type_by_name

QUESTIONS = {
    "vn-diploma": {
        "which degree": "ten_vbcc",
        "of which level": "trinh_do",
        "in what": "nganh",
        "how good": "xep_loai",
        "since when": "tot_nghiep",
        "from where": "don_vi_cap",
    },
    "vn-thpt": {
        "which diploma": "ten_vbcc",
        "how good": "xep_loai",
        "since when": "tot_nghiep",
        "from where": "don_vi_cap",
    },
    "vn-transcript": {
        "which marks": "mon_hoc",
        "how good": "ket_qua_hoc_tap",
        "has the learner finished": "quyet_dinh",
        "from where": "don_vi_cap",
    },
}
PERSONAL = {
    *("ho_va_ten", "ngay_sinh", "noi_sinh", "gioi_tinh", "dan_toc", "quoc_tich", "so_ddcn", "ma_nguoi_hoc"),
    *("so_hieu_vbcc", "so_vao_so", "ma_dinh_danh_vbcc", "ma_dinh_danh_hoc_ba", "ghi_chu", "nhan_xet"),
}


def fields_of(kind: CredentialType, name: str) -> set[str]:
    """What a claim shows."""
    claim = next(claim for claim in kind.claims if claim.name == name)
    return set(getattr(claim, "members", ()) or claim.fields)


@pytest.mark.parametrize(
    ("type_name", "claim"), [(t, claim) for t, asked in QUESTIONS.items() for claim in asked.values()]
)
def test_an_answer_says_nothing_personal(type_name: str, claim: str) -> None:
    """No name, number, birth, sex, ethnic group or nationality comes with it."""
    assert not fields_of(type_by_name(type_name), claim) & PERSONAL


@pytest.mark.parametrize("type_name", QUESTIONS)
def test_who_somebody_is_is_told_piece_by_piece(type_name: str) -> None:
    """Name, birth date, birthplace and citizen number are claims of their own."""
    kind = type_by_name(type_name)
    assert [fields_of(kind, name) for name in ("ho_va_ten", "ngay_sinh", "noi_sinh", "so_ddcn")] == [
        {"ho_va_ten"},
        {"ngay_sinh"},
        {"noi_sinh"},
        {"so_ddcn"},
    ]
