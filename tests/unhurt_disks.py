"""SQLite without waiting for the disk: processes are killed in tests, machines are not switched off.

What a process has handed to the system is there when it is killed, in the order in which it was written.
"""

from vanbang.adapters.sql import sqlite

AS_IN_EARNEST = sqlite.PRAGMAS


def trust_the_machine() -> None:
    """From now on, in this process: commits take a hundredth of the time."""
    sqlite.PRAGMAS = tuple(each.replace("synchronous = FULL", "synchronous = OFF") for each in AS_IN_EARNEST)  # type: ignore[misc]
