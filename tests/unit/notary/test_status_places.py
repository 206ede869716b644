"""Places in status lists: each given once, in an order that says nothing of the records."""

from collections import Counter

import pytest

from small_house import INSTITUTION, MemoryStore, new_store
from vanbang.core.encoding import digest_of
from vanbang.core.payload import LIST_ENTRIES
from vanbang.core.status import ListReference, StatusManifest, read_status_manifest
from vanbang.notary.status_places import DRAWN_AT_ONCE, Places, follow_void_root, shuffled
from vanbang.ports import StoredRoot


def test_every_place_is_given_once():
    """A whole list, in more than one draw of random numbers, comes out as a permutation."""
    drawn = list(shuffled(list(range(LIST_ENTRIES))))
    assert LIST_ENTRIES > DRAWN_AT_ONCE
    assert sorted(drawn) == list(range(LIST_ENTRIES))
    assert drawn[:100] != list(range(100))


@pytest.mark.slow
def test_all_orders_occur():
    """Of three items each of the six orders comes out about as often."""
    seen = Counter(tuple(shuffled([1, 2, 3])) for _ in range(3_000))
    assert len(seen) == 6
    assert min(seen.values()) > 300


def test_places_go_on_in_the_next_list(tmp_path):
    """When a list is full another one is made, once; what is taken is passed over, and no place is given twice."""
    store, iss = new_store(tmp_path), INSTITUTION.iss
    first = next(iter(Places(store, iss).take(1)))[0]
    taken = bytearray(b"\xff" * (LIST_ENTRIES // 8))
    taken[0], taken[-1] = 0xFE, 0x7F
    places = Places(GivenLists(store, {first: bytes(taken)}), iss)
    drawn = [place for _ in range(3) for place in places.take(LIST_ENTRIES // 2)]
    given = Counter((uri, index) for uri, indexes in drawn for index in indexes)
    assert max(given.values()) == 1
    assert {index for uri, index in given if uri == first} == {0, LIST_ENTRIES - 1}
    assert [status_list.uri[-1] for status_list, _ in store.status_lists(iss)] == ["0", "1", "2"]
    assert Counter(uri[-1] for uri, _ in given) == {"0": 2, "1": LIST_ENTRIES, "2": LIST_ENTRIES // 2 - 2}


class GivenLists:
    """A store some of whose lists have these places taken."""

    def __init__(self, store, taken):
        self._store, self._taken = store, taken

    def status_lists(self, iss):
        lists = self._store.status_lists(iss)
        return [(item, self._taken.get(item.uri, taken)) for item, taken in lists]

    def add_status_list(self, iss, new):
        self._store.add_status_list(iss, new)


def test_a_void_root_is_followed(tmp_path):
    """A root whose key was compromised is followed by the chain's next epoch with our newest lists; those that waited
    for that epoch or an earlier one are replaced, and what is sent is waited for."""
    store, objects, iss = new_store(tmp_path), MemoryStore(), INSTITUTION.iss
    lists = tuple(ListReference(f"{iss}/status/{number}", digest_of(b"%d" % number), 9) for number in range(2))
    old, newer = (StatusManifest(epoch, 1, iss, lists[:epoch]).to_bytes() for epoch in (1, 2))
    follow_void_root(store, objects, iss, 1, 5)
    assert store.status_roots(iss) == []
    store.add_status_root(iss, StoredRoot(1, old, "FINAL"))
    store.add_status_root(iss, StoredRoot(2, newer, "SENT"))
    follow_void_root(store, objects, iss, 2, 5)
    assert [root.state for root in store.status_roots(iss)] == ["FINAL", "SENT"]
    store.settle_status_root(iss, 2, "WAITING", None)
    for _ in range(2):
        follow_void_root(store, objects, iss, 2, 5)
    first, second = store.status_roots(iss)
    assert (first.epoch, second.epoch, second.state) == (1, 3, "WAITING")
    manifest = read_status_manifest(second.manifest)
    assert (manifest.epoch, manifest.lists) == (3, lists)
    assert objects.get(f"status/{digest_of(second.manifest).hex()}") == second.manifest
    store.settle_status_root(iss, 3, "FINAL", None)
    follow_void_root(store, objects, iss, 3, 6)
    assert [(root.epoch, root.state) for root in store.status_roots(iss)][2:] == [(4, "WAITING")]
