"""Reading back what was just committed to: a record that does not come out as it went in is never sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from msgspec.json import Decoder
from pydantic_core import CoreConfig, SchemaValidator, core_schema

from vanbang.catalog import CredentialType, Record
from vanbang.core.disclosure import read, resolve
from vanbang.core.encoding import DIGEST_SIZE, Digest
from vanbang.core.errors import RecordInvalid
from vanbang.core.payload import StatusPlace, integrity_text, read_payload


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
    """Reads back every record of a batch by other means than a verifier, at a third of the price.

    It shares no code with what writes: another library decodes base64url and parses JSON; each disclosure is hashed
    again and must be found among the payload's digests as decoded from there, not as a text encoded a second time;
    these must ascend; issuer, type, place, number of digests and every value of the record are compared with what
    was asked for. Left to `check_as_verifier`, on one record of each form in each unit of work, is what all records of
    one form share: which claim a field stands in, how salts are made, and the strict form of JSON and base64url. Also
    left to it are types whose claims are disclosed by element.
    """

    kind: CredentialType
    iss: str
    type_digest: Digest

    def check(
        self, payload: bytes, disclosures: Sequence[bytes], values: Mapping[str, str], place: StatusPlace
    ) -> None:
        """`disclosures` in any order; `values` are the record's, by field, none empty. Raises RecordInvalid."""
        try:
            header = _HEADER.decode(payload)
            digests = header.pop("_sd")
            known = set(_decoded('","'.join(digests).encode()))
            opened = {sha256(text).digest() for text in disclosures}
            if (
                header != self._header(place)
                or not len(known) == len(digests) == self.kind.digests
                or {*map(len, known)} != {DIGEST_SIZE}
                or digests != sorted(digests)
                or len(opened) != len(disclosures)
                or not opened <= known
                or _shown(_decoded(b'","'.join(disclosures))) != values
            ):
                raise _not_shown()
        except (KeyError, TypeError, ValueError) as error:
            raise _not_shown() from error

    def _header(self, place: StatusPlace) -> dict[str, Any]:
        """A payload's members besides `_sd`."""
        return {
            "_sd_alg": "sha-256",
            "iss": self.iss,
            "status": {"status_list": {"idx": place.index, "uri": place.uri}},
            "vct": self.kind.vct,
            "vct#integrity": integrity_text(self.type_digest),
        }


def _decoded(texts: bytes) -> list[bytes]:
    """What base64url texts stand for; they are joined by `","`."""
    decoded: list[bytes] = _BASE64.validate_json(b'["' + texts + b'"]')
    return decoded


def _shown(arrays: Sequence[bytes]) -> dict[str, str]:
    """The values by field that decoded disclosures show together."""
    shown: dict[str, str] = {}
    for _, name, value in _ARRAYS.decode(b"[" + b",".join(arrays) + b"]"):
        if type(value) is dict:
            shown.update(value)
        else:
            shown[name] = value
    return shown


def _not_shown() -> RecordInvalid:
    return RecordInvalid("the sealed credential does not show the record it was made from")


_HEADER: Final[Decoder[dict[str, Any]]] = Decoder(dict[str, Any])
_ARRAYS: Final[Decoder[list[tuple[str, str, Any]]]] = Decoder(list[tuple[str, str, str | dict[str, str]]])
"""Salt, name and value: a text, or texts by name."""
_BASE64: Final = SchemaValidator(
    core_schema.list_schema(core_schema.bytes_schema()), CoreConfig(val_json_bytes="base64")
)
"""Decodes many texts in one call; written in Rust, where what encodes is written in C."""
