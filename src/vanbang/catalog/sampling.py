"""Invented graduation lists for trials, benches and demonstrations: any size, same seed, same bytes.

Every person is composed at random, every institution is fictitious. Rare but valid things are in on purpose: names of
one word, of ethnic minorities, with apostrophes; foreigners without citizen number; leading zeros; commas in cells.
Only `Random.random()` is drawn from, whose sequence Python keeps for a given integer seed.
"""

import csv
import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Literal, TextIO, TypeAlias

from vanbang.catalog.citizen import century_sex_digit
from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.invented import (
    Institution,
    People,
    Person,
    Programme,
    institutions,
    programmes,
    provinces,
    schools,
)
from vanbang.catalog.rows_claim import rows_of
from vanbang.catalog.sampling_years import YEARS, school_years
from vanbang.catalog.vn_diploma import VN_DIPLOMA
from vanbang.catalog.vn_thpt import VN_THPT
from vanbang.catalog.vn_transcript import KIND as TRANSCRIPT_KIND
from vanbang.catalog.vn_transcript import VN_TRANSCRIPT

__all__ = ["Institution", "Kind", "institutions", "sample_rows", "schools", "write_csv", "write_json_lines"]

Kind = Literal["vn-diploma", "vn-thpt", "vn-transcript"]

GRADUATION = date(2026, 6, 1)
SCHOOL_GRADUATION = date(2026, 7, 6)
COHORT = 30
"""Rows that share a decision and a programme."""

CITIZEN_STEP = 618_033
"""Coprime with a million: the last six digits of citizen numbers run through all values before one returns."""

COMMUNES = ("Tân Lập", "An Hòa", "Bình Minh", "Đông Sơn", "Phú Lộc", "Long Thạnh", "Ea Tul", "Mường Giôn")
CLASSES = ("Xuất sắc",) * 2 + ("Giỏi",) * 6 + ("Khá",) * 9 + ("Trung bình",) * 3

Cells: TypeAlias = dict[str, str]
OwnCells: TypeAlias = Callable[[int, int, Person, Callable[[], float]], Cells]
"""The cells of one row from its index, the seed's number, a person, and chance."""


def sample_rows(
    rows: int, seed: str, codes: Sequence[str] | None = None, kind: Kind = "vn-diploma", first: int = 0
) -> Iterator[Cells]:
    """Yields `rows` diplomas as cells by column name, in the catalog's order, cohort by cohort.

    `first`: rows before them that somebody else makes; the parts of a list make up one list, but not the one that is
    made at once: other people are drawn.

    `codes` are codes of `institutions()`, for the other kinds of `schools()`, one after the other cohort by cohort, by
    default the first; KeyError for an unknown one. Serial numbers never repeat; citizen numbers do not within 60
    million rows. Memory does not grow with `rows`.
    """
    known, cohort_of = _MAKERS[kind]
    by_code = {entry.code: entry for entry in known()}
    issuers = [by_code[code] for code in (codes or [*by_code][:1])]
    start, end = int.from_bytes(hashlib.sha256(seed.encode()).digest()), first + rows
    drawn = random.Random(start + first).random  # noqa: S311 - invented people, no secret
    people = People(drawn)
    for cohort in range(first // COHORT, -(-end // COHORT)):
        shared, own = cohort_of(issuers, cohort)
        for index in range(max(first, cohort * COHORT), min(end, (cohort + 1) * COHORT)):
            yield shared | own(index, start, people.draw(), drawn)


def _diplomas(issuers: Sequence[Institution], cohort: int) -> tuple[Cells, OwnCells]:
    # 11 is coprime with the number of programmes, so every programme comes up before one repeats
    programme = programmes()[cohort // len(issuers) * 11 % len(programmes())]
    shared = _cohort_cells(issuers[cohort % len(issuers)], programme, cohort)
    return shared, partial(_own_cells, shared, programme)


def _blank(kind: CredentialType) -> Cells:
    """Every column is there, so that columns keep their order."""
    return dict.fromkeys((spec.name for spec in kind.fields), "")


def _award_cells(issuer: Institution, decided: date, decision: str) -> Cells:
    """What all diplomas of one decision have in common."""
    return {
        "phien_ban": "1.0",
        "thong_tu": "10/2026",
        "ten_truong": issuer.name,
        "ma_co_so_dao_tao": issuer.code,
        "nam_tot_nghiep": str(decided.year),
        "so_quyet_dinh_cong_nhan_tot_nghiep": decision,
        "ngay_quyet_dinh_cong_nhan_tot_nghiep": _written(decided),
        "don_vi_cap_bang": issuer.name,
        "ma_don_vi_cap_bang": issuer.code,
        "ho_ten_nguoi_ky_vbcc": issuer.head,
        "so_ddcn_nguoi_ky_vbcc": issuer.head_number,
        "chuc_danh_nguoi_ky_vbcc": "Hiệu trưởng",
        "dia_danh_cap_vbcc": issuer.place,
        "ngay_tao_vbcc": _written(decided + timedelta(days=3)),
        "ngay_cap_vbcc": _written(decided + timedelta(days=9)),
    }


def _cohort_cells(issuer: Institution, programme: Programme, cohort: int) -> Cells:
    decided = GRADUATION + timedelta(days=cohort % 20)
    level = int(programme.code[0]) - 1
    taught = programme.code[0] == "7"
    common = _award_cells(issuer, decided, f"{cohort + 401}/QĐ-{issuer.decision_mark}")
    return (
        _blank(VN_DIPLOMA)
        | common
        | {
            "ten_vbcc": programme.title,
            "nganh_dao_tao": programme.name,
            "ma_nganh_dao_tao": programme.code,
            "so_quyet_dinh_hoi_dong_danh_gia": "" if taught else f"{cohort + 288}/QĐ-{issuer.decision_mark}",
            "ho_ten_nguoi_ky_vbcc_ban_giay": issuer.head,
            "chuc_danh_nguoi_ky_vbcc_ban_giay": "Hiệu trưởng",
            "chuyen_nganh_dao_tao": programme.specialisation,
            "ngay_nhap_hoc": f"05/09/{decided.year - programme.years}",
            "ngon_ngu_dao_tao": "Tiếng Việt",
            "thoi_gian_dao_tao": programme.length,
            "tong_so_tin_chi": str(33 * programme.years),
            "trinh_do_theo_khung_quoc_gia": f"Trình độ {level}",
            "bac_trinh_do_theo_khung_quoc_gia": f"Bậc {level}",
            "hinh_thuc_dao_tao": "Vừa làm vừa học" if cohort % 9 == 8 and taught else "Chính quy",
        }
    )


def _own_cells(
    shared: Cells, programme: Programme, index: int, start: int, person: Person, drawn: Callable[[], float]
) -> Cells:
    number = index + 1
    age = 18 + programme.years + int(drawn() ** 4 * 14) + (0 if programme.code[0] == "7" else 5)
    born = date(GRADUATION.year - age, 1 + int(drawn() * 12), 1 + int(drawn() * 28))
    cells = _person_cells(person, born, index, start) | {
        "so_hieu_vbcc": f"{shared['ma_don_vi_cap_bang']}26{number:07d}",
        "ma_nguoi_hoc": f"{shared['ngay_nhap_hoc'][8:]}{number:08d}",
        "so_vao_so": f"{number:07d}/2026",
        "xep_loai": CLASSES[int(drawn() * len(CLASSES))] if programme.code[0] == "7" else "",
    }
    return cells | _origin_cells(person, born, index, start, drawn)


def _high_school(issuers: Sequence[Institution], cohort: int) -> tuple[Cells, OwnCells]:
    issuer = issuers[cohort % len(issuers)]
    decided = SCHOOL_GRADUATION + timedelta(days=cohort % 5)
    common = _award_cells(issuer, decided, f"{cohort % 5 + 1188}/QĐ-{issuer.decision_mark}")
    shared = _blank(VN_THPT) | common | {"ten_vbcc": "Bằng tốt nghiệp trung học phổ thông"}
    return shared, partial(_own_school_cells, issuer)


def _own_school_cells(issuer: Institution, index: int, start: int, person: Person, drawn: Callable[[], float]) -> Cells:
    number = index + 1
    born = date(SCHOOL_GRADUATION.year - 18 - int(drawn() ** 6 * 4), 1 + int(drawn() * 12), 1 + int(drawn() * 28))
    cells = _person_cells(person, born, index, start) | {
        "so_hieu_vbcc": f"{issuer.code}26{number:07d}",
        "ma_nguoi_hoc": f"{issuer.code[:2]}26{number:08d}",
        "so_vao_so": f"{number:05d}/{issuer.code}/2026",
    }
    return cells | _origin_cells(person, born, index, start, drawn)


def _transcripts(issuers: Sequence[Institution], cohort: int) -> tuple[Cells, OwnCells]:
    issuer = issuers[cohort % len(issuers)]
    province = next(code for code, name in provinces() if name == issuer.place)
    shared = _blank(VN_TRANSCRIPT) | {
        "phien_ban": "1.0",
        "loai": TRANSCRIPT_KIND,
        "tinh_ma": province[1:],
        "tinh_ten": issuer.place,
        "truong_hien_tai_ma": issuer.code,
        "truong_hien_tai_ten": issuer.name,
    }
    return shared, partial(_own_transcript_cells, issuer)


def _own_transcript_cells(
    issuer: Institution, index: int, start: int, person: Person, drawn: Callable[[], float]
) -> Cells:
    own = _own_school_cells(issuer, index, start, person, drawn)
    kept = {name: text for name, text in own.items() if name not in ("ma_dinh_danh_vbcc", "so_vao_so", "ghi_chu")}
    years = school_years(issuer, SCHOOL_GRADUATION.year - YEARS, index, drawn)
    return kept | {"ma_dinh_danh_hoc_ba": own["ma_dinh_danh_vbcc"], "qua_trinh_hoc_tap": years}


def _person_cells(person: Person, born: date, index: int, start: int) -> Cells:
    marked = _marked(index, start)
    return {
        "ma_dinh_danh_vbcc": f"{marked[:8]}-{marked[8:12]}-4{marked[13:16]}-a{marked[17:20]}-{marked[20:32]}",
        "ho_va_ten": person.name,
        "ngay_sinh": _written(born),
        "gioi_tinh": person.sex,
        "dan_toc": person.group,
        "quoc_tich": person.nationality,
    }


def _origin_cells(person: Person, born: date, index: int, start: int, drawn: Callable[[], float]) -> Cells:
    """Place of birth, and the citizen number or, of foreigners, the passport."""
    if person.birthplace:
        note = f"Hộ chiếu {_marked(index, start)[32:34].upper()}{index + 1:07d}, {person.nationality}"
        return {"noi_sinh": person.birthplace, "ghi_chu": note}
    code, province = _birth_province(index, start)
    commune = f"Xã {COMMUNES[index % len(COMMUNES)]}, " if drawn() < 0.15 else ""
    digits = f"{code}{century_sex_digit(born, person.sex)}{born.year % 100:02d}{_last_digits(index, start):06d}"
    return {"noi_sinh": commune + province, "so_ddcn": digits}


def _marked(index: int, start: int) -> str:
    return hashlib.sha256(b"%d/%d" % (start, index)).hexdigest()


def _last_digits(index: int, start: int) -> int:
    return (start + index * CITIZEN_STEP) % 1_000_000


def _birth_province(index: int, start: int) -> tuple[str, str]:
    """Moves on by one each time the last six digits have run through, so that no citizen number returns."""
    known = provinces()
    return known[(_last_digits(index, start) // 16 + index // 1_000_000) % len(known)]


def _written(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


_Maker: TypeAlias = tuple[
    Callable[[], tuple[Institution, ...]], Callable[[Sequence[Institution], int], tuple[Cells, OwnCells]]
]
_MAKERS: Mapping[Kind, _Maker] = {
    "vn-diploma": (institutions, _diplomas),
    "vn-thpt": (schools, _high_school),
    "vn-transcript": (schools, _transcripts),
}
_TYPES: Mapping[Kind, CredentialType] = {"vn-diploma": VN_DIPLOMA, "vn-thpt": VN_THPT, "vn-transcript": VN_TRANSCRIPT}


def write_csv(rows: Iterable[Mapping[str, str]], stream: TextIO, kind: Kind = "vn-diploma") -> None:
    """Header and rows as CSV with LF line ends; `stream` must not translate them (`newline=""`)."""
    names = [spec.name for spec in _TYPES[kind].fields]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)


def write_json_lines(rows: Iterable[Mapping[str, str]], stream: TextIO, kind: Kind = "vn-transcript") -> None:
    """Rows as JSON Lines, lists as arrays; for the types whose rows no table can hold."""
    lists = {spec.name for spec in _TYPES[kind].fields if spec.rows}
    for row in rows:
        line = {name: rows_of(text) if name in lists else text for name, text in row.items()}
        stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
