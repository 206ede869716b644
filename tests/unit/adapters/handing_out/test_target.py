"""The file that an export is written to."""

from errno import ENOSPC
from pathlib import Path

import pytest

from vanbang.adapters.handing_out import ExportLines
from vanbang.adapters.handing_out.target import STDOUT, begun_in, writing
from vanbang.core.errors import FormatError
from vanbang.notary.export_items import Exported, LeftOut
from world import World

LEFT_OUT = LeftOut("b", "c", "erased")
FIRST, SECOND = b'{"header":1}', b'{"header":2}'


def written() -> bytes:
    lines = ExportLines()
    items = (Exported("1", FIRST), LEFT_OUT, Exported("2", SECOND), LEFT_OUT, LeftOut("d", "", "not_endorsed", 40))
    return lines.put(items) + b"".join(lines.end())


def test_how_much_is_there(tmp_path: Path) -> None:
    """Everything up to the last whole file counts; what stands behind it is told again, and so is the end."""
    path, data = tmp_path / "all.ndjson", written()
    second = data.index(SECOND) + len(SECOND + b"\n")
    for kept in (second, second + 1, len(data) - 1, len(data)):
        path.write_bytes(data[:kept])
        begun = begun_in(path)
        assert (begun.size, begun.last) == (second, SECOND)
        assert (begun.tally.files, begun.tally.left_out) == (2, {"erased": 1})
    path.write_bytes(data[: second - 1])
    begun = begun_in(path)
    assert (begun.size, begun.last, begun.tally.files) == (len(FIRST + b"\n"), FIRST, 1)
    assert not begun.tally.left_out


def test_nothing_is_there(tmp_path: Path) -> None:
    """No file, an empty one, and one with half a line or notes alone are begun anew."""
    path = tmp_path / "all.ndjson"
    assert begun_in(path).size == 0
    for data in (b"", b'{"hea', b'{"header":{"batch":"', b'{"exp', b'{"export":{"files":0,"left_out":0}}\n'):
        path.write_bytes(data)
        assert (begun_in(path).size, begun_in(path).last) == (0, b"")


@pytest.mark.parametrize("note", [b'{"export":', b'{"export":7}', b'{"export":{"left_out":{"reason":"erased"}}}'])
def test_a_note_of_somebody_else(tmp_path: Path, note: bytes) -> None:
    """A line that looks like a note and is none is refused, with the file's name."""
    path = tmp_path / "all.ndjson"
    path.write_bytes(note + b"\n")
    with pytest.raises(FormatError, match=r"all\.ndjson.*no export has written"):
        begun_in(path)


@pytest.mark.parametrize("line", [b"", b" ", b"\r", b"\0", b"{}", b"mine"])
def test_a_line_of_somebody_else(tmp_path: Path, line: bytes) -> None:
    """A line that is neither a file nor a note is refused wherever it stands: behind an empty one that an editor left,
    everything would be told a second time."""
    path, data = tmp_path / "all.ndjson", written()
    for at in (0, len(FIRST + b"\n"), len(data)):
        path.write_bytes(data[:at] + line + b"\n" + data[at:])
        with pytest.raises(FormatError, match=r"all\.ndjson.*no export has written"):
            begun_in(path)


def test_a_file_of_something_else_is_not_begun_anew(tmp_path: Path) -> None:
    """A file without a whole line that no export has begun, or that is a single diploma, is refused and stays."""
    path = tmp_path / "mine.json"
    for data in (b"mine", b'{"a":1}', b"{", b"PK" * 10**6, World().credential()):
        path.write_bytes(data)
        if data == b"{":
            assert begun_in(path).size == 0
            continue
        with pytest.raises(FormatError, match=r"mine\.json.*written over"):
            begun_in(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """What cannot be read is told by its name."""
    with pytest.raises(FormatError, match="cannot be read"):
        begun_in(tmp_path)


def break_off(path: Path, form: str, error: Exception) -> None:
    with writing(str(path), 0, form) as out:
        out.write(b"part" * 1_000)
        raise error


def test_lines_stay_and_archives_do_not(tmp_path: Path) -> None:
    """What broke off keeps its lines under its name; an archive gets its name only when it is whole."""
    for form in ("ndjson", "zip"):
        with pytest.raises(ZeroDivisionError):
            break_off(tmp_path / form, form, ZeroDivisionError())
    assert (tmp_path / "ndjson").stat().st_size == 4_000
    assert not (tmp_path / "zip").exists()
    with writing(str(tmp_path / "zip"), 0, "zip") as out:
        out.write(b"whole")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["ndjson", "zip"]
    assert (tmp_path / "zip").read_bytes() == b"whole"


def test_a_full_disk(tmp_path: Path) -> None:
    """That there is no room is told, and of lines that they can be gone on with."""
    full = OSError(ENOSPC, "No space left on device")
    with pytest.raises(FormatError, match=r"No space left.*--continue .*goes on"):
        break_off(tmp_path / "lines", "ndjson", full)
    with pytest.raises(FormatError, match=r"No space left on device$"):
        break_off(tmp_path / "zip", "zip", full)


def test_it_is_written_behind_what_is_there(tmp_path: Path) -> None:
    """Bytes behind the place to go on at are gone."""
    path = tmp_path / "all.ndjson"
    path.write_bytes(b"1\n2\n3")
    with writing(str(path), 2, "ndjson") as out:
        out.write(b"x\n")
    assert path.read_bytes() == b"1\nx\n"


@pytest.mark.parametrize("form", ["ndjson", "zip"])
def test_two_do_not_write_one_file(tmp_path: Path, form: str) -> None:
    """While an export is at work another to the same file is refused, and takes nothing from it; afterwards it may."""
    path = tmp_path / "all"
    with writing(str(path), 0, form) as out:
        out.write(b"lines")
        out.flush()
        with pytest.raises(FormatError, match=r"all.* another export"), writing(str(path), 0, form):
            pass
    assert path.read_bytes() == b"lines"
    with writing(str(path), 0, form) as out:
        out.write(b"more")
    assert path.read_bytes() == b"more"


def test_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A dash is standard output."""
    with writing(STDOUT, 0, "zip") as out:
        out.write(b"bytes")
    assert capfdbinary.readouterr().out == b"bytes"
