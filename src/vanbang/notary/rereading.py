"""Reading back what was just committed to: a record that does not come out as it went in is never sealed."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic_core import from_json

from vanbang.catalog import CredentialType, Record
from vanbang.core.disclosure import read, resolve
from vanbang.core.errors import RecordInvalid
from vanbang.core.payload import StatusPlace, integrity_text, read_payload

SALT_CHARACTERS = 22


@dataclass(frozen=True, slots=True)
class Commitment:
    """A record's payload bytes and the disclosures that open it, ascending by digest."""

    payload: bytes
    disclosures: Sequence[str]


def check_as_verifier(made: Commitment, kind: CredentialType, record: Record) -> None:
    """Reads back, strictly, what a verifier will read. Raises RecordInvalid, FormatError, DisclosureRejected."""
    disclosures = [read(text) for text in made.disclosures]
    if resolve(read_payload(made.payload).digests, disclosures).claims != kind.claims_of(record):
        raise _not_shown()


@dataclass(frozen=True, slots=True)
class QuickCheck:
    """Reads back every record of a batch by other means than a verifier, at a fifth of the price.

    It shares no code with what writes: another JSON parser takes payload and disclosures apart; each disclosure is
    hashed again and must be found, in ascending order, among the payload's digests, which are compared as bytes decoded
    from there and not as texts encoded a second time; issuer, type, place, number of digests and every value of the
    record are compared with what was asked for. Left to `check_as_verifier`, on one record of each form in each unit
    of work, is what all records of one form share: which claim a field stands in, and the strict form of JSON and
    base64url. Also left to it are types whose claims are disclosed by element.
    """

    kind: CredentialType
    iss: str
    type_digest: bytes

    def check(self, made: Commitment, values: Mapping[str, str], place: StatusPlace) -> None:
        """`values` are the record's, by field, none empty. Raises RecordInvalid."""
        try:
            header = from_json(made.payload, cache_strings="none")
            self._check_digests(header.pop("_sd"), made.disclosures)
            if header != self._header(place) or _shown(made.disclosures) != values:
                raise _not_shown()
        except (KeyError, TypeError, ValueError) as error:
            raise _not_shown() from error

    def _check_digests(self, digests: list[str], disclosures: Sequence[str]) -> None:
        known = a2b_base64("A".join([*digests, ""]).encode().translate(_PLAIN))  # 32 bytes each, then a zero
        place = {known[i : i + 32]: i for i in range(0, len(known), 33)}
        opened = [place[sha256(text.encode()).digest()] for text in disclosures]
        whole = len(known) == 33 * len(digests) == 33 * self.kind.digests and not any(known[32::33])
        if not whole or digests != sorted(set(digests)) or opened != sorted(set(opened)):
            raise _not_shown()

    def _header(self, place: StatusPlace) -> dict[str, Any]:
        """A payload's members besides `_sd`."""
        return {
            "_sd_alg": "sha-256",
            "iss": self.iss,
            "status": {"status_list": {"idx": place.index, "uri": place.uri}},
            "vct": self.kind.vct,
            "vct#integrity": integrity_text(self.type_digest),
        }


def _shown(disclosures: Sequence[str]) -> dict[str, str]:
    """The values by field that the disclosures show together."""
    shown: dict[str, str] = {}
    salts = set()
    for salt, name, value in _arrays(disclosures):
        salts.add(salt)
        if type(value) is dict:
            shown.update(value)
        else:
            shown[name] = value
    if len(salts) != len(disclosures) or {*map(len, salts)} != {SALT_CHARACTERS}:
        raise _not_shown()
    return shown


def _arrays(disclosures: Sequence[str]) -> list[Any]:
    """All disclosures decoded at once. What fills each up to whole groups of four characters decodes to zero bytes,
    which no JSON holds: they become white space."""
    texts = _COMMA.join([text + _FILLING[len(text) & 3] for text in disclosures])
    data = a2b_base64((_OPEN + texts + _CLOSE).encode().translate(_PLAIN)).replace(b"\0", b" ")
    arrays: list[Any] = from_json(data, cache_strings="none")
    return arrays


def _not_shown() -> RecordInvalid:
    return RecordInvalid("the sealed credential does not show the record it was made from")


_OPEN, _COMMA, _CLOSE = (b2a_base64(token, newline=False).decode() for token in (b"[  ", b",  ", b"]  "))
_FILLING = ("", "AAA", "AA", "A")
_PLAIN = bytes.maketrans(b"-_", b"+/")
