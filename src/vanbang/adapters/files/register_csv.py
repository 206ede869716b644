"""Registers of programmes and signers as CSV: what a registrar keeps beside the lists."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from vanbang.core.errors import FormatError
from vanbang.notary.registers import COLUMNS, checked_entry
from vanbang.ports import RegisterEntry

MAX_BYTES = 64 * 1024 * 1024
"""A line takes some 100 bytes: room for every programme and signer of all institutions many times over."""


def read_registers(path: Path) -> dict[str, list[RegisterEntry]]:
    """The entries by institution code of a CSV file in UTF-8 with the columns of COLUMNS. Raises FormatError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise FormatError(str(path), f"larger than {MAX_BYTES} bytes")
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        if tuple(table.fieldnames or ()) != COLUMNS:
            raise FormatError(f"{path}, row 1", f"the columns must be {', '.join(COLUMNS)}")
        found: dict[str, list[RegisterEntry]] = defaultdict(list)
        for number, cells in enumerate(table, 2):
            where = f"{path}, row {number}"
            if None in cells or None in cells.values() or not cells["issuer"]:
                raise FormatError(where, "needs seven cells, the first with the institution's code")
            found[cells["issuer"].strip()].append(checked_entry(cells, where))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(str(path), "not CSV in UTF-8: save it as “CSV UTF-8”") from error
    return dict(found)


def write_register(code: str, entries: Iterable[RegisterEntry]) -> bytes:
    """The file that `read_registers` reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((code, e.kind, e.code, e.name, e.title, e.since, e.until) for e in entries)
    return text.getvalue().encode("utf-8-sig")
