"""Work on its way to a worker elsewhere and what became of it: bytes that nothing along the way shows or reads.

A cluster names work by its function and logs the arguments of work that fails, so all of it goes as one function whose
argument shows nothing and which never fails: what the work raises comes back inside, like a result.
"""

import hashlib
import pickle
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

OF_THE_WORK: Final = ("adapters/executors", "adapters/files", "catalog", "core", "notary", "ports")
"""Folders of the package whose code a worker may run."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Pickled work or its outcome; `made_by` says what code pickled it."""

    content: bytes
    made_by: str

    def __repr__(self) -> str:
        return f"<{len(self.content)} bytes>"


class OtherCode(Exception):
    """Work that came to a worker which has other code; it was not begun. Its argument is what the worker has."""


def packed(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Parcel:
    """The work `fn(*args, **kwargs)`. Raises what pickling raises."""
    return Parcel(pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL), about_us())


def carry_out(work: Parcel) -> Parcel:
    """Does the work where it arrived: gives its outcome, to be opened with `opened`."""
    try:
        if work.made_by != about_us():
            raise OtherCode(about_us())
        fn, args, kwargs = pickle.loads(work.content)  # noqa: S301 -- a worker does what its cluster's clients say
        content = pickle.dumps((True, fn(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 -- `opened` raises it again
        content = _failed(error)
    return Parcel(content, about_us())


def _failed(error: Exception) -> bytes:
    """An error as an outcome; its words alone if it would not arrive."""
    try:
        content = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(content)  # noqa: S301 -- our own
    except Exception:  # noqa: BLE001 -- whatever its class does not stand
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")), pickle.HIGHEST_PROTOCOL)
    return content


def opened(outcome: Parcel) -> Any:
    """What the work gave. Raises what it raised; OtherCode."""
    is_done, value = pickle.loads(outcome.content)  # noqa: S301 -- of a worker, which is trusted with all that it does
    if is_done:
        return value
    raise value


@cache
def about_us() -> str:
    """Which code this process runs: version of the package, a digest of what workers run of it, Python's minor version.

    Two that say the same make the same of the same records. The version alone would not tell two states of a checkout
    apart.
    """
    digest = hashlib.sha256()
    for name in OF_THE_WORK:
        _add(digest, name, files("vanbang").joinpath(name))
    python = ".".join(platform.python_version_tuple()[:2])
    return f"vanbang {version('vanbang')} ({digest.hexdigest()[:12]}), Python {python}"


def _add(digest: Any, name: str, place: Traversable) -> None:
    if place.is_dir():
        for inner in sorted(place.iterdir(), key=lambda one: one.name):
            if inner.name != "__pycache__":
                _add(digest, f"{name}/{inner.name}", inner)
        return
    digest.update(f"{name}\0".encode() + hashlib.sha256(place.read_bytes()).digest())
