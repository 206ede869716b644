"""Places in status lists, and the status root that covers them (docs/format.md section 10)."""

from array import array
from collections.abc import Iterator, Sequence
from itertools import count as count_from
from itertools import islice
from secrets import token_bytes
from struct import unpack
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.encoding import digest_of
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import ListReference, StatusList, StatusManifest, read_status_list, read_status_manifest
from vanbang.ports import ObjectStore, RecordStore, StoredRoot

DRAWN_AT_ONCE = 4_096
"""Random numbers asked of the system in one go."""


Drawn: TypeAlias = Sequence[tuple[str, "array[int]"]]
"""Places in the order they were drawn: a list's uri, and entries of it."""


class Places:
    """Free places of an issuer at random, none twice; lists are added as needed.

    Nothing is taken before it is stored with the records: what was only drawn is free for whoever comes next.
    """

    def __init__(self, store: RecordStore, iss: str) -> None:
        self._free = self._free_places(store, iss)
        self._uri = ""
        self._indexes: Iterator[int] = iter(())

    def take(self, count: int) -> Drawn:
        """The next `count` places. Raises StoreError, Conflict."""
        drawn: list[tuple[str, array[int]]] = []
        while count:
            indexes = array("L", islice(self._indexes, count))
            if indexes:
                drawn.append((self._uri, indexes))
                count -= len(indexes)
            else:
                self._uri, self._indexes = next(self._free)
        return drawn

    def _free_places(self, store: RecordStore, iss: str) -> Iterator[tuple[str, Iterator[int]]]:
        lists = store.status_lists(iss)
        for status_list, taken in lists:
            free = [index for index in range(LIST_ENTRIES) if not taken[index >> 3] >> (index & 7) & 1]
            yield status_list.uri, shuffled(free)
        for number in count_from(len(lists)):
            new = StatusList.empty(f"{iss.rstrip('/')}/status/{number}")
            store.add_status_list(iss, new)
            yield new.uri, shuffled([*range(LIST_ENTRIES)])


def shuffled(items: list[int]) -> Iterator[int]:
    """The items in an order that nobody can foretell (Fisher and Yates), as far as it is asked for; changes the list.

    64 random bits for each of at most 131,072: no order is likelier than another by more than 2^-47.
    """
    left = len(items)
    while left:
        for draw in unpack(f"={DRAWN_AT_ONCE}Q", token_bytes(8 * DRAWN_AT_ONCE)):
            if not left:
                return
            at = draw % left
            left -= 1
            chosen, items[at] = items[at], items[left]
            yield chosen


def publish_status(
    store: RecordStore, objects: ObjectStore, iss: str, key: ec.EllipticCurvePrivateKey, now: int
) -> StoredRoot:
    """Makes sure that a status root with all lists of the issuer, as they are, is on its way; gives the newest root.

    Lists and manifest are published before the root is stored, so no root on chain ever leads nowhere.
    """
    roots = store.status_roots(iss)
    if roots and is_named(store, objects, iss, roots[-1]):
        return roots[-1]
    lists = [status_list for status_list, _ in store.status_lists(iss)]
    references = []
    for status_list in sorted(lists, key=lambda item: item.uri.encode()):
        token = status_list.to_token(key, now)
        objects.put(f"status/{digest_of(token).hex()}", token)
        references.append(ListReference(status_list.uri, digest_of(token), len(token)))
    epoch = roots[-1].epoch + 1 if roots else 1
    manifest = StatusManifest(epoch, now, iss, tuple(references)).to_bytes()
    objects.put(f"status/{digest_of(manifest).hex()}", manifest)
    root = StoredRoot(epoch, manifest, "WAITING")
    store.add_status_root(iss, root)
    return root


def follow_void_root(store: RecordStore, objects: ObjectStore, iss: str, epoch: int, now: int) -> None:
    """Makes sure that a root with our newest lists is on its way as the epoch after `epoch`, the chain's, which counts
    for nothing: its key was compromised. The chain's may be ours or a thief's, set before one of ours that waits.
    """
    roots = store.status_roots(iss)
    waiting = [root for root in roots if root.state != "FINAL"]
    if not roots or any(root.state == "SENT" for root in waiting):
        return  # what is sent may yet be refused: then it waits again
    if roots[-1].epoch > epoch and all(root.epoch > epoch for root in waiting):
        return
    lists = read_status_manifest(roots[-1].manifest).lists
    manifest = StatusManifest(epoch + 1, now, iss, lists).to_bytes()
    objects.put(f"status/{digest_of(manifest).hex()}", manifest)
    store.replace_status_roots(iss, [root.epoch for root in waiting], StoredRoot(epoch + 1, manifest, "WAITING"))


def is_named(store: RecordStore, objects: ObjectStore, iss: str, root: StoredRoot) -> bool:
    """Whether the root's manifest names every list of the issuer with the bits it has now."""
    named = {reference.uri: reference for reference in read_status_manifest(root.manifest).lists}
    lists = [status_list for status_list, _ in store.status_lists(iss)]
    return all(item.uri in named and _published(objects, named[item.uri]) == item.bits for item in lists)


def _published(objects: ObjectStore, reference: ListReference) -> bytes | None:
    token = objects.get(f"status/{reference.sha256.hex()}")
    return None if token is None else read_status_list(token).bits
