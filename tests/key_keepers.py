"""Places where keys are kept elsewhere, for tests: AWS KMS as moto plays it, and tokens of SoftHSM."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import boto3
import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_named_curve_parameters

from tools import absent, program
from vanbang.adapters.keys import hsm

REGION = "ap-southeast-1"
AWS_SECRETS = {"AWS_SECRET_ACCESS_KEY": "kms-Secret/Access+Key0123", "AWS_SESSION_TOKEN": "kms-Session-Token-4567"}
PIN = "4711-geheim"
LIBRARIES = ("softhsm/libsofthsm2.so", "*/softhsm/libsofthsm2.so")


def _over_the_digest(self: ECDSAPrivateKey, message: bytes, signing_algorithm: str) -> bytes:
    assert signing_algorithm == "ECDSA_SHA_256"
    return self.private_key.sign(message, ec.ECDSA(Prehashed(SHA256())))


@contextmanager
def pretended_kms() -> Iterator[None]:
    """AWS KMS in this process, empty. moto hashes once more what is a digest already; here it signs the digest."""
    credentials = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", **AWS_SECRETS}
    given = patch.dict(os.environ, credentials), patch.object(ECDSAPrivateKey, "sign", _over_the_digest)
    with given[0], given[1], mock_aws(config={"core": {"mock_credentials": False}}):
        yield


def kms_key(spec: str = "ECC_SECG_P256K1", usage: str = "SIGN_VERIFY") -> str:
    """A new key in the pretended KMS: its ARN."""
    client = boto3.client("kms", region_name=REGION)
    arn: str = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
    return arn


@dataclass(frozen=True)
class SoftTokens:
    """SoftHSM with a folder of its own."""

    module: str
    folder: Path

    def token(self, label: str) -> None:
        """A new token whose PIN is `PIN`."""
        told = ("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-" + PIN)
        subprocess.run([program("softhsm2-util"), *told], check=True, capture_output=True, timeout=30)
        pkcs11.lib(self.module).reinitialize()

    def key(self, token: str, label: str, curve: str = "secp256k1") -> None:
        """A new key on a token."""
        named = {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
        with pkcs11.lib(self.module).get_token(token_label=token).open(rw=True, user_pin=PIN) as session:
            session.create_domain_parameters(KeyType.EC, named, local=True).generate_keypair(store=True, label=label)

    def pull(self) -> None:
        """Takes all tokens out: open sessions end."""
        self.folder.rename(self.folder.with_name("pulled"))
        self.folder.mkdir()
        pkcs11.lib(self.module).reinitialize()

    def put_back(self) -> None:
        """Puts them in again."""
        self.folder.rmdir()
        self.folder.with_name("pulled").rename(self.folder)


@contextmanager
def soft_tokens(place: Path) -> Iterator[SoftTokens]:
    """SoftHSM without a token yet. The library is one for the process, so only one of these at a time."""
    program("softhsm2-util")
    module, folder = _library(), place / "tokens"
    folder.mkdir(parents=True)
    configuration = place / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with patch.dict(os.environ, {"SOFTHSM2_CONF": str(configuration)}):
        pkcs11.lib(module).reinitialize()
        hsm._module.cache_clear()
        yield SoftTokens(module, folder)
        pkcs11.lib(module).finalize()


def _library() -> str:
    for pattern in LIBRARIES:
        for found in Path("/usr/lib").glob(pattern):
            return str(found)
    return absent("libsofthsm2.so")
