"""The one door for lists: whatever the file is called, its content says how it is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from vanbang.adapters.files.csv_list import open_csv
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
        yield _OPENERS[format_of(stream)](stream, kinds)
