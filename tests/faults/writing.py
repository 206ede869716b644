"""Disks that are full, or that lie about it: a layer under the product's own writing.

A write fails in two ways, and a caller cannot tell them apart: nothing was written, or everything was and the answer
was lost.
"""

import errno
import os
import sqlite3
from itertools import count
from pathlib import Path
from threading import local
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from vanbang.adapters import durable

SOME = 7
"""Every seventh: what needs several commits in a row must get through at some time."""


def fail_writes(where: str, *, persisted: bool) -> None:
    """From now on writes of this process to `files` or `database` raise what a full disk raises; some of its
    `commits` raises what PostgreSQL says of transactions that contradict each other."""
    if where == "files":
        _fail_files(persisted)
    elif where == "database":
        full = sqlite3.OperationalError("database or disk is full")
        _fail_commits(persisted, 1, full)
    else:
        _fail_commits(persisted, SOME, psycopg.errors.SerializationFailure("could not serialize access"))


def _fail_files(persisted: bool) -> None:
    real = durable.write_new

    def failing(path: Path, data: bytes, mode: int) -> None:
        if persisted:
            real(path, data, mode)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    durable.write_new = failing


def _fail_commits(persisted: bool, every: int, error: Exception) -> None:
    """A commit that has nothing to write succeeds, as it does on a full disk."""
    real, commits, written = Session.commit, count(1), local()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.yes = True

    def failing(self: Any) -> None:
        self.flush()
        fails = getattr(written, "yes", False) and next(commits) % every == 0
        written.yes = False
        if persisted or not fails:
            real(self)
        if fails:
            self.rollback()
            raise OperationalError("COMMIT", {}, error)

    event.listen(Engine, "before_cursor_execute", note)
    Session.commit = failing  # type: ignore[method-assign]
