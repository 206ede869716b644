"""Calls and errors of the registry as bytes."""

import pytest
from eth_utils.crypto import keccak
from web3 import Web3

from vanbang.adapters.ethereum import contract
from vanbang.adapters.ethereum.abi import encode_call, error_text

ISSUER, ACCOUNT = bytes(range(32)), "0x" + "a1" * 20
CALLS = [
    ("registerIssuer", (ISSUER, "https://a.vn", "SHB", "Trường Đại học", ACCOUNT, False)),
    ("addKey", (ISSUER, ACCOUNT, 1, 0, 0)),
    ("endKey", (ISSUER, ACCOUNT, 5)),
    ("setStatusRootBySignature", (ISSUER, ISSUER, 3, 99, b"s" * 65)),
    ("anchor", ([(ISSUER, 99, [(ISSUER, 7, ISSUER), (ISSUER, 8, ISSUER)], b"s" * 65)],)),
]


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=[name for name, _ in CALLS])
def test_calls_are_encoded_as_web3_does(function: str, arguments: tuple[object, ...]) -> None:
    """Selector and arguments are byte for byte those of web3."""
    account = Web3.to_checksum_address(ACCOUNT)
    theirs = [account if value == ACCOUNT else value for value in arguments]
    bound = Web3().eth.contract(abi=contract.abi())
    assert "0x" + encode_call(function, *arguments).hex() == bound.encode_abi(function, theirs)


@pytest.mark.parametrize(
    ("signature", "words", "text"),
    [
        ("AnchorRegistryZeroAddress()", b"", "AnchorRegistryZeroAddress()"),
        (
            "AnchorRegistryWrongEpoch(uint256,uint256)",
            (3).to_bytes(32, "big") + (2).to_bytes(32, "big"),
            "AnchorRegistryWrongEpoch(3, 2)",
        ),
        ("AnchorRegistryUnknownIssuer(bytes32)", ISSUER, f"AnchorRegistryUnknownIssuer(0x{ISSUER.hex()})"),
        ("AnchorRegistryWrongEpoch(uint256,uint256)", b"\x01", None),
        ("Error(string)", b"\x01" * 32, None),
        ("", b"", None),
    ],
)
def test_errors_are_told_by_name(signature: str, words: bytes, text: str | None) -> None:
    """An error of the registry is told with its arguments; anything else, truncated ones too, as hex."""
    data = (keccak(text=signature)[:4] if signature else b"") + words
    assert error_text(data) == (text or "0x" + data.hex())
