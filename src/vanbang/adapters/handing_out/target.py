"""The file that an export of many is written to: how much of one is there already, and where to write on."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from vanbang.adapters.handing_out.tally import Tally
from vanbang.core.credential import MAX_CREDENTIAL_BYTES, read_credential
from vanbang.core.errors import FormatError
from vanbang.notary.export_items import NOTE

if sys.platform != "win32":
    import fcntl

STDOUT: Final = "-"
_MOST: Final = MAX_CREDENTIAL_BYTES + 2
"""A byte too many for a line of an export, and the newline."""
_FURTHER: Final = ". What is whole in it stays: --continue (in Python go_on=True) goes on with it"
_FILE: Final = b'{"header":'


@dataclass(frozen=True, slots=True)
class Begun:
    """How much of an export is there: bytes up to the end of its last credential file, that file, and the counts."""

    size: int = 0
    last: bytes = b""
    tally: Tally = field(default_factory=Tally)


def begun_in(path: Path) -> Begun:
    """What is whole in a file of lines; nothing if there is no such file. Raises FormatError."""
    size, end, last, tally, kept = 0, 0, b"", Tally(), Tally()
    try:
        with path.open("rb") as file:
            while line := file.readline(_MOST):
                if not line.endswith(b"\n"):
                    _check_cut_off(line, size, path)
                    break
                size += len(line)
                if line.startswith(NOTE):
                    _note(tally, line, path)
                elif not line.startswith(_FILE):
                    raise FormatError(str(path), "has a line that no export has written")
                else:
                    tally.files += 1
                    end, last = size, line
                    kept = Tally(tally.files, tally.left_out.copy())
    except FileNotFoundError:
        return Begun()
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error
    return Begun(end, last.rstrip(b"\n"), kept)


@contextmanager
def writing(target: str, size: int, form: str) -> Iterator[BinaryIO]:
    """Where to write, behind `size` bytes that are there. Raises FormatError.

    Lines that break off stay, to go on with. A ZIP without its end is of no use: it is written beside its name, and
    gets the name when it is whole.
    """
    if target == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    path = Path(target)
    part = path.with_name(path.name + ".part") if form == "zip" else path
    try:
        part.touch(mode=0o600)
        with part.open("r+b") as file:
            _take(file, target)
            file.truncate(size)
            file.seek(size)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        further = _FURTHER if form == "ndjson" and path.is_file() else ""
        raise FormatError(target, f"cannot be written: {error.strerror}{further}") from error


def _take(file: BinaryIO, target: str) -> None:
    """Keeps other exports from it as long as it is open, where the file system has locks. Raises FormatError if one is
    at work on it: each would tear what the other has written."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FormatError(target, "is being written by another export") from None
    except OSError:
        return


def _check_cut_off(line: bytes, size: int, path: Path) -> None:
    """Raises FormatError if what would be begun anew, as it is half a line alone, is a file of something else."""
    if size:
        return
    if not any(line.startswith(one) or one.startswith(line) for one in (NOTE, _FILE)) or _is_whole(line):
        raise FormatError(str(path), "is no export, and would be written over: name another file")


def _is_whole(line: bytes) -> bool:
    try:
        read_credential(line)
    except FormatError:
        return False
    return True


def _note(tally: Tally, line: bytes, path: Path) -> None:
    try:
        told = json.loads(line)["export"].get("left_out")
        if isinstance(told, dict):
            tally.left_out[str(told["reason"])] += int(told["records"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(str(path), "has a line that no export has written") from error
