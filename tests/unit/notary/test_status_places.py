"""Places in status lists: each given once, in an order that says nothing of the records."""

from collections import Counter
from itertools import islice

from small_house import INSTITUTION, new_store
from vanbang.core.payload import LIST_ENTRIES
from vanbang.notary.status_places import DRAWN_AT_ONCE, Places, shuffled


def test_every_place_is_given_once():
    """A whole list, in more than one draw of random numbers, comes out as a permutation."""
    drawn = list(shuffled(list(range(LIST_ENTRIES))))
    assert LIST_ENTRIES > DRAWN_AT_ONCE
    assert sorted(drawn) == list(range(LIST_ENTRIES))
    assert drawn[:100] != list(range(100))


def test_all_orders_occur():
    """Of three items each of the six orders comes out about as often."""
    seen = Counter(tuple(shuffled([1, 2, 3])) for _ in range(3_000))
    assert len(seen) == 6
    assert min(seen.values()) > 300


def test_places_go_on_in_the_next_list(tmp_path):
    """When a list is full another one is made, and the bitmaps name just what was given."""
    places = Places(new_store(tmp_path), INSTITUTION.iss)
    given = list(islice(places, LIST_ENTRIES + 2))
    assert len({(place.uri, place.index) for place in given}) == LIST_ENTRIES + 2
    counts = {uri: sum(byte.bit_count() for byte in bitmap) for uri, bitmap in places.bitmaps.items()}
    assert sorted(counts.values()) == [2, LIST_ENTRIES]
