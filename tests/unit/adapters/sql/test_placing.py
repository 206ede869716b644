"""Sealing subtree by subtree: what is stored of a batch, when it counts, and what is refused."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import (
    NOW,
    URI,
    Placed,
    accepted,
    digest,
    place,
    placed_records,
    receiving,
    record,
    sealed,
    subtree,
    upload,
)
from vanbang.adapters.sql import SqlStore
from vanbang.core.payload import StatusPlace
from vanbang.core.status import StatusList
from vanbang.ports import Batch, Conflict, SealedBatch, StoredRecord, Unsealed

LEAVES = digest("leaf") * 3


def waiting(store: SqlStore, name: str = "u", words: str = "abc") -> tuple[Batch, list[StoredRecord]]:
    """An accepted batch and its records, with a status list to place them in."""
    batch = accepted(store, name, words)
    if not store.status_lists(INSTITUTION.iss):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    return batch, list(store.records(batch.id))


def done(batch: Batch) -> SealedBatch:
    return SealedBatch(batch.id, NOW + 1, digest(f"root of {batch.id}"), batch.rows, digest("type"))


def taken(store: SqlStore) -> int:
    """How many places of the list are taken."""
    return int.from_bytes(store.status_lists(INSTITUTION.iss)[0][1], "big").bit_count()


def test_a_subtree_is_placed_and_sealed(store: SqlStore) -> None:
    """Until the batch is sealed only its waiting leaves show; then records are found with place and leaf, as stored."""
    batch, records = waiting(store)
    assert list(store.placed(batch.id)) == []
    place(store, batch.id, placed_records(records[::-1], 40))
    assert list(store.placed(batch.id)) == [(LEAVES, records[-1].id)]
    assert taken(store) == 3
    assert (store.find(records[0].key), store.places([records[0].id])) == (None, {})
    assert (list(store.records(batch.id)), store.list_uris(batch.id)) == (records, set())
    assert store.record_at(batch.id, 0) is None
    with pytest.raises(Conflict, match="not sealed"):
        store.erase(records[0].id, NOW)
    sealed(store, "v", "x", 60)
    with pytest.raises(Conflict):
        store.seal(replace(done(batch), root=digest("root v")))
    assert list(store.placed(batch.id)) == [(LEAVES, records[-1].id)]
    store.seal(done(batch))
    with pytest.raises(Conflict, match="not waiting"):
        store.seal(replace(done(batch), root=digest("another")))
    found = list(store.records(batch.id))
    assert found == [replace(item, list_uri=URI, list_index=42 - n, leaf_index=2 - n) for n, item in enumerate(records)]
    assert store.find(records[0].key) == store.record(records[0].id) == found[0]
    assert [store.record_at(batch.id, leaf) for leaf in range(4)] == [*reversed(found), None]
    assert store.record_at("nobody", 0) is store.record_at(batch.id, 10**14) is store.record_at(batch.id, -1) is None
    assert store.places([records[0].id]) == {records[0].id: StatusPlace(URI, 42)}
    assert (store.list_uris(batch.id), list(store.placed(batch.id))) == ({URI}, [])


def test_subtrees_one_after_the_other(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next subtree begins behind the last stored one; a batch with records left is not sealed."""
    for module in ("placing", "records"):
        monkeypatch.setattr(f"vanbang.adapters.sql.{module}.SUBTREE_LEAVES", 2)
    batch, records = waiting(store, words="abcde")
    for number, some in enumerate((records[:2], records[2:4], records[4:])):
        with pytest.raises(Conflict, match="records of the batch"):
            store.seal(done(batch))
        leaves = [Placed(item.id, URI, item.id, 2 * number + n) for n, item in enumerate(some)]
        store.place(batch.id, subtree(leaves, number, digest(str(number)) * len(some)))
        behind = list(store.placed(batch.id))[-1][1]
        assert [item.id for item in store.records(batch.id, behind)] == [item.id for item in records[2 * number + 2 :]]
    assert [leaves[:32] for leaves, _ in store.placed(batch.id)] == [digest(str(number)) for number in range(3)]
    store.seal(done(batch))
    assert [item.leaf_index for item in store.records(batch.id)] == [0, 1, 2, 3, 4]
    assert [found and found.id for found in (store.record_at(batch.id, leaf) for leaf in range(5))] == [
        item.id for item in records
    ]


@pytest.mark.parametrize(
    "wrong",
    ["again", "skipped", "too few", "of another", "twice", "leaf", "leaves", "place", "place twice", "list", "state"],
)
def test_placing_is_all_or_nothing(store: SqlStore, wrong: str) -> None:
    """Anything but the next records of an accepted batch, each at a place and a leaf of its own, changes nothing."""
    others = sealed(store, "v", "xyz")
    batch, records = waiting(store)
    good = placed_records(records, 50)
    given, number, batch_id = good, 0, batch.id
    if wrong == "again":
        place(store, batch.id, good)
        given = placed_records(records, 60)
    elif wrong == "skipped":
        number = 1
    elif wrong == "too few":
        given = placed_records(records[:2], 50)
    elif wrong == "of another":
        given = [*good[:2], good[2]._replace(id=others[0].id)]
    elif wrong == "twice":
        given = [*good[:2], good[2]._replace(id=good[1].id)]
    elif wrong == "leaf":
        given = [*good[:2], good[2]._replace(leaf_index=1)]
    elif wrong == "place":
        given = placed_records(records, 2)
    elif wrong == "place twice":
        given = [*good[:2], good[2]._replace(list_index=50)]
    elif wrong == "list":
        given = [*good[:2], good[2]._replace(list_uri="https://elsewhere.example/status/0")]
    elif wrong == "state":
        batch_id = others[0].batch_id
    before = taken(store), list(store.placed(batch.id))
    with pytest.raises(Conflict):
        store.place(batch_id, subtree(given, number, LEAVES[1:] if wrong == "leaves" else LEAVES))
    assert (taken(store), list(store.placed(batch.id))) == before
    assert (list(store.records(batch.id)), list(store.records("b-v"))) == (records, others)


def test_records_of_a_list_that_still_arrives(store: SqlStore) -> None:
    """They can be read from any id on, so that who was interrupted knows what is there."""
    batch = receiving(store, "u", "abc")
    found = list(store.records(batch.id))
    assert [item.key for item in found] == [record(word).key for word in "abc"]
    assert list(store.records(batch.id, found[1].id)) == found[2:]
    assert list(store.unsealed(batch.id, found[1].id)) == [Unsealed(found[2].id, found[2].secret, found[2].ciphertext)]
    store.accept(replace(upload("u"), state="ACCEPTED", accepted=3), [batch.id], NOW)
    assert list(store.records("nobody")) == []
