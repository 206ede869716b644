"""Invented school years for sample transcripts: subjects, marks, and results that follow Circular 22/2021/TT-BGDĐT."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from vanbang.catalog.invented import Institution
from vanbang.catalog.school_years import BY_MARK, BY_WORD
from vanbang.catalog.study_levels import ENOUGH, LEVELS, PASSED, study_levels

COMMON = (
    ("VAN", "Ngữ văn"),
    ("TOAN", "Toán"),
    ("NN1", "Tiếng Anh"),
    ("SU", "Lịch sử"),
    ("GDQP", "Giáo dục quốc phòng"),
)
BY_WORDS = (("GDTC", "Giáo dục thể chất"), ("HDTN", "Hoạt động trải nghiệm"), ("GDDP", "Giáo dục địa phương"))
CHOSEN = (
    (("LY", "Vật lí"), ("HOA", "Hóa học"), ("SINH", "Sinh học"), ("TIN", "Tin học")),
    (("LY", "Vật lí"), ("HOA", "Hóa học"), ("DIA", "Địa lí"), ("CN", "Công nghệ")),
    (("DIA", "Địa lí"), ("KTPL", "Giáo dục kinh tế và pháp luật"), ("SINH", "Sinh học"), ("TIN", "Tin học")),
    (("DIA", "Địa lí"), ("KTPL", "Giáo dục kinh tế và pháp luật"), ("AN", "Âm nhạc"), ("MT", "Mĩ thuật")),
)
TEACHERS = ("Lê Thị Hạnh", "Phạm Văn Khoa", "Vũ Thị Ngọc Mai", "Trần Đình Phúc", "Hoàng Thị Yến")
REMARKS = ("Chăm ngoan, học tốt.", "Có tiến bộ rõ ở học kì 2.", "Cần cố gắng hơn ở các môn tự nhiên.", "")
YEARS = 3

EXCELLENT = 90

Drawn = Callable[[], float]


def school_years(school: Institution, first: int, number: int, drawn: Drawn) -> str:
    """Three school years from the autumn of `first`, as the JSON of a list's cell. `number` picks subjects and class;
    `drawn` is the only source of chance, a number in [0, 1)."""
    subjects = (*COMMON, *CHOSEN[number % len(CHOSEN)])
    ability = 55 + drawn() * 40
    years = [_year(school, first + after, 10 + after, number, (subjects, ability, drawn)) for after in range(YEARS)]
    return json.dumps(years, ensure_ascii=False, separators=(",", ":"))


def _year(
    school: Institution, begun: int, grade: int, number: int, learner: tuple[Sequence[tuple[str, str]], float, Drawn]
) -> dict[str, Any]:
    subjects, ability, drawn = learner
    marks = [_marks(ability, drawn) for _ in subjects]
    level = _level([year for _, _, year in marks])
    honour = _honour(level, [year for _, _, year in marks])
    done = "Được lên lớp" if grade < 12 else "Hoàn thành chương trình giáo dục trung học phổ thông"
    remark = REMARKS[int(drawn() * len(REMARKS))]
    return {
        "nam_hoc": f"{begun}-{begun + 1}",
        "khoi": str(grade),
        "lop": f"{grade}A{number % 9 + 1}",
        "ma_truong": school.code,
        "ten_truong": school.name,
        "mon_hoc": [*map(_marked, subjects, marks), *map(_worded, BY_WORDS)],
        **{f"ket_qua_hoc_tap_{term}": _level([mark[at] for mark in marks]) for at, term in enumerate(_TERMS)},
        **{f"ket_qua_ren_luyen_{term}": LEVELS[drawn() < 0.1] for term in _TERMS},
        "so_buoi_nghi_co_phep": str(int(drawn() ** 2 * 6)),
        "so_buoi_nghi_khong_phep": "0",
        **({"danh_hieu": honour} if honour else {}),
        **({"nhan_xet": remark} if remark else {}),
        "quyet_dinh_ket_qua": done,
        "quyet_dinh_ngay": f"25/05/{begun + 1}",
        "giao_vien_chu_nhiem": TEACHERS[(number + grade) % len(TEACHERS)],
        "hieu_truong": school.head,
    }


_TERMS = ("hk1", "hk2", "ca_nam")


def _marks(ability: float, drawn: Drawn) -> tuple[int, int, int]:
    """Both terms and the year, in tenths; the second term counts twice."""
    first, second = (min(100, int(ability + drawn() * 18 - 6)) for _ in range(2))
    return first, second, (first + 2 * second + 1) // 3


def _level(marks: Sequence[int]) -> str:
    return study_levels(marks, [PASSED] * len(BY_WORDS))[0]


def _honour(level: str, marks: Sequence[int]) -> str:
    if level != "Tốt":
        return ""
    excellent = sum(mark >= EXCELLENT for mark in marks) >= ENOUGH
    return "Học sinh Xuất sắc" if excellent else "Học sinh Giỏi"


def _marked(subject: tuple[str, str], marks: tuple[int, int, int]) -> dict[str, str]:
    terms = zip(_TERMS, (f"{mark // 10}.{mark % 10}" for mark in marks), strict=True)
    return {"ma_mon": subject[0], "ten_mon": subject[1], "hinh_thuc_danh_gia": BY_MARK, **dict(terms)}


def _worded(subject: tuple[str, str]) -> dict[str, str]:
    passed = dict.fromkeys(_TERMS, PASSED)
    return {"ma_mon": subject[0], "ten_mon": subject[1], "hinh_thuc_danh_gia": BY_WORD, **passed}
