"""Sealing: the tree, the second computation of its root, the places, and credential files made from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fake_ledger import FakeChain, FakeLedger
from small_house import (
    INSTITUTION,
    KIND,
    MemoryStore,
    Silent,
    accept,
    impatient,
    new_keys,
    new_store,
    registered_keys,
    rows,
)
from vanbang.adapters.sql import SqlStore
from vanbang.core.batch import read_manifest
from vanbang.core.credential import read_credential
from vanbang.core.encoding import digest_of
from vanbang.core.errors import RootMismatch
from vanbang.core.merkle import TreeBuilder, check_inclusion, leaf_hash
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import StatusList, read_status_list, read_status_manifest
from vanbang.core.trust import Trust, trusted_registry
from vanbang.core.verification import judge
from vanbang.notary import sealing
from vanbang.notary.issuing import Issuing
from vanbang.notary.publishing import NotIssued, credential_of, share
from vanbang.notary.sealing import check_tiles, seal, tile_path
from vanbang.ports import Batch, Conflict, SealedBatch, StoreError

COUNT = 300


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[SqlStore, MemoryStore, SealedBatch]:
    """A batch of more than one tile, sealed."""
    store, objects = new_store(tmp_path_factory.mktemp("sealed")), MemoryStore()
    batch = accept(store, rows(COUNT))
    result = seal(store, objects, KIND, batch, 1_781_900_100, Silent())
    return store, objects, result


def leaves_of(objects: MemoryStore, result: SealedBatch) -> list[bytes]:
    tiles = [objects.get(tile_path(result.root, 0, number)) for number in range(-(-result.tree_size // 256))]
    data = b"".join(tile for tile in tiles if tile)
    return [data[i : i + 32] for i in range(0, len(data), 32)]


def test_leaves_are_sorted_and_fold_to_the_root(sealed: tuple[SqlStore, MemoryStore, SealedBatch]) -> None:
    """The published tiles hold all leaves in ascending order, and folding them gives the sealed root."""
    _, objects, result = sealed
    leaves = leaves_of(objects, result)
    assert leaves == sorted(leaves)
    assert len(set(leaves)) == result.tree_size == COUNT
    builder = TreeBuilder(lambda *_: None)
    builder.append(b"".join(leaves))
    assert builder.finish() == result.root
    check_tiles(objects, result.root, COUNT)
    upper = objects.get(tile_path(result.root, 8, 0))
    assert upper
    assert len(upper) == 2 * 32


def test_the_root_of_several_subtrees(
    sealed: tuple[SqlStore, MemoryStore, SealedBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second computation takes subtree after subtree from the tiles, and sees a fault in any of them."""
    monkeypatch.setattr(sealing, "SUBTREE_LEAVES", 256)
    _, objects, result = sealed
    check_tiles(objects, result.root, COUNT)
    for number in (0, 1):
        damaged = MemoryStore()
        damaged._files.update(objects._files)
        flip(damaged, tile_path(result.root, 0, number))
        with pytest.raises(RootMismatch):
            check_tiles(damaged, result.root, COUNT)


def test_secrets_and_places_are_fresh(sealed: tuple[SqlStore, MemoryStore, SealedBatch]) -> None:
    """Every record has a secret and a place of its own, at random, noted as taken."""
    store, _, _ = sealed
    records = list(store.records(store.batches()[0].id))
    places = [record.list_index for record in records if record.list_index is not None]
    assert len(set(places)) == COUNT == len({record.secret for record in records})
    assert places != sorted(places)
    assert max(places) > LIST_ENTRIES // 2 > min(places)
    (_, taken), *others = store.status_lists(INSTITUTION.iss)
    assert not others
    assert [i for i in range(LIST_ENTRIES) if taken[i >> 3] >> (i & 7) & 1] == sorted(places)


def test_the_secret_of_intake_is_sealed(tmp_path: Path) -> None:
    """What intake stored of a record is not written a second time: no copy under another secret is left anywhere."""
    store = new_store(tmp_path)
    batch = accept(store, rows(2))
    before = list(store.records(batch.id))
    seal(store, MemoryStore(), KIND, batch, 2, Silent())
    for old, new in zip(before, store.records(batch.id), strict=True):
        assert (old.secret, old.ciphertext) == (new.secret, new.ciphertext)


def flip(objects: MemoryStore, path: str) -> None:
    data = bytearray(objects._files[path])
    data[5] ^= 1
    objects._files[path] = bytes(data)


def drop(objects: MemoryStore, path: str) -> None:
    del objects._files[path]


def shorten(objects: MemoryStore, path: str) -> None:
    objects._files[path] = objects._files[path][:-32]


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, drop, shorten])
@pytest.mark.parametrize("tile", [0, 1])
def test_a_damaged_tile(tmp_path: Path, damage: Callable[[MemoryStore, str], None], tile: int) -> None:
    """When a stored tile is not what was hashed, nothing is signed and the batch stays SEALED."""
    store, objects, keys = new_store(tmp_path), MemoryStore(), new_keys()
    chain, batch = FakeChain(registered_keys(keys)), accept(store, rows(260))
    result = seal(store, objects, KIND, batch, 2, Silent())
    damage(objects, tile_path(result.root, 0, tile))
    work = Issuing(store, objects, keys, FakeLedger(chain), impatient(store), lambda: chain.time)
    with pytest.raises((RootMismatch, StoreError)):
        work.bring_to_final(store.batches()[0], Silent())
    assert store.batches()[0].state == "SEALED"
    assert store.batches()[0].signature is None
    assert chain.sent == []


class Forgetful(MemoryStore):
    """Keeps the tiles with one byte changed, as a bad disk does."""

    def put_many(self, items: Any) -> None:
        super().put_many((path, bytes([data[0] ^ 1]) + data[1:]) for path, data in items)


def test_a_disk_that_changes_bytes(tmp_path: Path) -> None:
    """Tiles that come back otherwise than written stop the sealing, and leave batch and records as they were."""
    store = new_store(tmp_path)
    batch = accept(store, rows(3))
    with pytest.raises(RootMismatch):
        seal(store, Forgetful(), KIND, batch, 2, Silent())
    assert store.batches() == [batch]
    assert all(record.leaf_index is None for record in store.records(batch.id))


def test_sealed_once(tmp_path: Path) -> None:
    """A batch that is sealed already is a conflict, and stays as it is."""
    store, objects = new_store(tmp_path), MemoryStore()
    batch = accept(store, rows(5))
    seal(store, objects, KIND, batch, 2, Silent())
    sealed_batch, before = store.batches(), list(store.records(batch.id))
    with pytest.raises(Conflict):
        seal(store, objects, KIND, batch, 4, Silent())
    assert (store.batches(), list(store.records(batch.id))) == (sealed_batch, before)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[SqlStore, MemoryStore, Any, Batch]:
    """A batch of seven, endorsed."""
    store, objects, keys = new_store(tmp_path_factory.mktemp("issued")), MemoryStore(), new_keys()
    chain, batch = FakeChain(registered_keys(keys)), accept(store, rows(7))
    work = Issuing(store, objects, keys, FakeLedger(chain), impatient(store), lambda: chain.time)
    with pytest.raises(StopIteration):
        work.bring_to_final(batch, Stopping())
    return store, objects, keys, store.batches()[0]


class Stopping(Silent):
    def wait(self, doubt: str) -> None:
        raise StopIteration


def test_every_credential_file_holds(issued: tuple[SqlStore, MemoryStore, Any, Batch]) -> None:
    """Each record's file is rebuilt to the byte, reads strictly, shows its claims and proves its inclusion."""
    store, objects, keys, batch = issued
    assert batch.manifest
    registry = trusted_registry(read_manifest(batch.manifest).registry, ("http://127.0.0.1:1",))
    for stored in store.records(batch.id):
        file = credential_of(objects, KIND, batch, stored, keys.es256("shb/credential"))
        data = file.to_bytes()
        proof = read_credential(data).proof
        assert proof
        check_inclusion(leaf_hash(file.payload_bytes), proof.leaf_index, 7, proof.path, proof.manifest.root)
        again = credential_of(objects, KIND, batch, stored, keys.es256("shb/credential"))
        assert (again.payload_bytes, again.disclosures, again.proof) == (
            file.payload_bytes,
            file.disclosures,
            file.proof,
        )
        wanted = judge(data, Trust(registry, (), ()), {}, 1_782_000_000)
        assert any(question.startswith("head ") for question in wanted.questions)  # type: ignore[union-attr]


def test_public_files_are_there(issued: tuple[SqlStore, MemoryStore, Any, Batch]) -> None:
    """Type, endorsements, manifest, status manifest and list are published under their hashes."""
    store, objects, _, batch = issued
    assert batch.manifest
    manifest = read_manifest(batch.manifest)
    assert manifest.endorsements
    for folder, data in (
        ("types", KIND.metadata()),
        ("manifests", batch.manifest),
        ("endorsements", batch.endorsements),
    ):
        assert data
        assert objects.get(f"{folder}/{digest_of(data).hex()}") == data
    (root,) = store.status_roots(INSTITUTION.iss)
    (reference,) = read_status_manifest(root.manifest).lists
    token = objects.get(f"status/{reference.sha256.hex()}")
    assert token
    assert len(token) == reference.size
    assert read_status_list(token) == StatusList.empty(reference.uri)


def test_a_record_that_was_changed(issued: tuple[SqlStore, MemoryStore, Any, Batch]) -> None:
    """A database row that no longer leads to its leaf gives no credential file."""
    store, objects, keys, batch = issued
    first, second, *_ = store.records(batch.id)
    jwk = keys.es256("shb/credential")
    for name, value in (("leaf_index", second.leaf_index), ("list_index", 1), ("secret", second.secret)):
        values = {field: getattr(first, field) for field in first.__slots__} | {name: value}
        with pytest.raises((RootMismatch, StoreError)):
            credential_of(objects, KIND, batch, type(first)(**values), jwk)
    values = {field: getattr(first, field) for field in first.__slots__} | {"leaf_index": None}
    with pytest.raises(NotIssued):
        credential_of(objects, KIND, batch, type(first)(**values), jwk)


def test_shares_are_ciphertexts_under_new_keys(issued: tuple[SqlStore, MemoryStore, Any, Batch]) -> None:
    """Each share has an id and a key of its own; the key is nowhere in the database."""
    store, objects, keys, batch = issued
    record = next(store.records(batch.id))
    file = credential_of(objects, KIND, batch, record, keys.es256("shb/credential"))
    made = [share(store, record.id, file, 5) for _ in range(3)]
    assert len({item.id for item in made} | {item.key for item in made}) == 6
    assert made[0].url("https://host") == f"https://host/v/{made[0].id}#{made[0].key}"
    assert len({found[1] for item in made if (found := store.share(item.id))}) == 3


def test_a_share_that_is_made_again(issued: tuple[SqlStore, MemoryStore, Any, Batch]) -> None:
    """The same seed gives the same share, once; another one gives another."""
    store, objects, keys, batch = issued
    record = list(store.records(batch.id))[1]
    file = credential_of(objects, KIND, batch, record, keys.es256("shb/credential"))
    made = [share(store, record.id, file, 5, seed * 32) for seed in (b"a", b"a", b"b")]
    assert made[0] == made[1] != made[2]
    assert [kept.id for kept in store.shares(record.key)] == sorted({made[0].id, made[2].id})
