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
from vanbang.ports import LedgerUnsure
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
    give_up = time.monotonic() + 5
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
    until.sealed(1)
    until.stop.set()
    for ask in (lambda: until.sealed(2), until.wait):
        with pytest.raises(Stopping) as caught:
            ask()
        assert isinstance(caught.value, LedgerUnsure)
        assert caught.value.code == "ledger_unsure"
