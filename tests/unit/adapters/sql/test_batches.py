"""The store's contract for institutions, batches and records."""

from dataclasses import replace

import pytest

from small_house import INSTITUTION
from stored_things import (
    NOW,
    URI,
    accepted,
    attempt,
    digest,
    place,
    placed_records,
    received,
    receiving,
    record,
    sealed,
    transaction,
    upload,
)
from vanbang.adapters.sql import SqlStore, entering
from vanbang.adapters.sql.entering import DISCARDED_AT_ONCE
from vanbang.adapters.sql.records import CHUNK, stored_record
from vanbang.core.payload import StatusPlace
from vanbang.core.status import StatusList
from vanbang.ports import Batch, Conflict, Held, Institution, NewRecord, SealedBatch, StoredRecord


def of(store: SqlStore, batch_id: str) -> Batch:
    found = store.batch(batch_id)
    assert found
    return found


def test_institutions(store: SqlStore) -> None:
    """They come by code; a second one with the same iss, code or slug is a conflict."""
    other = Institution("https://b.example", "AAA", "B", "b", "C", "D")
    store.add_institution(other)
    assert store.institutions() == [other, INSTITUTION]
    fresh = {"iss": "x", "code": "y", "slug": "z"}
    for name in fresh:
        with pytest.raises(Conflict):
            store.add_institution(replace(INSTITUTION, **fresh | {name: getattr(other, name)}))


def test_a_changed_officer(store: SqlStore) -> None:
    """Name and officer change for who knows those before; nothing else of an institution does."""
    new = replace(INSTITUTION, name="Trường mới", officer_name="Lê Thị Hoa", officer_title="Quyền Hiệu trưởng")
    store.change_institution(INSTITUTION, new)
    assert store.institutions() == [new]
    with pytest.raises(Conflict, match="meanwhile"):
        store.change_institution(INSTITUTION, replace(INSTITUTION, officer_name="Ai đó"))
    for change in ({"code": "x"}, {"slug": "x"}, {"iss": "x"}):
        with pytest.raises(Conflict):
            store.change_institution(new, replace(new, **change))
    assert store.institutions() == [new]


def test_a_list_arrives(store: SqlStore) -> None:
    """Records stay in their order and out of sight until the list is accepted, with its counts, all at once."""
    batch = receiving(store, "u", "abc")
    store.add_records({batch.id: [record("d")]})
    assert store.batches_page(iss=None, states=(), upload=None, after=None, limit=9) == []
    store.accept(replace(upload("u"), state="ACCEPTED", rows=5, accepted=4, errors=1), [batch.id], NOW + 7)
    done = of(store, batch.id)
    assert (done.state, done.rows, done.accepted_at) == ("ACCEPTED", 4, NOW + 7)
    ended = store.upload("u")
    assert ended
    assert (ended.state, ended.rows, ended.accepted, ended.errors, ended.finished_at) == ("ACCEPTED", 5, 4, 1, NOW + 7)
    assert [item.ciphertext for item in store.records(batch.id)] == [record(word).ciphertext for word in "abcd"]


def test_records_of_several_batches_come_together(store: SqlStore) -> None:
    """Each batch takes what came for it; where one takes none any more, none does."""
    first, second, closed = receiving(store, "u", "a"), receiving(store, "u", "b", "second"), accepted(store, "v", "x")
    store.add_records({second.id: [record("c")], first.id: [record("d"), record("e")]})
    with pytest.raises(Conflict):
        store.add_records({first.id: [record("f")], closed.id: [record("g")], second.id: [record("h")]})
    for batch, words in ((first, "ade"), (second, "bc"), (closed, "x")):
        assert [item.key for item in store.records(batch.id)] == [record(word).key for word in words]
        assert of(store, batch.id).rows == len(words)


def test_a_list_that_cannot_be_accepted(store: SqlStore) -> None:
    """Not all that arrived, not a received upload, or accepted before: a conflict, and all is as it was."""
    first, second = receiving(store, "u", "ab"), receiving(store, "u", "cd", "second")
    ended = replace(upload("u"), state="ACCEPTED", accepted=4)
    for counted in (0, 3, 5):
        with pytest.raises(Conflict, match="not all"):
            store.accept(replace(ended, accepted=counted), [first.id, second.id], NOW)
    for batch_ids in ([first.id], [first.id, second.id, "third"], []):
        with pytest.raises(Conflict):
            store.accept(ended, batch_ids, NOW)
    with pytest.raises(Conflict):
        store.accept(replace(ended, id="nobody"), [first.id], NOW)
    assert {batch.state for batch in store.batches()} == {"RECEIVING"}
    store.accept(ended, [second.id, first.id], NOW)
    with pytest.raises(Conflict):
        store.accept(ended, [first.id, second.id], NOW)
    with pytest.raises(Conflict):
        store.add_records({first.id: [record("e")]})


def test_beginning(store: SqlStore) -> None:
    """A batch begins once, in state RECEIVING with no rows whatever it says, and belongs to an upload."""
    batch = receiving(store, "u", "")
    with pytest.raises(Conflict):
        store.begin(batch)
    with pytest.raises(Conflict):
        store.begin(replace(batch, id="other", upload="nobody"))
    store.begin(replace(batch, id="other", state="FINAL", rows=3))
    assert (of(store, "other").state, of(store, "other").rows) == ("RECEIVING", 0)


def test_a_record_is_in_one_list(store: SqlStore) -> None:
    """While lists arrive nobody knows their keys; the second one with a key cannot be accepted, and goes whole."""
    batch = receiving(store, "u", "abc")
    other = receiving(store, "v", "xc")
    keys = [record(word).key for word in "abcxyz"]
    assert states(store, keys, "w") == {}
    store.accept(replace(upload("u"), state="ACCEPTED", accepted=3), [batch.id], NOW)
    assert states(store, keys, "v") == dict.fromkeys(keys[:3], "ACCEPTED")
    assert states(store, keys, "u") == {}
    with pytest.raises(Conflict):
        store.accept(replace(upload("v"), state="ACCEPTED", accepted=2), [other.id], NOW)
    assert (of(store, other.id).state, of(store, other.id).rows) == ("RECEIVING", 2)
    store.discard("v")
    assert states(store, keys, "w") == dict.fromkeys(keys[:3], "ACCEPTED")
    assert store.taken([], "v") == {}


def test_a_list_is_accepted_in_steps(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list's keys are entered some at a time; what was entered before an end goes on, or goes with the list."""
    monkeypatch.setattr("vanbang.adapters.sql.entering.ENTERED_AT_ONCE", 2)
    first, second = receiving(store, "u", "abcde"), receiving(store, "u", "fgh", "second")
    other = receiving(store, "v", "vwx")
    for batch, steps in ((first, 3), (second, 1), (other, 1)):
        assert [store._enter_some(batch.id) for _ in range(steps)] == [True] * steps
    assert not store._enter_some(first.id)
    store.accept(replace(upload("u"), state="ACCEPTED", accepted=8), [first.id, second.id], NOW)
    assert states(store, [record(word).key for word in "abcdefghi"], "w").keys() == {
        record(word).key for word in "abcdefgh"
    }
    assert states(store, [record("v").key], "w") == {record("v").key: "RECEIVING"}
    store.discard("v")
    assert states(store, [record("v").key], "w") == {}
    assert not store._enter_some(other.id)


@pytest.mark.parametrize(("entered", "records"), [(0, 250_000), (1_600_000, 400_000), (10_000_000, 1_000_000)])
def test_steps_grow_with_what_is_entered(entered: int, records: int) -> None:
    """The larger the index, the more records share the writing of its pages, up to what others can wait for."""
    assert entering._step(entered) == records


def test_of_two_lists_with_the_same_numbers_one_is_accepted(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that share numbers of two institutions, accepted in the same moment, do not each keep the other out."""
    second = replace(INSTITUTION, iss="https://z.example", code="Z", slug="z")
    store.add_institution(second)
    for name, order in (("u", (INSTITUTION, second)), ("v", (second, INSTITUTION))):
        received(store, name)
        for item in order:
            store.begin(Batch(f"{item.slug}-{name}", item.iss, "t", "RECEIVING", name, NOW, 0))
            store.add_records({f"{item.slug}-{name}": [record(item.slug)]})
    ended = {name: replace(upload(name), state="ACCEPTED", accepted=2) for name in "uv"}
    enter, others = SqlStore._enter_some, ["z-v", f"{INSTITUTION.slug}-v"]

    def at_once(self: SqlStore, batch_id: str) -> bool:
        more = enter(self, batch_id)
        if batch_id.endswith("-u") and others:
            given = others[:]
            others.clear()
            with pytest.raises(Conflict):
                store.accept(ended["v"], given, NOW)
        return more

    monkeypatch.setattr(SqlStore, "_enter_some", at_once)
    store.accept(ended["u"], [f"{INSTITUTION.slug}-u", "z-u"], NOW)
    assert {batch.upload for batch in store.batches("ACCEPTED")} == {"u"}


def test_records_that_come_too_late(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that arrives while its list is being accepted is never accepted without having been entered."""
    batch = receiving(store, "u", "ab")
    enter = SqlStore._enter_some

    def late(self: SqlStore, batch_id: str) -> bool:
        more = enter(self, batch_id)
        if not more:
            store.add_records({batch_id: [record("c")]})
        return more

    monkeypatch.setattr(SqlStore, "_enter_some", late)
    with pytest.raises(Conflict, match="not all the records"):
        store.accept(replace(upload("u"), state="ACCEPTED", accepted=2), [batch.id], NOW)
    assert of(store, batch.id).state == "RECEIVING"


def test_many_keys_at_once(store: SqlStore) -> None:
    """More keys than one statement takes are looked up all the same."""
    accepted(store, "u", "a")
    keys = [digest(str(number)) for number in range(25_000)] + [record("a").key]
    assert states(store, keys, "v") == {record("a").key: "ACCEPTED"}


def test_editions(store: SqlStore) -> None:
    """A record may come again as the next edition, once; the newest sealed one is found, older ones by number."""
    (first,) = sealed(store, "u", "a")
    newer = receiving(store, "v", "")
    store.add_records({newer.id: [record("a")._replace(edition=2)]})
    store.accept(replace(upload("v"), state="ACCEPTED", accepted=1), [newer.id], NOW)
    for edition in (1, 2):
        clash = receiving(store, f"w{edition}", "")
        store.add_records({clash.id: [record("a")._replace(edition=edition)]})
        with pytest.raises(Conflict):
            store.accept(replace(upload(f"w{edition}"), state="ACCEPTED", accepted=1), [clash.id], NOW)
    held = store.taken([first.key], "w")[first.key]
    assert (held.edition, held.batch_id, held.state, held.list_uri) == (2, newer.id, "ACCEPTED", None)
    assert store.taken([first.key], "v")[first.key] == Held(
        *(first.id, 1, first.batch_id, "SEALED", first.list_uri, first.list_index, first.leaf_index)
    )
    assert store.find(first.key) == first
    assert [store.find(first.key, edition) for edition in (1, 2, 3)] == [first, None, None]
    seal_again(store, newer.id)
    both = store.editions(first.key)
    assert [(item.edition, item.batch_id) for item in both] == [(1, first.batch_id), (2, newer.id)]
    assert store.find(first.key) == both[1] == store.find(first.key, 2)
    assert store.editions(record("z").key) == []
    places = store.places([item.id for item in both] + [999])
    assert places == {item.id: StatusPlace(item.list_uri or "", item.list_index or 0) for item in both}
    assert store.status_list(both[0].list_uri or "") == store.status_lists(INSTITUTION.iss)[0][0]
    assert store.status_list("nothing") is None


def seal_again(store: SqlStore, batch_id: str) -> None:
    """Seals a batch of one record, at a place of its own."""
    (item,) = store.records(batch_id)
    place(store, batch_id, placed_records([item], first=40))
    store.seal(SealedBatch(batch_id, NOW, digest("second root"), 1, digest("type")))


def states(store: SqlStore, keys: list[bytes], upload_id: str) -> dict[bytes, str]:
    """The keys that are taken, with the state of the batch that has them."""
    return {key: held.state for key, held in store.taken(keys, upload_id).items()}


def test_discarding(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is refused goes with all its records, in several steps; no other list, and nothing accepted, does."""
    monkeypatch.setattr("vanbang.adapters.sql.entering.DISCARDED_AT_ONCE", 100)
    assert DISCARDED_AT_ONCE == 10_000
    kept, other = accepted(store, "kept", "abc"), receiving(store, "other", "def")
    for number, count in enumerate((0, 99, 100, 101, 250)):
        receiving(store, "u", (f"{number} {row}" for row in range(count)), f"batch-{number}")
    store.discard("u")
    assert [batch.id for batch in store.batches()] == [kept.id, other.id]
    store.discard("kept")
    store.discard("nobody")
    assert len(list(store.records(kept.id))) == len(list(store.records(other.id))) == 3
    receiving(store, "u", ["4 7"])


def test_pages(store: SqlStore) -> None:
    """Batches come by time and id, behind the last one seen, of one institution, state or upload."""
    for number, name in enumerate("dacb"):
        batch = receiving(store, name, name)
        store.accept(replace(upload(name), state="ACCEPTED", accepted=1), [batch.id], NOW + number // 2)
    receiving(store, "e", "e")
    everything = {"iss": None, "states": (), "upload": None}
    first = store.batches_page(**everything, after=None, limit=3)
    assert [batch.upload for batch in first] == ["a", "d", "b"]
    last = first[-1]
    assert [b.upload for b in store.batches_page(**everything, after=(last.accepted_at, last.id), limit=3)] == ["c"]
    asked = [
        ({"iss": INSTITUTION.iss}, 4),
        ({"iss": "nobody"}, 0),
        ({"states": ("ACCEPTED",)}, 4),
        ({"states": ("FINAL", "SEALED")}, 0),
        ({"states": ("RECEIVING",)}, 0),
        ({"upload": "c"}, 1),
        ({"upload": "c", "iss": INSTITUTION.iss, "states": ("ACCEPTED", "FINAL")}, 1),
    ]
    for chosen, count in asked:
        assert len(store.batches_page(**everything | chosen, after=None, limit=9)) == count, chosen
    assert [batch.upload for batch in store.batches()] == ["a", "d", "e", "b", "c"]


def test_long_batches_are_streamed(store: SqlStore) -> None:
    """More records than one page holds come all, each once, in order."""
    batch = receiving(store, "u", (str(number) for number in range(2 * CHUNK + 1)))
    found = [item.key for item in store.records(batch.id)]
    assert found == [digest(str(number)) for number in range(2 * CHUNK + 1)]


def test_sealing(store: SqlStore) -> None:
    """What is sealed is found by its key, at its place and leaf, and is never sealed again."""
    batch = accepted(store, "u", "abc")
    assert store.find(record("b").key) is None
    store.add_status_list(INSTITUTION.iss, StatusList.empty(URI))
    records = placed_records(list(store.records(batch.id)), 100)
    place(store, batch.id, records)
    result = SealedBatch(batch.id, NOW + 1, b"r" * 32, 3, b"t" * 32)
    store.seal(result)
    done = of(store, batch.id)
    assert (done.state, done.root, done.tree_size, done.type_sha256) == ("SEALED", b"r" * 32, 3, b"t" * 32)
    new = record("b")
    found = store.find(new.key)
    assert found == store.record(records[1].id)
    assert found == StoredRecord(records[1].id, batch.id, new.key, new.secret, new.ciphertext, 1, URI, 101, 1, None)
    assert store.list_uris(batch.id) == {URI}
    with pytest.raises(Conflict):
        store.seal(replace(result, root=b"q" * 32))


def test_endorsing(store: SqlStore) -> None:
    """The manifest is fixed once, with its first deadline, then signed; reopened, the batch waits for another."""
    accepted(store, "u", "a")
    for early in (lambda: store.finalise("b-u", b"m", None, 9), lambda: store.endorse("b-u", b"s" * 65)):
        with pytest.raises(Conflict):
            early()
    sealed(store, "v", "b")
    with pytest.raises(Conflict, match="no manifest"):
        store.endorse("b-v", b"s" * 65)
    store.finalise("b-v", b"m", b"e", 90)
    store.finalise("b-v", b"m", b"e", 99)
    with pytest.raises(Conflict, match="another manifest"):
        store.finalise("b-v", b"other", b"e", 90)
    assert (of(store, "b-v").state, of(store, "b-v").deadline) == ("SEALED", 90)
    store.endorse("b-v", b"s" * 65)
    done = of(store, "b-v")
    assert (done.state, done.manifest, done.endorsements, done.signature) == ("ENDORSED", b"m", b"e", b"s" * 65)
    store.reopen("b-v")
    store.reopen("b-v")
    again = of(store, "b-v")
    assert (again.state, again.root) == ("SEALED", digest("root v"))
    assert {again.manifest, again.endorsements, again.deadline, again.signature} == {None}
    with pytest.raises(Conflict):
        store.reopen("b-u")


def test_anchoring(store: SqlStore) -> None:
    """A batch is marked with its transaction and block; what is final is never opened again."""
    sealed(store, "u", "a")
    store.finalise("b-u", b"m", None, 9)
    store.endorse("b-u", b"s" * 65)
    number = store.add_transactions([replace(transaction(0), attempts=(attempt("a"),))])[0].id
    store.mark(["b-u"], "ANCHORING", number)
    store.mark(["b-u"], "FINAL", number, 77)
    done = of(store, "b-u")
    assert (done.state, done.transaction, done.block, done.manifest) == ("FINAL", number, 77, b"m")
    assert [batch.id for batch in store.batches("FINAL", "ENDORSED")] == ["b-u"]
    assert store.batches("ACCEPTED") == []
    with pytest.raises(Conflict):
        store.reopen("b-u")


def test_renewing(store: SqlStore) -> None:
    """A batch gets another signature over the same manifest, with a new deadline, even when it was final."""
    sealed(store, "u", "a")
    for batch_id in ("b-u", "nobody"):
        with pytest.raises(Conflict):
            store.renew(batch_id, 99)
    store.finalise("b-u", b"m", b"e", 90)
    store.endorse("b-u", b"s" * 65)
    for _ in range(2):
        store.renew("b-u", 99)
    again = of(store, "b-u")
    assert (again.state, again.manifest, again.endorsements, again.deadline) == ("SEALED", b"m", b"e", 99)
    assert again.signature is None
    assert [line.action for line in store.audit_entries()].count("batch.renewed") == 1
    store.endorse("b-u", b"t" * 65)
    store.mark(["b-u"], "FINAL", None, 5)
    store.renew("b-u", 100)
    again = of(store, "b-u")
    assert (again.state, again.block, again.signature, again.deadline) == ("SEALED", None, None, 100)
    store.renew("b-u", 101)
    assert of(store, "b-u").deadline == 101


def test_final_batches(store: SqlStore) -> None:
    """Those anchored in a block or later come by block and id, page by page."""
    for at, (name, state, block) in enumerate(
        [("a", "FINAL", 7), ("b", "FINAL", 5), ("c", "ANCHORING", 8), ("d", "FINAL", 7), ("e", "FINAL", 4)]
    ):
        sealed(store, name, name, at)
        store.mark([f"b-{name}"], state, None, block)
    found = store.final_batches(5, (0, ""), 2)
    assert [batch.upload for batch in found] == ["b", "a"]
    assert [batch.upload for batch in store.final_batches(5, (7, found[-1].id), 9)] == ["d"]
    assert store.final_batches(8, (0, ""), 9) == []


def test_values_of_another_type() -> None:
    """Whatever somebody wrote into a column of SQLite is read as bytes, as no place, or as no edition."""
    read = stored_record(1, "b", "key", 7, 0.5, "2", URI, "3", b"4", None)
    assert read == StoredRecord(1, "b", b"key", b"7", b"0.5", 0, URI, None, None, None)


def test_errors_quote_no_secrets(store: SqlStore) -> None:
    """What the database refuses is told without the values that were to be stored."""
    accepted(store, "u", "a")
    batch = receiving(store, "v", "")
    with pytest.raises(Conflict) as caught:
        store.add_records({batch.id: [NewRecord(b"K" * 32, b"S" * 32, None)]})  # type: ignore[arg-type]
    assert "SSSS" not in str(caught.value) + str(caught.value.__cause__)
    store.add_records({batch.id: [NewRecord(record("a").key, b"S" * 32, b"c")]})
    with pytest.raises(Conflict) as caught:
        store.accept(replace(upload("v"), state="ACCEPTED", accepted=1), [batch.id], NOW)
    assert record("a").key.hex() not in str(caught.value) + str(caught.value.__cause__)
