"""Invented graduation lists for trials, benches and demonstrations: any size, same seed, same bytes.

Every person is composed at random, every institution is fictitious. Rare but valid things are in on purpose: names of
one word, of ethnic minorities, with apostrophes; foreigners without citizen number; leading zeros; commas in cells.
Only `Random.random()` is drawn from, whose sequence Python keeps for a given integer seed.
"""

import csv
import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, TextIO

from vanbang.catalog.citizen import century_sex_digit
from vanbang.catalog.vn_diploma import VN_DIPLOMA

GRADUATION = date(2026, 6, 1)
COHORT = 30
"""Rows that share a decision and a programme."""
MINORITY, ONE_WORD, FOREIGN = 0.04, 0.004, 0.012
"""Shares of rows whose person comes from the lists of whole names."""

CITIZEN_STEP = 618_033
"""Coprime with a million: the last six digits of citizen numbers run through all values before one returns."""

COMMUNES = ("Tân Lập", "An Hòa", "Bình Minh", "Đông Sơn", "Phú Lộc", "Long Thạnh", "Ea Tul", "Mường Giôn")
CLASSES = ("Xuất sắc",) * 2 + ("Giỏi",) * 6 + ("Khá",) * 9 + ("Trung bình",) * 3
LENGTHS = {"Bằng kỹ sư": "4,5 năm", "Bằng kiến trúc sư": "5 năm", "Bằng bác sĩ": "6 năm", "Bằng dược sĩ": "5 năm"}
LEVEL_LENGTHS = {"7": "4 năm", "8": "2 năm", "9": "3 năm"}


@dataclass(frozen=True, slots=True)
class Institution:
    """A fictitious issuer: code and name as in its diplomas, `iss` as in its credentials."""

    code: str
    name: str
    iss: str
    place: str
    decision_mark: str
    head: str
    head_number: str


@dataclass(frozen=True, slots=True)
class Programme:
    code: str
    name: str
    title: str
    specialisation: str

    @property
    def length(self) -> str:
        return LENGTHS.get(self.title) or LEVEL_LENGTHS[self.code[0]]

    @property
    def years(self) -> int:
        return int(self.length[0]) + ("," in self.length)


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    sex: str
    group: str
    nationality: str = "Việt Nam"
    birthplace: str = ""


def _data(name: str) -> str:
    return files("vanbang.catalog").joinpath("data", name).read_text("utf-8")


def _table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _data(name).splitlines()]


@cache
def institutions() -> tuple[Institution, ...]:
    """The fictitious institutions, the one of the committed sample first."""
    return tuple(Institution(*cells) for cells in _table("institutions.tsv"))


@cache
def _programmes() -> tuple[Programme, ...]:
    return tuple(Programme(*cells) for cells in _table("programmes.tsv"))


@cache
def _provinces() -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code, name in _table("provinces.tsv"))


class _People:
    """Draws persons. `drawn` is the only source of chance: a number in [0, 1)."""

    def __init__(self, drawn: Callable[[], float]) -> None:
        lists: dict[str, Any] = json.loads(_data("people.json"))
        self._drawn = drawn
        self._family = [name for name, weight in lists["family"].items() for _ in range(weight)]
        self._middle, self._given = lists["middle"], lists["given"]
        self._minority = [_Person(name, sex, group) for group, sex, name in lists["minority"]]
        self._one_word = [_Person(name, sex, group) for group, sex, name in lists["one_word"]]
        self._foreign = [_Person(name, sex, "Không", land, town) for land, sex, name, town in lists["foreign"]]

    def _pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self._drawn() * len(choices))]

    def draw(self) -> _Person:
        kind = self._drawn()
        person: _Person
        if kind < FOREIGN:
            person = self._pick(self._foreign)
        elif kind < FOREIGN + ONE_WORD:
            person = self._pick(self._one_word)
        elif kind < FOREIGN + ONE_WORD + MINORITY:
            person = self._pick(self._minority)
        else:
            sex = "Nữ" if self._drawn() < 0.54 else "Nam"
            words = self._pick(self._family), self._pick(self._middle[sex]), self._pick(self._given[sex])
            person = _Person(" ".join(words), sex, "Kinh")
        return person


def sample_rows(rows: int, seed: str, codes: Sequence[str] = ("SHB",)) -> Iterator[dict[str, str]]:
    """Yields `rows` diplomas as cells by column name, in the catalog's order, cohort by cohort.

    `codes` are codes of `institutions()`, one after the other cohort by cohort; KeyError for an unknown one. Serial
    numbers never repeat; citizen numbers do not within 60 million rows. Memory does not grow with `rows`.
    """
    by_code = {entry.code: entry for entry in institutions()}
    issuers = [by_code[code] for code in codes]
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    drawn = random.Random(start).random  # noqa: S311 - invented people, no secret
    people = _People(drawn)
    for cohort in range(-(-rows // COHORT)):
        # 11 is coprime with the number of programmes, so every programme comes up before one repeats
        programme = _programmes()[cohort // len(issuers) * 11 % len(_programmes())]
        shared = _cohort_cells(issuers[cohort % len(issuers)], programme, cohort)
        for index in range(cohort * COHORT, min(rows, (cohort + 1) * COHORT)):
            yield shared | _own_cells(index, start, shared, programme, people.draw(), drawn)


def _cohort_cells(issuer: Institution, programme: Programme, cohort: int) -> dict[str, str]:
    """Cells that all rows of a cohort share; the others are there and empty, so that columns keep their order."""
    decided = GRADUATION + timedelta(days=cohort % 20)
    level = int(programme.code[0]) - 1
    taught = programme.code[0] == "7"
    cells = dict.fromkeys((spec.name for spec in VN_DIPLOMA.fields), "")
    return cells | {
        "phien_ban": "1.0",
        "thong_tu": "10/2026",
        "ten_vbcc": programme.title,
        "nganh_dao_tao": programme.name,
        "ma_nganh_dao_tao": programme.code,
        "ten_truong": issuer.name,
        "ma_co_so_dao_tao": issuer.code,
        "nam_tot_nghiep": str(decided.year),
        "so_quyet_dinh_cong_nhan_tot_nghiep": f"{cohort + 401}/QĐ-{issuer.decision_mark}",
        "ngay_quyet_dinh_cong_nhan_tot_nghiep": _written(decided),
        "so_quyet_dinh_hoi_dong_danh_gia": "" if taught else f"{cohort + 288}/QĐ-{issuer.decision_mark}",
        "don_vi_cap_bang": issuer.name,
        "ma_don_vi_cap_bang": issuer.code,
        "ho_ten_nguoi_ky_vbcc": issuer.head,
        "so_ddcn_nguoi_ky_vbcc": issuer.head_number,
        "chuc_danh_nguoi_ky_vbcc": "Hiệu trưởng",
        "ho_ten_nguoi_ky_vbcc_ban_giay": issuer.head,
        "chuc_danh_nguoi_ky_vbcc_ban_giay": "Hiệu trưởng",
        "dia_danh_cap_vbcc": issuer.place,
        "ngay_tao_vbcc": _written(decided + timedelta(days=3)),
        "ngay_cap_vbcc": _written(decided + timedelta(days=9)),
        "chuyen_nganh_dao_tao": programme.specialisation,
        "ngay_nhap_hoc": f"05/09/{decided.year - programme.years}",
        "ngon_ngu_dao_tao": "Tiếng Việt",
        "thoi_gian_dao_tao": programme.length,
        "tong_so_tin_chi": str(33 * programme.years),
        "trinh_do_theo_khung_quoc_gia": f"Trình độ {level}",
        "bac_trinh_do_theo_khung_quoc_gia": f"Bậc {level}",
        "hinh_thuc_dao_tao": "Vừa làm vừa học" if cohort % 9 == 8 and taught else "Chính quy",
    }


def _own_cells(
    index: int, start: int, shared: dict[str, str], programme: Programme, person: _Person, drawn: Callable[[], float]
) -> dict[str, str]:
    number = index + 1
    marked = hashlib.sha256(b"%d/%d" % (start, index)).hexdigest()
    age = 18 + programme.years + int(drawn() ** 4 * 14) + (0 if programme.code[0] == "7" else 5)
    born = date(GRADUATION.year - age, 1 + int(drawn() * 12), 1 + int(drawn() * 28))
    code, province = _birth_province(index, start)
    cells = {
        "ma_dinh_danh_vbcc": f"{marked[:8]}-{marked[8:12]}-4{marked[13:16]}-a{marked[17:20]}-{marked[20:32]}",
        "so_hieu_vbcc": f"{shared['ma_don_vi_cap_bang']}26{number:07d}",
        "ma_nguoi_hoc": f"{shared['ngay_nhap_hoc'][8:]}{number:08d}",
        "ho_va_ten": person.name,
        "ngay_sinh": _written(born),
        "gioi_tinh": person.sex,
        "dan_toc": person.group,
        "quoc_tich": person.nationality,
        "so_vao_so": f"{number:07d}/2026",
        "xep_loai": CLASSES[int(drawn() * len(CLASSES))] if programme.code[0] == "7" else "",
    }
    if person.birthplace:
        note = f"Hộ chiếu {marked[32:34].upper()}{number:07d}, {person.nationality}"
        return cells | {"noi_sinh": person.birthplace, "ghi_chu": note}
    commune = f"Xã {COMMUNES[index % len(COMMUNES)]}, " if drawn() < 0.15 else ""
    digits = f"{code}{century_sex_digit(born, person.sex)}{born.year % 100:02d}{_last_digits(index, start):06d}"
    return cells | {"noi_sinh": commune + province, "so_ddcn": digits}


def _last_digits(index: int, start: int) -> int:
    return (start + index * CITIZEN_STEP) % 1_000_000


def _birth_province(index: int, start: int) -> tuple[str, str]:
    """Moves on by one each time the last six digits have run through, so that no citizen number returns."""
    provinces = _provinces()
    return provinces[(_last_digits(index, start) // 16 + index // 1_000_000) % len(provinces)]


def _written(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def write_csv(rows: Iterable[dict[str, str]], stream: TextIO) -> None:
    """Header and rows as CSV with LF line ends; `stream` must not translate them (`newline=""`)."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(spec.name for spec in VN_DIPLOMA.fields)
    writer.writerows(row.values() for row in rows)
