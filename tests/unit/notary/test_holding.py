"""Private links: what is stored of them, who gets in, and the words that a record's secret opens."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from small_house import new_store
from stored_things import NOW, digest, sealed
from vanbang.adapters.sql import SqlStore
from vanbang.notary.holding import PrivateLink, known_holder, make_holder, opened_text, renew_holder, sealed_text
from vanbang.ports import StoreError

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
BEARER = "vbh_AAAAAAAAAAAAAAAAAAAAAA_j9GSFy8jLI5IRAD_JeB4GDPCkhD8KvQWhvI4ufMH6QY"


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return new_store(tmp_path)


def test_what_a_browser_sends() -> None:
    """The token follows from id and key, as docs/format.md works it out; the key does not follow from it."""
    link = PrivateLink("A" * 22, KEY)
    assert link.url("https://host") == f"https://host/h/{'A' * 22}#{KEY}"
    assert link.bearer == BEARER
    assert KEY not in repr(link)


def test_who_gets_in(store: SqlStore) -> None:
    """The link's token and no other, until it is renewed or withdrawn; the database has a hash of it."""
    link, other = make_holder(store, None, [digest("a")], NOW), make_holder(store, None, [], NOW)
    holder = known_holder(store, link.bearer)
    assert holder is not None
    assert (holder.id, store.held(holder.id)) == (link.id, [digest("a")])
    token = link.bearer.rpartition("_")[2]
    swapped = f"vbh_{other.id}_{token}"
    for wrong in ("", link.bearer[:-1], swapped, f"vbh_{'B' * 22}_{token}", link.bearer.replace("vbh_", "vb_")):
        assert known_holder(store, wrong) is None
    renewed = renew_holder(store, link.id, NOW + 1)
    assert (known_holder(store, link.bearer), known_holder(store, renewed.bearer) is not None) == (None, True)
    store.end_holder(link.id, NOW + 2)
    assert known_holder(store, renewed.bearer) is None


def test_a_link_that_is_made_again(store: SqlStore) -> None:
    """The same seed gives the same link, and no id begins as an option of a command does."""
    begins_so = 129  # what is drawn first from this seed
    links = [make_holder(store, None, [], NOW, sha256(bytes([number])).digest()) for number in (0, begins_so)]
    assert not links[1].id.startswith("-")
    assert make_holder(store, None, [], NOW + 9, sha256(b"\0").digest()) == links[0]
    assert len(store.holders(None)) == 2


def test_words_about_a_record(store: SqlStore) -> None:
    """They open with the record's secret, in their own place; with the record they are gone."""
    first, second = sealed(store, "u", "ab")
    words = sealed_text(first, "question", "q1", "Ngày sinh sai")
    assert "Ngày".encode() not in words
    assert opened_text(first, "question", "q1", words) == "Ngày sinh sai"
    for record, kind, owner in ((second, "question", "q1"), (first, "answer", "q1"), (first, "question", "q2")):
        with pytest.raises(StoreError):
            opened_text(record, kind, owner, words)
    assert opened_text(replace(first, secret=b""), "question", "q1", words) is None
