"""Archives as other programs read them."""

import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest

from vanbang.adapters.gathering import Found, gather
from vanbang.adapters.handing_out import ExportZip
from vanbang.adapters.handing_out.zip_stream import ZipStream
from vanbang.notary.export_items import MISSING, Exported, LeftOut

NAMES = ("SHB/vn-diploma/Đ1.vanbang.json", "SHB/vn-diploma/2.vanbang.json", "a")
LOST = LeftOut("0d" * 16, "ab" * 32, "erased")


def archive(items: Iterable[Exported | LeftOut]) -> bytes:
    made = ExportZip()
    return b"".join([made.put([item]) for item in items] + list(made.end()))


def test_other_programs_read_it(tmp_path: Path) -> None:
    """Names, bytes and checksums are read by Python's zipfile and by unzip, and our own reader finds the same."""
    contents = {name: name.encode() * 1_000 for name in NAMES}
    path = tmp_path / "a.zip"
    path.write_bytes(archive(Exported(name, data) for name, data in contents.items()))
    with zipfile.ZipFile(path) as read:
        assert {name: read.read(name) for name in read.namelist()} == contents
        assert {entry.external_attr >> 16 for entry in read.infolist()} == {0o100600}
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    with gather(str(path)) as found:
        assert list(found.items) == [Found(name, data) for name, data in contents.items()]


def test_what_is_left_out_is_listed_and_is_no_diploma(tmp_path: Path) -> None:
    """MISSING.csv is the last entry, is there only when it has something to say, and is passed over by verifying."""
    path = tmp_path / "a.zip"
    path.write_bytes(archive([Exported("1", b"{}"), LOST, Exported("2", b"{}")]))
    with zipfile.ZipFile(path) as read:
        assert read.namelist() == ["1", "2", MISSING]
        table = read.read(MISSING).decode().splitlines()
    assert table == ["batch,credential,reason,records", f"{LOST.batch},{LOST.credential},erased,1"]
    with gather(str(path)) as found:
        assert [item.name for item in found.items] == ["1", "2"]


def test_an_empty_one_is_one() -> None:
    """An export of nothing is an archive without entries."""
    with zipfile.ZipFile(BytesIO(archive([]))) as read:
        assert read.namelist() == []


def test_the_same_files_make_the_same_archive() -> None:
    """Nothing in it depends on the time or the machine."""
    items = [Exported(name, name.encode()) for name in NAMES] + [LOST]
    assert archive(items) == archive(items)


@pytest.mark.slow
def test_more_entries_than_the_old_form_can_count() -> None:
    """With 65,535 entries and more, the directory's end is the one of 64 bits."""
    made, out = ZipStream(), BytesIO()
    for number in range(66_000):
        out.write(made.entry(f"{number}", b"x"))
    for piece in made.end():
        out.write(piece)
    with zipfile.ZipFile(out) as read:
        assert len(read.namelist()) == 66_000
        assert read.read("65999") == b"x"


@pytest.mark.parametrize("before", [2**32 - 100, 2**32 - 1, 2**32, 2**33])
def test_files_beyond_four_gibibytes(tmp_path: Path, before: int) -> None:
    """Entries whose place does not fit into 32 bits are found: the file has a hole as large as what stands before."""
    made = ZipStream()
    first = made.entry("first", b"1" * 200)
    made._offset += before - len(first)  # what stands before is not written: it is a hole in the file
    path = tmp_path / "large.zip"
    with path.open("wb") as out:
        out.write(first)
        out.seek(before)
        out.write(made.entry("second", b"2") + made.entry("third", b"3"))
        out.writelines(made.end())
    with zipfile.ZipFile(path) as read:
        assert (read.read("second"), read.read("third")) == (b"2", b"3")
        assert [entry.header_offset for entry in read.infolist()][:2] == [0, before]


def test_a_packed_entry() -> None:
    """What is packed already is put in as it is, with the checksum of what is in it."""
    data, packer = b"line\n" * 1_000, zlib.compressobj(wbits=-15)
    packed = packer.compress(data) + packer.flush()
    made = ZipStream()
    whole = made.deflated("a", packed, len(data), zlib.crc32(data)) + b"".join(made.end())
    with zipfile.ZipFile(BytesIO(whole)) as read:
        assert read.read("a") == data
        assert read.getinfo("a").compress_type == zipfile.ZIP_DEFLATED
