"""What was published under an issuer's status roots: manifests, lists, and what may change between two of them
(docs/format.md section 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vanbang.core.chronicle.replaying import Replay
from vanbang.core.encoding import from_b64url
from vanbang.core.errors import FormatError, SignatureInvalid
from vanbang.core.jws import PublicKey, check_es256
from vanbang.core.payload import LIST_ENTRIES, issuer_id
from vanbang.core.status import ListReference, StatusManifest, read_status_list, read_status_manifest
from vanbang.core.strict_json import parse
from vanbang.notary.auditing.reading import Reader
from vanbang.ports.notebook import NotedStatus

LOW_BITS: Final = int.from_bytes(b"\x55" * (LIST_ENTRIES // 4), "little")
"""The lower bit of each entry: set in revoked (1) and superseded (3), which are for good, and in no other."""


@dataclass(frozen=True, slots=True)
class StatusFiles:
    """Checks one issuer's status roots. `keys` are those that its batch manifests name, by kid."""

    record: Replay
    issuer_id: bytes
    keys: Mapping[str, PublicKey]

    def manifest(self, reader: Reader, noted: NotedStatus, *, is_newest: bool) -> StatusManifest | None:
        """The manifest under a root, checked against the registry; None: told. Only the newest must be published."""
        absent = "file_missing" if is_newest else "status_older_missing"
        data, path = reader.hashed("status", noted.root, absent), f"status/{noted.root.hex()}"
        if data is None:
            return None
        try:
            manifest = read_status_manifest(data)
        except FormatError as error:
            reader.say("status_manifest_malformed", path, str(error))
            return None
        if issuer_id(manifest.issuer) != self.issuer_id:
            reader.say("status_manifest_differs", path, f"issuer {manifest.issuer}")
        if manifest.epoch != noted.epoch:
            reader.say("status_manifest_differs", path, f"epoch {manifest.epoch}")
        return manifest

    def check_lists(
        self, reader: Reader, manifest: StatusManifest, before: StatusManifest | None, *, is_newest: bool
    ) -> None:
        """Tells every list that is not what the manifest says, and every change since `before` that may not be."""
        old = {reference.uri: reference for reference in before.lists} if before else {}
        for reference in manifest.lists:
            known = old.pop(reference.uri, None)
            if known is not None and known.sha256 == reference.sha256 and not is_newest:
                continue  # the same file as under the root before, where it was checked
            bits = self._bits(reader, reference, is_newest=is_newest)
            if bits is not None and known is not None and known.sha256 != reference.sha256:
                self._check_changes(reader, known, reference, bits)
        for uri in old:
            reader.say("status_list_dropped", "", uri)

    def counts(self, noted: NotedStatus) -> bool:
        """Whether a root counts: its setter's key was not compromised by then."""
        return not self.record.key(noted.setter).compromised_by(noted.time)

    def _bits(self, reader: Reader, reference: ListReference, *, is_newest: bool) -> bytes | None:
        absent = "file_missing" if is_newest else "status_older_missing"
        data, path = reader.hashed("status", reference.sha256, absent), f"status/{reference.sha256.hex()}"
        if data is None:
            return None
        try:
            found = read_status_list(data)
        except FormatError as error:
            reader.say("status_list_malformed", path, str(error))
            return None
        if found.uri != reference.uri or len(data) != reference.size:
            reader.say("status_list_differs", path, f"{found.uri}, {len(data)} bytes")
        self._check_signature(reader, data, path)
        return found.bits

    def _check_signature(self, reader: Reader, data: bytes, path: str) -> None:
        header, _, signature = data.decode("ascii").split(".")
        kid = parse(from_b64url(header, "header"), "header")["kid"]
        key = self.keys.get(kid)
        if key is None:
            reader.say("status_list_signer", path, kid)
            return
        try:
            check_es256(key, data.rpartition(b".")[0], from_b64url(signature, "signature"))
        except (FormatError, SignatureInvalid) as error:
            reader.say("status_list_signature", path, str(error))

    def _check_changes(self, reader: Reader, old: ListReference, new: ListReference, bits: bytes) -> None:
        data = reader.hashed("status", old.sha256, "status_older_missing")
        if data is None:
            return
        taken_back = taken_back_at(read_status_list(data).bits, bits)
        if taken_back:
            shown = ", ".join(map(str, taken_back[:10]))
            reader.say("status_taken_back", f"status/{new.sha256.hex()}", f"{new.uri}: {len(taken_back)}, at {shown}")


def taken_back_at(old: bytes, new: bytes) -> Sequence[int]:
    """The entries that were revoked or superseded in `old` and are something else in `new` (both 32,768 bytes)."""
    before = int.from_bytes(old, "little")
    changed = before ^ int.from_bytes(new, "little")
    entries = (changed | changed >> 1) & before & LOW_BITS
    found = []
    while entries:
        bit = (entries & -entries).bit_length() - 1
        found.append(bit // 2)
        entries &= entries - 1
    return found
