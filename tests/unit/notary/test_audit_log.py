"""Checking the audit log: each thing that raw SQL can do to it is found and named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from small_house import new_store
from vanbang.adapters.sql import SqlStore
from vanbang.core.audit_log import entry_hash
from vanbang.notary.audit_log import LogState, audit_lines, check_log

COUNT = 7


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """A store whose log has seven lines."""
    store = new_store(tmp_path)
    for number in range(2, COUNT + 1):
        store.note("tested", f"line {number}", {"number": number})
    return store


def check(store: SqlStore, head: bytes | None = None) -> LogState:
    return check_log(audit_lines(store), head)


def run(store: SqlStore, *statements: str) -> None:
    """Raw SQL, as somebody with the file would use it."""
    with closing(sqlite3.connect(str(store._engine.url.database))) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_log_that_holds(store: SqlStore) -> None:
    """Its lines are counted, its first and last time told, its head is the last line's hash."""
    lines = store.audit_entries()
    state = check(store)
    assert state == LogState(COUNT, lines[0].at, lines[-1].at, lines[-1].hash, None)
    assert state.holds
    for line in lines:
        assert check(store, line.hash).holds
    assert check(store, bytes(32)).holds


def test_an_empty_log() -> None:
    """It holds, and has no times; but not if it had lines once."""
    assert check_log([]) == LogState(0, None, None, bytes(32), None)
    assert check_log([], b"\1" * 32).wrong == "cut"


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "facts", "previous", "hash", "hash as text"])
@pytest.mark.parametrize("line", [1, 4, COUNT])
def test_a_changed_line(store: SqlStore, line: int, column: str) -> None:
    """A change of any column of any line is found in that line."""
    value = {"at": "at + 1", "previous": "randomblob(32)", "hash": "randomblob(32)"}.get(column, "'x'")
    column = column.split()[0]
    run(store, f"UPDATE audit_log SET {column} = {value} WHERE seq = {line}")  # noqa: S608
    state = check(store)
    assert (state.wrong, state.lines + 1) == ("changed", line)


@pytest.mark.parametrize("line", [1, 4, COUNT - 1])
def test_a_missing_line(store: SqlStore, line: int) -> None:
    """A line that was deleted is missing; renumbering those behind it shows as a change."""
    run(store, f"DELETE FROM audit_log WHERE seq = {line}")  # noqa: S608
    assert (check(store).wrong, check(store).lines + 1) == ("missing", line)
    run(
        store,
        f"UPDATE audit_log SET seq = -seq WHERE seq > {line}",  # noqa: S608
        "UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0",
    )
    assert (check(store).wrong, check(store).lines + 1) == ("changed", line)


@pytest.mark.parametrize("kept", [0, 3, COUNT - 1])
def test_a_cut_log(store: SqlStore, kept: int) -> None:
    """Lines cut off at the end are noticed by who noted down a head, and by nobody else."""
    head = check(store).head
    run(store, f"DELETE FROM audit_log WHERE seq > {kept}")  # noqa: S608
    assert check(store).holds
    state = check(store, head)
    assert (state.wrong, state.lines) == ("cut", kept)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (3, 6), (6, 7)])
def test_swapped_lines(store: SqlStore, first: int, second: int) -> None:
    """Two lines that changed places are found at the first of them."""
    run(
        store,
        f"UPDATE audit_log SET seq = -1 WHERE seq = {first}",  # noqa: S608
        f"UPDATE audit_log SET seq = {first} WHERE seq = {second}",  # noqa: S608
        f"UPDATE audit_log SET seq = {second} WHERE seq = -1",  # noqa: S608
    )
    state = check(store)
    assert (state.wrong, state.lines + 1) == ("changed", first)


def test_an_added_line(store: SqlStore) -> None:
    """A line put between two others is found where it stands."""
    run(
        store,
        "UPDATE audit_log SET seq = -seq WHERE seq > 3",
        "UPDATE audit_log SET seq = 1 - seq WHERE seq < 0",
        "INSERT INTO audit_log SELECT 4, at, actor, action, 'forged', facts, randomblob(32), randomblob(32)"
        " FROM audit_log WHERE seq = 3",
    )
    assert (check(store).wrong, check(store).lines + 1) == ("changed", 4)


def rewritten(store: SqlStore, first: int, last: int) -> None:
    """Changes line `first` and gives it, and those up to `last`, hashes that fit again."""
    lines = list(store.audit_entries())
    previous = lines[first - 1].previous
    with closing(sqlite3.connect(str(store._engine.url.database))) as connection, connection:
        for line in lines[first - 1 : last]:
            told = (line.seq, line.at, "nobody" if line.seq == first else line.actor, line.action, line.subject)
            new = entry_hash(previous, *told, line.facts)
            connection.execute(
                "UPDATE audit_log SET actor = ?, previous = ?, hash = ? WHERE seq = ?",
                (told[2], previous, new, line.seq),
            )
            previous = new


@pytest.mark.parametrize("last", range(3, COUNT))
def test_a_line_with_a_new_hash(store: SqlStore, last: int) -> None:
    """Lines that were changed with their hashes are given away by the first that was left as it was."""
    rewritten(store, 3, last)
    state = check(store)
    assert (state.wrong, state.lines) == ("out_of_order", last)


def test_a_rewritten_log(store: SqlStore) -> None:
    """A log rewritten to its end fits together, and does not hold the head noted down before."""
    head = check(store).head
    rewritten(store, 3, COUNT)
    assert check(store).holds
    assert check(store, head).wrong == "cut"


def test_lines_given_in_another_order(store: SqlStore) -> None:
    """Lines that run back are out of order."""
    lines = list(store.audit_entries())
    assert check_log([lines[0], lines[1], lines[1]]).wrong == "out_of_order"
    assert check_log([lines[1], lines[0]]).wrong == "missing"
