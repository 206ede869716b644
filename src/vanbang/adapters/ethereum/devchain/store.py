"""Where the development chain lives: py-evm's key-value store in one SQLite file, with the log index beside it.

Trusted: whoever can write the file can rewrite the chain. Without a folder the same store lives in memory.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from eth.abc import AtomicWriteBatchAPI
from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB

from vanbang.adapters.ethereum.devchain.errors import ChainStoreBusy, ChainStoreUnusable

FILE_NAME = "chain.sqlite"
APPLICATION_ID = 0x76626463  # "vbdc": says whose file this is

_TABLES = (
    "CREATE TABLE IF NOT EXISTS node (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS log_term (term BLOB, number INTEGER, PRIMARY KEY (term, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value INTEGER)",
    "CREATE TABLE IF NOT EXISTS snapshot (id INTEGER PRIMARY KEY AUTOINCREMENT, head INTEGER, time_offset INTEGER)",
    f"PRAGMA application_id = {APPLICATION_ID}",
)


class ChainStore(BaseAtomicDB):
    """py-evm's atomic database in SQLite, plus what eth-tester would only hold in memory.

    Durability: a block is one SQLite transaction in the write-ahead log, so a killed process leaves the last whole
    block; a power cut may lose the newest blocks but never leaves half of one (synchronous = NORMAL).
    Not thread-safe: `DevChain` serialises every use.
    """

    def __init__(self, folder: Path | None) -> None:
        """Open or create the store in `folder`, or in memory.

        Raises:
            ChainStoreBusy: another process (or another `ChainStore`) has it open.
            ChainStoreUnusable: it cannot be created, or is some other file.
        """
        self.path = folder / FILE_NAME if folder else Path(":memory:")
        self._db = self._open(folder)

    def _open(self, folder: Path | None) -> sqlite3.Connection:
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(str(self.path), isolation_level=None, check_same_thread=False, timeout=0)
        except (OSError, sqlite3.Error) as error:
            raise ChainStoreUnusable(self.path, str(error)) from error
        try:
            self._claim(db)
        except sqlite3.Error as error:
            db.close()
            if getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY":
                raise ChainStoreBusy(self.path) from error
            raise ChainStoreUnusable(self.path, str(error)) from error
        return db

    @staticmethod
    def _claim(db: sqlite3.Connection) -> None:
        """Take SQLite's exclusive lock, which the operating system drops when the process dies, however it dies."""
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        owner = db.execute("PRAGMA application_id").fetchone()[0]
        if owner != APPLICATION_ID and db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise sqlite3.DatabaseError("it is another program's database")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            db.execute(statement)
        db.execute("COMMIT")

    def close(self) -> None:
        """Fold the write-ahead log into the file and release the lock."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become visible together, or not at all if the body raises."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Writes inside can be read back inside, and are forgotten at the end."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    # The key-value store py-evm asks for.

    def __getitem__(self, key: bytes) -> bytes:
        row = self._db.execute("SELECT value FROM node WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO node VALUES (?, ?)", (key, bytes(value)))

    def __delitem__(self, key: bytes) -> None:
        if not self._db.execute("DELETE FROM node WHERE key = ?", (key,)).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._db.execute("SELECT 1 FROM node WHERE key = ?", (key,)).fetchone() is not None

    @contextmanager
    def atomic_batch(self) -> Iterator[AtomicWriteBatchAPI]:
        """A readable write batch that is applied at the end, unless the body raises."""
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:
            yield batch

    # The log index: which blocks hold a log with a given address, or a given topic at a given place.

    def index_logs(self, number: int, terms: set[bytes]) -> None:
        """Note that block `number` holds logs with each of `terms`."""
        self._db.executemany("INSERT OR IGNORE INTO log_term VALUES (?, ?)", [(term, number) for term in terms])

    def blocks_with_logs(self, groups: Sequence[Sequence[bytes]], first: int, last: int) -> list[int]:
        """Ascending numbers in first..last (both included) of blocks that hold at least one term of every group.

        No groups: every block with a log. A block listed may still hold no single log that fits all the groups.
        """
        one = "SELECT number FROM log_term WHERE number BETWEEN ? AND ?"
        clauses = [f"{one} AND term IN ({','.join('?' * len(group))})" for group in groups] or [one]
        values: list[object] = [value for group in groups or [[]] for value in (first, last, *group)]
        query = f"SELECT DISTINCT number FROM ({' INTERSECT '.join(clauses)}) ORDER BY number"  # noqa: S608 only placeholders
        return [row[0] for row in self._db.execute(query, values)]

    def forget_logs_after(self, number: int) -> None:
        """Drop the index entries of blocks above `number`."""
        self._db.execute("DELETE FROM log_term WHERE number > ?", (number,))

    # Small numbers that must survive a restart.

    def setting(self, name: str) -> int | None:
        """The stored number called `name`, None if never stored or cleared."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def set_setting(self, name: str, value: int | None) -> None:
        """Store, replace or (None) clear the number called `name`."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def add_snapshot(self, head: int, time_offset: int) -> int:
        """Remember a block number and a time offset; returns an id that is never used again."""
        row = self._db.execute("INSERT INTO snapshot (head, time_offset) VALUES (?, ?)", (head, time_offset))
        return int(row.lastrowid or 0)

    def take_snapshot(self, snapshot: int) -> tuple[int, int] | None:
        """(block number, time offset) of a snapshot, which is used up together with all later ones."""
        query = "SELECT head, time_offset FROM snapshot WHERE id = ?"
        row: tuple[int, int] | None = self._db.execute(query, (snapshot,)).fetchone()
        self._db.execute("DELETE FROM snapshot WHERE id >= ?", (snapshot,))
        return row
