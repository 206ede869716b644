"""EIP-712 digests of our signed statements, and recovery of their signer (docs/format.md sections 7 and 11)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from vanbang.core.batch import AnchorKey
from vanbang.core.errors import SignatureInvalid

SIGNATURE_SIZE: Final = 65
SECP256K1_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

_ENTRY: Final = b"Entry(bytes32 root,uint64 treeSize,bytes32 manifestHash)"
_ENTRY_TYPE: Final = keccak(_ENTRY)
_ANCHOR_TYPE: Final = keccak(b"Anchor(bytes32 issuerId,Entry[] entries,uint64 deadline)" + _ENTRY)
_REVOKE_TYPE: Final = keccak(b"RevokeBatch(bytes32 issuerId,bytes32 root,uint64 deadline)")
_STATUS_TYPE: Final = keccak(b"SetStatusRoot(bytes32 issuerId,bytes32 statusRoot,uint24 epoch,uint64 deadline)")
_ENDORSEMENT_TYPE: Final = keccak(b"Endorsement(bytes32 issuerId,bytes32 root,uint64 treeSize,string vct)")


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


_ENDORSEMENT_DOMAIN: Final = keccak(
    keccak(b"EIP712Domain(string name,string version)") + keccak(b"vanbang") + keccak(b"1")
)


def registry_domain(chain_id: int, registry: bytes) -> bytes:
    """Domain separator of the registry (20 bytes) on a chain (section 11)."""
    domain = keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    name = keccak(b"vanbang AnchorRegistry") + keccak(b"1")
    return keccak(domain + name + _word(chain_id) + registry.rjust(32, b"\0"))


def anchor_digest(domain: bytes, issuer_id: bytes, entries: Sequence[AnchorKey], deadline: int) -> bytes:
    """What an ANCHOR key signs: one issuer's entries and a unix deadline (section 11)."""
    hashes = b"".join(map(entry_hash, entries))
    return _signed(domain, _ANCHOR_TYPE + issuer_id + keccak(hashes) + _word(deadline))


def entry_hash(entry: AnchorKey) -> bytes:
    """EIP-712 `hashStruct` of an entry, 32 bytes; the registry stores the issuer's anchor under it."""
    return keccak(_ENTRY_TYPE + entry.root + _word(entry.tree_size) + entry.manifest_hash)


def status_root_digest(domain: bytes, issuer_id: bytes, root: bytes, epoch: int, deadline: int) -> bytes:
    """What a STATUS key signs to set the status root of `epoch` (section 11)."""
    return _signed(domain, _STATUS_TYPE + issuer_id + root + _word(epoch) + _word(deadline))


def revocation_digest(domain: bytes, issuer_id: bytes, root: bytes, deadline: int) -> bytes:
    """What a STATUS key signs to revoke every batch with `root` (section 11)."""
    return _signed(domain, _REVOKE_TYPE + issuer_id + root + _word(deadline))


@lru_cache(maxsize=256)
def endorsement_digest(issuer_id: bytes, root: bytes, tree_size: int, vct: str) -> bytes:
    """What an officer signs (section 7). It names no chain."""
    fields = issuer_id + root + _word(tree_size) + keccak(vct.encode("utf-8"))
    return _signed(_ENDORSEMENT_DOMAIN, _ENDORSEMENT_TYPE + fields)


@lru_cache(maxsize=4096)
def recover(digest: bytes, signature: bytes) -> bytes:
    """The 20-byte address whose key made r || s || v over the digest. Raises SignatureInvalid.

    v is 27 or 28; s is in the lower half of the order (EIP-2), so that a signature's bytes are unique.
    """
    if len(signature) != SIGNATURE_SIZE or signature[64] not in (27, 28):
        raise SignatureInvalid("not 65 bytes r || s || v with v 27 or 28")
    if int.from_bytes(signature[32:64], "big") > SECP256K1_ORDER // 2:
        raise SignatureInvalid("s is in the upper half of the order")
    try:
        key = Signature(signature[:64] + bytes([signature[64] - 27])).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise SignatureInvalid("no key made this signature") from error
    return key.to_canonical_address()


def _signed(domain: bytes, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + domain + keccak(struct))
