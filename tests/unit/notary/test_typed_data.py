"""EIP-712 documents: what a wallet makes of them is exactly what we verify."""

from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import (
    anchor_digest,
    endorsement_digest,
    registry_domain,
    revocation_digest,
    status_root_digest,
)
from vanbang.core.encoding import Digest
from vanbang.notary.typed_data import anchor_document, endorsement_document, revocation_document, status_root_document

words = st.binary(min_size=32, max_size=32)
times = st.integers(0, 2**40)
REGISTRY = "eip155:88:0x" + "ab" * 20
DOMAIN = registry_domain(88, bytes.fromhex("ab" * 20))


def hashed(document) -> bytes:
    return _hash_eip191_message(encode_typed_data(full_message=document))


@given(words, words, st.integers(1, 2**53), st.text(min_size=1, max_size=40))
def test_endorsement(issuer, root, size, vct):
    """An officer's wallet hashes the document to the endorsement's digest."""
    assert hashed(endorsement_document(issuer, root, size, vct)) == endorsement_digest(issuer, root, size, vct)


@given(words, st.lists(st.tuples(words, words, st.integers(1, 2**53)), min_size=1, max_size=3), times)
def test_anchor(issuer, entries, deadline):
    """An institution's wallet hashes the document to the anchor's digest."""
    keys = [AnchorKey(Digest(issuer), Digest(root), size, Digest(manifest)) for root, manifest, size in entries]
    assert hashed(anchor_document(REGISTRY, issuer, keys, deadline)) == anchor_digest(DOMAIN, issuer, keys, deadline)


@given(words, words, st.integers(1, 2**24 - 1), times)
def test_status_root(issuer, root, epoch, deadline):
    """A STATUS key's wallet hashes the document to the status root's digest."""
    document = status_root_document(REGISTRY, issuer, root, epoch, deadline)
    assert hashed(document) == status_root_digest(DOMAIN, issuer, root, epoch, deadline)


@given(words, words, times)
def test_revocation(issuer, root, deadline):
    """A STATUS key's wallet hashes the document to the revocation's digest."""
    assert hashed(revocation_document(REGISTRY, issuer, root, deadline)) == revocation_digest(
        DOMAIN, issuer, root, deadline
    )
