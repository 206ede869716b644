"""Keeping py-evm from raising the whole process's recursion limit.

On import py-evm lifts it to about 12,000 frames. Beyond a few thousand the C stack ends first: a deeply nested JSON
text anywhere in the process would then kill it, where Python's default limit gives a harmless RecursionError. The
price is that nested contract calls end at a depth of about a hundred instead of 1,024; none of ours nests at all.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_recursion_limit() -> Iterator[None]:
    """Whatever is imported inside, the recursion limit is afterwards what it was."""
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
