"""Client and AsyncClient behind one face, so that one suite tests both."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from vanbang.client import AsyncClient, Client, Patience, Times

HURRIED = Patience(repeats=2, longest=1.0)
SOON = Times(connect=5.0, silence=20.0)
KINDS = {"blocking": Client, "asyncio": AsyncClient}


class Either:
    """A client of either kind, called as if it were the blocking one; what it gives one by one comes as it does."""

    def __init__(self, client: Client | AsyncClient, runner: asyncio.Runner | None) -> None:
        self.client = client
        self._runner = runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)
        runner = self._runner
        if runner is None:
            return method

        def called(*given: Any, **told: Any) -> Any:
            found = method(*given, **told)
            if inspect.isawaitable(found):
                return runner.run(_awaited(found))
            return _one_by_one(found, runner) if isinstance(found, AsyncIterator) else found

        return called


@contextmanager
def either(kind: str, base: str, key: str | None = None, **told: Any) -> Iterator[Either]:
    """A client of this kind, closed at the end."""
    told = {"patience": HURRIED, "times": SOON, **told}
    if kind == "blocking":
        with Client(base, key, **told) as client:
            yield Either(client, None)
        return
    with asyncio.Runner() as runner:
        made = AsyncClient(base, key, **told)
        yield Either(made, runner)
        runner.run(made.close())


async def _awaited(found: Any) -> Any:
    return await found


def _one_by_one(found: Any, runner: asyncio.Runner) -> Iterator[Any]:
    async def following() -> Any:
        return await anext(found, None)

    try:
        while (item := runner.run(following())) is not None:
            yield item
    finally:
        runner.run(found.aclose())


def all_of(items: Iterable[Any]) -> list[Any]:
    """All that is given."""
    return list(items)
