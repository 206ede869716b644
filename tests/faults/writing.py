"""Disks that are full, or that lie about it: a layer under the product's own writing.

A write fails in two ways, and a caller cannot tell them apart: nothing was written, or everything was and the answer
was lost.
"""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from vanbang.adapters import durable


def fail_writes(where: str, *, persisted: bool) -> None:
    """From now on every write of this process to `files` or `database` raises what a full disk raises."""
    if where == "files":
        _fail_files(persisted)
    else:
        _fail_commits(persisted)


def _fail_files(persisted: bool) -> None:
    real = durable.write_new

    def failing(path: Path, data: bytes, mode: int) -> None:
        if persisted:
            real(path, data, mode)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    durable.write_new = failing


def _fail_commits(persisted: bool) -> None:
    """A commit that has nothing to write succeeds, as on a full disk."""
    real = Session.commit

    def failing(self: Any) -> None:
        writes = bool(self.new or self.dirty or self.deleted) or self.info.get("wrote", False)
        if persisted or not writes:
            real(self)
        if writes:
            self.rollback()
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    Session.commit = failing  # type: ignore[method-assign]
