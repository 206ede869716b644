"""Transactions as other programs read them."""

import pytest
import rlp
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.ethereum.transactions import sign_transaction
from vanbang.adapters.keys.signing import Secp256k1Signer
from vanbang.ports import Call, Quote

SECRET = keccak(b"vanbang test: sender")
SIGNER = Secp256k1Signer(SECRET)
TARGET = bytes.fromhex("a1" * 20)

CASES = [
    (31_337, 0, Call(TARGET, b"\x01\x02", "call"), Quote(21_000, 10**9, None)),
    (88, 127, Call(None, b"\x60" * 3_000, "deploy"), Quote(4_000_000, 250_000_000, None)),
    (1, 128, Call(TARGET, b"", "pay", 10**19), Quote(21_000, 0, None)),
    (2**53 - 1, 2**32, Call(TARGET, b"\x00" * 64, "call"), Quote(1, 2**64, None)),
    (31_337, 0, Call(TARGET, b"\x01\x02", "call"), Quote(21_000, 10**9, 1)),
    (1, 256, Call(None, b"\x60" * 60, "deploy"), Quote(4_000_000, 10**11, 10**9)),
    (2**53 - 1, 7, Call(TARGET, b"", "pay", 10**25), Quote(21_000, 2**70, 2**60)),
]


def by_eth_account(chain_id: int, nonce: int, call: Call, quote: Quote) -> bytes:
    """The same transaction as eth-account signs it."""
    fields = {"chainId": chain_id, "nonce": nonce, "data": call.data, "gas": quote.gas, "value": call.value}
    fields |= {"to": call.target} if call.target else {}
    if quote.priority_fee is None:
        fields["gasPrice"] = quote.max_fee
    else:
        fields |= {"type": 2, "maxFeePerGas": quote.max_fee, "maxPriorityFeePerGas": quote.priority_fee}
    return bytes(Account.sign_transaction(fields, SECRET).raw_transaction)


@pytest.mark.parametrize(("chain_id", "nonce", "call", "quote"), CASES)
def test_the_bytes_are_those_of_eth_account(chain_id: int, nonce: int, call: Call, quote: Quote) -> None:
    """Legacy and type 2, calls and deployments: byte for byte what eth-account signs, and the hash is of them."""
    made = sign_transaction(chain_id, nonce, call, quote, SIGNER)
    assert made.raw == by_eth_account(chain_id, nonce, call, quote)
    assert made.hash == keccak(made.raw)
    assert made.max_fee == quote.max_fee
    assert Account.recover_transaction(made.raw) == Account.from_key(SECRET).address


@given(st.integers(0, 2**64 - 2), st.binary(max_size=80), st.integers(0, 2**96), st.booleans())
def test_any_transaction_names_its_sender(nonce: int, data: bytes, value: int, legacy: bool) -> None:
    """Whatever is signed, the sender recovered is the signer, the fields read back, and signing again is the same."""
    quote = Quote(100_000, 10**9, None if legacy else 7)
    made = sign_transaction(31_337, nonce, Call(TARGET, data, "call", value), quote, SIGNER)
    assert bytes.fromhex(Account.recover_transaction(made.raw)[2:]) == SIGNER.address
    assert made == sign_transaction(31_337, nonce, Call(TARGET, data, "call", value), quote, SIGNER)
    if legacy:
        fields = rlp.decode(made.raw)
        assert int.from_bytes(fields[0], "big") == nonce
        assert fields[5] == data
    else:
        read = TypedTransaction.from_bytes(HexBytes(made.raw)).as_dict()
        assert (read["nonce"], read["value"], read["accessList"]) == (nonce, value, ())
