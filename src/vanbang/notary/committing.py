"""From stored records to payloads and leaves (docs/format.md sections 3 and 4).

Plain bytes in, plain bytes out, no store and no chain: a worker process runs this as well as the caller's own.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from msgspec.json import Decoder

from vanbang.catalog import TYPES, CredentialType, Record
from vanbang.core.disclosure import DisclosureRejected, commit
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.errors import FormatError, RecordInvalid
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import Payload, StatusPlace, write_payload
from vanbang.core.record_keys import RecordKeys
from vanbang.core.strict_json import parse
from vanbang.notary.forms import Form, form_of
from vanbang.notary.records import record_json
from vanbang.notary.rereading import Commitment, QuickCheck, check_as_verifier

_VALUES: Final[Decoder[dict[str, str]]] = Decoder(dict[str, str])
NO_RECORD: Final = (ValueError, TypeError, AttributeError, LookupError)
"""What comes of plaintexts that somebody encrypted and that are no records of the type."""


@dataclass(frozen=True, slots=True)
class Work:
    """Records of one batch to commit to, in columns: ids, secrets and ciphertexts as stored, status places."""

    vct: str
    iss: str
    ids: "array[int]"
    secrets: Sequence[bytes]
    ciphertexts: Sequence[bytes]
    places: Sequence[tuple[str, "array[int]"]]
    """As `Places.take` gives them."""


def commit_record(kind: CredentialType, iss: str, record: Record, secret: bytes, place: StatusPlace) -> Commitment:
    """The payload of a record and its disclosures; the same arguments give the same bytes (section 3)."""
    by_element = [claim.name for claim in kind.claims if claim.elements]
    disclosures, digests = commit(kind.claims_of(record), RecordKeys.of(secret), kind.digests, by_element)
    payload = Payload(iss, kind.vct, type_digest(kind), digests, place)
    return Commitment(payload.to_bytes(), disclosures)


def commit_all(work: Work) -> bytes:
    """The leaf hashes of all records, 32 bytes each, in their order. Raises StoreError, RecordInvalid."""
    committer = Committer(TYPES[work.vct], work.iss)
    places = (StatusPlace(uri, index) for uri, indexes in work.places for index in indexes)
    leaves = []
    try:
        for secret, ciphertext, place in zip(work.secrets, work.ciphertexts, places, strict=True):
            keys = RecordKeys.of(secret)
            plaintext = record_json(committer.kind, keys.encryption, ciphertext)
            leaves.append(leaf_hash(committer.payload(plaintext, secret, keys, place)))
    except (FormatError, DisclosureRejected) as error:
        raise RecordInvalid(f"a record that cannot be sealed: {error}") from error
    return b"".join(leaves)


@dataclass(slots=True)
class Committer:
    """Commits to records of one type and issuer, and checks each."""

    kind: CredentialType
    iss: str
    _check: QuickCheck = field(init=False)
    _forms: dict[tuple[str, ...], Form] = field(init=False, default_factory=dict)
    """By the fields present: as many as optional fields are there and not there, a few dozen in practice."""
    _by_element: bool = field(init=False)
    _vct: str = field(init=False)

    def __post_init__(self) -> None:
        self._check = QuickCheck(self.kind, self.iss, type_digest(self.kind))
        self._vct = self.kind.vct
        self._by_element = any(claim.elements for claim in self.kind.claims)

    def payload(self, plaintext: bytes, secret: bytes, keys: RecordKeys, place: StatusPlace) -> bytes:
        """The payload that `commit_record` makes of the record stored as `plaintext`, with disclosures that were read
        back. Raises as reading does, and RecordInvalid for what is no record of the type."""
        try:
            return self._payload(plaintext, secret, keys, place)
        except NO_RECORD as error:
            raise RecordInvalid("what was encrypted is no record of its type") from error

    def _payload(self, plaintext: bytes, secret: bytes, keys: RecordKeys, place: StatusPlace) -> bytes:
        if self._by_element:
            return self._slowly(plaintext, secret, place).payload
        # Our own canonical JSON, as GCM's tag has just shown: there is nothing in it that parsers read differently.
        values = _VALUES.decode(plaintext)
        fields = tuple(values)
        form = self._forms.get(fields) or form_of(self.kind, fields)
        disclosures, digests = form.write(values.values(), keys)
        payload = write_payload(self.iss, self._vct, self._check.type_digest, sorted(digests), place)
        self._check.check(payload, disclosures, values, place)
        if fields not in self._forms:
            made = self._slowly(plaintext, secret, place)
            if payload != made.payload or set(disclosures) != {text.encode() for text in made.disclosures}:
                raise RecordInvalid("two ways to write the same credential differ")
            self._forms[fields] = form
        return payload

    def _slowly(self, plaintext: bytes, secret: bytes, place: StatusPlace) -> Commitment:
        record = self.kind.restore(parse(plaintext, "record"))
        made = commit_record(self.kind, self.iss, record, secret, place)
        check_as_verifier(made, self.kind, record)
        return made


@cache
def type_digest(kind: CredentialType) -> Digest:
    """SHA-256 of the public type metadata."""
    return digest_of(kind.metadata())
