"""Signed transactions from a Signer that never shows its key: EIP-155 legacy and EIP-1559 (type 2)."""

import rlp
from eth_utils.crypto import keccak

from vanbang.ports import Attempt, Call, Quote, Signer


def sign_transaction(chain_id: int, nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
    """A transaction of this nonce, call and fee. Signed again it may have another hash: store it before it is sent."""
    target = call.target or b""
    if quote.priority_fee is None:
        fields = [nonce, quote.max_fee, quote.gas, target, call.value, call.data]
        r, s, parity = _sign(signer, keccak(rlp.encode([*fields, chain_id, 0, 0])))
        raw = rlp.encode([*fields, chain_id * 2 + 35 + parity, r, s])
    else:
        fields = [chain_id, nonce, quote.priority_fee, quote.max_fee, quote.gas, target, call.value, call.data, []]
        r, s, parity = _sign(signer, keccak(b"\x02" + rlp.encode(fields)))
        raw = b"\x02" + rlp.encode([*fields, parity, r, s])
    return Attempt(raw, keccak(raw), quote.max_fee)


def _sign(signer: Signer, digest: bytes) -> tuple[int, int, int]:
    signature = signer.sign(digest)
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64] - 27
