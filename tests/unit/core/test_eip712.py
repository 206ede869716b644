"""EIP-712 digests against eth_account's, and the recovery of signers."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import (
    SECP256K1_ORDER,
    anchor_digest,
    endorsement_digest,
    recover,
    registry_domain,
    revocation_digest,
    status_root_digest,
)
from vanbang.core.encoding import Digest
from vanbang.core.errors import SignatureInvalid
from world import address, secp256k1, seed

WORDS = st.binary(min_size=32, max_size=32).map(Digest)
TIMES = st.integers(0, 2**64 - 1)
CHAINS = st.integers(1, 2**53 - 1)
CONTRACTS = st.binary(min_size=20, max_size=20)
ENTRIES = st.lists(st.builds(AnchorKey, WORDS, WORDS, st.integers(1, 2**53 - 1), WORDS), max_size=4)


def _fields(*pairs: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), pair.split(), strict=True)) for pair in pairs]


def _their_digest(domain: dict[str, Any], types: dict[str, Any], kind: str, message: dict[str, Any]) -> bytes:
    encoded = encode_typed_data(domain, types, message)
    assert kind in types
    return keccak(b"\x19" + encoded.version + encoded.header + encoded.body)


def _domain(chain: int, contract: bytes) -> dict[str, Any]:
    return {
        "name": "vanbang AnchorRegistry",
        "version": "1",
        "chainId": chain,
        "verifyingContract": "0x" + contract.hex(),
    }


@settings(max_examples=25)
@given(CHAINS, CONTRACTS, WORDS, ENTRIES, TIMES)
def test_the_anchor_digest_is_eth_accounts(
    chain: int, contract: bytes, issuer: bytes, entries: list[AnchorKey], deadline: int
) -> None:
    """For any entries, none included."""
    types = {
        "Anchor": _fields("bytes32 issuerId", "Entry[] entries", "uint64 deadline"),
        "Entry": _fields("bytes32 root", "uint64 treeSize", "bytes32 manifestHash"),
    }
    listed = [{"root": e.root, "treeSize": e.tree_size, "manifestHash": e.manifest_hash} for e in entries]
    message = {"issuerId": issuer, "entries": listed, "deadline": deadline}
    ours = anchor_digest(registry_domain(chain, contract), issuer, entries, deadline)
    assert ours == _their_digest(_domain(chain, contract), types, "Anchor", message)


@settings(max_examples=25)
@given(CHAINS, CONTRACTS, WORDS, WORDS, st.integers(1, 2**24 - 1), TIMES)
def test_the_status_digests_are_eth_accounts(
    chain: int, contract: bytes, issuer: bytes, root: bytes, epoch: int, deadline: int
) -> None:
    """Setting a status root, and revoking a batch."""
    domain = registry_domain(chain, contract)
    fields = _fields("bytes32 issuerId", "bytes32 statusRoot", "uint24 epoch", "uint64 deadline")
    message = {"issuerId": issuer, "statusRoot": root, "epoch": epoch, "deadline": deadline}
    theirs = _their_digest(_domain(chain, contract), {"SetStatusRoot": fields}, "SetStatusRoot", message)
    assert status_root_digest(domain, issuer, root, epoch, deadline) == theirs
    fields = _fields("bytes32 issuerId", "bytes32 root", "uint64 deadline")
    message = {"issuerId": issuer, "root": root, "deadline": deadline}
    theirs = _their_digest(_domain(chain, contract), {"RevokeBatch": fields}, "RevokeBatch", message)
    assert revocation_digest(domain, issuer, root, deadline) == theirs


@settings(max_examples=25)
@given(WORDS, WORDS, st.integers(1, 2**53 - 1), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_endorsement_digest_is_eth_accounts(issuer: bytes, root: bytes, size: int, vct: str) -> None:
    """Its domain names no chain."""
    types = {"Endorsement": _fields("bytes32 issuerId", "bytes32 root", "uint64 treeSize", "string vct")}
    message = {"issuerId": issuer, "root": root, "treeSize": size, "vct": vct}
    theirs = _their_digest({"name": "vanbang", "version": "1"}, types, "Endorsement", message)
    assert endorsement_digest(issuer, root, size, vct) == theirs


@settings(max_examples=15)
@given(WORDS, st.integers(1, SECP256K1_ORDER - 1))
def test_what_a_wallet_signs_is_recovered(digest: bytes, secret: int) -> None:
    """eth_account's signatures have a low s and v 27 or 28."""
    account = Account.from_key(secret.to_bytes(32, "big"))
    signature = account.unsafe_sign_hash(digest).signature
    assert "0x" + recover(digest, bytes(signature)).hex() == account.address.lower()


def _signature() -> bytes:
    made = secp256k1("officer").sign_msg_hash(seed("digest")).to_bytes()
    return made[:64] + bytes([made[64] + 27])


def _negated(s: bytes) -> bytes:
    return (SECP256K1_ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s[:64], "65 bytes"), (lambda s: s + b"\0", "65 bytes"), (lambda s: s[:64] + b"\0", "v 27 or 28"),
        (lambda s: s[:32] + _negated(s[32:64]) + s[64:], "upper half"), (lambda s: bytes(64) + s[64:], "no key"),
        (lambda s: bytes(32) + s[32:], "no key"), (lambda s: b"\xff" * 32 + s[32:], "no key"),
        (lambda s: s[:32] + bytes(32) + s[64:], "no key"), (lambda s: (5).to_bytes(32, "big") + s[32:], "no key"),
    ],
)  # fmt: skip
def test_another_signature_recovers_nobody(change: Callable[[bytes], bytes], reason: str) -> None:
    """Other lengths, other v, a high s, and r that is on no point."""
    with pytest.raises(SignatureInvalid, match=reason):
        recover(seed("digest"), change(_signature()))


def test_a_signature_over_another_digest_recovers_another_signer() -> None:
    """Recovery alone proves nothing: the caller compares the address."""
    assert recover(seed("digest"), _signature()) == address("officer")
    assert recover(seed("other"), _signature()) != address("officer")
