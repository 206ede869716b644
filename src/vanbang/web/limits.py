"""How much one client may ask for: sizes, times, and a token bucket for each API key and each address."""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

from vanbang.web.problems import Refused

BUCKETS_KEPT: Final = 16_384
"""Clients remembered: about 3 MB. A client that is forgotten begins with a full bucket, which is what time gives it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The defaults are those of the settings."""

    keyed_per_minute: int = 600
    anonymous_per_minute: int = 60
    max_body_bytes: int = 2**20
    max_part_bytes: int = 2**23
    max_upload_bytes: int = 2**31
    max_parts: int = 10_000
    parts_at_once: int = 16
    """Parts held in memory at a time, by all clients together."""
    body_seconds: float = 20.0
    part_seconds: float = 300.0
    streams: int = 200
    """Open event streams, all together."""
    look_every: float = 0.5
    heartbeat_every: float = 15.0
    stream_seconds: float = 600.0
    """An event stream ends after this time; its client comes back by itself."""
    api_key_days: int = 365
    bulk_checks: int = 8
    """Streams of lines answered at a time: each may hold some megabytes and a thread or more."""
    bulk_checks_each: int = 2
    """Of those, how many one client has: whoever sends a line every few seconds keeps his for an hour."""
    batch_lines_per_minute: int = 60_000
    bulk_check_seconds: float = 3_600.0
    exports: int = 4
    """Bulk exports at a time: each uses the worker processes, and half a processor here."""
    exports_each: int = 1
    exports_of_institution: int = 2
    """Of those, how many all keys of one institution have, or all keys of none: fewer than there are."""
    export_seconds: float = 21_600.0
    """Six hours: ten million files at 500 a second. Who takes them more slowly goes on with `after`."""
    write_seconds: float = 60.0
    """For a client to take an answer that is ready, before it counts as gone."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a client after a request: `reset` seconds from now the bucket is full again."""

    policy: str
    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """RateLimit fields (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w=60',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset}',
        }


class Buckets:
    """Token buckets by client: `per_minute` tokens at most, refilled evenly. Bounded memory; the idlest goes first."""

    def __init__(
        self,
        policy: str,
        per_minute: int,
        monotonic: Callable[[], float] = time.monotonic,
        kept: int = BUCKETS_KEPT,
    ) -> None:
        self._policy = policy
        self._most = per_minute
        self._monotonic = monotonic
        self._kept = kept
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> Allowance:
        """Takes a token. Raises Refused (429) with Retry-After when there is none."""
        with self._lock:
            level, now = self._level(client)
            if level >= 1:
                self._keep(client, level - 1, now)
        if level < 1:
            raise self._refused(level)
        return Allowance(self._policy, self._most, int(level - 1), self._seconds(self._most - level + 1))

    def check(self, client: str) -> None:
        """Raises Refused (429) when there is no token; takes none."""
        level, _ = self._level(client)
        if level < 1:
            raise self._refused(level)

    def draw(self, client: str, tokens: int) -> float:
        """Takes tokens, more than there are if need be; the seconds after which that debt is paid."""
        with self._lock:
            level, now = self._level(client)
            self._keep(client, level - tokens, now)
        return max(0.0, (tokens - level) * 60 / self._most)

    def _keep(self, client: str, level: float, now: float) -> None:
        self._levels[client] = (level, now)
        self._levels.move_to_end(client)
        while len(self._levels) > self._kept:
            self._levels.popitem(last=False)

    def _level(self, client: str) -> tuple[float, float]:
        now = self._monotonic()
        level, at = self._levels.get(client, (float(self._most), now))
        return min(float(self._most), level + (now - at) * self._most / 60), now

    def _refused(self, level: float) -> Refused:
        wait = self._seconds(1 - level)
        headers = Allowance(self._policy, self._most, 0, self._seconds(self._most - level)).headers()
        return Refused("rate_limited", headers={"Retry-After": str(wait), **headers})

    def _seconds(self, tokens: float) -> int:
        return max(1, math.ceil(tokens * 60 / self._most)) if tokens > 0 else 0


class Seats:
    """A number of places for what costs memory as long as it lasts. `with seats:` raises Refused (503) when full."""

    def __init__(self, places: int) -> None:
        self._free = places

    def check(self) -> None:
        """Raises Refused (503) when all are taken; takes none."""
        if self._free < 1:
            raise Refused("busy")

    def __enter__(self) -> None:
        self.check()
        self._free -= 1

    def __exit__(self, *_: object) -> None:
        self._free += 1


class ClientSeats(Seats):
    """Seats of which one client has a few at most, so that no single one takes them all.

    A client may have several names, each shared by more than the one before (a key, its institution); `each` says for
    each of them how many seats all have together who have that name.
    """

    def __init__(self, places: int, *each: int) -> None:
        super().__init__(places)
        self._each = each
        self._taken: Counter[tuple[int, str]] = Counter()

    def check_for(self, *client: str) -> None:
        """Raises Refused (503) when all are taken, or as many as under one of these names may be; takes none."""
        self.check()
        names = enumerate(client)
        if any(self._taken[name] >= most for name, most in zip(names, self._each, strict=True)):
            raise Refused("busy")

    @contextmanager
    def taken_by(self, *client: str) -> Iterator[None]:
        """A seat for as long as the block lasts. Raises Refused (503)."""
        self.check_for(*client)
        with self:
            self._taken.update(enumerate(client))
            try:
                yield
            finally:
                self._taken.subtract(enumerate(client))
                self._taken = +self._taken
