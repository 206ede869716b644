"""ZIPs as people make them, and as strangers make them to do harm."""

import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.adapters.gathering import Found, Item, Unreadable, zip_directory
from vanbang.adapters.gathering.zip_archive import zip_items
from vanbang.adapters.gathering.zip_directory import read_directory
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.errors import FormatError

FILES = {"a.json": b"{}", "khoa/Nguyễn Thị Ánh Đào.json": b'{"header":' * 40, "b.json": b"x" * 300}


def packed(files: dict[str, bytes] = FILES, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def items(archive: bytes) -> list[Item]:
    stream = BytesIO(archive)
    return list(zip_items(stream, read_directory(stream)))


def reasons(archive: bytes) -> dict[str, str]:
    """The names of what was not read, and why."""
    return {item.name: item.code for item in items(archive) if isinstance(item, Unreadable)}


def one(**changes: int) -> bytes:
    """An archive of one entry of which the directory says something else."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"{}" * 50)
        for name, value in changes.items():
            setattr(archive.filelist[0], name, value)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_was_packed_is_found(method: int) -> None:
    """Every file comes with its name and bytes, stored or deflated, in the archive's order."""
    assert items(packed(method=method)) == [Found(name, data) for name, data in FILES.items()]


def test_streamed_archives_and_those_of_64_bits() -> None:
    """Sizes that stand behind the data, and ZIP64 fields, are read as well."""

    class Unseekable(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.json", "w", force_zip64=True) as entry:
            entry.write(b"{}")
        archive.writestr("b.json", b"[]")
    assert items(out.getvalue()) == [Found("a.json", b"{}"), Found("b.json", b"[]")]


def test_folders_and_what_file_managers_add_are_passed_over() -> None:
    """Neither an entry for a folder nor a Mac's or Windows' own files count as documents."""
    assert items(packed({"khoa/": b"", "__MACOSX/._a.json": b"x", "khoa/.DS_Store": b"x", "Thumbs.db": b"x"})) == []


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.json", "khoa/../../a.json", "C:/a.json", "\\\\may\\a.json", "..\\a.json", "khoa/.."]
)
def test_names_that_lead_elsewhere(name: str) -> None:
    """A name that is absolute or climbs out is told, and its file not judged."""
    assert reasons(packed({name: b"{}"})) == {name: "zip_path"}


def test_a_bomb_is_left_after_its_first_pieces() -> None:
    """What swells a thousandfold is given up, whatever size it claims; credentials beside it are read."""
    found = items(packed({"bom.json": bytes(900_000), "a.json": b"{}"}))
    assert found == [Unreadable("bom.json", "zip_bomb"), Found("a.json", b"{}")]


@pytest.mark.parametrize("extra", [-1, 0, 1, 100, 257, 258, 259, 4_000])
@pytest.mark.parametrize("whole", [65_536, 131_072])
def test_the_last_bits_stand_for_much(whole: int, extra: int) -> None:
    """A file ends where it ends, though all input was taken before all of it came out."""
    data = random.Random(extra).randbytes(whole - 3_000) + b"ab" * 5_000
    data = data[: whole + extra]
    assert items(packed({"a.json": data})) == [Found("a.json", data)]


def test_archives_within_are_not_opened() -> None:
    """A ZIP in a ZIP is named and left alone."""
    assert reasons(packed({"trong.zip": packed()}, zipfile.ZIP_STORED)) == {"trong.zip": "archive_inside"}


def test_overlapping_files() -> None:
    """Two entries that share bytes are both refused, so that no byte is unpacked twice."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.json", b"{}" * 50)
        archive.writestr("b.json", b"[]" * 50)
        archive.filelist[1].header_offset = archive.filelist[0].header_offset
    assert reasons(out.getvalue()) == {"a.json": "zip_overlap", "b.json": "zip_damaged"}


def test_a_file_that_reaches_into_the_next() -> None:
    """A quoted file, whose claimed size covers the next one, is refused; the next one is not."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.json", b"{}")
        archive.writestr("b.json", b"[]")
        archive.filelist[0].compress_size += 20
        archive.filelist[0].file_size += 20
    assert items(out.getvalue()) == [Unreadable("a.json", "zip_overlap"), Found("b.json", b"[]")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_occurs_twice() -> None:
    """Neither of two files of one name is judged: programs differ in which of them they show."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("a.json", "b.json", "a.json"):
            archive.writestr(name, b"{}")
    assert [type(item) for item in items(out.getvalue())] == [Unreadable, Found, Unreadable]
    assert reasons(out.getvalue()) == {"a.json": "zip_twice"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flag_bits": 1}, "zip_encrypted"),
        ({"flag_bits": 64}, "zip_encrypted"),
        ({"compress_type": 12}, "zip_method"),
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "link"),
        ({"external_attr": (stat.S_IFIFO | 0o777) << 16}, "not_a_file"),
        ({"CRC": 1}, "zip_damaged"),
        ({"file_size": 99}, "zip_damaged"),
        ({"file_size": 0xFFFF_FFFF_FF}, "zip_damaged"),
        ({"compress_size": 3}, "zip_damaged"),
        ({"compress_size": 0xFFFF_FFFF_FF}, "zip_overlap"),
        ({"header_offset": 3}, "zip_damaged"),
        ({"header_offset": 2**63}, "zip_damaged"),
    ],
)
def test_entries_that_are_not_what_they_say(changes: dict[str, int], reason: str) -> None:
    """Passwords, links and methods that are not read, and each number that is a lie, have a reason of their own."""
    assert reasons(one(**changes)) == {"a.json": reason}


def test_another_name_inside() -> None:
    """An entry whose own header names another file than the directory does is damaged."""
    assert reasons(packed({"a.json": b"{}"}).replace(b"a.json", b"b.json", 1)) == {"a.json": "zip_damaged"}


def test_a_file_over_the_limit_is_cut() -> None:
    """Of what is too long for a credential file as much is unpacked as shows that it is."""
    (found,) = items(packed({"a.json": random.Random(1).randbytes(2 * MAX_CREDENTIAL_BYTES)}))
    assert isinstance(found, Found)
    assert len(found.data) == MAX_CREDENTIAL_BYTES + 1


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: b"",
        lambda data: b"PK\x03\x04" * 9,
        lambda data: data[:-1],
        lambda data: data[:-30],
        lambda data: b"x" + data,
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        lambda data: data[:-6] + struct.pack("<L", len(data) - 99) + data[-2:],
        lambda data: data[:-18] + b"\x01" + data[-17:],
        lambda data: data[:-6] + b"\xff\xff\xff\xff" + data[-2:],
    ],
)
def test_archives_that_are_broken_as_a_whole(broken: Callable[[bytes], bytes]) -> None:
    """A directory that is missing, moved, cut, changed or of several parts is one clear error."""
    with pytest.raises(FormatError, match="ZIP"):
        items(broken(packed()))


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """More files than are kept track of are refused before the first is unpacked."""
    monkeypatch.setattr(zip_directory, "MAX_ENTRIES", 2)
    with pytest.raises(FormatError, match="more than 2 files"):
        items(packed())


def test_a_name_without_end() -> None:
    """A name of many thousand characters is cut for whoever reads it, and its file is judged."""
    ((name, data),) = [
        (item.name, item.data) for item in items(packed({"a" * 60_000: b"{}"})) if isinstance(item, Found)
    ]
    assert (len(name), name[-1], data) == (300, "…", b"{}")


def test_a_comment_that_holds_an_end() -> None:
    """The record that counts is the one that ends with the file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.json", b"{}")
        archive.comment = b"PK\x05\x06" + bytes(18) + b"."
    assert items(out.getvalue()) == [Found("a.json", b"{}")]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_changed_bytes_never_pass(seed: int, number: int) -> None:
    """However bytes are changed, every file comes as it was packed, or with a reason, or the archive is refused."""
    chance, data = random.Random(seed), bytearray(packed())
    for _ in range(number):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        found = items(bytes(data))
    except FormatError:
        return
    contents = {zlib.crc32(content) for content in FILES.values()}
    assert {zlib.crc32(item.data) for item in found if isinstance(item, Found)} <= contents


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(tail: bytes) -> None:
    """No bytes raise anything but our own error."""
    try:
        items(tail + packed({"a.json": b"{}"})[-60:] + tail)
    except FormatError:
        return
