"""Places in status lists, and the status root that covers them (docs/format.md section 10)."""

from secrets import SystemRandom

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.encoding import digest_of
from vanbang.core.payload import LIST_ENTRIES, StatusPlace
from vanbang.core.status import ListReference, StatusList, StatusManifest, read_status_list, read_status_manifest
from vanbang.ports import ObjectStore, RecordStore, StoredRoot


def take_places(store: RecordStore, iss: str, count: int) -> tuple[list[StatusPlace], dict[str, bytes]]:
    """`count` free places at random, and the changed bitmap of each list touched; new lists are added as needed.

    Nothing is taken before the bitmaps are stored, with the records, in one transaction.
    """
    places: list[StatusPlace] = []
    bitmaps: dict[str, bytes] = {}
    number = 0
    while len(places) < count:
        lists = store.status_lists(iss)
        if number == len(lists):
            store.add_status_list(iss, StatusList.empty(f"{iss.rstrip('/')}/status/{number}"))
            continue
        status_list, taken = lists[number]
        number += 1
        free = [index for index in range(LIST_ENTRIES) if not taken[index >> 3] >> (index & 7) & 1]
        chosen = SystemRandom().sample(free, min(count - len(places), len(free)))
        if chosen:
            places += [StatusPlace(status_list.uri, index) for index in chosen]
            bitmaps[status_list.uri] = _with(taken, chosen)
    return places, bitmaps


def publish_status(
    store: RecordStore, objects: ObjectStore, iss: str, key: ec.EllipticCurvePrivateKey, now: int
) -> StoredRoot:
    """Makes sure that a status root with all lists of the issuer, as they are, is on its way; gives the newest root.

    Lists and manifest are published before the root is stored, so no root on chain ever leads nowhere.
    """
    lists = [status_list for status_list, _ in store.status_lists(iss)]
    roots = store.status_roots(iss)
    if roots and _covers(objects, roots[-1], lists):
        return roots[-1]
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


def _covers(objects: ObjectStore, root: StoredRoot, lists: list[StatusList]) -> bool:
    """Whether the root's manifest names every list with the bits it has now."""
    named = {reference.uri: reference for reference in read_status_manifest(root.manifest).lists}
    return all(item.uri in named and _published(objects, named[item.uri]) == item.bits for item in lists)


def _published(objects: ObjectStore, reference: ListReference) -> bytes | None:
    token = objects.get(f"status/{reference.sha256.hex()}")
    return None if token is None else read_status_list(token).bits


def _with(taken: bytes, indices: list[int]) -> bytes:
    bitmap = bytearray(taken)
    for index in indices:
        bitmap[index >> 3] |= 1 << (index & 7)
    return bytes(bitmap)
