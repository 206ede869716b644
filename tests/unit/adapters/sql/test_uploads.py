"""The store's contract for uploads and their parts."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import NOW, digest, received, receiving, upload
from vanbang.adapters.sql import SqlStore
from vanbang.ports import Conflict, Part, Upload


def of(store: SqlStore, upload_id: str) -> Upload:
    found = store.upload(upload_id)
    assert found
    return found


def ended(name: str, state: str = "REFUSED", **changes: object) -> Upload:
    counts = {"rows": 9, "errors": 4, "warnings": 2, "finished_at": NOW + 5, "error": "list_refused"}
    return upload(name, state=state, **counts | changes)


def test_an_upload_by_parts(store: SqlStore) -> None:
    """It takes parts, each number once and the last given, until it is whole of what was hashed."""
    new = upload("u")
    assert store.add_upload(new) == new
    assert store.add_upload(replace(new, name="other.csv", secret=b"x" * 32)) == new
    for number, size in ((2, 5), (1, 9), (2, 7)):
        store.add_part("u", Part(number, size, digest(str(size))))
    assert store.parts("u") == [Part(1, 9, digest("9")), Part(2, 7, digest("7"))]
    parts = store.parts("u")
    store.add_part("u", Part(2, 7, digest("other bytes")))
    with pytest.raises(Conflict, match="replaced"):
        store.receive("u", parts, b"b" * 32)
    store.add_part("u", parts[1])
    done = store.receive("u", parts, b"b" * 32)
    assert done == replace(new, state="RECEIVED", size=16, body_sha256=b"b" * 32) == of(store, "u")
    assert store.receive("u", parts, b"b" * 32) == done
    with pytest.raises(Conflict):
        store.receive("u", parts, b"c" * 32)
    for name in ("u", "nobody"):
        with pytest.raises(Conflict):
            store.add_part(name, Part(3, 1, b"h" * 32))
    with pytest.raises(Conflict):
        store.receive("nobody", (), b"b" * 32)
    assert store.upload("nobody") is None


def test_a_refused_upload(store: SqlStore) -> None:
    """It ends with its counts and its code, once; one that is not waiting for that is a conflict."""
    store.add_upload(upload("open"))
    received(store, "u")
    store.refuse_upload(ended("u"))
    store.refuse_upload(ended("u", rows=1))
    done = of(store, "u")
    assert (done.state, done.rows, done.errors, done.warnings) == ("REFUSED", 9, 4, 2)
    assert (done.finished_at, done.error) == (NOW + 5, "list_refused")
    for name in ("open", "nobody"):
        with pytest.raises(Conflict):
            store.refuse_upload(ended(name))


def test_pages_of_uploads(store: SqlStore) -> None:
    """Uploads come by time and id, behind the last one seen, of one institution or in some states."""
    for number, name in enumerate("dacb"):
        store.add_upload(upload(name, created_at=NOW + number // 2, iss=None if name == "a" else INSTITUTION.iss))
    store.receive("d", (), b"d" * 32)
    first = store.uploads(limit=3)
    assert [item.id for item in first] == ["a", "d", "b"]
    assert [item.id for item in store.uploads(after=(first[-1].created_at, first[-1].id))] == ["c"]
    assert [item.id for item in store.uploads(iss=INSTITUTION.iss)] == ["d", "b", "c"]
    assert [item.id for item in store.uploads(states=("RECEIVED", "ACCEPTED"))] == ["d"]
    assert [item.id for item in store.uploads(iss=INSTITUTION.iss, states=("OPEN",))] == ["b", "c"]


def test_the_same_bytes_again(store: SqlStore) -> None:
    """Accepted bytes are known again for the institution that sent them, and for nobody else."""
    body = digest("body u")
    for name, iss in (("u", INSTITUTION.iss), ("m", None)):
        received(store, name, iss=iss)
        assert store.accepted_upload(iss, digest(f"body {name}")) is None
    accept(store, "u")
    assert store.accepted_upload(INSTITUTION.iss, body) == of(store, "u")
    assert store.accepted_upload(None, body) is None
    accept(store, "m")
    assert store.accepted_upload(None, digest("body m")) == of(store, "m")


def accept(store: SqlStore, name: str, at: int = NOW) -> None:
    batch = receiving(store, name, [name])
    store.accept(upload(name, state="ACCEPTED", accepted=1), [batch.id], at)


def test_expiry(store: SqlStore) -> None:
    """What was never completed, what was refused, and what was accepted long ago can never be read again."""
    store.add_upload(upload("open"))
    store.add_upload(upload("new", created_at=NOW + 100))
    received(store, "waits")
    received(store, "refused")
    store.refuse_upload(ended("refused"))
    for name, at in (("accepted", NOW), ("lately", NOW + 100)):
        received(store, name)
        accept(store, name, at)
    assert store.expire_uploads(NOW) == []
    assert store.expire_uploads(NOW + 1) == ["accepted", "open", "refused"]
    assert store.expire_uploads(NOW + 1) == []
    secrets = {item.id: item.secret for item in store.uploads()}
    assert {name for name, secret in secrets.items() if secret} == {"new", "waits", "lately"}
    assert (of(store, "open").state, of(store, "open").error) == ("REFUSED", "expired")
    assert of(store, "accepted").state == "ACCEPTED"
    with pytest.raises(Conflict):
        store.add_part("open", Part(1, 1, b"h" * 32))
