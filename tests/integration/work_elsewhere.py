"""Work for tests of executors: functions that other processes can load."""

import os
import signal
import time
from pathlib import Path

from vanbang.core.errors import FormatError, RecordInvalid


def slowly(unit: int) -> int:
    time.sleep(0.02)
    return unit * unit


def refused(data: bytes) -> None:
    raise RecordInvalid(f"a record of {len(data)} bytes")


def misread(data: bytes) -> None:
    raise FormatError("row[3]", f"{len(data)} bytes")


def killed_once(mark: Path) -> str:
    """Work that kills its worker, but not the one that does it then."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def long(_: int) -> None:
    time.sleep(60)
