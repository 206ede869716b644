"""Readers of lists. Each yields (row number, cell by column name) and raises ListUnreadable; others join beside CSV."""

from vanbang.adapters.files.csv_rows import read_rows
from vanbang.notary.checking import ListUnreadable

__all__ = ["ListUnreadable", "read_rows"]
