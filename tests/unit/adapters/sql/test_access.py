"""The store's contract for API keys and answers."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from vanbang.adapters.sql import SqlStore
from vanbang.ports import ApiKey, Conflict, KeyReused, StoredAnswer

KEY = ApiKey("k1", b"s" * 32, INSTITUTION.iss, "registrar", "phòng đào tạo", 10, 100)


def test_api_keys(store: SqlStore) -> None:
    """A key is stored once under its id; keys come by id, of one institution or all, page by page."""
    assert store.add_api_key(KEY) == KEY
    assert store.add_api_key(replace(KEY, label="other", secret_sha256=b"x" * 32)) == KEY
    ministry = replace(KEY, id="k0", iss=None, role="ministry")
    store.add_api_key(ministry)
    third = replace(KEY, id="k2")
    store.add_api_key(third)
    assert (store.api_key("k0"), store.api_key("nobody")) == (ministry, None)
    assert store.api_keys() == [ministry, KEY, third]
    assert store.api_keys(iss=INSTITUTION.iss) == [KEY, third]
    assert store.api_keys(after="k0", limit=1) == [KEY]


def test_the_end_of_a_key(store: SqlStore) -> None:
    """A key ends once: an earlier end stays, one that is to come can be brought forward."""
    store.add_api_key(KEY)
    store.end_api_key("k1", 50, "k2")
    store.end_api_key("k1", 60, "k3")
    assert store.api_key("k1") == replace(KEY, ended_at=50, replaced_by="k2")
    store.end_api_key("k1", 40)
    assert store.api_key("k1") == replace(KEY, ended_at=40, replaced_by="k2")
    with pytest.raises(Conflict):
        store.end_api_key("nobody", 1)


def test_answers(store: SqlStore) -> None:
    """The first answer kept is the one given to every repetition; another request under the key is refused."""
    claim = ("POST /v1/x k1", b"h" * 32, b"r" * 32)
    assert store.claim_answer(*claim, 5) is None
    assert store.claim_answer(*claim, 6) is None
    with pytest.raises(KeyReused):
        store.claim_answer(*claim[:2], b"o" * 32, 7)
    first = StoredAnswer(201, b"sealed")
    assert store.keep_answer(*claim[:2], first) == first
    assert store.keep_answer(*claim[:2], StoredAnswer(409, b"late")) == first
    assert store.claim_answer(*claim, 8) == first
    assert store.claim_answer("another scope", *claim[1:], 8) is None


def test_forgotten_answers(store: SqlStore) -> None:
    """Answers to old requests are removed and counted; the key is then free, and an answer that comes late is given."""
    for number in range(3):
        store.claim_answer("scope", bytes([number]) * 32, b"r" * 32, number)
    store.keep_answer("scope", bytes(32), StoredAnswer(200, b""))
    assert store.claim_answer("scope", bytes(32), b"r" * 32, 9) == StoredAnswer(200, b"")
    assert store.forget_answers(2) == 2
    assert store.forget_answers(2) == 0
    assert store.claim_answer("scope", bytes(32), b"o" * 32, 9) is None
    assert store.keep_answer("scope", b"\1" * 32, StoredAnswer(500, b"x")) == StoredAnswer(500, b"x")
