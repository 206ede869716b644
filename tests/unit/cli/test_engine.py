"""The engine beside the site: steps until it is told to stop, faults counted and survived."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.cli import engine
from vanbang.cli.engine import Stopping, Until, engine_running
from vanbang.ports import Lease, LedgerUnsure, StoreBusy, Trouble
from vanbang.web.metrics import Metrics


@dataclass
class Steps:
    """An engine that does as it is told, and counts its steps."""

    does: Callable[[int], bool]
    done: int = 0
    seen: threading.Event = field(default_factory=threading.Event)

    def step(self) -> bool:
        self.done += 1
        self.seen.set()
        return self.does(self.done)


@pytest.fixture
def house(tmp_path: Path) -> Any:
    """As much of a house as the loop asks for."""
    relayer = SimpleNamespace(address=b"\1" * 20)
    return SimpleNamespace(
        settings=SimpleNamespace(home=tmp_path, grace_seconds=5),
        keys=SimpleNamespace(signer=lambda _: relayer),
        ledger=SimpleNamespace(chain=SimpleNamespace(block_seconds=1.0)),
    )


@pytest.fixture
def run_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], bool]], Steps]:
    """Puts an engine of this behaviour in the place of the real one, and waits less between looks."""

    def put(does: Callable[[int], bool]) -> Steps:
        steps = Steps(does)
        monkeypatch.setattr(engine, "engine_of", lambda *_: steps)
        monkeypatch.setattr(engine, "LOOK_EVERY", 0.01)
        return steps

    return put


def text_once(metrics: Metrics, part: str) -> str:
    """The numbers, once they have `part`."""
    give_up = time.monotonic() + 60
    while part not in (text := metrics.text().decode()):
        assert time.monotonic() < give_up, text
        time.sleep(0.005)
    return text


def test_steps_are_counted(house: Any, run_with: Any) -> None:
    """Steps go on until the end of the block, counted by outcome."""
    steps, metrics = run_with(lambda number: number < 3), Metrics()
    with engine_running(house, metrics):
        text = text_once(metrics, 'outcome="idle"')
    assert 'vanbang_engine_steps_total{outcome="busy"} 2.0' in text
    done = steps.done
    time.sleep(0.05)
    assert steps.done == done


def test_a_fault_is_counted_and_survived(house: Any, run_with: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A step that ends in a fault of the program is logged and counted, and the next one is taken."""

    def does(number: int) -> bool:
        if number == 1:
            raise RuntimeError
        return False

    run_with(does)
    metrics = Metrics()
    with engine_running(house, metrics):
        text = text_once(metrics, 'outcome="idle"')
    assert 'vanbang_engine_steps_total{outcome="fault"} 1.0' in text
    assert "engine fault" in caplog.text


def test_long_work_ends_when_told_to_stop() -> None:
    """Work that goes on for long is left when the process is told to stop, as if the chain could not be asked."""
    until = Until(threading.Event())
    until.stage("sealing")
    until.done(1)
    until.stop.set()
    for ask in (lambda: until.done(2), until.wait):
        with pytest.raises(Stopping) as caught:
            ask()
        assert isinstance(caught.value, LedgerUnsure)
        assert caught.value.code == "ledger_unsure"


def test_long_work_is_told_of_now_and_then(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The log says which stage goes on, how far and how fast it is; of what is soon over it says nothing."""
    caplog.set_level("INFO", "vanbang.engine")
    until = Until(threading.Event())
    until.stage("checking")
    until.done(1, 1_000)
    assert caplog.messages == []
    monkeypatch.setattr(engine, "TELL_EVERY", 0.0)
    until.done(500, 1_000)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("checking: 500 / 1,000, ")


@dataclass
class Left:
    """As much of a store as tells what is left."""

    states: set[str] = field(default_factory=set)
    roots: bool = False
    sent: bool = False
    asked: bool = False
    received: bool = False
    stopped: str = ""
    held: tuple[str, ...] = ()

    def batches(self, *states: str) -> list[Any]:
        return [SimpleNamespace(id=state, iss="i", state=state) for state in sorted(self.states & set(states))]

    def open_status_roots(self) -> list[Any]:
        return [("i", SimpleNamespace(epoch=1, state="WAITING"))] if self.roots else []

    def open_transactions(self) -> list[Any]:
        return [object()] if self.sent else []

    def waiting_operations(self) -> list[Any]:
        return [SimpleNamespace(id="o")] if self.asked else []

    def uploads(self, states: Any) -> list[Any]:
        return [SimpleNamespace(id="u")] if self.received else []

    def troubles(self) -> dict[str, Trouble]:
        return {"batch:b": Trouble(self.stopped, "", 0)} if self.stopped else {}

    def leases(self) -> list[Lease]:
        return [Lease(name, "another", 1, 0) for name in self.held]


@pytest.mark.parametrize(
    ("left", "goes_on"),
    [
        (Left(), False),
        (Left({"SEALED"}), False),
        (Left({"SEALED"}, stopped="no_good_key"), False),
        (Left({"ENDORSED"}, roots=True, stopped="empty_wallet"), False),
        (Left({"SEALED"}, stopped="ledger_unsure"), True),
        (Left({"ANCHORING"}), True),
        (Left(roots=True, sent=True), True),
        (Left(asked=True), True),
        (Left({"SEALED"}, held=("issuer:i",)), True),
        (Left({"SEALED"}, held=("issuer:another", "chain:88")), False),
        (Left({"ENDORSED"}, held=("chain:88",)), True),
        (Left(received=True, held=("upload:u",)), True),
        (Left(received=True, stopped="a_fault"), False),
    ],
)
def test_what_goes_on_by_itself(house: Any, left: Left, goes_on: bool) -> None:
    """What is under way, held up by the chain or begun by another worker goes on; what waits for a person does not."""
    house.store, house.ledger.chain_id = left, 88
    assert engine.goes_on(house) is goes_on


def test_once_ends_when_nothing_goes_on(house: Any, run_with: Any) -> None:
    """Told to run once, the engine ends by itself after two steps that found the same left over; busy steps go on."""
    left = Left({"ANCHORING", "SEALED"}, sent=True)
    house.store, house.ledger.chain_id = left, 88

    def does(number: int) -> bool:
        if number == 4:
            left.states, left.sent = {"SEALED"}, False
        return number < 3

    steps = run_with(does)
    with engine_running(house, once=True) as work:
        work.join(60)
        assert not work.is_alive()
    assert steps.done == 5


def test_nobody_waits_for_a_step_in_a_hurry(house: Any, run_with: Any) -> None:
    """A step that does not end is left at the second signal, long before the grace is over."""
    end = threading.Event()
    steps = run_with(lambda _: end.wait(120))
    house.settings.grace_seconds = 120
    began = time.monotonic()
    with engine_running(house, hurry=lambda: True):
        steps.seen.wait(60)
    assert time.monotonic() - began < 90
    end.set()


def test_a_database_that_is_away_is_waited_for(house: Any, run_with: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A step without a database is told in a sentence, not as a fault of the program with a trace."""

    def does(number: int) -> bool:
        if number == 1:
            raise StoreBusy("the server restarts")
        return False

    run_with(does)
    metrics = Metrics()
    with engine_running(house, metrics):
        text_once(metrics, 'outcome="idle"')
    assert "waits for the database: the server restarts" in caplog.text
    assert "Traceback" not in caplog.text
