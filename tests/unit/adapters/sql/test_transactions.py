"""The store's contract for transactions and their attempts."""

from dataclasses import replace

import pytest

from stored_things import attempt, transaction
from vanbang.adapters.sql import SqlStore
from vanbang.ports import Conflict, Receipt, StoreError, Transaction

SENDER = b"s" * 20


def signed(nonce: int, word: str, **changes: object) -> Transaction:
    """A transaction with its first attempt, as it is handed to the store."""
    return replace(transaction(nonce), attempts=(attempt(word),), gas=100, prepared_at=1_000, **changes)


def stored(store: SqlStore, nonce: int, **changes: object) -> Transaction:
    (made,) = store.add_transactions([signed(nonce, f"a{nonce}", **changes)])
    return made


def receipt(word: str, block: int = 9, **changes: object) -> Receipt:
    made = Receipt(attempt(word).hash, block, b"h" * 32, True, 21_000, b"c" * 20, 2**70, b"e" * 32)
    return replace(made, **changes)


def test_transactions(store: SqlStore) -> None:
    """Transactions come back as they went in, in order; all are stored or, if one nonce is taken, none."""
    new = [signed(1, "a"), signed(0, "b"), replace(signed(0, "c"), chain_id=2)]
    first = store.add_transactions(new)
    assert [replace(item, id=0) for item in first] == new
    assert [store.transaction(item.id) for item in first] == list(first)
    with pytest.raises(Conflict):
        store.add_transactions([signed(2, "d"), signed(1, "e")])
    with pytest.raises(Conflict):
        store.add_transactions([signed(2, "a")])
    assert [(item.chain_id, item.nonce) for item in store.open_transactions()] == [(1, 0), (2, 0), (1, 1)]
    assert store.add_transactions([]) == []
    with pytest.raises(StoreError):
        store.transaction(999)


def test_a_transaction_is_stored_with_its_signed_form(store: SqlStore) -> None:
    """Without one, or with two, it is refused."""
    for attempts in ((), (attempt("a"), attempt("b"))):
        with pytest.raises(Conflict):
            store.add_transactions([replace(transaction(0), attempts=attempts)])
    assert store.open_transactions() == []


def test_receipts(store: SqlStore) -> None:
    """A receipt comes back whole, goes when the chain takes it back, and what is settled is open no more."""
    first = stored(store, 0)
    store.settle(first.id, "MINED", receipt("a0"))
    assert store.transaction(first.id) == replace(first, state="MINED", receipt=receipt("a0"))
    store.settle(first.id, "BROADCAST")
    assert store.transaction(first.id).receipt is None
    store.settle(first.id, "FAILED", receipt("a0", succeeded=False, contract=None))
    assert store.transaction(first.id).receipt == receipt("a0", succeeded=False, contract=None)
    assert store.open_transactions() == []


def test_another_attempt(store: SqlStore) -> None:
    """Attempts come in the order they were made, fees of any size as they were; only who knows the last adds one."""
    first = stored(store, 0)
    dearer = replace(attempt("b"), max_fee=2**80, priority_fee=2**79, block=12)
    cheaper = replace(attempt("0"), max_fee=5, priority_fee=0, block=2**40)
    second = store.add_attempt(first, dearer)
    assert second == replace(first, attempts=(attempt("a0"), dearer)) == store.transaction(first.id)
    with pytest.raises(Conflict, match="further"):
        store.add_attempt(first, cheaper)
    third = store.add_attempt(second, cheaper)
    assert third.attempts == (attempt("a0"), dearer, cheaper) == store.transaction(first.id).attempts
    for unknown in (replace(third, state="BROADCAST"), replace(third, id=999)):
        with pytest.raises(Conflict):
            store.add_attempt(unknown, attempt("d"))
    with pytest.raises(Conflict):
        store.add_attempt(third, dearer)
    store.settle(first.id, "BROADCAST")
    with pytest.raises(Conflict):
        store.add_attempt(third, attempt("d"))
    assert store.transaction(first.id).attempts == third.attempts


def test_what_was_settled_lately(store: SqlStore) -> None:
    """Final and failed ones from a block on and all replaced ones come by number, page by page; open ones never."""
    words = ("FINAL", 5), ("FAILED", 7), ("REPLACED", None), ("MINED", 8), ("FINAL", 6), ("FINAL", 9)
    made = []
    for nonce, (state, block) in enumerate(words):
        made.append(stored(store, nonce))
        store.settle(made[-1].id, state, None if block is None else receipt(f"a{nonce}", block))
    found = store.settled_since(6, 0, 10)
    assert [item.nonce for item in found] == [1, 2, 4, 5]
    assert found[0].receipt == receipt("a1", 7)
    assert [item.nonce for item in store.settled_since(6, 0, 2)] == [1, 2]
    assert [item.nonce for item in store.settled_since(6, made[2].id, 2)] == [4, 5]
    assert store.settled_since(10, made[2].id, 5) == []
    everything = store.settled_since(0, 0, 10)
    assert [item for item in everything if item in found] == found
    assert store.settled_since(0, everything[1].id, 10) == everything[2:]
    assert {item.state for item in everything} <= {"FINAL", "FAILED", "REPLACED"}


def test_free_nonces(store: SqlStore) -> None:
    """The lowest numbers that are free come first: gaps, then what follows the last."""
    assert store.free_nonces(1, SENDER, 3, 2) == [3, 4]
    for nonce in (0, 2, 3, 7):
        stored(store, nonce)
    assert store.free_nonces(1, SENDER, 0, 1) == [1]
    assert store.free_nonces(1, SENDER, 0, 6) == [1, 4, 5, 6, 8, 9]
    assert store.free_nonces(1, SENDER, 2, 3) == [4, 5, 6]
    assert store.free_nonces(1, SENDER, 7, 2) == [8, 9]
    assert store.free_nonces(1, SENDER, 9, 1) == [9]
    assert store.free_nonces(1, SENDER, 0, 0) == []
    assert store.free_nonces(2, SENDER, 0, 1) == store.free_nonces(1, b"x" * 20, 0, 1) == [0]


def test_what_was_spent(store: SqlStore) -> None:
    """What is settled counts as it cost, what is not as its dearest form may cost; only of this sender, since then or
    still under way."""
    assert store.spent_since(1, SENDER, 0) == 0
    first, second = stored(store, 0), stored(store, 1)
    old, _ = store.add_transactions(
        [replace(signed(2, "old"), prepared_at=999), replace(signed(0, "chain"), chain_id=2)]
    )
    assert store.spent_since(1, SENDER, 1_000) == first.cost + second.cost + old.cost
    store.settle(old.id, "FINAL", receipt("old", gas_used=7, gas_price=3))
    second = store.add_attempt(second, replace(attempt("dear"), max_fee=2**71))
    second = store.add_attempt(second, replace(attempt("less"), max_fee=2**69))
    assert store.spent_since(1, SENDER, 1_000) == first.cost + second.cost == 100 * 2**70 + 100 * 2**71 + 2 * 2**100
    store.settle(second.id, "FINAL", receipt("dear", gas_used=7, gas_price=3))
    assert store.spent_since(1, SENDER, 1_000) == first.cost + 21 + 2**100
    assert store.spent_since(1, SENDER, 1_001) == first.cost
    assert store.spent_since(1, b"x" * 20, 0) == 0
