"""Changes of status as CSV: what a registrar proposes in one go."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vanbang.core.errors import FormatError

MAX_BYTES: Final = 16 * 1024 * 1024
"""A line takes some 100 bytes: more than can be proposed at once."""

HEADS: Final[Mapping[str, str]] = {
    "issuer": "issuer",
    "ma_don_vi": "issuer",
    "type": "type",
    "loai": "type",
    "serial": "serial",
    "so_hieu": "serial",
    "so_hieu_vbcc": "serial",
    "edition": "edition",
    "lan_cap": "edition",
    "status": "status",
    "tinh_trang": "status",
    "reason": "reason",
    "ly_do": "reason",
    "decision": "decision",
    "quyet_dinh": "decision",
}
"""What may head a column, and the field it stands for."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One row, by its number in the file (the header is row 1); a cell that is empty or not there is ""."""

    row: int
    cells: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")


def read_changes(path: Path) -> Sequence[ChangeLine]:
    """The rows of a CSV file in UTF-8, separated by commas or, as Excel has it in Vietnam, semicolons. Raises
    FormatError, which names file and row."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise FormatError(str(path), f"larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
        head = text.partition("\n")[0]
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(str(path), "not CSV in UTF-8: save it as “CSV UTF-8”") from error
    fields = _fields(path, rows[0] if rows else [])
    found = []
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(fields):
            raise FormatError(f"{path}, row {number}", f"{len(cells)} cells instead of {len(fields)}")
        found.append(ChangeLine(number, {field: cell.strip() for field, cell in zip(fields, cells, strict=True)}))
    if not found:
        raise FormatError(str(path), "holds no change")
    return found


def _fields(path: Path, head: Sequence[str]) -> Sequence[str]:
    names = [name.strip().casefold() for name in head]
    unknown = [name for name in names if name not in HEADS]
    fields = [HEADS[name] for name in names if name in HEADS]
    if unknown or "serial" not in fields or len(set(fields)) != len(fields):
        known = "serial, and any of issuer, type, edition, status, reason, decision, each once"
        raise FormatError(f"{path}, row 1", f"the columns must be {known}")
    return fields
