"""Public files of a store beside those of a static tree: what is right there, and what must be put.

A file is right if its bytes say so: by the hash that is its name, or by the tree it belongs to. Nothing else is
believed, not a length, nor what a store tells of its files (an ETag is an MD5 in some, and something else in others).
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

from vanbang.core.encoding import digest_of
from vanbang.core.merkle import TILE_HEIGHT, fold_row
from vanbang.ports import ObjectStore, StoreError


class SourceDamaged(StoreError):
    """A public file in the store is missing or not what its name says; nothing that names it was published."""

    code: ClassVar[str] = "source_damaged"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} {why}: put it back from a backup or a mirror, and publish again")
        self.path = path


class InTree(Enum):
    """What a static tree has of a file: nothing, the right bytes, or others."""

    NOTHING = 0
    RIGHT = 1
    WRONG = 2


class Wanted(Protocol):
    """A public file of which is known what it must be."""

    @property
    def path(self) -> str:
        """Its path in the store, and below `public/` of a tree."""
        ...

    def fault(self, data: bytes) -> str:
        """What is wrong with these bytes, in a few words; empty: they are the file."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """A file that its name is the hash of."""

    path: str

    def fault(self, data: bytes) -> str:
        """Whether its hash is another one."""
        return "" if digest_of(data).hex() == self.path.rpartition("/")[2] else "has another hash than its name says"


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of `size` bytes that must fold into `digest`, of the tile above it or the root."""

    path: str
    size: int
    digest: bytes

    def fault(self, data: bytes) -> str:
        """Whether it has another length, or folds into something else."""
        if len(data) != self.size:
            return f"has {len(data)} bytes"
        return "" if fold_row(data, TILE_HEIGHT) == self.digest else "does not belong to its tree"


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it must be, and what the tree has of it."""

    path: str
    data: bytes
    in_tree: InTree


def found(
    wanted: Sequence[Wanted], there: Container[str], source: ObjectStore, tree: ObjectStore
) -> Iterator[Found | SourceDamaged]:
    """Each file, in order: from the tree, if it is among those `there` and is right, else from the store; or what is
    wrong with the store's. Holds them all. Raises StoreError."""
    known = [item for item in wanted if item.path in there]
    stored = zip(known, tree.get_many([item.path for item in known]), strict=True)
    shown = {item.path: data for item, data in stored if data is not None}
    right = {item.path for item in known if item.path in shown and not item.fault(shown[item.path])}
    rest = source.get_many([item.path for item in wanted if item.path not in right])
    for item in wanted:
        if item.path in right:
            yield Found(item.path, shown[item.path], InTree.RIGHT)
            continue
        data = next(rest)
        fault = "is missing" if data is None else item.fault(data)
        if data is None or fault:
            yield SourceDamaged(item.path, fault)
        else:
            yield Found(item.path, data, InTree.WRONG if item.path in shown else InTree.NOTHING)
