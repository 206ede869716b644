"""Long lists for benches: parts that fit together, in both forms."""

import csv
from pathlib import Path

import pytest
from pyarrow.parquet import read_table

from vanbang.catalog import type_by_name
from vanbang.catalog.sampling import sample_rows
from vanbang.cli.bench import long_lists
from vanbang.cli.bench.long_lists import serial_of, write_list

KIND = type_by_name("vn-diploma")


class Here:
    """Parts made in this process."""

    def __init__(self, **_: object) -> None:
        self.executor = long_lists.InProcess()

    def __enter__(self) -> object:
        return self.executor

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_lists, "PART", 60)
    monkeypatch.setattr(long_lists, "ProcessPoolExecutor", Here)


def test_parts_make_one_list_of_different_diplomas(tmp_path: Path) -> None:
    """As many rows as asked for under one header, each serial number once and where it is said to be, all of them
    good."""
    write_list(tmp_path / "list.csv", 200, "csv", "SHB")
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text("utf-8").splitlines()))
    assert len({row["so_hieu_vbcc"] for row in rows}) == len(rows) == 200
    assert [rows[index]["so_hieu_vbcc"] for index in (0, 61, 199)] == [serial_of(i, "SHB") for i in (0, 61, 199)]
    assert [row for row in rows if KIND.parse(row)[0] is None] == []


def test_both_forms_hold_the_same(tmp_path: Path) -> None:
    """A Parquet list has the cells of the CSV list."""
    write_list(tmp_path / "list.csv", 130, "csv", "SHB")
    write_list(tmp_path / "list.parquet", 130, "parquet", "SHB")
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text("utf-8").splitlines()))
    assert read_table(tmp_path / "list.parquet").to_pylist() == rows


def test_rows_from_the_first_on_are_the_list_itself() -> None:
    """A part that nothing comes before is the list as it always was; one that begins later keeps the numbers."""
    assert list(sample_rows(40, "x", first=0)) == list(sample_rows(40, "x"))
    later = list(sample_rows(5, "x", first=35))
    assert [row["so_hieu_vbcc"] for row in later] == [row["so_hieu_vbcc"] for row in sample_rows(40, "x")][35:]
