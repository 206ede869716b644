"""Packing: records become small whatever school they are of, and nothing but what was packed comes out again."""

from threading import Thread

import pytest
from zstandard import ZstdCompressor

from vanbang.catalog import LIST_TYPES, CredentialType, type_by_name
from vanbang.catalog.dictionaries import dictionary, newest
from vanbang.catalog.sampling import institutions, sample_rows, schools
from vanbang.core.strict_json import canonical
from vanbang.notary import packing
from vanbang.notary.packing import MAX_RECORD_BYTES, pack, unpack
from vanbang.ports import StoreError

DIPLOMA = type_by_name("vn-diploma")
LONGEST = {"vn-diploma": 225, "vn-thpt": 190, "vn-transcript": 500}
"""Bytes on the average of records of the invented schools, none of which the dictionaries know."""


def jsons(kind: CredentialType, count: int) -> list[bytes]:
    codes = [entry.code for entry in (institutions() if kind is DIPLOMA else schools())]
    found = [kind.parse(row)[0] for row in sample_rows(count, "packing", codes, kind.name)]  # type: ignore[arg-type]
    return [canonical(kind.values_of(record)) for record in found if record is not None]


@pytest.mark.parametrize("kind", LIST_TYPES, ids=lambda kind: kind.name)
def test_records_become_small_and_come_back(kind: CredentialType) -> None:
    """A record of each type takes a sixth of its JSON or less, and unpacks to the same bytes."""
    found = jsons(kind, 60)
    packed = [pack(kind.name, json) for json in found]
    assert [unpack(kind.name, data) for data in packed] == found
    assert {data[0] for data in packed} == {newest(kind.name)}
    assert sum(map(len, packed)) / len(packed) < LONGEST[kind.name]


def test_a_school_nobody_has_heard_of() -> None:
    """A diploma whose school, programme and place stand in no list of ours takes little more."""
    values = {spec.name: spec.example for spec in DIPLOMA.fields if spec.example}
    strange = {"ten_truong": "Học viện Qwrtpzx Bdfghk Xcvbnm", "nganh_dao_tao": "Jklmnp wrt zxqv", "noi_sinh": "Ơưăâêô"}
    assert len(pack("vn-diploma", canonical(values | strange))) < 330


def test_what_was_stored_before_is_still_read() -> None:
    """A record stored as plain JSON unpacks to itself, and a type without a dictionary is stored so."""
    json = jsons(DIPLOMA, 1)[0]
    assert unpack("vn-diploma", json) == json
    assert pack("of-no-list", json) == json


def test_what_was_not_packed_here() -> None:
    """Nothing, an unknown version, a cut or longer frame and another type's are refused by name."""
    packed = pack("vn-diploma", jsons(DIPLOMA, 1)[0])
    for data in (b"", b"\x02" + packed[1:], b"[1]", packed[:-1], packed + b"\x00", packed[:1]):
        with pytest.raises(StoreError):
            unpack("vn-diploma", data)
    with pytest.raises(StoreError):
        unpack("of-no-list", packed)


def test_a_record_that_would_fill_the_memory() -> None:
    """A frame of a megabyte of nothing is unpacked; one that is over the limit, or does not say, is not even begun."""
    for size, written in ((2**20, True), (MAX_RECORD_BYTES + 1, True), (2**20, False)):
        frame = ZstdCompressor(
            dict_data=dictionary("vn-diploma", 1), write_content_size=written, write_dict_id=False
        ).compress(bytes(size))
        if size == 2**20 and written:
            assert unpack("vn-diploma", b"\x01" + frame[4:]) == bytes(size)
            continue
        with pytest.raises(StoreError, match="over"):
            unpack("vn-diploma", b"\x01" + frame[4:])


@pytest.mark.parametrize("error", [FileNotFoundError("vn-thpt.1"), ValueError("not the file it was")])
def test_a_damaged_installation(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Without its dictionary nothing is written or read, and what to do is said."""
    kind, packed = type_by_name("vn-thpt"), pack("vn-thpt", jsons(type_by_name("vn-thpt"), 1)[0])

    def missing(name: str, version: int) -> None:
        raise error

    monkeypatch.setattr(packing, "dictionary", missing)
    monkeypatch.setattr(packing, "_mine", packing._Mine())
    with pytest.raises(StoreError, match="install it again"):
        unpack(kind.name, packed)
    with pytest.raises(StoreError, match="install it again"):
        pack(kind.name, b"{}")


def test_threads_side_by_side() -> None:
    """Threads pack and unpack at once, and none gets another's bytes."""
    found = jsons(DIPLOMA, 40)
    wrong: list[bytes] = []

    def work() -> None:
        for json in found * 20:
            if unpack("vn-diploma", pack("vn-diploma", json)) != json:
                wrong.append(json)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
