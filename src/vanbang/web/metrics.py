"""Numbers for Prometheus. No label ever holds a path, an id, a name or anything a client chose."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

# They would double the time series and say nothing new.
disable_created_metrics()  # type: ignore[no-untyped-call]

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""From a static file to the answer of a slow chain endpoint."""

_METHODS: Final = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


def method_label(method: str) -> str:
    """The method, or OTHER: each word that a client thinks up would be a time series for ever."""
    return method if method in _METHODS else "OTHER"


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the moment of a scrape: batches and uploads by state, rows of lists that were judged by
    outcome (`accepted`, `refused`), the age in seconds of the oldest batch that waits; transactions under way by state,
    endpoints by state as this process finds them, open incidents, leases held."""

    batches: Mapping[str, int] = field(default_factory=dict)
    uploads: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    oldest_waiting: float = 0.0
    transactions: Mapping[str, int] = field(default_factory=dict)
    endpoints: Mapping[str, int] = field(default_factory=dict)
    incidents: int = 0
    leases: int = 0


class Metrics:
    """All numbers of one process, in a registry of their own. `standing` is asked at each scrape, never in between."""

    def __init__(self, standing: Callable[[], Standing] = Standing) -> None:
        self.registry = own = CollectorRegistry()
        self._requests = Counter(
            "vanbang_http_requests", "Requests answered", ("method", "route", "status"), registry=own
        )
        self._seconds = Histogram(
            "vanbang_http_request_seconds",
            "Time to the end of the answer",
            ("method", "route"),
            registry=own,
            buckets=SECONDS,
        )
        self._in_flight = Gauge("vanbang_http_requests_in_flight", "Requests being answered", registry=own)
        self._steps = Counter("vanbang_engine_steps", "Steps of the engine", ("outcome",), registry=own)
        self._balance = Gauge("vanbang_relayer_balance_wei", "What the relayer's account holds", registry=own)
        self._balance.set(float("nan"))  # not known yet is not nothing: nobody is to be woken for it
        self._block_time = self._final_time = float("nan")
        for name, told, age in (
            ("block", "the newest block", lambda: time.time() - self._block_time),
            ("final_block", "the newest final block", lambda: time.time() - self._final_time),
        ):
            gauge = Gauge(f"vanbang_seconds_since_{name}", f"Seconds since {told}, by the chain's time", registry=own)
            gauge.set_function(age)
        Info("vanbang_build", "The running version", registry=own).info({"version": version("vanbang")})
        own.register(_Standings(standing))

    def request_began(self) -> None:
        """Counts a request as being answered, until `request_ended`."""
        self._in_flight.inc()

    def request_ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts an answered request under `method_label` and its route's template."""
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def engine_step(self, outcome: str) -> None:
        """Counts a step of the engine: `busy` (more to do at once), `idle`, or `fault` (of the program)."""
        self._steps.labels(outcome).inc()

    def relayer_balance(self, wei: int) -> None:
        """Keeps the relayer's balance as last seen."""
        self._balance.set(wei)

    def chain_seen(self, block_time: float, final_time: float) -> None:
        """Keeps when the newest block and the newest final one were made, unix seconds; NaN is not known."""
        self._block_time, self._final_time = block_time, final_time

    def text(self) -> bytes:
        """Everything in Prometheus' text format. Raises what `standing` raises."""
        return generate_latest(self.registry)


class _Standings(Collector):
    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = standing

    def describe(self) -> Iterator[Metric]:
        # Told here, so that registering does not ask for numbers yet.
        yield from _families(Standing())

    def collect(self) -> Iterator[Metric]:
        yield from _families(self._standing())


def _families(standing: Standing) -> Iterator[Metric]:
    for name, told, label, counts in (
        ("batches", "Batches by state", "state", standing.batches),
        ("uploads", "Uploads by state", "state", standing.uploads),
        ("rows", "Rows of lists judged, by outcome", "outcome", standing.rows),
        ("transactions", "Transactions under way, by state", "state", standing.transactions),
        ("endpoints", "Endpoints of the chain, by state", "state", standing.endpoints),
    ):
        family = GaugeMetricFamily(f"vanbang_{name}", told, labels=(label,))
        for value, count in sorted(counts.items()):
            family.add_metric((value,), count)
        yield family
    yield GaugeMetricFamily("vanbang_incidents_open", "Incidents not mended", value=standing.incidents)
    yield GaugeMetricFamily("vanbang_leases", "Pieces of work that workers have", value=standing.leases)
    yield GaugeMetricFamily(
        "vanbang_oldest_waiting_batch_seconds", "Age of the oldest batch not final", value=standing.oldest_waiting
    )
