"""How often a process looks for garbage that refers to itself. Rows come by the million and make none."""

import gc
from typing import Final

SOUGHT_AFTER: Final = 10_000
"""New objects after which those are looked through that came since, some 1 MB: a few of them may hold
much more. With Python's own 700 long lists took 5 % longer."""


def seek_garbage_seldom() -> None:
    """What is loaded by now stays, and is never looked at again; what comes is looked at in larger heaps."""
    gc.freeze()
    gc.set_threshold(SOUGHT_AFTER)
