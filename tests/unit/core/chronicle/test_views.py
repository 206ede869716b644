"""The registry's views, asked and read."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.abi import abi_to_signature, get_abi_output_types
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.contract import abi
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle import views
from vanbang.core.encoding import Digest
from vanbang.core.errors import FormatError
from vanbang.core.registry import Anchor, Key, Naming

A, B, C = (Digest(bytes([byte]) * 32) for byte in (0xA1, 0xB2, 0xC3))
WHO = b"\x07" * 20
FUNCTIONS: dict[str, Any] = {entry["name"]: entry for entry in abi() if entry["type"] == "function"}
SHOWN = "0x" + WHO.hex()

CASES = {
    "issuerCount": (views.issuer_count_call(), views.read_count, 5, 5),
    "issuersFrom": (views.issuers_call(3, 2), views.read_issuers, [A, B], (A, B)),
    "issuerOf": (
        views.issuer_call(A),
        views.read_issuer,
        (SHOWN, 1, 9, 77, B, C, 5, SHOWN, 6, True, False, B, 8),
        views.IssuerView(WHO, 1, 9, 77, B, C, 5, WHO, 6, True, False, B, 8),
    ),
    "owner": (views.owner_call(), views.read_owner, SHOWN, WHO),
    "pendingOwner": (views.pending_owner_call(), views.read_owner, SHOWN, WHO),
    "namesOf": (views.names_call(A), views.read_names, [(1, "SHB", "Sông Hồng")], (Naming(1, "SHB", "Sông Hồng"),)),
    "keyOf": (views.key_of_call(A, WHO), views.read_key_of, (1, 2, 3, 4), Key(1, 2, 3, 4)),
    "anchorOf": (views.anchor_call(AnchorKey(A, B, 9, C)), views.read_anchor, (SHOWN, 1, 2, 3), Anchor(WHO, 1, 2, 3)),
    "revocationOf": (views.revocation_call(A, B), views.read_revocation, (SHOWN, 1), views.Revocation(WHO, 1)),
    "statusOf": (views.status_call(A), views.read_status, (A, SHOWN, 1, 2, 3), views.StatusView(A, WHO, 1, 2, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_view(name: str) -> None:
    """Selector and result types are those of the compiled contract; a result decodes exactly, or not at all."""
    call, read, given, wanted = CASES[name]
    assert call[:4] == keccak(text=abi_to_signature(FUNCTIONS[name]))[:4]
    assert (len(call) - 4) % 32 == 0
    result = encode(get_abi_output_types(FUNCTIONS[name]), [given])
    assert read(result) == wanted
    for wrong in (b"", result[:-1], result + bytes(32), b"\xff" * len(result)):
        if wrong != b"\xff" * 32:  # any word is a count
            with pytest.raises(FormatError):
                read(wrong)
