"""The credential file, what a graduate holds (docs/format.md section 8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from vanbang.core.batch import MAX_MANIFEST_BYTES, BatchManifest, read_manifest
from vanbang.core.disclosure import (
    MAX_DISCLOSURE_CHARACTERS,
    Disclosure,
    disclosure_digests,
    opens_array_elements,
    read_each,
)
from vanbang.core.encoding import Digest, b64url, from_b64url, from_b64url_each, from_hex_each, strictly_ascending
from vanbang.core.errors import FormatError
from vanbang.core.jws import SIGNATURE_SIZE, PublicKey, has_low_s, protected_header, sign_es256, signing_input
from vanbang.core.payload import MAX_PAYLOAD_BYTES, Payload, read_payload
from vanbang.core.strict_json import JsonValue, canonical, members, parse, texts

MAX_CREDENTIAL_BYTES: Final = 1_048_576
MAX_DISCLOSURES: Final = 4_096
MAX_PATH: Final = 53
CREDENTIAL_TYPE: Final = "dc+sd-jwt"
_PLAIN: Final[dict[str, type]] = {"disclosures": list}
_NOTARISED: Final = {"batch": str, **_PLAIN, "leaf_index": int, "path": list}
MEDIA_TYPE: Final = "application/vanbang+json"


class FileRejected(FormatError):
    """Bytes that are no credential file; `step_code` is the code of step 1."""

    def __init__(self, step_code: str, error: FormatError) -> None:
        super().__init__(error.where, error.reason)
        self.step_code = step_code


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a payload stands in its batch: manifest bytes, what they say, leaf index and path."""

    manifest_bytes: bytes
    manifest: BatchManifest
    leaf_index: int
    path: Sequence[Digest]


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A credential file read or made. `proof` is None for a plain SD-JWT; `kid` is None when unsigned."""

    payload_bytes: bytes
    payload: Payload
    disclosures: Sequence[Disclosure]
    proof: Proof | None
    kid: str | None = None
    signature: bytes = b""

    def to_bytes(self) -> bytes:
        """The one exact serialisation."""
        header: dict[str, JsonValue] = {"disclosures": [d.text for d in self.disclosures]}
        if self.proof:
            header = {
                "batch": b64url(self.proof.manifest_bytes),
                **header,
                "leaf_index": self.proof.leaf_index,
                "path": [digest.hex() for digest in self.proof.path],
            }
        protected = b64url(protected_header(self.kid, CREDENTIAL_TYPE)) if self.kid else ""
        return canonical(
            {
                "header": header,
                "payload": b64url(self.payload_bytes),
                "protected": protected,
                "signature": b64url(self.signature),
            }
        )

    def signed_message(self) -> bytes:
        """What the issuer's key signs; only for a file with a kid."""
        return signing_input(b64url(protected_header(self.kid or "", CREDENTIAL_TYPE)), b64url(self.payload_bytes))

    def signed_by(self, private: ec.EllipticCurvePrivateKey) -> "CredentialFile":
        """This file with the signature of a key of its batch's jwks."""
        unsigned = replace(self, kid=PublicKey.of(private).kid)
        return replace(unsigned, signature=sign_es256(private, unsigned.signed_message()))

    def unsigned(self) -> "CredentialFile":
        """This file without its signature: the anchor alone speaks for it."""
        return replace(self, kid=None, signature=b"")

    def extract(self, claims: Collection[str]) -> "CredentialFile":
        """This file with only the named claims disclosed, with all their elements.

        Raises FormatError for a name that is not in it.
        """
        unknown = set(claims) - {d.name for d in self.disclosures}
        if unknown:
            raise FormatError("claims", f"not in this file: {', '.join(sorted(unknown))}")
        by_digest = {d.digest: d for d in self.disclosures}
        kept: set[str] = set()
        waiting = [d.digest for d in self.disclosures if d.name in claims]
        while waiting:
            digest = waiting.pop()
            kept.add(digest)
            waiting += [inner for inner in opens_array_elements(by_digest[digest]) if inner in by_digest]
        return replace(self, disclosures=tuple(d for d in self.disclosures if d.digest in kept))


def read_credential(data: bytes) -> CredentialFile:
    """Parses a credential file strictly: step 1 of section 13. Raises FileRejected."""
    if len(data) > MAX_CREDENTIAL_BYTES:
        raise FileRejected("too_large", FormatError("", f"over the limit of {MAX_CREDENTIAL_BYTES} bytes"))
    value = _coded("json", parse, data)
    parts: _Parts = _coded("structure", _structure, value)
    given = value["header"]["disclosures"]
    digests = disclosure_digests(given)
    if _rewritten(value) != data or not strictly_ascending(digests):
        raise FileRejected("not_canonical", FormatError("", "these are not the exact bytes of a credential file"))
    payload = _coded("payload", read_payload, parts.payload)
    disclosures = _coded("disclosure", read_each, given, digests, parts.disclosures, "header.disclosures")
    proof = None
    if parts.manifest is not None:
        manifest = _coded("manifest", read_manifest, parts.manifest)
        proof = Proof(parts.manifest, manifest, value["header"]["leaf_index"], parts.path)
    kid = _coded("protected_header", _kid, value["protected"]) if parts.signature else None
    return CredentialFile(parts.payload, payload, disclosures, proof, kid, parts.signature)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a file's texts decode to; nothing of it is understood yet. `manifest` is None for a plain SD-JWT."""

    payload: bytes
    disclosures: Sequence[bytes]
    manifest: bytes | None
    path: Sequence[Digest]
    signature: bytes


def _coded(code: str, function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except FormatError as error:
        raise FileRejected(code, error) from error


def _structure(value: Any) -> _Parts:
    members(value, "", {"header": dict, "payload": str, "protected": str, "signature": str})
    header = value["header"]
    notarised = "batch" in header
    members(header, "header", _NOTARISED if notarised else _PLAIN)
    return _Parts(
        disclosures=_disclosures(texts(header["disclosures"], "header.disclosures")),
        manifest=_limited(header["batch"], "header.batch", MAX_MANIFEST_BYTES) if notarised else None,
        path=_path(texts(header["path"], "header.path")) if notarised else (),
        payload=_limited(value["payload"], "payload", MAX_PAYLOAD_BYTES),
        signature=_signature(value),
    )


def _disclosures(found: list[str]) -> list[bytes]:
    if len(found) > MAX_DISCLOSURES:
        raise FormatError("header.disclosures", f"more than {MAX_DISCLOSURES}")
    for index, text in enumerate(found):
        if len(text) > MAX_DISCLOSURE_CHARACTERS:
            raise FormatError(f"header.disclosures[{index}]", f"over {MAX_DISCLOSURE_CHARACTERS} characters")
    return from_b64url_each(found, "header.disclosures")


def _path(found: list[str]) -> tuple[Digest, ...]:
    if len(found) > MAX_PATH:
        raise FormatError("header.path", f"more than {MAX_PATH} digests")
    return from_hex_each(found, "header.path")


def _limited(text: str, where: str, limit: int) -> bytes:
    data = from_b64url(text, where)
    if len(data) > limit:
        raise FormatError(where, f"over the limit of {limit} bytes")
    return data


def _signature(value: dict[str, Any]) -> bytes:
    from_b64url(value["protected"], "protected")
    if not value["protected"] and not value["signature"]:
        return b""
    if not value["protected"] or not value["signature"]:
        raise FormatError("signature", "protected and signature are empty only together")
    signature = from_b64url(value["signature"], "signature", SIGNATURE_SIZE)
    if not has_low_s(signature):
        raise FormatError("signature", "s is in the upper half of the order")
    return signature


def _rewritten(value: dict[str, Any]) -> bytes:
    """The file as it must be written; the order of disclosures is the caller's to check."""
    header = value["header"]
    order = _NOTARISED if "batch" in header else _PLAIN
    rest = {name: value[name] for name in ("payload", "protected", "signature")}
    return canonical({"header": {name: header[name] for name in order}, **rest})


@lru_cache(maxsize=1024)
def _kid(text: str) -> str:
    header = from_b64url(text, "protected")
    value = members(parse(header, "protected"), "protected", {"alg": str, "kid": str, "typ": str})
    from_b64url(value["kid"], "protected.kid", 32)
    if header != protected_header(value["kid"], CREDENTIAL_TYPE):
        raise FormatError("protected", "not the exact header of a credential")
    kid: str = value["kid"]
    return kid
