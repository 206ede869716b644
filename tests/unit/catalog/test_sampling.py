"""Invented lists: the same bytes for the same seed, and valid by the catalog's own rules."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest

from vanbang.catalog import LIST_TYPES, type_by_name, type_for
from vanbang.catalog.sampling import institutions, sample_rows, schools, write_csv, write_json_lines

pytestmark = pytest.mark.slow

DIPLOMA, SCHOOL, TRANSCRIPT = (type_by_name(name) for name in ("vn-diploma", "vn-thpt", "vn-transcript"))
SCRIPT = Path(__file__).parents[3] / "scripts" / "make-list"
COMMITTED_ROWS, COMMITTED_SEED = 1_200, "2026-06"
PINNED = "8ae03fea57351383c72a48816a48ceac598181619eae9b20f1adfe601889ab41"

PINNED_SCHOOL = "5aef30a9dec1dd0d6701fa5ea9879311ab7c9d8ef4cf62ff4aae403afb31bc72"

PINNED_TRANSCRIPT = "36676fc2686b1e7628ab3a4839c99aa725b5c716983d64dee37d02160a23ca13"


def as_csv(rows: int, seed: str, codes: tuple[str, ...] = ("SHB",)) -> str:
    text = io.StringIO(newline="")
    write_csv(sample_rows(rows, seed, codes), text)
    return text.getvalue()


def test_the_committed_sample_is_made_again_byte_for_byte():
    """The generator still makes the committed list from its seed."""
    committed = files("vanbang.catalog").joinpath("data", "sample-diplomas.csv").read_bytes()
    assert as_csv(COMMITTED_ROWS, COMMITTED_SEED).encode() == committed


def test_bytes_are_pinned_for_all_institutions():
    """Python's version or platform does not change what a seed gives."""
    codes = tuple(entry.code for entry in institutions())
    assert hashlib.sha256(as_csv(600, "ổn định", codes).encode()).hexdigest() == PINNED


def test_every_row_passes_every_rule_without_warning():
    """Rows of all institutions are records without a single finding."""
    for row in sample_rows(3_000, "valid", [entry.code for entry in institutions()]):
        record, found = DIPLOMA.parse(row)
        assert record is not None
        assert found == []


def test_every_row_of_a_high_school_passes_every_rule_without_warning():
    """Rows of all schools are records of their own type without a single finding, and hold the rare people too."""
    rows = list(sample_rows(3_000, "valid", [entry.code for entry in schools()], "vn-thpt"))
    for row in rows:
        assert type_for(row, LIST_TYPES) is SCHOOL
        record, found = SCHOOL.parse(row)
        assert record is not None
        assert found == []
    assert {row["ma_don_vi_cap_bang"] for row in rows} == {entry.code for entry in schools()}
    assert any(not row["so_ddcn"] for row in rows)
    assert any(" " not in row["ho_va_ten"] for row in rows)


def test_the_bytes_of_high_schools_are_pinned():
    """Python's version or platform does not change what a seed gives, and the columns are those of the type."""
    text = io.StringIO(newline="")
    write_csv(sample_rows(300, "ổn định", kind="vn-thpt"), text, "vn-thpt")
    assert text.getvalue().splitlines()[0] == ",".join(spec.name for spec in SCHOOL.fields)
    assert hashlib.sha256(text.getvalue().encode()).hexdigest() == PINNED_SCHOOL


def test_every_transcript_passes_every_rule_without_warning():
    """Transcripts of all schools are records without a single finding, with results of every level."""
    rows = list(sample_rows(60, "valid", [entry.code for entry in schools()], "vn-transcript"))
    levels = set()
    for row in rows:
        assert type_for(row, LIST_TYPES) is TRANSCRIPT
        record, found = TRANSCRIPT.parse(row)
        assert record is not None
        assert found == []
        levels |= {year["ket_qua_hoc_tap_ca_nam"] for year in TRANSCRIPT.claims_of(record)["ket_qua_hoc_tap"]}
    assert {row["truong_hien_tai_ma"] for row in rows} == {entry.code for entry in schools()}
    assert levels >= {"Tốt", "Khá"}


def test_the_bytes_of_transcripts_are_pinned():
    """Python's version or platform does not change what a seed gives; lists are arrays."""
    text = io.StringIO(newline="")
    write_json_lines(sample_rows(40, "ổn định", kind="vn-transcript"), text)
    assert [*json.loads(text.getvalue().splitlines()[0])] == [spec.name for spec in TRANSCRIPT.fields]
    assert hashlib.sha256(text.getvalue().encode()).hexdigest() == PINNED_TRANSCRIPT


@pytest.mark.parametrize("kind", ["vn-diploma", "vn-thpt"])
def test_numbers_never_repeat(kind):
    """Serial, register, learner, identifier and citizen numbers are unique in a list."""
    rows = list(sample_rows(6_000, "unique", kind=kind))
    for name in ("so_hieu_vbcc", "so_vao_so", "ma_nguoi_hoc", "ma_dinh_danh_vbcc", "so_ddcn"):
        values = [row[name] for row in rows if row[name]]
        assert len(set(values)) == len(values)


def test_rare_but_valid_people_are_in():
    """A few thousand rows hold one-word names, minority letters, apostrophes, foreigners and cells with commas."""
    rows = list(sample_rows(4_000, "rare"))
    names = [row["ho_va_ten"] for row in rows]
    assert any(" " not in name for name in names)
    assert any("'" in name for name in names)
    assert any("ơ̆" in name for name in names)
    assert any(not row["so_ddcn"] and row["quoc_tich"] != "Việt Nam" for row in rows)
    assert any("," in row["noi_sinh"] for row in rows)
    assert all(row["so_vao_so"].startswith("0") for row in rows)


def test_different_seeds_make_different_people():
    """Lists of two seeds share no identifier and hardly a name in the same place."""
    first, second = list(sample_rows(200, "a")), list(sample_rows(200, "b"))
    assert not {row["ma_dinh_danh_vbcc"] for row in first} & {row["ma_dinh_danh_vbcc"] for row in second}
    assert sum(a["ho_va_ten"] == b["ho_va_ten"] for a, b in zip(first, second, strict=True)) < 10


def test_rows_are_streamed():
    """The first rows of a list of a billion come at once."""
    assert len(list(islice(sample_rows(1_000_000_000, "long"), 3))) == 3


def test_the_script_writes_the_same_bytes(tmp_path):
    """scripts/make-list gives what the generator gives, into a file and to standard output."""
    command = [sys.executable, SCRIPT, "--rows", "40", "--seed", "s", "--institution", "all", "--out"]
    codes = tuple(entry.code for entry in institutions())
    printed = subprocess.run([*command, "-"], capture_output=True, check=True).stdout
    subprocess.run([*command, tmp_path / "list.csv"], check=True)
    assert printed == (tmp_path / "list.csv").read_bytes() == as_csv(40, "s", codes).encode()


def test_the_script_writes_lists_of_high_schools(tmp_path):
    """With --type the script gives high-school diplomas; a code of another type's issuers is refused with the known."""
    command = [sys.executable, SCRIPT, "--rows", "40", "--seed", "s", "--type", "vn-thpt", "--out", "-"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    assert len(list(csv.DictReader(io.StringIO(printed.decode(), newline="")))) == 40
    refused = subprocess.run([*command, "--institution", "SHB"], capture_output=True, check=False)
    assert refused.returncode == 2
    assert b"01901" in refused.stderr


def test_an_unknown_institution_is_an_error():
    """A code that no institution has is named."""
    with pytest.raises(KeyError, match="XYZ"):
        next(sample_rows(1, "x", ["XYZ"]))
