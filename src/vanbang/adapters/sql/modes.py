"""What a transaction is for: the engines begin it accordingly."""

from typing import Final

MODE: Final = "vanbang_mode"
"""The execution option. Without it a transaction writes, and no other that writes goes on at the same time: all of them
add to one chain of audit lines, so nothing is lost by it, and what one of them has read stays true until its end."""
READS: Final = "reads"
"""It only reads: one state of the database, waiting for nobody."""
READERS_LEVEL: Final = "REPEATABLE READ"
"""PostgreSQL's isolation level for them: without it each statement would see a state of its own."""
BESIDE: Final = "beside"
"""It writes rows that it locks itself, and no audit line; on PostgreSQL beside others, on SQLite as any other."""

WRITERS: Final = int.from_bytes(b"vanbang")
"""The number of the advisory lock by which writers go one at a time on PostgreSQL; it belongs to one database."""

BUSY_SECONDS = 30
"""How long a writer waits for another: longer than sealing's one long transaction on SQLite."""
