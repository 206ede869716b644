"""Committing to records: the bytes of section 3, however they are written, and nothing that does not read back."""

import json
from array import array
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256, shake_256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_house import INSTITUTION, KIND, rows
from vanbang.catalog import CredentialType, Record
from vanbang.core.encoding import digest_of
from vanbang.core.errors import RecordInvalid
from vanbang.core.merkle import digests_in, leaf_hash
from vanbang.core.payload import StatusPlace
from vanbang.core.record_keys import RecordKeys, encryption_key
from vanbang.core.strict_json import canonical
from vanbang.notary.committing import Committer, Work, commit_all, commit_record, type_digest
from vanbang.notary.encryption import RECORD, encrypt
from vanbang.notary.forms import Form, form_of
from vanbang.notary.packing import pack
from vanbang.notary.records import decrypt_record, encrypt_record
from vanbang.notary.rereading import Commitment, QuickCheck, check_as_verifier
from vanbang.ports import StoredRecord, StoreError

ISS = INSTITUTION.iss
PLACE = StatusPlace(f"{ISS}/status/0", 4711)
SECRET = bytes(range(32))
HARD = 'Nguyễn "Ánh" \\ %s {0} </script> \x00\x1f\x7f\u2028\n\t,":"],[" 😀'
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def records(count: int) -> list[Record]:
    """Records of valid rows, with optional fields absent here and there."""
    found = [KIND.parse(row.cells)[0] for row in rows(count)]
    return [record for record in found if record is not None]


def stored(record: Record, secret: bytes = SECRET) -> bytes:
    """A record's ciphertext as intake makes it."""
    return encrypt_record(KIND, record, secret)


def _b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_section_3_says(kind: CredentialType, record: Record, secret: bytes) -> tuple[bytes, list[str]]:
    """Payload and disclosures, step by step from the text of docs/format.md, with nothing of ours."""
    salt_key = shake_256(b"vanbang/1/keys" + secret).digest(64)[32:]
    by_digest = {}
    for name, value in kind.claims_of(record).items():
        salt = _b64url(shake_256(b"vanbang/1/salt" + salt_key + _dumps([name])).digest(16))
        text = _b64url(_dumps([salt, name, value]))
        by_digest[_b64url(sha256(text.encode()).digest())] = text
    absent = kind.digests - len(by_digest)
    decoys = [_b64url(shake_256(b"vanbang/1/decoy" + salt_key + str(i).encode()).digest(32)) for i in range(absent)]
    payload = {
        "_sd": sorted([*by_digest, *decoys]),
        "_sd_alg": "sha-256",
        "iss": ISS,
        "status": {"status_list": {"idx": PLACE.index, "uri": PLACE.uri}},
        "vct": kind.vct,
        "vct#integrity": "sha256-" + urlsafe_b64encode(digest_of(kind.metadata())).decode().translate(_STANDARD),
    }
    return _dumps(payload), [by_digest[digest] for digest in sorted(by_digest)]


_STANDARD = str.maketrans("-_", "+/")


def committed(record: Record) -> Commitment:
    """What the quick way makes of a record, and the disclosures that it reads back."""
    values, keys = KIND.values_of(record), RecordKeys.of(SECRET)
    payload = Committer(KIND, ISS).payload(canonical(values), SECRET, keys, PLACE)
    return Commitment(payload, form_of(KIND, tuple(values)).commit(values.values(), keys)[0])


def check_quickly(made: Commitment, record: Record) -> None:
    texts = [text.encode() for text in made.disclosures]
    QuickCheck(KIND, ISS, type_digest(KIND)).check(made.payload, texts, KIND.values_of(record), PLACE)


def test_the_bytes_are_those_of_section_3() -> None:
    """Both ways to write a credential give payload and disclosures to the byte, whatever fields are absent."""
    found = records(60)
    assert len({tuple(KIND.values_of(record)) for record in found}) > 1
    for record in found:
        payload, disclosures = as_section_3_says(KIND, record, SECRET)
        assert commit_record(KIND, ISS, record, SECRET, PLACE) == Commitment(payload, disclosures)
        assert committed(record) == Commitment(payload, disclosures)


@settings(max_examples=60)
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_is_written_the_same_way(name: str, note: str, file: str) -> None:
    """Quotes, control characters, per cent signs, what looks like JSON: nothing moves a boundary."""
    values = {**KIND.values_of(records(1)[0]), "ho_va_ten": name, "ghi_chu": note, "attachment_name": file}
    for changed in (values, {**values, "ghi_chu": HARD + note}):
        record = KIND.restore({field: value for field, value in changed.items() if value})
        assert (made := committed(record)).payload == as_section_3_says(KIND, record, SECRET)[0]
        assert made.disclosures == as_section_3_says(KIND, record, SECRET)[1]


def work(ciphertexts: list[bytes], secrets: list[bytes]) -> Work:
    """A unit of work on these records, with places from two lists."""
    half = len(secrets) // 2
    places = [(PLACE.uri, array("L", range(half))), ("urn:other", array("L", range(half, len(secrets))))]
    return Work(KIND.vct, ISS, array("q", range(len(secrets))), secrets, ciphertexts, places)


def test_a_unit_of_work() -> None:
    """Each record gives the leaf that its own secret and its place make, in the order given."""
    found, secrets = records(40), [bytes([number]) * 32 for number in range(40)]
    leaves = commit_all(work([stored(*pair) for pair in zip(found, secrets, strict=True)], secrets))
    assert digests_in(leaves) == [
        leaf_hash(
            commit_record(KIND, ISS, record, secret, StatusPlace(PLACE.uri if n < 20 else "urn:other", n)).payload
        )
        for n, (record, secret) in enumerate(zip(found, secrets, strict=True))
    ]


@pytest.mark.parametrize(("secret", "error"), [(bytes(32), StoreError), (b"", RecordInvalid)])
def test_a_record_that_does_not_open(secret: bytes, error: type[Exception]) -> None:
    """Another secret, or none because the record was erased, stops the whole unit of work."""
    with pytest.raises(error):
        commit_all(work([stored(records(1)[0])], [secret]))


@pytest.mark.parametrize("text", [b"{}", b"[]", b'["a"]', b"7", b'{"x":"y"}', b'{"so_hieu_vbcc":1}'])
def test_what_is_no_record(text: bytes) -> None:
    """Somebody who writes to the database can encrypt anything under a record's secret: it is told as what it is."""
    with pytest.raises(RecordInvalid, match="no record of its type"):
        commit_all(work([encrypt(encryption_key(SECRET), pack(KIND.name, text), RECORD)], [SECRET]))


@pytest.mark.parametrize("text", [b"[]", b"7", b"null", b'{"_fields_set":""}'])
def test_what_is_no_record_is_none_alone(text: bytes) -> None:
    """The same where one diploma is asked for."""
    ciphertext = encrypt(encryption_key(SECRET), pack(KIND.name, text), RECORD)
    with pytest.raises(StoreError, match="no record of its type"):
        decrypt_record(KIND, StoredRecord(1, "b", b"key", SECRET, ciphertext))


def rewritten(made: Commitment, change: Callable[[dict[str, Any]], Any]) -> Commitment:
    payload = json.loads(made.payload)
    change(payload)
    return replace(made, payload=_dumps(payload))


DAMAGES: dict[str, Callable[[Commitment], Commitment]] = {
    "a disclosure is missing": lambda made: replace(made, disclosures=made.disclosures[1:]),
    "a disclosure is there twice": lambda made: replace(made, disclosures=[*made.disclosures, made.disclosures[-1]]),
    "a disclosure of nothing": lambda made: replace(made, disclosures=[*made.disclosures[:-1], ""]),
    "a disclosure that is changed": lambda made: replace(
        made, disclosures=[made.disclosures[0][:-9] + "A" * 9, *made.disclosures[1:]]
    ),
    "no disclosures": lambda made: replace(made, disclosures=[]),
    "a digest is changed": lambda made: rewritten(made, lambda p: p["_sd"].__setitem__(0, "A" * 43)),
    "a digest is short": lambda made: rewritten(made, lambda p: p["_sd"].__setitem__(0, "A" * 42)),
    "a digest is missing": lambda made: rewritten(made, lambda p: p["_sd"].pop()),
    "a digest more": lambda made: rewritten(made, lambda p: p["_sd"].append("_" * 42 + "8")),
    "digests in another order": lambda made: rewritten(made, lambda p: p["_sd"].reverse()),
    "another issuer": lambda made: rewritten(made, lambda p: p.update(iss="https://other.edu.vn")),
    "another type": lambda made: rewritten(made, lambda p: p.update(vct="urn:x")),
    "other metadata": lambda made: rewritten(made, lambda p: p.update({"vct#integrity": "sha256-"})),
    "another place": lambda made: rewritten(made, lambda p: p["status"]["status_list"].update(idx=4712)),
    "a member more": lambda made: rewritten(made, lambda p: p.update(exp=5)),
    "no digests": lambda made: rewritten(made, lambda p: p.pop("_sd")),
    "no payload": lambda made: replace(made, payload=b"[]"),
    "no JSON": lambda made: replace(made, payload=made.payload[:-1]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_wrong_commitment_is_seen(damage: str) -> None:
    """The quick check takes what was made, and refuses it after any single change."""
    record = records(1)[0]
    made = committed(record)
    check_quickly(made, record)
    check_quickly(replace(made, disclosures=[*reversed(made.disclosures)]), record)
    with pytest.raises(RecordInvalid):
        check_quickly(DAMAGES[damage](made), record)


@pytest.mark.parametrize("change", [{"ho_va_ten": "Nguyễn Thị Ánh Đào"}, {"xep_loai": "Xuất sắc "}, {"ghi_chu": "x"}])
def test_another_record_is_seen(change: dict[str, str]) -> None:
    """Both checks refuse a commitment, sound in itself, that shows one value otherwise."""
    record = records(1)[0]
    other = KIND.restore({**KIND.values_of(record), **change})
    made = committed(record)
    with pytest.raises(RecordInvalid):
        check_quickly(made, other)
    with pytest.raises(RecordInvalid):
        check_as_verifier(made, KIND, other)


def test_a_wrong_writer_seals_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing that goes wrong for one record in the middle, or the same way for all, stops the unit of work."""
    found, right = records(9), Form.write
    calls: list[int] = []

    def sometimes(self: Form, values: Any, keys: RecordKeys) -> tuple[list[bytes], list[str]]:
        calls.append(1)
        return right(self, [v if len(calls) < 7 else "Giỏi" for v in values], keys)

    def always(self: Form, values: Any, keys: RecordKeys) -> tuple[list[bytes], list[str]]:
        return right(replace(self, template=self.template.replace('"noi_sinh"', '"ho_va_ten"')), values, keys)

    unit = work([stored(record) for record in found], [SECRET] * 9)
    for wrong in (sometimes, always):
        monkeypatch.setattr(Form, "write", wrong)
        with pytest.raises(RecordInvalid):
            commit_all(unit)
    assert len(calls) == 7


def test_a_field_in_the_wrong_claim_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the quick check leaves to a verifier's is looked at before the first record of a form is taken."""
    right = Form.write

    def other_claim(self: Form, values: Any, keys: RecordKeys) -> tuple[list[bytes], list[str]]:
        return right(replace(self, template=self.template.replace('"nhan_than",', '"nhan",')), values, keys)

    monkeypatch.setattr(Form, "write", other_claim)
    with pytest.raises(RecordInvalid, match="differ"):
        committed(records(1)[0])


def test_claims_disclosed_by_element() -> None:
    """A type that has them is written and checked the general way, record by record."""
    claims = tuple(replace(claim, elements=claim.name == "noi_sinh") for claim in KIND.claims)
    kind = replace(KIND, name="listed", claims=claims)
    record = kind.restore({**KIND.values_of(records(1)[0]), "noi_sinh": "Hà Nội; Huế; Đà Nẵng"})
    plaintext = canonical(kind.values_of(record))
    made = commit_record(kind, ISS, record, SECRET, PLACE)
    assert Committer(kind, ISS).payload(plaintext, SECRET, RecordKeys.of(SECRET), PLACE) == made.payload
    assert len(made.disclosures) == len(kind.claims_of(record)) + 3
