"""secp256k1 keys in AWS KMS. Trusted: the service, and whoever may call kms:Sign for the key, sign as us.

The package boto3 (extra `kms`) is loaded when the first such key is used. Credentials are found by it, in the usual
places; they never pass through here.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vanbang.adapters.keys.external import KmsKey
from vanbang.adapters.keys.signing import account_of, checked_digest, recoverable
from vanbang.ports import KeyMissing, KeyUnreachable

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 10
TRIES: Final = 3
"""So that a caller waits three quarters of a minute at most; whoever can wait longer asks again himself."""
CONNECTIONS: Final = 16
"""Open at once for each region: more than threads that sign."""

_ALGORITHM: Final = "ECDSA_SHA_256"
_NOT_OURS: Final = "our credentials are not accepted, or may not use it (kms:GetPublicKey and kms:Sign are needed)"
_REFUSED: Final = {
    "NotFoundException": "AWS KMS has no such key in this region",
    "DisabledException": "it is disabled in AWS KMS",
    "KMSInvalidStateException": "it is disabled in AWS KMS, or waits for its deletion",
    "InvalidKeyUsageException": "it is not for signing, or not of the curve secp256k1 (ECC_SECG_P256K1)",
    "UnsupportedOperationException": "it is not for signing",
    "ValidationException": "AWS KMS does not take its name, or it is not of the curve secp256k1 (ECC_SECG_P256K1)",
    "InvalidArnException": "AWS KMS does not take its ARN",
    "AccessDeniedException": _NOT_OURS,
    "UnrecognizedClientException": _NOT_OURS,
    "InvalidClientTokenId": _NOT_OURS,
    "InvalidSignatureException": _NOT_OURS,
    "IncompleteSignature": _NOT_OURS,
    "MissingAuthenticationToken": _NOT_OURS,
    "ExpiredTokenException": "our temporary credentials have expired",
}
"""By AWS's code of the error; what is not here passes, or nobody knows whether it does."""

_TELLTALES: Final = ("botocore.auth", "botocore.endpoint")
"""Loggers that tell whole requests below WARNING, the session token among the headers."""


class KmsSigner:
    """Signs digests with a key of AWS KMS. Its repr shows the key's name only.

    `address` of a key that is bound is known; else AWS is asked once.
    """

    def __init__(self, name: str, place: KmsKey, clients: "KmsClients", address: bytes | None = None) -> None:
        self._name = name
        self._place = place
        self._clients = clients
        self._address = address

    @property
    def address(self) -> bytes:
        """The 20-byte account. Raises KeyMissing, KeyUnreachable."""
        if self._address is None:
            self._address = account_of(self._public_point())
        return self._address

    def sign(self, digest: bytes) -> bytes:
        """r || s || v over a 32-byte digest: 65 bytes, low s, v 27 or 28. Other bytes each time.

        Raises KeyMissing, KeyUnreachable; ValueError for another length.
        """
        answer = self._ask("sign", Message=checked_digest(digest), MessageType="DIGEST", SigningAlgorithm=_ALGORITHM)
        try:
            r, s = decode_dss_signature(answer["Signature"])
        except (KeyError, ValueError):
            raise KeyUnreachable(self._name, "AWS KMS gave no signature of ours") from None
        return recoverable(self._name, digest, r, s, self.address)

    def __repr__(self) -> str:
        return f"KmsSigner({self._name})"

    def _public_point(self) -> bytes:
        answer = self._ask("get_public_key")
        try:
            key = load_der_public_key(answer["PublicKey"])
        except (KeyError, ValueError):
            raise KeyUnreachable(self._name, "AWS KMS gave no public key") from None
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256K1):
            raise KeyMissing(self._name, "it is not of the curve secp256k1: make one of spec ECC_SECG_P256K1")
        if answer.get("KeyUsage") != "SIGN_VERIFY":
            raise KeyMissing(self._name, "it is not for signing: make one of usage SIGN_VERIFY")
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        client = self._clients.client(self._name, self._place)
        with _told(self._name):
            answer: dict[str, Any] | None = getattr(client, operation)(KeyId=self._place.key, **arguments)
            return answer or {}


class KmsClients:
    """One client for each region and endpoint, for all keys there: threads may share a client, not the making of it."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._lock = Lock()

    def client(self, name: str, place: KmsKey) -> Any:
        """The client for a key's place. Raises KeyMissing."""
        with self._lock:
            at = (place.region, place.endpoint)
            if at not in self._clients:
                self._clients[at] = _client(name, place)
            return self._clients[at]


def _client(name: str, place: KmsKey) -> Any:
    try:
        from boto3.session import Session
        from botocore.config import Config
    except ImportError:
        raise KeyMissing(name, "it is in AWS KMS; boto3 is missing here: pip install 'vanbang[kms]'") from None
    for logger in _TELLTALES:
        logging.getLogger(logger).addFilter(_warns)
    retries = {"mode": "standard", "total_max_attempts": TRIES}
    config = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries, max_pool_connections=CONNECTIONS
    )
    with _told(name, "the configuration of AWS is not good"):
        return Session().client("kms", region_name=place.region, endpoint_url=place.endpoint, config=config)


def _warns(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


@contextmanager
def _told(name: str, otherwise: str = "AWS KMS cannot be asked like this") -> Iterator[None]:
    """Every failure as KeyMissing or KeyUnreachable. AWS's own words are left out: they name accounts and users."""
    from botocore import exceptions as aws
    from botocore.parsers import ResponseParserError

    answers_later = (aws.HTTPClientError, aws.ConnectionError, aws.CredentialRetrievalError, aws.MetadataRetrievalError)
    try:
        yield
    except aws.ClientError as error:
        raise _refusal(name, error.response) from None
    except answers_later as error:
        raise KeyUnreachable(name, f"AWS KMS does not answer ({type(error).__name__})") from None
    except (aws.NoCredentialsError, aws.PartialCredentialsError):
        raise KeyMissing(name, "it is in AWS KMS, and no credentials of AWS are found") from None
    except (aws.BotoCoreError, ValueError) as error:
        raise KeyMissing(name, f"{otherwise} ({type(error).__name__})") from None
    except (ResponseParserError, AttributeError, KeyError, TypeError):
        # How botocore's parser ends on JSON of another shape than it expects.
        raise KeyUnreachable(name, "what answers there is not AWS KMS") from None


def _refusal(name: str, response: Any) -> KeyMissing:
    code = str(response.get("Error", {}).get("Code", ""))
    if code in _REFUSED:
        return KeyMissing(name, _REFUSED[code])
    told = code if code.isascii() and code.isalnum() else "an unknown error"
    return KeyUnreachable(name, f"AWS KMS cannot sign now ({told})")
