"""Changes of status as a registrar writes them down."""

from pathlib import Path

import pytest

from vanbang.adapters.files.changes_csv import MAX_BYTES, read_changes
from vanbang.core.errors import FormatError


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_rows(tmp_path: Path, separator: str, mark: str) -> None:
    """Columns in any order, in English or Vietnamese, as any Excel saves them; empty rows count, and say nothing."""
    path = tmp_path / "changes.csv"
    lines = ["so_hieu,Status,ly_do", "A1, revoked ,fraud", ",,", '"B;,2",suspended,']
    text = (
        "\r\n".join(lines)
        if separator == ","
        else 'so_hieu;Status;ly_do\r\nA1; revoked ;fraud\r\n;;\r\n"B;,2";suspended;'
    )
    path.write_text(mark + text, encoding="utf-8")
    first, second = read_changes(path)
    assert (first.row, first["serial"], first["status"], first["reason"], first["decision"]) == (
        *(2, "A1", "revoked", "fraud"),
        "",
    )
    assert (second.row, second["serial"], second["reason"]) == (4, "B;,2", "")


@pytest.mark.parametrize(
    ("data", "where", "words"),
    [
        (b"", "row 1", "serial"),
        (b"status\nrevoked\n", "row 1", "serial"),
        (b"serial,serial\na,b\n", "row 1", "each once"),
        (b"serial,name\na,b\n", "row 1", "columns must be"),
        (b"serial,status\na\n", "row 2", "1 cells instead of 2"),
        (b"serial\n\n", "csv", "holds no change"),
        ("serial\nĐ".encode("utf-16"), "csv", "CSV UTF-8"),
        (b'serial\n"a', "csv", "CSV UTF-8"),
        (b"x" * (MAX_BYTES + 1), "csv", "larger"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, data: bytes, where: str, words: str) -> None:
    """The error names file and row, and what to do."""
    path = tmp_path / "changes.csv"
    path.write_bytes(data)
    with pytest.raises(FormatError) as refused:
        read_changes(path)
    assert str(path) in str(refused.value)
    assert where in str(refused.value)
    assert words in str(refused.value)


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is told by its name."""
    with pytest.raises(FormatError, match=r"none\.csv"):
        read_changes(tmp_path / "none.csv")
