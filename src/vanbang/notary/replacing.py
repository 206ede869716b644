"""Issuing again under a number that was issued before: a corrected record becomes the next edition of a superseded one.

The order is what keeps two of them from ever being valid at once: the old one is superseded, by two people; a status
root that says so becomes final in the registry; only then is a list with the corrected record taken. A crash anywhere
between leaves a superseded credential without a successor yet, and the same steps go on from there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from vanbang.core.encoding import DIGEST_SIZE
from vanbang.core.merkle import TILE_WIDTH
from vanbang.core.status import CredentialStatus, StatusList, read_status_list, read_status_manifest
from vanbang.notary.sealing import tile_path
from vanbang.ports import Batch, Held, ObjectStore, Store, StoreError


class Obstacle(Enum):
    """Why a number that is taken cannot be issued again, or not yet."""

    ON_ITS_WAY = "in_another_list"
    IN_FORCE = "already_issued"
    REVOKED = "number_revoked"
    NOT_FINAL = "replacement_not_final"


@dataclass(frozen=True, slots=True)
class NextEdition:
    """What a corrected record says of the one it replaces: by which decision, and that one's leaf hash."""

    edition: int
    decision: str
    leaf: bytes


def next_editions(
    store: Store, objects: ObjectStore, taken: Mapping[bytes, Held]
) -> dict[bytes, NextEdition | Obstacle]:
    """For each record key that is taken, what its next edition says, or why there cannot be one. Raises StoreError."""
    places = {key: held.list_uri for key, held in taken.items() if held.list_uri is not None}
    lists = {uri: store.status_list(uri) for uri in set(places.values())}
    found: dict[bytes, NextEdition | Obstacle] = {}
    superseded = {}
    for key, held in taken.items():
        status_list = lists.get(held.list_uri or "")
        if status_list is None or held.list_index is None:
            found[key] = Obstacle.ON_ITS_WAY
        elif (status := status_list.of(held.list_index)) is CredentialStatus.SUPERSEDED:
            superseded[key] = held
        else:
            found[key] = Obstacle.REVOKED if status is CredentialStatus.REVOKED else Obstacle.IN_FORCE
    return found | _replacing(store, objects, superseded)


def _replacing(
    store: Store, objects: ObjectStore, superseded: Mapping[bytes, Held]
) -> dict[bytes, NextEdition | Obstacle]:
    decisions = {
        change.record: change.decision
        for change in store.changes_of([held.record for held in superseded.values()])
        if change.state == "APPLIED" and change.status == CredentialStatus.SUPERSEDED
    }
    batches = {name: _batch(store, name) for name in {held.batch_id for held in superseded.values()}}
    final: dict[str, Mapping[str, StatusList]] = {}
    found: dict[bytes, NextEdition | Obstacle] = {}
    for key, held in superseded.items():
        batch = batches[held.batch_id]
        if batch.iss not in final:
            uris = {item.list_uri or "" for item in superseded.values()}
            final[batch.iss] = final_lists(store, objects, batch.iss, uris)
        status_list = final[batch.iss].get(held.list_uri or "")
        if status_list is None or status_list.of(held.list_index or 0) is not CredentialStatus.SUPERSEDED:
            found[key] = Obstacle.NOT_FINAL
        else:
            leaf = leaf_of(objects, batch, held.leaf_index or 0)
            found[key] = NextEdition(held.edition + 1, decisions.get(held.record, ""), leaf)
    return found


def final_lists(store: Store, objects: ObjectStore, iss: str, uris: Collection[str]) -> Mapping[str, StatusList]:
    """Those of the lists that the issuer's newest final status root names, as it names them. Raises StoreError."""
    final = [root for root in store.status_roots(iss) if root.state == "FINAL"]
    if not final:
        return {}
    found = {}
    for reference in read_status_manifest(final[-1].manifest).lists:
        if reference.uri in uris:
            token = objects.get(f"status/{reference.sha256.hex()}")
            if token is None:
                raise StoreError(f"the status list {reference.sha256.hex()} is not in the store")
            found[reference.uri] = read_status_list(token)
    return found


def leaf_of(objects: ObjectStore, batch: Batch, index: int) -> bytes:
    """The leaf hash at a place of a sealed batch, from its tiles, so also of an erased record. Raises StoreError."""
    path = tile_path(batch.root or b"", 0, index // TILE_WIDTH)
    start = index % TILE_WIDTH * DIGEST_SIZE
    leaf = (objects.get(path) or b"")[start : start + DIGEST_SIZE]
    if len(leaf) != DIGEST_SIZE:
        raise StoreError(f"the tile {path} is not in the store")
    return leaf


def _batch(store: Store, batch_id: str) -> Batch:
    batch = store.batch(batch_id)
    if batch is None:
        raise StoreError(f"the batch {batch_id} is not in the database any more")
    return batch
