"""Block times: the wall clock, shifted where a test asked for it, never standing still."""

import time

from vanbang.adapters.ethereum.devchain.errors import invalid_params
from vanbang.adapters.ethereum.devchain.store import ChainStore

LATEST_TIME = 2**48 - 1  # seconds; far beyond any real date, and still fits every packed contract field we know


class BlockClock:
    """Chooses each block's timestamp (whole seconds). Its shift is stored, so a restart does not turn time back.

    Blocks must be strictly later than their parent, so a burst of blocks within one second runs ahead of the wall
    clock by as many seconds as it has blocks; later blocks fall back into step.
    """

    def __init__(self, store: ChainStore) -> None:
        self._store = store

    @property
    def offset(self) -> int:
        """Seconds by which this chain's time is ahead of the wall clock."""
        return self._store.setting("time_offset") or 0

    @offset.setter
    def offset(self, seconds: int) -> None:
        self._store.set_setting("time_offset", seconds)

    def now(self) -> float:
        """The chain's present time, in seconds since 1970."""
        return time.time() + self.offset

    def upcoming(self, parent_time: int) -> int:
        """The timestamp a block on a parent with `parent_time` would get now."""
        planned = self._store.setting("next_timestamp")
        return planned if planned is not None else max(int(self.now()), parent_time + 1)

    def passed(self, timestamp: int) -> None:
        """A block got `timestamp`: a plan for it is used up, and time goes on from there."""
        if self._store.setting("next_timestamp") is not None:
            self._store.set_setting("next_timestamp", None)
            self.offset = timestamp - int(time.time())

    def advance(self, seconds: int) -> int:
        """Shift time forward; returns the whole shift so far."""
        if self.now() + seconds > LATEST_TIME:
            raise invalid_params(f"time cannot go beyond {LATEST_TIME}")
        self.offset += seconds
        return self.offset

    def plan(self, timestamp: int, parent_time: int) -> None:
        """Fix the next block's timestamp. Raises RpcError unless it is later than `parent_time`."""
        if timestamp <= parent_time:
            raise invalid_params(f"Timestamp error: {timestamp} is lower than previous block's timestamp")
        if timestamp > LATEST_TIME:
            raise invalid_params(f"Timestamp error: {timestamp} is beyond {LATEST_TIME}")
        self._store.set_setting("next_timestamp", timestamp)
