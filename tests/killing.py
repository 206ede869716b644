"""Killing the process at every moment: a store that is gone after so many of its calls, and a chain that goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fake_ledger import FakeChain, FakeLedger
from small_house import INSTITUTION, new_store
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.notary.registering import register_institution


class Crash(BaseException):
    """The process is gone."""


class DiesAt:
    """A store or ledger that is gone after so many of its calls."""

    def __init__(self, inner: Any, left: int) -> None:
        self._inner = inner
        self.left = left

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def call(*arguments: Any, **options: Any) -> Any:
            if not self.left:
                raise Crash
            self.left -= 1
            return value(*arguments, **options)

        return call


def patience(chain: FakeChain) -> Callable[[], None]:
    waits = iter(range(40))

    def wait() -> None:
        assert next(waits, None) is not None, "it waits for ever"
        chain.mine()

    return wait


def registered(folder: Path, chain: FakeChain, keys: MemoryKeyStore, left: int = 10_000) -> int:
    """Registers; gives how many calls of the store it took."""
    store, chain.owner = DiesAt(new_store(folder), left), keys.signer("owner").address
    register_institution(store, FakeLedger(chain), keys, INSTITUTION, patience(chain))  # type: ignore[arg-type]
    return left - store.left
