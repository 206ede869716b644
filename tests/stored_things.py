"""What tests put into a store: uploads, batches, records with bytes that are easy to find again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from small_house import INSTITUTION, KIND
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.core.status import StatusList
from vanbang.ports import (
    Attempt,
    Batch,
    Call,
    DatabaseServer,
    NewRecord,
    SealedBatch,
    Store,
    StoredRecord,
    Subtree,
    Transaction,
    Upload,
)

NOW = 1_781_900_000
URI = f"{INSTITUTION.iss}/status/0"


def digest(word: str) -> bytes:
    return sha256(word.encode()).digest()


def record(word: str) -> NewRecord:
    """A record whose secret and ciphertext are its own, 32 and 320 bytes."""
    return NewRecord(digest(word), digest(f"secret {word}"), digest(f"ciphertext {word}") * 10)


def upload(name: str, **changes: object) -> Upload:
    made = Upload(name, INSTITUTION.iss, "test", NOW, "list.csv", digest(f"upload {name}"), KIND.name)
    return replace(made, **changes)  # type: ignore[arg-type]


def received(store: Store, name: str, **changes: object) -> Upload:
    """An upload that is whole."""
    store.add_upload(upload(name, **changes))
    return store.receive(name, (), digest(f"body {name}"))


def receiving(store: Store, name: str, words: Iterable[str], batch_id: str = "") -> Batch:
    """A batch of a received upload with records that arrived."""
    if store.upload(name) is None:
        received(store, name)
    batch = Batch(batch_id or f"b-{name}", INSTITUTION.iss, KIND.vct, "RECEIVING", name, NOW, 0)
    store.begin(batch)
    store.add_records({batch.id: [record(word) for word in words]})
    return batch


def accepted(store: Store, name: str, words: Iterable[str]) -> Batch:
    """An accepted batch of an upload of its own."""
    words = list(words)
    batch = receiving(store, name, words)
    store.accept(replace(upload(name), state="ACCEPTED", accepted=len(words)), [batch.id], NOW)
    found = store.batch(batch.id)
    assert found
    return found


class Placed(NamedTuple):
    """A record with its status place and its leaf."""

    id: int
    list_uri: str
    list_index: int
    leaf_index: int


def placed_records(records: Sequence[StoredRecord], first: int = 0) -> list[Placed]:
    """The records as a batch's first subtree, in this order, with places from `first` on."""
    return [Placed(item.id, URI, first + number, number) for number, item in enumerate(records)]


def subtree(records: Sequence[Placed], number: int = 0, leaves: bytes = b"") -> Subtree:
    """They as a subtree, in the order of their ids."""
    ordered = sorted(records)
    places = [(item.list_uri, [item.list_index]) for item in ordered]
    indexes = [item.leaf_index for item in ordered]
    return Subtree(number, [item.id for item in ordered], places, indexes, leaves or digest("leaf") * len(records))


def place(store: Store, batch_id: str, records: Sequence[Placed]) -> None:
    """Stores a batch's first subtree."""
    store.place(batch_id, subtree(records))


def sealed(store: Store, name: str, words: Iterable[str], first: int = 0) -> list[StoredRecord]:
    """A sealed batch's records."""
    batch = accepted(store, name, words)
    if not store.status_lists(INSTITUTION.iss):
        store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    records = placed_records(list(store.records(batch.id)), first)
    place(store, batch.id, records)
    store.seal(SealedBatch(batch.id, NOW, digest(f"root {name}"), len(records), digest("t")))
    return list(store.records(batch.id))


def transaction(nonce: int, chain: int = 1, sender: bytes = b"s" * 20) -> Transaction:
    return Transaction(0, chain, sender, nonce, Call(None, b"data", "deploy", 2**100), "PREPARED")


def attempt(word: str) -> Attempt:
    return Attempt(word.encode(), digest(word), 2**70)


def write_lines(where: Path | DatabaseServer, actor: str, count: int) -> None:
    """What a process of its own does to the audit log of a database."""
    store = SqlStore(open_database(where)).acting_as(actor)
    for number in range(count):
        store.note("busy", actor, {"number": number})
