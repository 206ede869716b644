"""Uploads: whole or not there, encrypted where they lie, and repeatable part by part."""

from hashlib import sha256
from io import BytesIO
from threading import active_count

import pytest

from small_house import ACCEPTED_AT, INSTITUTION, new_store
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.notary.uploading import AT_ONCE, FINDINGS_PAGE, FINDINGS_STORED, HashDiffers, PartsMissing, Uploads
from vanbang.ports import Conflict, StoreError, Upload


@pytest.fixture
def spool():
    return MemorySpool()


@pytest.fixture
def uploads(tmp_path, spool) -> Uploads:
    return Uploads(new_store(tmp_path), spool)


def part_names(spool: MemorySpool) -> list[str]:
    return sorted(name for _, name in spool._files if name.startswith("part-"))


def begin(uploads: Uploads, name: str = "a" * 32) -> Upload:
    return uploads.begin(Upload(name, INSTITUTION.iss, "test", ACCEPTED_AT, "list.csv", b"s" * 32))


def test_parts_come_in_any_order_and_together_are_the_list(uploads):
    """Parts may arrive out of order and twice; what counts is their numbers."""
    upload = begin(uploads)
    uploads.take_part(upload, 2, b"second")
    uploads.take_part(upload, 1, b"wrong")
    uploads.take_part(upload, 1, b"first,")
    received = uploads.complete(upload, sha256(b"first,second").digest(), ACCEPTED_AT)
    assert (received.state, received.size) == ("RECEIVED", 12)
    target = BytesIO()
    uploads.copy(received, target)
    assert target.read() == b"first,second"
    assert uploads.complete(received, None, ACCEPTED_AT).state == "RECEIVED"


def test_all_parts_of_a_list_at_once(uploads):
    """However many are under way together, each is kept under its own number."""
    upload, parts = begin(uploads), [b"%d," % number for number in range(50)]
    uploads.take_parts(upload, iter(parts))
    target = BytesIO()
    uploads.copy(uploads.complete(upload, sha256(b"".join(parts)).digest(), ACCEPTED_AT), target)
    assert target.read() == b"".join(parts)


@pytest.mark.parametrize("error", [StoreError("the disk is full"), KeyboardInterrupt()])
def test_a_part_that_is_not_kept_ends_it(tmp_path, error):
    """No further part is read, nothing goes on in the background, and the list is not complete."""

    class Failing(MemorySpool):
        def put(self, upload_id: str, name: str, data: bytes) -> None:
            if name.startswith("part-000003"):
                raise error
            super().put(upload_id, name, data)

    uploads = Uploads(new_store(tmp_path), Failing())
    upload, read, threads = begin(uploads), iter(range(50)), active_count()
    with pytest.raises(type(error)):
        uploads.take_parts(upload, (b"%d" % number for number in read))
    assert next(read) <= 3 + AT_ONCE + 1
    assert active_count() == threads
    with pytest.raises((PartsMissing, HashDiffers)):
        uploads.complete(upload, sha256(b"all of them").digest(), ACCEPTED_AT)


def test_what_is_missing_is_named(uploads):
    """An upload with gaps, or with nothing, stays open and says which parts to send."""
    upload = begin(uploads)
    with pytest.raises(PartsMissing) as nothing:
        uploads.complete(upload, None, ACCEPTED_AT)
    assert nothing.value.numbers == ()
    uploads.take_part(upload, 4, b"d")
    uploads.take_part(upload, 2, b"b")
    with pytest.raises(PartsMissing) as gaps:
        uploads.complete(upload, None, ACCEPTED_AT)
    assert gaps.value.numbers == (1, 3)
    assert uploads.store.upload(upload.id).state == "OPEN"


def test_other_bytes_than_were_meant(uploads):
    """A list that was damaged on its way is not received."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"damaged")
    with pytest.raises(HashDiffers):
        uploads.complete(upload, sha256(b"meant").digest(), ACCEPTED_AT)
    assert uploads.store.upload(upload.id).state == "OPEN"


def test_a_complete_upload_takes_no_more(uploads):
    """After completion no part can be added or replaced."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"x")
    received = uploads.complete(upload, None, ACCEPTED_AT)
    for stale in (received, upload):
        with pytest.raises(Conflict):
            uploads.take_part(stale, 2, b"y")


def test_a_part_that_comes_too_late(uploads):
    """What is sent by somebody who has not heard yet that the list is complete changes nothing of it."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"list")
    received = uploads.complete(upload, None, ACCEPTED_AT)
    with pytest.raises(Conflict):
        uploads.take_part(upload, 1, b"late")
    assert b"".join(uploads.content(received)) == b"list"


def test_a_part_replaced_while_the_list_is_hashed(uploads, monkeypatch):
    """Bytes that were not hashed never become the list: completing is refused, and the upload stays open."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"list")
    receive = uploads.store.receive

    def replaced_before(*given):
        uploads.take_part(upload, 1, b"other")
        return receive(*given)

    monkeypatch.setattr(uploads.store, "receive", replaced_before)
    with pytest.raises(Conflict):
        uploads.complete(upload, sha256(b"list").digest(), ACCEPTED_AT)
    assert uploads.store.upload(upload.id).state == "OPEN"


def test_findings_that_no_text_can_hold(uploads):
    """Half a Unicode character in a finding is told as a question mark, so that the report can be sent."""
    upload = begin(uploads)
    uploads.keep_report(upload, {"value": "a\ud800"}, iter([{"value": "\udfff"}]))
    assert uploads.report(upload) == {"value": "a?"}
    assert uploads.findings(upload, 0, 1) == [{"number": 1, "value": "?"}]


def test_nothing_readable_lies_in_the_spool(uploads, spool):
    """Parts, reports and sheets lie encrypted; without the upload's secret they are gone."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"Nguyen Van An")
    uploads.keep_report(upload, {"rows": 1}, iter([{"value": "Nguyen Van An"}]))
    uploads.keep_sheet(upload, BytesIO(b"Nguyen Van An"))
    names = [*part_names(spool), "report", "findings-000000", "sheet-000001"]
    stored = [spool.get(upload.id, name) for name in names]
    assert len(names) == 4
    assert all(stored)
    assert not any(b"Nguyen" in data for data in stored)
    assert sha256(b"Nguyen Van An").hexdigest()[:32] not in names[0]
    forgotten = Upload(upload.id, upload.iss, "test", ACCEPTED_AT, "list.csv", b"")
    assert uploads.report(forgotten) is None
    assert uploads.sheet(forgotten) is None
    assert uploads.findings(forgotten, 0, 10) == []


def test_a_part_that_was_changed_is_noticed(uploads, spool):
    """A flipped bit, a part under another name and a part that is gone are StoreErrors, never other rows."""
    upload = begin(uploads)
    uploads.take_part(upload, 1, b"one")
    uploads.take_part(upload, 2, b"two")
    first, second = part_names(spool)
    good = spool.get(upload.id, first)
    for bad in (good[:-1] + bytes([good[-1] ^ 1]), spool.get(upload.id, second), b""):
        spool.put(upload.id, first, bad)
        with pytest.raises(StoreError):
            list(uploads.content(upload))
    spool.remove(upload.id)
    with pytest.raises(StoreError):
        list(uploads.content(upload))


def test_findings_are_read_page_by_page(uploads):
    """Any window of the findings comes in order with numbers from 1; the number stored is bounded."""
    upload = begin(uploads)
    uploads.keep_report(upload, {}, ({"row": row} for row in range(FINDINGS_STORED + 5)))
    assert uploads.findings(upload, 0, 2) == [{"number": 1, "row": 0}, {"number": 2, "row": 1}]
    window = uploads.findings(upload, FINDINGS_PAGE - 1, 3)
    assert [finding["number"] for finding in window] == [FINDINGS_PAGE, FINDINGS_PAGE + 1, FINDINGS_PAGE + 2]
    assert uploads.findings(upload, FINDINGS_STORED, 10) == []
    assert len(uploads.findings(upload, FINDINGS_STORED - 1, 10)) == 1


def test_a_sheet_comes_back_whole(uploads, monkeypatch):
    """A sheet of several pieces is the same bytes again."""
    monkeypatch.setattr("vanbang.notary.uploading.PIECE", 10)
    upload = begin(uploads)
    uploads.keep_sheet(upload, BytesIO(bytes(range(95))))
    assert b"".join(uploads.sheet(upload)) == bytes(range(95))
