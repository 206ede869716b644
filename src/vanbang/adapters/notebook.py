"""An auditor's notes in an SQLite file of their own: no installation is needed to audit.

Not a database of the notary: it may be deleted at any time, and the next audit then begins from the first event.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.replaying import Replay
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation
from vanbang.core.encoding import Digest
from vanbang.core.registry import Anchor, Key, Naming
from vanbang.ports import Conflict, StoreError
from vanbang.ports.notebook import DayCount, NotedAnchor, NotedIssuer, NotedStatus

VERSION: Final = 1
PAGE: Final = 1_000
"""Rows read at once: a reader holds no more than these."""

_TABLES: Final = """
CREATE TABLE audit (version INTEGER, registry TEXT, block INTEGER, hash BLOB, time INTEGER);
CREATE TABLE issuer (id BLOB PRIMARY KEY, place INTEGER, head BLOB, epoch INTEGER, record TEXT, is_sound INTEGER);
CREATE TABLE anchor (
  issuer BLOB, root BLOB, size INTEGER, manifest BLOB, signer BLOB, time INTEGER, block INTEGER, state INTEGER,
  seq INTEGER, holds INTEGER, PRIMARY KEY (issuer, root, size, manifest)) WITHOUT ROWID;
CREATE INDEX anchor_by_seq ON anchor (issuer, seq);
CREATE INDEX anchor_open ON anchor (issuer, seq) WHERE holds = 0;
CREATE TABLE status (
  issuer BLOB, epoch INTEGER, root BLOB, setter BLOB, time INTEGER, block INTEGER, holds INTEGER,
  PRIMARY KEY (issuer, epoch)) WITHOUT ROWID;
CREATE TABLE day (issuer BLOB, kind TEXT, day INTEGER, count INTEGER, PRIMARY KEY (issuer, kind, day)) WITHOUT ROWID;
"""
_ANCHOR: Final = "root, size, manifest, signer, time, block, state, seq, holds"


class SqliteNotebook:
    """Notebook in a file, or (None) in one that the system removes at the end."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens the notes, new ones if there are none. Raises StoreError if the file is something else."""
        try:
            self._database = sqlite3.connect("" if path is None else path, isolation_level=None)
            if not self._rows("SELECT 1 FROM sqlite_master"):
                self._database.executescript(f"BEGIN; {_TABLES} COMMIT;")
            found = self._rows("SELECT version FROM audit")
        except (sqlite3.Error, StoreError) as error:
            raise StoreError(f"{path} holds no notes of an audit: name another --state file ({error})") from error
        if found and found[0][0] != VERSION:
            raise StoreError(f"{path} holds notes of another version of vanbang: name another --state file")

    def close(self) -> None:
        """Ends the use of the file."""
        self._database.close()

    def require(self, registry: str) -> None:
        for (known,) in self._rows("SELECT registry FROM audit"):
            if known != registry:
                raise Conflict(f"these notes are about the registry {known}: name another --state file")

    def begin(self, registry: str, block: ChainBlock) -> None:
        with self._transaction():
            self.require(registry)
            self._database.execute("DELETE FROM audit")
            row = (VERSION, registry, block.number, block.hash, block.time)
            self._database.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?)", row)

    def last_block(self) -> ChainBlock | None:
        found = self._rows("SELECT block, hash, time FROM audit")
        return ChainBlock(*found[0]) if found else None

    def forget(self) -> None:
        with self._transaction():
            for table in ("audit", "issuer", "anchor", "status", "day"):
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def issuer_count(self) -> int:
        count: int = self._rows("SELECT count(*) FROM issuer")[0][0]
        return count

    def issuer(self, issuer_id: bytes) -> NotedIssuer | None:
        found = self._rows("SELECT * FROM issuer WHERE id = ?", issuer_id)
        return _noted(found[0]) if found else None

    def keep(
        self, issuer: NotedIssuer, anchors: Iterable[NotedAnchor], statuses: Iterable[NotedStatus], anew: bool
    ) -> None:
        with self._transaction():
            if anew:
                for table in ("anchor", "status", "day"):
                    self._database.execute(f"DELETE FROM {table} WHERE issuer = ?", (issuer.issuer_id,))  # noqa: S608
            record = json.dumps(_record_json(issuer.record))
            row = (issuer.issuer_id, issuer.place, issuer.head, issuer.epoch, record, issuer.is_sound)
            self._database.execute("INSERT OR REPLACE INTO issuer VALUES (?, ?, ?, ?, ?, ?)", row)
            self._database.executemany(
                "INSERT OR REPLACE INTO anchor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_anchor_row, anchors)
            )
            self._database.executemany(
                "INSERT OR REPLACE INTO status VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((issuer.issuer_id, s.epoch, s.root, s.setter, s.time, s.block, s.holds) for s in statuses),
            )

    def add_days(self, issuer_id: bytes, days: Iterable[DayCount]) -> None:
        with self._transaction():
            self._database.executemany(
                "INSERT INTO day VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                ((issuer_id, item.kind, item.day, item.count) for item in days),
            )

    def anchor(self, key: AnchorKey) -> Anchor | None:
        found = self._rows(
            f"SELECT {_ANCHOR} FROM anchor WHERE issuer = ? AND root = ? AND size = ? AND manifest = ?",  # noqa: S608
            *(key.issuer_id, key.root, key.tree_size, key.manifest_hash),
        )
        return _noted_anchor(key.issuer_id, found[0]).anchor if found else None

    def anchors(self, issuer_id: bytes, *, only_open: bool = False) -> Iterator[NotedAnchor]:
        wanted = "AND holds = 0" if only_open else ""
        question = f"SELECT {_ANCHOR} FROM anchor WHERE issuer = ? AND seq > ? {wanted} ORDER BY seq LIMIT ?"  # noqa: S608
        seq = 0
        while rows := self._rows(question, issuer_id, seq, PAGE):
            yield from (_noted_anchor(issuer_id, row) for row in rows)
            seq = rows[-1][7]

    def statuses(self, issuer_id: bytes) -> Sequence[NotedStatus]:
        rows = self._rows(
            "SELECT epoch, root, setter, time, block, holds FROM status WHERE issuer = ? ORDER BY epoch", issuer_id
        )
        return [NotedStatus(e, root, setter, time, block, bool(holds)) for e, root, setter, time, block, holds in rows]

    def anchors_hold(self, keys: Sequence[AnchorKey]) -> None:
        with self._transaction():
            self._database.executemany(
                "UPDATE anchor SET holds = 1 WHERE issuer = ? AND root = ? AND size = ? AND manifest = ?",
                ((key.issuer_id, key.root, key.tree_size, key.manifest_hash) for key in keys),
            )

    def statuses_hold(self, issuer_id: bytes, epochs: Sequence[int]) -> None:
        with self._transaction():
            self._database.executemany(
                "UPDATE status SET holds = 1 WHERE issuer = ? AND epoch = ?", ((issuer_id, epoch) for epoch in epochs)
            )

    def days(self, issuer_id: bytes) -> Sequence[DayCount]:
        rows = self._rows("SELECT kind, day, count FROM day WHERE issuer = ? ORDER BY kind, day", issuer_id)
        return [DayCount(*row) for row in rows]

    def issuers(self) -> Iterator[NotedIssuer]:
        place = -1
        while rows := self._rows("SELECT * FROM issuer WHERE place > ? ORDER BY place LIMIT ?", place, PAGE):
            yield from map(_noted, rows)
            place = rows[-1][1]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"the notes of the audit cannot be written: {error}") from error

    def _rows(self, question: str, *values: Any) -> list[Any]:
        try:
            return self._database.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the notes of the audit cannot be read: {error}") from error


def _anchor_row(item: NotedAnchor) -> tuple[Any, ...]:
    key, anchor = item.key, item.anchor
    placed = (key.issuer_id, key.root, key.tree_size, key.manifest_hash)
    return (*placed, anchor.signer, anchor.time, anchor.block, anchor.state, item.seq, item.holds)


def _noted_anchor(issuer_id: bytes, row: Any) -> NotedAnchor:
    root, size, manifest, signer, time, block, state, seq, holds = row
    key = AnchorKey(Digest(issuer_id), Digest(root), size, Digest(manifest))
    return NotedAnchor(key, Anchor(signer, time, block, state), seq, bool(holds))


def _noted(row: Any) -> NotedIssuer:
    issuer_id, place, head, epoch, record, is_sound = row
    try:
        read = _record(json.loads(record))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(f"the notes of the audit are damaged: name another --state file ({error})") from error
    return NotedIssuer(issuer_id, place, head, epoch, read, bool(is_sound))


def _record_json(record: Replay) -> dict[str, Any]:
    return {
        "iss": record.iss,
        "view": {name: _plain(value) for name, value in asdict(record.view).items()},
        "names": [[item.since, item.code, item.name] for item in record.names],
        "keys": {address.hex(): list(asdict(key).values()) for address, key in record.keys.items()},
        "revocations": {root.hex(): [r.revoker.hex(), r.time] for root, r in record.revocations.items()},
    }


def _record(value: Any) -> Replay:
    view: dict[str, Any] = {
        name: bytes.fromhex(item) if isinstance(item, str) else item for name, item in value["view"].items()
    }
    return Replay(
        value["iss"],
        IssuerView(**view),
        [Naming(*item) for item in value["names"]],
        {bytes.fromhex(address): Key(*item) for address, item in value["keys"].items()},
        {
            bytes.fromhex(root): Revocation(bytes.fromhex(who), time)
            for root, (who, time) in value["revocations"].items()
        },
    )


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
