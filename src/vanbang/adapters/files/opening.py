"""The one door for lists: whatever the file is called, its content says how it is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from vanbang.adapters.files.csv_list import open_csv
from vanbang.adapters.files.faults import json_lines_only
from vanbang.adapters.files.jsonl_list import open_jsonl
from vanbang.adapters.files.parquet_list import open_parquet
from vanbang.adapters.files.sniffing import format_of
from vanbang.adapters.files.table import OpenList
from vanbang.adapters.files.xlsx_list import open_xlsx
from vanbang.catalog import CredentialType

_OPENERS = {"csv": open_csv, "xlsx": open_xlsx, "parquet": open_parquet, "jsonl": open_jsonl}


@contextmanager
def open_list(source: Path | BinaryIO, kinds: Sequence[CredentialType]) -> Iterator[OpenList]:
    """A graduation list, opened: its form now, its rows as they are asked for, within the context.

    `kinds`, at least one, are the types that may stand in it. A stream must be seekable; it is read from its beginning
    and left open. Raises ListUnreadable for what is no such list, here or between two rows. OSError passes.
    """
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        found = format_of(stream)
        yield _OPENERS[found](stream, kinds if found == "jsonl" else _of_tables(kinds))


def _of_tables(kinds: Sequence[CredentialType]) -> Sequence[CredentialType]:
    """The types whose rows the cells of a table can hold. Raises ListUnreadable when there are none."""
    flat = [kind for kind in kinds if not kind.nests]
    if not flat:
        raise json_lines_only(kinds[0])
    return flat
