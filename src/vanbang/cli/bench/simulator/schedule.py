"""One schedule: a storm drawn from a seed, then calm weather until all is quiet, then the judge's word."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Final

from vanbang.cli.bench.simulator.chain import GWEI, Block, Chain
from vanbang.cli.bench.simulator.crew import Site, Weather, Worker
from vanbang.cli.bench.simulator.endpoint import Endpoint, Troubles
from vanbang.cli.bench.simulator.judge import Judge
from vanbang.cli.bench.simulator.misfortunes import MISFORTUNES, Storm
from vanbang.cli.bench.simulator.registry import CHAIN_ID, Registry
from vanbang.cli.bench.simulator.town import START, Town, town
from vanbang.core.chain_profile import ChainProfile, Fees, Finality
from vanbang.ports import Store

LONG_ENOUGH: Final = 70
"""Seconds after which a sweep is due."""
FUNDS: Final = 10**18
BLOCK_SECONDS: Final = 12
ROUNDS: Final = 100
"""Of calm weather: more than the longest that an endpoint is left alone and a lease waited for, several times over."""
ROUND_SECONDS: Final = 25
QUIET_ROUNDS: Final = 4
"""Rounds that must stay quiet: a sweep lies in them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a schedule ended. `broken`: what did not hold, nothing if it survived. `trace` is a hash of all that was."""

    seed: int
    steps: int
    faults: Counter[str]
    transactions: int
    broken: tuple[str, ...]
    trace: str


@dataclass(slots=True)
class Diary:
    """Counts faults, and makes a hash of everything that happens, in order."""

    faults: Counter[str] = field(default_factory=Counter)
    _digest: Any = field(default_factory=sha256)

    def told(self, fault: str) -> None:
        """A fault."""
        self.faults[fault] += 1
        self.saw(fault)

    def saw(self, what: str) -> None:
        """Anything."""
        self._digest.update(what.encode() + b"\n")

    @property
    def trace(self) -> str:
        found: str = self._digest.hexdigest()[:16]
        return found


def simulate(seed: int) -> Outcome:
    """Runs the schedule of a seed."""
    place, draw, diary = town(), _stream(seed, "storm"), Diary()
    site, storm = _begin(place, seed, draw, diary)
    try:
        _storm(site, storm, draw, diary)
        _calm(site, storm, diary)
        if site.judge.is_quiet():
            site.judge.at_rest()
    finally:
        for worker in storm.workers:
            worker.kill()
    steps = sum(worker.steps for worker in storm.crew)
    for worker in storm.crew:
        site.judge.must(worker.fault is None, f"a worker died of {worker.fault!r}")
    return Outcome(seed, steps, diary.faults, len(site.judge.calls), tuple(site.judge.broken), diary.trace)


def _begin(place: Town, seed: int, draw: Random, diary: Diary) -> tuple[Site, Storm]:
    store = place.reset()
    chain, profile = _chain(place, draw)
    count = draw.choice((1, 2, 3, 3, 3, 4))
    quorum = draw.choice((count // 2 + 1, count // 2 + 1, count))
    limit = draw.choice((None, None, 4 * 10**15))
    judge = Judge(chain, profile, quorum, place, store, limit)
    endpoints = [
        Endpoint(f"endpoint {number}", chain, _stream(seed, f"endpoint {number}"), diary.told, judge.sent,
                 judge.answered) for number in range(count)
    ]  # fmt: skip
    weather = Weather(
        dying=draw.choice((0, 0.002, 0.01)), sleeping=draw.choice((0, 0.01, 0.04)),
        refusing=draw.choice((0, 0, 0.002, 0.01)),
    )  # fmt: skip
    site = Site(place, store, place.files.copied(), endpoints, quorum, profile, judge, diary.told,
                _stream(seed, "calls"), START + 1_000, weather, limit)  # fmt: skip
    workers = [Worker(f"worker {number}", site) for number in range(draw.choice((1, 2, 2, 3)))]
    _hold_back(place, store, draw.choice((1, 2, 3, 5, 6)))
    liars = _liars(count, quorum, draw)
    for endpoint in endpoints[:liars]:
        endpoint.now.lying = draw.choice((0.0, 0.2, 0.5))
        judge.incidents_expected = True
    return site, Storm(site, chain, draw, _stream(seed, "blocks"), workers, list(workers), liars)


def _stream(seed: int, what: str) -> Random:
    """Draws for one thing alone, so that one more of them changes nothing elsewhere."""
    return Random(f"{seed}: {what}")  # noqa: S311 -- it must be the same again, not unforeseeable


def _liars(count: int, quorum: int, draw: Random) -> int:
    """So few that honest endpoints still are a quorum, and liars none."""
    return draw.choice((0, min(quorum - 1, count - quorum)))


def _chain(place: Town, draw: Random) -> tuple[Chain, ChainProfile]:
    kinds: tuple[Fees, ...] = ("legacy", "eip1559")
    fees, depth = draw.choice(kinds), draw.choice((1, 2, 3, 6))
    finality = draw.choice((Finality(depth=depth), Finality(depth=depth), Finality(tag="finalized"),
                            Finality(percent=75)))  # fmt: skip
    profile = ChainProfile(
        CHAIN_ID, "simulated", "TST", fees, finality, BLOCK_SECONDS, GWEI, 50 * GWEI, draw.choice((1, 2, 4, 8)), 32_768,
        8_000_000, draw.choice((2, 3, 5)), False,
    )  # fmt: skip
    relayer, stranger = (place.keys.signer(name).address for name in ("relayer", "stranger"))
    first = Block(0, sha256(b"simulated").digest(), START, GWEI, Registry(place.registered()),
                  balances={relayer: FUNDS, stranger: FUNDS})  # fmt: skip
    return Chain([first], depth, fees), profile


def _hold_back(place: Town, store: Store, shown: int) -> None:
    """Only so many batches are there from the beginning; the others are still being received."""
    held = [batch.id for batch in store.batches()][shown:]
    store.mark(held, "RECEIVING", None)


def _storm(site: Site, storm: Storm, draw: Random, diary: Diary) -> None:
    names, weights = zip(*((name, weight) for name, (weight, _) in MISFORTUNES.items()), strict=True)
    for _ in range(draw.choice((16, 24, 40))):
        drawn = draw.random()
        if drawn < 0.45:
            storm.resume()
        elif drawn < 0.7:
            diary.saw("block")
            storm.mine()
        else:
            name = draw.choices(names, weights)[0]
            if MISFORTUNES[name][1](storm):
                diary.told(name)
        site.time += draw.choice((0, 1, 2, 5))
        diary.saw(f"{storm.chain.head.number} {storm.chain.final} {[w.steps for w in storm.workers]}")


def _calm(site: Site, storm: Storm, diary: Diary) -> None:
    """Everything heals; then as many rounds as it takes, and some more that must change nothing."""
    _heal(site, storm)
    storm.everybody()
    quiet = 0
    for number in range(ROUNDS):
        for _ in range(storm.chain.depth + 1):
            storm.mine()
        storm.to_the_end(number % len(storm.workers))
        site.time += ROUND_SECONDS
        quiet = quiet + 1 if site.judge.is_quiet() else 0
        diary.saw(f"{storm.chain.head.number} {quiet}")
        if quiet == QUIET_ROUNDS:
            _fall_behind(site, storm)
            return
    site.judge.must(False, f"it does not come to its end: {site.judge.waiting()}")


def _fall_behind(site: Site, storm: Storm) -> None:
    """All endpoints show an older state than before: nothing that was final may be called gone."""
    before = len(site.store.incidents())
    for endpoint in site.endpoints:
        endpoint.now.lag = len(storm.chain.blocks) // 2
    site.time += LONG_ENOUGH
    storm.everybody()
    site.judge.must(len(site.store.incidents()) == before, "endpoints that fell behind are told as a reorganisation")
    site.judge.must(site.judge.is_quiet(), "endpoints that fell behind undid what was final")


def _heal(site: Site, storm: Storm) -> None:
    chain = storm.chain
    chain.is_halted = chain.is_stalled = False
    chain.fullness, chain.base_fee = 0.0, min(chain.base_fee, 30 * GWEI)
    for name in ("relayer", "stranger"):
        chain.pay(site.town.keys.signer(name).address, FUNDS)
    for endpoint in site.endpoints:
        endpoint.now = Troubles()
    site.weather = Weather()
    if site.daily_limit is not None:
        site.daily_limit = site.judge.daily_limit = None
        for worker in storm.workers:
            worker.kill()
    for worker in storm.workers:
        worker.ahead = 0
    storm.man()
