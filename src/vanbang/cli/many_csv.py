"""The results of many files as CSV for a spreadsheet: UTF-8 with byte order mark, no cell a formula."""

import csv
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from typing import Final, TextIO

from vanbang.adapters.durable import TEMPORARY
from vanbang.adapters.files.csv_rows import ESCAPED, FORMULA_SIGNS
from vanbang.cli.many_results import Result
from vanbang.cli.output import plain
from vanbang.core.errors import FormatError

COLUMNS: Final = (
    "Số thứ tự / number",
    "Tệp / file",
    "Kết quả / verdict",
    "Mã lý do / code",
    "Lý do",
    "Reason",
    "Họ và tên / name",
    "Ngày sinh / date of birth",
    "Văn bằng / diploma",
    "Xếp loại / classification",
    "Số hiệu / serial number",
    "Mã đơn vị cấp / issuer's code",
    "Đơn vị cấp (theo sổ công khai) / issuer (as registered)",
    "Ghi sổ / anchored",
    "Kiểm tra / checked",
)
_FORMULA: Final = re.compile(FORMULA_SIGNS)

Add = Callable[[Result], None]


@contextmanager
def results_csv(path: Path) -> Iterator[Add]:
    """Takes results one by one. The file is there, or replaced, only at a good end.

    A crash leaves a temporary file beside it, whose name begins with TEMPORARY. Raises FormatError where no file can be
    made, OSError (disk full).
    """
    temporary = path.parent / (TEMPORARY + secrets.token_hex(8))
    try:
        with _new(temporary, path) as stream:
            rows = csv.writer(stream, lineterminator="\r\n")
            rows.writerow(COLUMNS)
            yield lambda result: rows.writerow(map(_cell, _row(result)))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _new(temporary: Path, path: Path) -> TextIO:
    try:
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        return temporary.open("x", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise FormatError(str(path), f"cannot be written: {error.strerror}") from error


def _row(result: Result) -> tuple[str, ...]:
    brief = result.brief
    head = (str(result.number), result.name, result.verdict or "NOT_READ", result.code, *result.reason)
    if brief is None:
        return (*head, *[""] * (len(COLUMNS) - len(head)))
    about = (brief.holder, brief.born, brief.what, brief.classification, brief.serial)
    return (*head, *about, brief.issuer_code, brief.issuer_name, brief.anchored_at, brief.checked_at)


def _cell(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it; what would hide or turn letters becomes an escape."""
    shown = plain(text)
    return f"'{shown}" if _FORMULA.match(shown) or ESCAPED.match(shown) else shown
