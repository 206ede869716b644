"""Stored records back to credential files, many at once (docs/format.md section 8): all but the signature.

Plain bytes in, plain bytes out, no store and no key: a worker process runs this as well as the caller's own. A file
goes out only if the leaf of its payload is the one that was proven to be in the tree; so what was changed in the
database since is found here, whatever it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydantic_core import from_json

from vanbang.catalog import TYPES, CredentialType
from vanbang.core.credential import read_credential
from vanbang.core.disclosure import DisclosureRejected
from vanbang.core.encoding import DIGEST_SIZE, b64url
from vanbang.core.errors import FormatError, RecordInvalid
from vanbang.core.merkle import leaf_hash
from vanbang.core.payload import StatusPlace, write_payload
from vanbang.core.record_keys import RecordKeys
from vanbang.core.strict_json import parse
from vanbang.notary.committing import NO_RECORD, commit_record, type_digest
from vanbang.notary.forms import Form, form_of
from vanbang.notary.records import record_json
from vanbang.notary.rereading import Commitment
from vanbang.ports import StoreError

NAMED: Final = "._-"
"""Characters that stand in a file's name as they are, beside letters and digits."""
UNSEALED: Final = (StoreError, FormatError, RecordInvalid, DisclosureRejected, *NO_RECORD)
"""What rebuilding raises for what was not sealed so."""


class Wanted(NamedTuple):
    """A record whose file is wanted: as stored (without a secret if it is erased), its status place, and its leaf with
    the path, joined, as proven."""

    key: bytes
    secret: bytes
    ciphertext: bytes
    edition: int
    list_uri: str
    list_index: int
    leaf_index: int
    leaf: bytes
    path: bytes


@dataclass(frozen=True, slots=True)
class RebuildWork:
    """Records of one batch whose files are wanted; `manifest` as bytes. Behind the id of the `last` the next unit
    begins."""

    vct: str
    iss: str
    manifest: bytes
    records: Sequence[Wanted]
    last: int = 0


class Unsigned(NamedTuple):
    """A credential file before it is signed: `text` up to its payload, the payload in base64url; and a name for it."""

    name: str
    text: str
    payload: str

    def signed(self, protected: str, signature: str) -> bytes:
        """The whole file; both arguments in base64url, or both empty."""
        return f'{self.text}{self.payload}","protected":"{protected}","signature":"{signature}"}}'.encode()


def rebuild(work: RebuildWork) -> list[Unsigned | None]:
    """The file of each record, in order; None for one that is not what was sealed any more.

    Raises StoreError alone: a file that verifiers would not read.
    """
    rebuilder = Rebuilder(TYPES[work.vct], work.iss, b64url(work.manifest))
    files = [rebuilder.file(record) for record in work.records]
    first = next((file for file in files if file is not None), None)
    if first is not None:
        try:
            read_credential(first.signed("", ""))  # all of a unit are written alike
        except FormatError as error:
            raise StoreError(f"a rebuilt credential file cannot be read: {error}") from error
    return files


@dataclass(slots=True)
class Rebuilder:
    """Rebuilds files of one batch, whose manifest is given in base64url."""

    kind: CredentialType
    iss: str
    manifest: str
    _forms: dict[tuple[str, ...], Form] = field(init=False, default_factory=dict)
    _by_element: bool = field(init=False)

    def __post_init__(self) -> None:
        self._by_element = any(claim.elements for claim in self.kind.claims)

    def file(self, wanted: Wanted) -> Unsigned | None:
        """The file of a record; None if its payload is not the leaf's."""
        try:
            keys = RecordKeys.of(wanted.secret)
            json = record_json(self.kind, keys.encryption, wanted.ciphertext)
            # Our own canonical JSON, as GCM's tag has just shown: parsers do not differ about it.
            values: dict[str, str] = from_json(json, cache_strings="none")
            made = self._committed(json, values, wanted, keys)
        except UNSEALED:
            return None
        if leaf_hash(made.payload) != wanted.leaf:
            return None
        disclosures = '","'.join(made.disclosures)  # base64url, like hex, needs no quoting
        path = wanted.path.hex("|", DIGEST_SIZE).replace("|", '","')
        text = (
            f'{{"header":{{"batch":"{self.manifest}","disclosures":[{_quoted(disclosures)}],'
            f'"leaf_index":{wanted.leaf_index},"path":[{_quoted(path)}]}},"payload":"'
        )
        return Unsigned(file_name(self.kind, values, wanted), text, b64url(made.payload))

    def _committed(self, json: bytes, values: dict[str, str], wanted: Wanted, keys: RecordKeys) -> Commitment:
        place = StatusPlace(wanted.list_uri, wanted.list_index)
        if self._by_element:
            record = self.kind.restore(parse(json, "record"))
            return commit_record(self.kind, self.iss, record, wanted.secret, place)
        fields = tuple(values)
        form = self._forms.get(fields)
        if form is None:
            form = self._forms[fields] = form_of(self.kind, fields)
        disclosures, digests = form.commit(values.values(), keys)
        payload = write_payload(self.iss, self.kind.vct, type_digest(self.kind), digests, place)
        return Commitment(payload, disclosures)


def file_name(kind: CredentialType, values: dict[str, str], wanted: Wanted) -> str:
    """A name no other record of the institution and type has: the serial number where a name can be just that,
    and has no small letter.

    Otherwise, and for a later edition, with `~` and the beginning of the record's blind key behind it.
    """
    serial = "-".join(values[name] for name in kind.key)
    safe = "".join(letter if letter.isalnum() or letter in NAMED else "_" for letter in serial)
    # Where files are unpacked, `a1` and `A1` may be one name.
    if safe == serial == serial.upper() and wanted.edition == 1 and not safe.startswith("."):
        return f"{safe}.vanbang.json"
    edition = f".{wanted.edition}" if wanted.edition > 1 else ""
    return f"{safe.lstrip('.')}~{wanted.key.hex()[:16]}{edition}.vanbang.json"


def _quoted(joined: str) -> str:
    return f'"{joined}"' if joined else ""
