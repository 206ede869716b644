"""An auditor's notes: durable, of one registry, and never mistaken for something else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chronicles import REGISTRY, every_event, hash_of, word
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.chronicle.views import ChainBlock
from vanbang.core.encoding import Digest
from vanbang.core.registry import Anchor
from vanbang.ports import Conflict, StoreError
from vanbang.ports.notebook import DayCount, NotedAnchor, NotedIssuer, NotedStatus

BLOCK = ChainBlock(9, hash_of(9), 100)
ID = word("school.example")


def record() -> Replay:
    _, issuer = every_event()
    return Replay(issuer.iss, issuer.view, issuer.names, issuer.keys, issuer.revocations)


def anchor(number: int, *, holds: bool = False) -> NotedAnchor:
    key = AnchorKey(Digest(ID), Digest(word(f"r{number}")), number, Digest(word(f"m{number}")))
    return NotedAnchor(key, Anchor(b"\x01" * 20, number, number, 1), number, holds)


STATUSES = [NotedStatus(1, word("s1"), b"\x02" * 20, 5, 6), NotedStatus(2, word("s2"), b"\x02" * 20, 7, 8)]


def test_notes_are_kept(tmp_path: Path) -> None:
    """What was noted is there again after the file was closed: block, issuers, anchors, status roots, days."""
    path = tmp_path / "notes"
    noted = NotedIssuer(ID, 3, word("head"), 2, record(), True)
    with closing(SqliteNotebook(path)) as notes:
        assert notes.last_block() is None
        notes.begin(REGISTRY, BLOCK)
        notes.keep(noted, [anchor(1), anchor(2)], STATUSES, anew=True)
        notes.add_days(ID, [DayCount("anchor", 5, 2)])
        notes.add_days(ID, [DayCount("anchor", 5, 1), DayCount("key", 4, 1)])
        notes.anchors_hold([anchor(1).key])
        notes.statuses_hold(ID, [1])
    with closing(SqliteNotebook(path)) as notes:
        assert notes.last_block() == BLOCK
        assert notes.issuer(ID) == noted
        assert list(notes.issuers()) == [noted]
        assert (notes.issuer_count(), notes.issuer(bytes(32))) == (1, None)
        assert list(notes.anchors(ID)) == [anchor(1, holds=True), anchor(2)]
        assert list(notes.anchors(ID, only_open=True)) == [anchor(2)]
        assert (notes.anchor(anchor(2).key), notes.anchor(anchor(3).key)) == (anchor(2).anchor, None)
        assert [status.holds for status in notes.statuses(ID)] == [True, False]
        assert notes.days(ID) == [DayCount("anchor", 5, 3), DayCount("key", 4, 1)]
        notes.keep(noted, [anchor(9)], [], anew=True)
        assert (list(notes.anchors(ID)), notes.statuses(ID), notes.days(ID)) == ([anchor(9)], [], [])
        notes.forget()
        assert (notes.last_block(), notes.issuer_count()) == (None, 0)


def test_many_anchors_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More anchors than are read at once come in order, each once."""
    monkeypatch.setattr("vanbang.adapters.notebook.PAGE", 7)
    notes = SqliteNotebook()
    noted = NotedIssuer(ID, 0, word("head"), 0, record(), True)
    notes.keep(noted, [anchor(number) for number in range(1, 30)], [], anew=True)
    assert [item.seq for item in notes.anchors(ID)] == list(range(1, 30))


def test_notes_of_something_else(tmp_path: Path) -> None:
    """Notes about another registry, of another version, or a file that is none are refused, and left as they are."""
    with closing(SqliteNotebook(tmp_path / "notes")) as notes:
        notes.begin(REGISTRY, BLOCK)
        with pytest.raises(Conflict, match="another --state"):
            notes.begin(REGISTRY + "0", BLOCK)
    (tmp_path / "text").write_text("not a database, but long enough to look at" * 40)
    with pytest.raises(StoreError, match="--state"):
        SqliteNotebook(tmp_path / "text")
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError, match="--state"):
        SqliteNotebook(tmp_path / "other")
    with closing(sqlite3.connect(tmp_path / "notes")) as changed:
        changed.execute("UPDATE audit SET version = 99")
        changed.commit()
    with pytest.raises(StoreError, match="another version"):
        SqliteNotebook(tmp_path / "notes")
    with pytest.raises(StoreError):
        SqliteNotebook(tmp_path)


def test_damaged_notes() -> None:
    """An issuer's record that is not one is told as damage, with what to do."""
    for record_text in ("x", "[]", "{}", '{"iss": 1, "view": {"admin": "zz"}}'):
        notes = SqliteNotebook()
        notes.keep(NotedIssuer(ID, 0, word("head"), 0, record(), True), [], [], anew=True)
        notes._database.execute("UPDATE issuer SET record = ?", (record_text,))
        with pytest.raises(StoreError, match="--state"):
            notes.issuer(ID)


def test_a_broken_write_leaves_nothing(tmp_path: Path) -> None:
    """A transaction that ends early leaves the notes of before."""
    notes = SqliteNotebook(tmp_path / "notes")
    noted = NotedIssuer(ID, 0, word("head"), 0, record(), True)

    def failing() -> list[NotedAnchor]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        notes.keep(noted, (item for _ in range(1) for item in failing()), [], anew=True)
    assert notes.issuer(ID) is None
    notes.keep(noted, [anchor(1)], [], anew=True)
    assert notes.issuer(ID) == noted
