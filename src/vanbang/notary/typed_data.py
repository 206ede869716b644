"""Our signed statements as EIP-712 documents, for wallets and signing services elsewhere (`eth_signTypedData_v4`).

Numbers are JSON integers, bytes 0x-hex. What a document hashes to is what `vanbang.core.eip712` computes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vanbang.core.batch import AnchorKey
from vanbang.core.encoding import registry_name

_REGISTRY_DOMAIN: Final = (
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
)
_ENTRY: Final = ("bytes32 root", "uint64 treeSize", "bytes32 manifestHash")
_ANCHOR: Final = ("bytes32 issuerId", "Entry[] entries", "uint64 deadline")
_STATUS: Final = ("bytes32 issuerId", "bytes32 statusRoot", "uint24 epoch", "uint64 deadline")
_REVOCATION: Final = ("bytes32 issuerId", "bytes32 root", "uint64 deadline")
_ENDORSEMENT: Final = ("bytes32 issuerId", "bytes32 root", "uint64 treeSize", "string vct")


def endorsement_document(issuer_id: bytes, root: bytes, tree_size: int, vct: str) -> dict[str, Any]:
    """What an officer signs (docs/format.md section 7)."""
    message = {"issuerId": _hex(issuer_id), "root": _hex(root), "treeSize": tree_size, "vct": vct}
    domain = {"name": "vanbang", "version": "1"}
    types = {"EIP712Domain": list(_REGISTRY_DOMAIN[:2]), "Endorsement": _members(_ENDORSEMENT)}
    return {"types": types, "primaryType": "Endorsement", "domain": domain, "message": message}


def anchor_document(registry: str, issuer_id: bytes, entries: Sequence[AnchorKey], deadline: int) -> dict[str, Any]:
    """What an ANCHOR key signs (section 11)."""
    message = {
        "issuerId": _hex(issuer_id),
        "entries": [
            {"root": _hex(entry.root), "treeSize": entry.tree_size, "manifestHash": _hex(entry.manifest_hash)}
            for entry in entries
        ],
        "deadline": deadline,
    }
    return _for_registry(registry, "Anchor", {"Entry": _ENTRY, "Anchor": _ANCHOR}, message)


def status_root_document(registry: str, issuer_id: bytes, root: bytes, epoch: int, deadline: int) -> dict[str, Any]:
    """What a STATUS key signs (section 11)."""
    message = {"issuerId": _hex(issuer_id), "statusRoot": _hex(root), "epoch": epoch, "deadline": deadline}
    return _for_registry(registry, "SetStatusRoot", {"SetStatusRoot": _STATUS}, message)


def revocation_document(registry: str, issuer_id: bytes, root: bytes, deadline: int) -> dict[str, Any]:
    """What a STATUS key signs to revoke every batch with a root (section 11)."""
    message = {"issuerId": _hex(issuer_id), "root": _hex(root), "deadline": deadline}
    return _for_registry(registry, "RevokeBatch", {"RevokeBatch": _REVOCATION}, message)


def _for_registry(
    registry: str, primary: str, types: Mapping[str, Sequence[str]], message: dict[str, Any]
) -> dict[str, Any]:
    chain_id, address = registry_name(registry, "registry")
    return {
        "types": {"EIP712Domain": list(_REGISTRY_DOMAIN), **{name: _members(words) for name, words in types.items()}},
        "primaryType": primary,
        "domain": {
            "name": "vanbang AnchorRegistry",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": _hex(address),
        },
        "message": message,
    }


def _members(words: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for kind, name in (word.split(" ") for word in words)]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
