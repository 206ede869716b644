"""Whether a PDF is signed whole, and by whom. It tells where a file is from; no verdict ever rests on it.

Found by its bytes, as the credential is: a signature names the two stretches of the file that it is over. It is over
the whole file if they leave out nothing but the signature itself. Whether an authority stands behind the certificate
is not asked: the name is what the certificate says.
"""

import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

MAX_SIGNATURES: Final = 16
"""The last so many are looked at: one is usual, and each costs a hash over the file."""
MAX_CMS_BYTES: Final = 262_144
HASHES: Final = frozenset({"sha256", "sha384", "sha512"})

_RANGE: Final = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{0,9}\]"
)
_HEX: Final = re.compile(rb"<[0-9A-Fa-f]+>\Z")

State = Literal["unsigned", "whole", "changed"]


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """What is known of a PDF's signature. `whole`: `signer` signed every byte; `authority` issued the certificate, it
    says. `changed`: there is a signature, but not over the file as it is now; the names are of who signed what it was
    before something was added, if that can be told."""

    state: State
    signer: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class _Signed:
    """A signature in the file: what it is over, and its CMS."""

    stretches: tuple[bytes, bytes]
    cms: bytes
    is_whole: bool


def signature_of(data: bytes) -> PdfSignature:
    """How a PDF is signed. Never raises: what cannot be understood does not hold."""
    ranges = list(islice(_RANGE.finditer(data), 4_096))[-MAX_SIGNATURES:]
    before: tuple[str, str] = ("", "")
    for found in reversed(ranges):
        signed = _signed(data, *(int(number) for number in found.groups()))
        names = _checked(signed) if signed else None
        if signed and names and signed.is_whole:
            return PdfSignature("whole", *names)
        before = names or before
    return PdfSignature("changed", *before) if ranges else PdfSignature("unsigned")


def _signed(data: bytes, first: int, length: int, second: int, rest: int) -> _Signed | None:
    """The signature with this range, if up to its end that leaves out one hexadecimal string and nothing else."""
    end = second + rest
    if first != 0 or end > len(data) or not 0 < second - length <= 2 * MAX_CMS_BYTES:
        return None
    hole = data[length:second]
    if not _HEX.match(hole) or len(hole) % 2:
        return None
    stretches = (data[:length], data[second:end])
    return _Signed(stretches, bytes.fromhex(hole[1:-1].decode("ascii")), end == len(data))


def _checked(signed: _Signed) -> tuple[str, str] | None:
    """Names of the signer and of whoever issued the certificate, if the signature holds."""
    from asn1crypto import cms  # a third of a second together, and most PDFs are not signed
    from pyhanko.sign.general import extract_certificate_info, extract_signer_info
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        content: Any = cms.ContentInfo.load(signed.cms)["content"]
        signer, certificate = extract_signer_info(content), extract_certificate_info(content).signer_cert
        name = signer["digest_algorithm"]["algorithm"].native
        if name not in HASHES:
            return None
        digest = hashlib.new(name, signed.stretches[0])
        digest.update(signed.stretches[1])
        intact, valid = validate_sig_integrity(signer, certificate, "data", digest.digest())
        return (_name(certificate.subject), _name(certificate.issuer)) if intact and valid else None
    except Exception:  # noqa: BLE001 -- a stranger's bytes: whatever a parser makes of them, they are no signature
        return None


def _name(names: Any) -> str:
    """The common name, or else the organisation."""
    native = names.native
    found = native.get("common_name") or native.get("organization_name") or names.human_friendly
    return found if isinstance(found, str) else "; ".join(found)
