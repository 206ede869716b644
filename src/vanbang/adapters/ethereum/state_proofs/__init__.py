"""The registry's state by proof: what a block hash alone vouches for (EIP-1186)."""

from vanbang.adapters.ethereum.state_proofs.asking import ProvenWords, trusted_header
from vanbang.adapters.ethereum.state_proofs.errors import NoStateProofs, ProofInvalid, ProvenOtherwise
from vanbang.adapters.ethereum.state_proofs.header import Header, proven_header
from vanbang.adapters.ethereum.state_proofs.proving import prove

__all__ = [
    "Header",
    "NoStateProofs",
    "ProofInvalid",
    "ProvenOtherwise",
    "ProvenWords",
    "prove",
    "proven_header",
    "trusted_header",
]
