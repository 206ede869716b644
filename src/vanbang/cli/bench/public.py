"""What is public of many diplomas: its bytes, and how fast its files are stored and published."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.adapters.objects import FolderStore, FolderTree
from vanbang.cli.bench.measuring import Line, best, line
from vanbang.core.batch import BatchManifest
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.jws import PublicKey
from vanbang.core.merkle import TreeBuilder
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import CredentialStatus, ListReference, StatusList, StatusManifest
from vanbang.notary.mirroring import mirror
from vanbang.notary.sealing import tile_path
from vanbang.notary.watching import Unwatched

ROWS: Final = 100_000
LIMIT: Final = 40.0
"""Public bytes a diploma."""
FILE_MICROSECONDS: Final = 750.0
"""For storing or publishing one file: 4,000 tiles in three seconds."""
CHANGED: Final = 100
"""One in so many diplomas is superseded or revoked."""
CHANGES: Final = 12
"""Times that a change of its status list was published; each publishes the list anew, and none is deleted."""
ISS: Final = "https://songhong.edu.vn"
VCT: Final = "urn:vanbang:type:vn-diploma:1"
REGISTRY: Final = "eip155:88:0x" + "a1" * 20


def public(rows: int | None) -> Iterator[Line]:
    """One batch of random leaves, 100,000 if no number is asked for, with its status lists after a year of changes."""
    rows = rows or ROWS
    with TemporaryDirectory() as folder:
        store, tree = FolderStore(Path(folder, "store")), FolderTree(Path(folder, "tree"))
        key = ec.generate_private_key(ec.SECP256R1())
        tiles = _tiles(rows)
        seconds = best(lambda: store.put_many(tiles.items()), 1)
        yield line("public, tiles stored", len(tiles), seconds, seconds / len(tiles) * 1e6, FILE_MICROSECONDS)
        store.put_many((f"{name}/{digest_of(data).hex()}", data) for name, data in _documents(rows, tiles, key))
        seconds = best(lambda: mirror(store, tree, (), Unwatched()), 1)
        sizes = [size for name in ("tiles", "manifests", "status") for _, size in tree.public.files(name)]
        yield line("public, files published", len(sizes), seconds, seconds / len(sizes) * 1e6, FILE_MICROSECONDS)
        yield line("public, bytes a diploma", rows, seconds, sum(sizes) / rows, LIMIT)


def _tiles(rows: int) -> dict[str, bytes]:
    made: dict[tuple[int, int], bytes] = {}
    builder = TreeBuilder(lambda level, number, data: made.__setitem__((level, number), data))
    builder.append(os.urandom(32 * rows))
    root = builder.finish()
    return {tile_path(root, *place): data for place, data in made.items()}


def _documents(rows: int, tiles: dict[str, bytes], key: ec.EllipticCurvePrivateKey) -> Iterator[tuple[str, bytes]]:
    """Folder and bytes of the manifest, and of status lists and their manifest as they were after each change."""
    root = Digest(bytes.fromhex(next(iter(tiles)).split("/")[1]))
    yield "manifests", BatchManifest(None, ISS, (PublicKey.of(key),), REGISTRY, root, 0, rows, VCT).to_bytes()
    drawn = Random(rows)  # noqa: S311 -- which diplomas are revoked here is no secret
    lists = [StatusList.empty(f"{ISS}/status/{number}") for number in range(-(-rows // LIST_ENTRIES))]
    for epoch in range(1, CHANGES + 1):
        references = []
        for at, each in enumerate(lists):
            changed = drawn.sample(range(LIST_ENTRIES), max(1, rows // len(lists) // CHANGED // CHANGES))
            lists[at] = each.with_changes(dict.fromkeys(changed, CredentialStatus.SUPERSEDED))
            token = lists[at].to_token(key, epoch)
            references.append(ListReference(each.uri, digest_of(token), len(token)))
            yield "status", token
        references.sort(key=lambda reference: reference.uri)
        yield "status", StatusManifest(epoch, epoch, ISS, tuple(references)).to_bytes()
