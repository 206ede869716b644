"""Workers: the real engine over the simulated endpoints and the real database code, stopped and killed at any call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event
from typing import Any, Final, cast

from vanbang.adapters.ethereum.endpoints import Wire
from vanbang.adapters.ethereum.json_rpc import RpcFailure
from vanbang.adapters.ethereum.ledger import RpcLedger
from vanbang.adapters.objects import MemorySpool
from vanbang.cli.bench.simulator.endpoint import Calls, Endpoint
from vanbang.cli.bench.simulator.fiber import Fiber, Killed
from vanbang.cli.bench.simulator.judge import Judge
from vanbang.cli.bench.simulator.registry import CHAIN_ID, CONTRACT
from vanbang.cli.bench.simulator.town import Files, Town
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.errors import VanbangError
from vanbang.core.trust import TrustedRegistry
from vanbang.notary.engine import Engine
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.leasing import Leases
from vanbang.notary.operations import Operations
from vanbang.notary.sweeping import Watch
from vanbang.notary.uploading import Uploads
from vanbang.ports import Lease, Store, StoreBusy

WRITES: Final = frozenset([
    "add_attempt", "add_incident", "add_status_root", "add_transactions", "end_incident", "endorse", "finalise",
    "mark", "renew", "reopen", "set_root_deadline", "settle", "settle_status_root", "apply_changes",
])  # fmt: skip


@dataclass(slots=True)
class Weather:
    """How likely, at any call, a worker dies, sleeps, or its database refuses."""

    dying: float = 0.0
    sleeping: float = 0.0
    refusing: float = 0.0


@dataclass(slots=True)
class Site:
    """What all workers share. `time` is the world's, unix seconds; `told` hears of every fault."""

    town: Town
    store: Store
    files: Files
    endpoints: Sequence[Endpoint]
    quorum: int
    profile: ChainProfile
    judge: Judge
    told: Callable[[str], None]
    draw: Random
    time: float
    weather: Weather = field(default_factory=Weather)
    daily_limit: int | None = None


class Silent(Leases):
    """Leases of a worker in whose steps no time passes, unless it sleeps: then it gives no sign of life."""

    def _beating(self, lease: Lease) -> Event:
        return Event()


class Unwatched:
    """Nobody looks, and nothing waits."""

    def stage(self, name: str) -> None:
        """Not shown."""

    def done(self, number: int, of: int = 0) -> None:
        """Not shown."""

    def wait(self, doubt: str = "") -> None:
        """The schedule decides how time goes on."""


class Worker:
    """One process: `resume` lets it go on to where it is next stopped. `ahead`: how wrong its clock is, seconds."""

    def __init__(self, name: str, site: Site, ahead: int = 0) -> None:
        self.name = name
        self.ahead = ahead
        self.steps = 0
        self._site = site
        self._fiber = Fiber(self._live)

    @property
    def is_over(self) -> bool:
        """Whether it has died."""
        return self._fiber.is_over

    @property
    def fault(self) -> BaseException | None:
        """What it died of, unless it was killed."""
        return self._fiber.fault

    def resume(self) -> None:
        """Lets it go on."""
        self._fiber.resume()

    def kill(self) -> None:
        """Ends it where it stands: what it holds stays taken."""
        self._fiber.kill()

    def clock(self) -> int:
        """Its wall clock."""
        return int(self._site.time) + self.ahead

    def _live(self) -> None:
        engine = self._engine()
        while True:
            try:
                engine.step()
            except VanbangError:
                self._site.told("step broken off")
            self.steps += 1
            self._fiber.pause()

    def _engine(self) -> Engine:
        site = self._site
        store = cast(Store, Told(site.store, self, None))

        def stopwatch() -> float:
            return site.time

        wire = Wire(lambda url, _: Line(self, site.endpoints[int(url[-1])]), lambda jobs, _: [job() for job in jobs])
        urls = [f"simulated://{number}" for number in range(len(site.endpoints))]
        trusted = TrustedRegistry(f"eip155:{CHAIN_ID}:0x{CONTRACT.hex()}", urls, site.quorum)
        ledger = RpcLedger(trusted, site.profile, 10.0, stopwatch, wire)
        leases = Silent(store, self.name, monotonic=stopwatch)
        uploads = Uploads(store, MemorySpool())
        return Engine(
            store,
            Intake(store, uploads, cast(Any, None), bytes(32), self.clock, site.files),
            Issuing(store, site.files, site.town.keys, ledger, leases, self.clock, daily_limit=site.daily_limit),
            Operations(store, ledger, site.town.keys),
            Unwatched(),
            Unwatched().wait,
            self.clock,
            watch=Watch(stopwatch),
            stopwatch=stopwatch,
        )

    def called(self) -> None:
        """It is about to ask the database or an endpoint: here it may sleep, or die. Raises Killed."""
        self._fiber.check()
        site = self._site
        drawn = site.draw.random() - site.weather.dying
        if drawn < 0:
            site.told("worker: killed")
            self._fiber.is_doomed = True
            raise Killed
        if drawn < site.weather.sleeping:
            site.told("worker: asleep")
            self._fiber.pause()

    def refused(self) -> None:
        """The database may fail now. Raises StoreBusy."""
        if self._site.draw.random() < self._site.weather.refusing:
            self._site.told("database: refuses, or its answer is lost")
            raise StoreBusy("the database is away")

    def wrote(self, name: str, lease: Lease | None, arguments: tuple[Any, ...]) -> None:
        """It has written: told to the judge."""
        judge = self._site.judge
        judge.must(judge.holds(lease), f"a worker wrote ({name}) under a lease that it had lost")
        judge.wrote(name, arguments, max(self.clock(), judge.chain.head.time))  # no engine believes a slow clock


class Told:
    """The store as one worker has it: at each call he may sleep or die, and the judge sees what he writes."""

    def __init__(self, inner: Any, worker: Worker, lease: Lease | None) -> None:
        self._inner = inner
        self._worker = worker
        self._lease = lease

    def under(self, lease: Lease) -> "Told":
        """The same store, that writes only while the lease is held."""
        return Told(self._inner.under(lease), self._worker, lease)

    def __getattr__(self, name: str) -> Any:
        value, worker = getattr(self._inner, name), self._worker

        def call(*arguments: Any, **options: Any) -> Any:
            worker.called()
            worker.refused()
            answer = value(*arguments, **options)
            if name in WRITES:
                worker.wrote(name, self._lease, (*arguments, *options.values()))
                worker.refused()
            return answer

        return call


class Line:
    """One worker's connection to an endpoint."""

    def __init__(self, worker: Worker, endpoint: Endpoint) -> None:
        self._worker = worker
        self._endpoint = endpoint

    def request(self, method: str, params: list[Any]) -> Any:
        """As JsonRpc's."""
        self._worker.called()
        return self._endpoint.request(method, params)

    def batch(self, calls: Calls) -> list[Any | RpcFailure]:
        """As JsonRpc's."""
        self._worker.called()
        return self._endpoint.batch(calls)
