"""Folders, lines and single files as they are gathered."""

import os
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from vanbang.adapters.gathering import REASONS, Found, Item, Unreadable, gather
from vanbang.adapters.gathering.lines import line_items
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.errors import FormatError


def gathered(source: Path | str) -> tuple[list[Item], int | None]:
    with gather(str(source)) as found:
        return list(found.items), found.total


def test_a_folder_is_read_to_its_depth(tmp_path: Path) -> None:
    """Files come in the order of their names, folder by folder, and are counted before."""
    for name in ("b.json", "khoa/a.json", "khoa/sau/c.json", "a.json", ".DS_Store", "khoa/._a.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    names = ["a.json", "b.json", os.path.join("khoa", "a.json"), os.path.join("khoa", "sau", "c.json")]
    found, total = gathered(tmp_path)
    assert found == [Found(name, name.encode()) for name in names]
    assert total == 4


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Links to files, to the folder itself and to nothing are told and not opened; nor is a pipe waited for."""
    (tmp_path / "tep").symlink_to("/etc/passwd")
    (tmp_path / "vong").symlink_to(tmp_path)
    (tmp_path / "mat").symlink_to("nowhere")
    os.mkfifo(tmp_path / "ong")
    found, _ = gathered(tmp_path)
    links = [Unreadable(name, "link") for name in ("mat", "tep", "vong")]
    assert sorted(found, key=lambda item: item.name) == sorted([*links, Unreadable("ong", "not_a_file")], key=str)


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a folder without permission are told by their names."""
    (tmp_path / "kin.json").write_bytes(b"{}")
    (tmp_path / "kin").mkdir()
    scandir, root = os.scandir, os.fspath(tmp_path)

    def refused(path: object, *_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda path: scandir(path) if os.fspath(path) == root else refused(path))
    monkeypatch.setattr(os, "open", refused)
    assert gathered(tmp_path)[0] == [Unreadable("kin.json", "unreadable"), Unreadable("kin", "folder_unreadable")]


def test_a_name_that_is_not_text(tmp_path: Path) -> None:
    """Bytes of a name that are not UTF-8 are shown as escapes."""
    path = os.fsencode(tmp_path) + b"/\xff.json"
    with open(path, "wb") as file:
        file.write(b"{}")
    assert gathered(tmp_path)[0] == [Found("\\xff.json", b"{}")]


def test_lines(tmp_path: Path) -> None:
    """Each line is a file, an empty one too; the newline at the end, CR LF included, belongs to none."""
    (tmp_path / "l.ndjson").write_bytes(b'{"a":1}\n\n{"b":2}\r\n')
    assert gathered(tmp_path / "l.ndjson") == (
        [Found("#1", b'{"a":1}'), Found("#2", b""), Found("#3", b'{"b":2}')],
        None,
    )


def test_a_line_without_end_is_cut() -> None:
    """Of a line that is too long one byte more than the limit is kept, and the next line is the next file."""
    long = b"x" * (3 * MAX_CREDENTIAL_BYTES)
    first, second = line_items(BytesIO(long + b"\n{}"))
    assert isinstance(first, Found)
    assert len(first.data) == MAX_CREDENTIAL_BYTES + 1
    assert second == Found("#2", b"{}")


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_lines_around_the_limit(extra: int) -> None:
    """A line of about the limit's length is one file, with or without a newline."""
    line = b"x" * (MAX_CREDENTIAL_BYTES + extra)
    for ending in (b"", b"\n", b"\r\n"):
        found = list(line_items(BytesIO(line + ending)))
        assert found == [Found("#1", line)]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash stands for lines from standard input."""
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"{}\n{}")))
    assert len(gathered("-")[0]) == 2


def test_one_pdf(tmp_path: Path) -> None:
    """A PDF is one file and no lines; over its limit it is told."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n\n\n")
    assert gathered(tmp_path / "a.pdf") == ([Found("a.pdf", b"%PDF-1.7\n\n\n")], 1)
    with (tmp_path / "a.pdf").open("r+b") as file:
        file.truncate(60_000_000)
    assert gathered(tmp_path / "a.pdf")[0] == [Unreadable("a.pdf", "pdf_too_large")]


def test_what_is_not_there(tmp_path: Path) -> None:
    """A source that does not exist, and an archive that is none, are errors that name it."""
    with pytest.raises(FormatError, match="cannot be read"):
        gather(str(tmp_path / "khong-co"))
    (tmp_path / "hong.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(FormatError, match=r"hong\.zip: this is no ZIP archive"):
        gather(str(tmp_path / "hong.zip"))


def test_reasons_are_sentences() -> None:
    """Every reason is a sentence in both languages."""
    assert all(text.endswith(".") for said in REASONS.values() for text in said)
