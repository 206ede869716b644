"""Lists of any length for a bench, written by all processors: invented diplomas, as CSV or Parquet."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]

from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.catalog.vn_diploma import VN_DIPLOMA
from vanbang.notary.workers import InProcess, in_order

Form = Literal["csv", "parquet"]
PART: Final = 15_000
"""Rows made at once: whole cohorts, and some 9 MB of text."""


def write_list(path: Path, rows: int, form: Form, code: str, seed: str = "growth") -> None:
    """Writes so many diplomas of one institution of `sampling.institutions`."""
    make = partial(_csv_part if form == "csv" else _table_part, seed=seed, code=code)
    units = ((first, min(PART, rows - first)) for first in range(0, rows, PART))
    many = rows > PART
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) if many else InProcess() as executor:
        _write(path, form, (part for _, part in in_order(executor, make, units)))


def serial_of(index: int, code: str, seed: str = "growth") -> str:
    """The serial number of the row at this place (0-based) of such a list."""
    return next(sample_rows(1, seed, (code,), first=index))["so_hieu_vbcc"]


def _write(path: Path, form: Form, parts: Iterator[Any]) -> None:
    with ExitStack() as stack:
        if form == "csv":
            stack.enter_context(path.open("wb")).writelines(parts)
            return
        first = next(parts)
        writer = stack.enter_context(ParquetWriter(path, first.schema, compression="zstd"))
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)


def _csv_part(unit: tuple[int, int], seed: str, code: str) -> bytes:
    first, rows = unit
    stream = StringIO(newline="")
    write_csv(sample_rows(rows, seed, (code,), first=first), stream)
    text = stream.getvalue()
    return (text if first == 0 else text.partition("\n")[2]).encode()


def _table_part(unit: tuple[int, int], seed: str, code: str) -> pa.Table:
    first, rows = unit
    schema = pa.schema([(spec.name, pa.string()) for spec in VN_DIPLOMA.fields])
    return pa.Table.from_pylist(list(sample_rows(rows, seed, (code,), first=first)), schema)
