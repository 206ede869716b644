"""Looks at the chain for the numbers: ages grow by themselves, and what is not known is not made up."""

import math
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.cli import chain_look
from vanbang.cli.chain_look import Seen, look, looking_at_chain
from vanbang.ports import Horizon, LedgerUnsure
from vanbang.web.metrics import Metrics


def house(horizon: Any, balance: Any = lambda _: 7) -> Any:
    relayer = SimpleNamespace(address=b"\1" * 20)
    return SimpleNamespace(
        keys=SimpleNamespace(names=lambda: ["relayer"], signer=lambda _: relayer),
        ledger=SimpleNamespace(horizon=horizon, balance=balance),
    )


def number(metrics: Metrics, name: str) -> float:
    (line,) = [line for line in metrics.text().decode().splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


def test_the_time_of_the_final_block() -> None:
    """The final block's time is that of the newest block seen that is final now; none is known at first."""
    seen = Seen()
    assert math.isnan(seen.final_time(Horizon(10, 1_000, 5)))
    assert math.isnan(seen.final_time(Horizon(12, 1_020, 9)))
    assert seen.final_time(Horizon(14, 1_040, 12)) == 1_020
    assert seen.final_time(Horizon(14, 1_040, 13)) == 1_020
    assert seen.final_time(Horizon(14, 1_040, 14)) == 1_040


def test_ages_and_balance() -> None:
    """A look tells how old the newest and the newest final block are, and what the relayer has."""
    metrics, now = Metrics(), int(time.time())
    assert math.isnan(number(metrics, "vanbang_seconds_since_block"))
    look(house(lambda: Horizon(3, now - 10, 3)), metrics, Seen())
    assert 10 <= number(metrics, "vanbang_seconds_since_block") < 70
    assert 10 <= number(metrics, "vanbang_seconds_since_final_block") < 70
    assert number(metrics, "vanbang_relayer_balance_wei") == 7


def test_what_cannot_be_known_stays() -> None:
    """When endpoints are away the last numbers stay, ages growing; an unknown balance does not hide the blocks."""

    def unsure(*_: Any) -> Any:
        raise LedgerUnsure("endpoints are down")

    metrics, now = Metrics(), int(time.time())
    look(house(lambda: Horizon(3, now - 10, 3), unsure), metrics, Seen())
    look(house(unsure), metrics, Seen())
    assert number(metrics, "vanbang_seconds_since_block") >= 10
    assert math.isnan(number(metrics, "vanbang_relayer_balance_wei"))


def test_looks_go_on_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked again and again as long as the block lasts, and not after it."""
    looks, enough = [], threading.Event()

    def horizon() -> Horizon:
        looks.append(1)
        if len(looks) == 3:
            enough.set()
        return Horizon(1, 1, 1)

    monkeypatch.setattr(chain_look, "LOOK_EVERY", 0.01)
    with looking_at_chain(house(horizon), Metrics()):
        assert enough.wait(60)
    time.sleep(0.05)
    done = len(looks)
    time.sleep(0.05)
    assert len(looks) == done
