"""Stored records back to credential files."""

from hashlib import sha256
from typing import Any

import pytest

from transcripts import TRANSCRIPT, transcript
from vanbang.catalog import CredentialType, Record, type_by_name
from vanbang.catalog.sampling import institutions, sample_rows
from vanbang.core.credential import CredentialFile, Proof, read_credential
from vanbang.core.disclosure import read
from vanbang.core.encoding import Digest
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import StatusPlace, read_payload
from vanbang.core.record_keys import encryption_key
from vanbang.notary import rebuilding
from vanbang.notary.committing import commit_record
from vanbang.notary.encryption import RECORD, encrypt
from vanbang.notary.rebuilding import RebuildWork, Wanted, file_name, rebuild
from vanbang.notary.records import encrypt_record
from vanbang.ports import StoreError
from world import World

DIPLOMA = type_by_name("vn-diploma")
ISS = institutions()[0].iss
SECRET = sha256(b"record").digest()
PLACE = StatusPlace(f"{ISS}/status/1", 4_711)
PATH = (Digest(sha256(b"a").digest()), Digest(sha256(b"b").digest()))


def diploma() -> Record:
    (row,) = sample_rows(1, "rebuilt")
    record, _ = DIPLOMA.parse(row)
    assert record is not None
    return record


RECORDS = {"vn-diploma": (DIPLOMA, diploma()), "vn-transcript": (TRANSCRIPT, transcript())}


def wanted(kind: CredentialType, record: Record, **changed: Any) -> Wanted:
    payload = commit_record(kind, ISS, record, SECRET, PLACE).payload
    made = Wanted(
        b"k" * 32,
        SECRET,
        encrypt_record(kind, record, SECRET),
        1,
        PLACE.uri,
        PLACE.index,
        2,
        leaf_hash(payload),
        b"".join(PATH),
    )
    return made._replace(**changed)


def work(kind: CredentialType, *records: Wanted) -> RebuildWork:
    proof = read_credential(World().credential()).proof
    assert proof is not None
    return RebuildWork(kind.vct, ISS, proof.manifest_bytes, records)


@pytest.mark.parametrize("name", RECORDS)
def test_a_file_is_the_one_that_is_written_slowly(name: str) -> None:
    """Diplomas and transcripts, whose rows are disclosed one by one, come out byte for byte as a file that is read."""
    kind, record = RECORDS[name]
    commitment = commit_record(kind, ISS, record, SECRET, PLACE)
    known = read_credential(World().credential()).proof
    assert known is not None
    proof = Proof(known.manifest_bytes, known.manifest, 2, PATH)
    disclosures = tuple(read(text) for text in commitment.disclosures)
    slowly = CredentialFile(commitment.payload, read_payload(commitment.payload), disclosures, proof)
    (made,) = rebuild(work(kind, wanted(kind, record)))
    assert made is not None
    assert made.signed("", "") == slowly.to_bytes()


def test_a_tree_of_one_has_no_path() -> None:
    """The file of a batch with one diploma has an empty path."""
    (made,) = rebuild(work(DIPLOMA, wanted(DIPLOMA, diploma(), path=b"")))
    assert made is not None
    assert '"path":[]}' in made.text


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": sha256(b"another").digest()},
        {"secret": b"short"},
        {"ciphertext": b"x" * 100},
        {"ciphertext": b""},
        {"list_index": 4_712},
        {"list_uri": PLACE.uri + "1"},
        {"leaf": bytes(32)},
    ],
)
def test_what_is_not_what_was_sealed_has_no_file(changed: dict[str, Any]) -> None:
    """Whatever of a record was changed since, no file is made of it, and the others of its unit are."""
    good = wanted(DIPLOMA, diploma())
    first, second, third = rebuild(work(DIPLOMA, good, good._replace(**changed), good))
    assert first == third is not None
    assert second is None


@pytest.mark.parametrize("kind", [DIPLOMA, TRANSCRIPT])
@pytest.mark.parametrize("text", [b"{}", b"[]", b'["a"]', b'{"x":[{}]}', b'{"so_hieu_vbcc":1}', b'{"_fields_set":""}'])
def test_what_was_encrypted_anew_has_no_file(kind: CredentialType, text: bytes) -> None:
    """Somebody who writes to the database can encrypt what is no record of the type: it stops nothing either."""
    _, record = RECORDS[kind.name]
    good = wanted(kind, record)
    changed = good._replace(ciphertext=encrypt(encryption_key(SECRET), text, RECORD))
    first, second, third = rebuild(work(kind, good, changed, good))
    assert first == third is not None
    assert second is None


def test_a_file_nobody_could_read_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit whose first file is not in the exact form is an error, whatever the reason."""
    good = work(DIPLOMA, wanted(DIPLOMA, diploma()))
    monkeypatch.setattr(rebuilding, "b64url", lambda data: "?")
    with pytest.raises(StoreError, match="cannot be read"):
        rebuild(good)


@pytest.mark.parametrize(
    ("serial", "edition", "name"),
    [
        ("SHB260000001", 1, "SHB260000001"),
        ("Đ-001.A_B", 1, "Đ-001.A_B"),
        ("shb1", 1, "shb1~6b6b6b6b6b6b6b6b"),
        ("001/ĐHCN-2024", 1, "001_ĐHCN-2024~6b6b6b6b6b6b6b6b"),
        ("A 1", 1, "A_1~6b6b6b6b6b6b6b6b"),
        ("SHB1", 2, "SHB1~6b6b6b6b6b6b6b6b.2"),
        ("..", 1, "~6b6b6b6b6b6b6b6b"),
        ("../../etc", 1, "_.._etc~6b6b6b6b6b6b6b6b"),
    ],
)
def test_names_of_files(serial: str, edition: int, name: str) -> None:
    """A serial number that can be a name is one; any other gets what tells it from its like, and leads nowhere."""
    values = dict.fromkeys(DIPLOMA.key, serial)
    given = wanted(DIPLOMA, diploma(), edition=edition)
    assert file_name(DIPLOMA, values, given) == f"{name}.vanbang.json"
