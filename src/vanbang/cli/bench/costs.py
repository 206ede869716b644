"""Every call of a fresh registry that costs its users gas, measured on a node: `gasUsed` of the receipt."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from eth_account import Account

from vanbang.adapters.ethereum.abi import encode_call
from vanbang.adapters.ethereum.contract import bytecode
from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS
from vanbang.adapters.ethereum.json_rpc import JsonRpc
from vanbang.core.batch import AnchorKey
from vanbang.core.eip712 import anchor_digest, registry_domain, revocation_digest, status_root_digest
from vanbang.core.encoding import Digest
from vanbang.core.payload import issuer_id

OWNER, RELAYER, ANCHOR_KEY, STATUS_KEY = DEV_ACCOUNTS[:4]
ANCHOR_ROLE, STATUS_ROLE = 1, 2
NOBODY: Final = bytes(32)
DAY: Final = 86_400
GAS: Final = 10_000_000
LEAVES: Final = 1_000
ISSUERS: Final = tuple(f"did:web:school-{number}.example.vn" for number in range(10))


@dataclass(frozen=True)
class Cost:
    """Gas of a call for each of `n` things it does at once, and how much it may be, if that was promised.

    `is_anchor` where the things are batches that are anchored as they are every year.
    """

    what: str
    n: int
    gas: int
    limit: int | None = None
    is_anchor: bool = False


@dataclass(frozen=True)
class Registry:
    """A registry on a node of its own, called by the node's accounts; each call answers with the gas it used."""

    node: JsonRpc
    address: str
    domain: bytes
    until: int

    def call(self, sender: str, function: str, *arguments: Any) -> int:
        return int(send(self.node, sender, self.address, encode_call(function, *arguments))["gasUsed"], 16)

    def register(self, iss: str) -> int:
        code = iss.removeprefix("did:web:").split(".")[0]
        return self.call(
            OWNER.address, "registerIssuer", NOBODY, iss, code, "Trường Đại học Ví dụ", OWNER.address, False
        )

    def add_key(self, iss: str, key: str, role: int) -> int:
        return self.call(OWNER.address, "addKey", issuer_id(iss), key, role, 0, 0)

    def group(self, iss: str, names: Sequence[str]) -> Any:
        """One issuer's batches, named so that each is another, signed by its ANCHOR key."""
        issuer = issuer_id(iss)
        entries = [AnchorKey(issuer, _hash("root", name), LEAVES, _hash("manifest", name)) for name in names]
        signature = signed(ANCHOR_KEY.private_key, anchor_digest(self.domain, issuer, entries, self.until))
        return issuer, self.until, [(e.root, e.tree_size, e.manifest_hash) for e in entries], signature

    def anchor(self, *groups: Any) -> int:
        """Sent by a stranger."""
        return self.call(RELAYER.address, "anchor", list(groups))


def costs(node: JsonRpc) -> Iterator[Cost]:
    """On a node without other users. Whoever anchors is registered, has its keys and has anchored before."""
    receipt = send(node, OWNER.address, None, bytecode())
    yield Cost("deployment, once for all issuers", 1, int(receipt["gasUsed"], 16))
    domain = registry_domain(int(node.request("eth_chainId", []), 16), bytes.fromhex(receipt["contractAddress"][2:]))
    until = int(node.request("eth_getBlockByNumber", ["0x0", False])["timestamp"], 16) + DAY
    registry = Registry(node, receipt["contractAddress"], domain, until)
    registrations = [registry.register(iss) for iss in ISSUERS]
    keys = [registry.add_key(iss, ANCHOR_KEY.address, ANCHOR_ROLE) for iss in ISSUERS]
    yield Cost("an issuer registered", 1, registrations[-1])
    yield Cost("a key added", 1, keys[-1])
    yield from _anchoring(registry)
    registry.add_key(ISSUERS[0], STATUS_KEY.address, STATUS_ROLE)
    yield from _statuses(registry)
    yield from _revocations(registry)


def _anchoring(registry: Registry) -> Iterator[Cost]:
    one = ISSUERS[0]
    first = [registry.anchor(registry.group(iss, ["first"])) for iss in ISSUERS]
    yield Cost("an issuer's first root", 1, first[-1])
    yield Cost("one root", 1, registry.anchor(registry.group(one, ["one"])), 72_000, True)
    for number, limit in ((10, 33_000), (100, 29_500)):
        names = [f"{index} of {number}" for index in range(number)]
        gas = registry.anchor(registry.group(one, names))
        yield Cost(f"{number} roots of one issuer, each", number, round(gas / number), limit, True)
    gas = registry.anchor(*(registry.group(iss, ["together"]) for iss in ISSUERS))
    yield Cost(
        f"{len(ISSUERS)} roots, each of another issuer, each", len(ISSUERS), round(gas / len(ISSUERS)), 53_000, True
    )


def _statuses(registry: Registry) -> Iterator[Cost]:
    """One root stands for all status lists of an issuer: the cost is the same for any number of diplomas."""
    issuer, until = issuer_id(ISSUERS[0]), registry.until

    def directly(root: bytes, epoch: int) -> int:
        return registry.call(STATUS_KEY.address, "setStatusRoot", issuer, root, epoch)

    yield Cost("an issuer's first status root, by its key", 1, directly(_hash("status", "1"), 1))
    yield Cost("a later status root, by its key", 1, directly(_hash("status", "2"), 2), 41_000)
    root = _hash("status", "3")
    signature = signed(STATUS_KEY.private_key, status_root_digest(registry.domain, issuer, root, 3, until))
    gas = registry.call(RELAYER.address, "setStatusRootBySignature", issuer, root, 3, until, signature)
    yield Cost("a later status root, by signature", 1, gas, 47_000)


def _revocations(registry: Registry) -> Iterator[Cost]:
    issuer, until = issuer_id(ISSUERS[0]), registry.until
    gas = registry.call(STATUS_KEY.address, "revokeBatch", issuer, _hash("root", "one"))
    yield Cost("a whole batch revoked, by its key", 1, gas)
    root = _hash("root", "first")
    signature = signed(STATUS_KEY.private_key, revocation_digest(registry.domain, issuer, root, until))
    gas = registry.call(RELAYER.address, "revokeBatchBySignature", issuer, root, until, signature)
    yield Cost("a whole batch revoked, by signature", 1, gas)


def send(node: JsonRpc, sender: str, to: str | None, data: bytes) -> Any:
    """The receipt of a transaction of one of the node's accounts; where there is no base fee, a legacy one."""
    transaction = {"from": sender, "data": "0x" + data.hex(), "gas": hex(GAS)} | ({"to": to} if to else {})
    if "baseFeePerGas" in node.request("eth_getBlockByNumber", ["latest", False]):
        transaction |= {"maxFeePerGas": hex(20 * 10**9), "maxPriorityFeePerGas": hex(10**9)}
    else:
        transaction |= {"gasPrice": hex(2 * 10**9)}
    sent = node.request("eth_sendTransaction", [transaction])
    while (receipt := node.request("eth_getTransactionReceipt", [sent])) is None:
        time.sleep(0.002)
    if receipt["status"] != "0x1":
        raise AssertionError(f"reverted: {receipt}")
    return receipt


def signed(private_key: bytes, digest: bytes) -> bytes:
    return bytes(Account.unsafe_sign_hash(digest, private_key).signature)


def _hash(kind: str, name: str) -> Digest:
    return Digest(sha256(f"{kind} {name}".encode()).digest())
