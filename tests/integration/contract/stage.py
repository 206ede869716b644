"""Who is who in the contract tests, and the statements their keys sign."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from chains import Chain, Deployment
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

ZERO = "0x" + "0" * 40
NOTHING = bytes(32)
DAY = 86_400
FOREVER = 2**40 - 1
ANCHOR, STATUS, OFFICER = 1, 2, 4


class Refusal(IntEnum):
    EXPIRED = 1
    UNKNOWN_ISSUER = 2
    ISSUER_NOT_ACTIVE = 3
    ISSUER_IS_VOID = 4
    BAD_SIGNATURE = 5
    UNKNOWN_KEY = 6
    WRONG_ROLE = 7
    KEY_NOT_YET_VALID = 8
    KEY_ENDED = 9
    KEY_IS_COMPROMISED = 10
    EMPTY_GROUP = 11
    EMPTY_TREE = 12


class Validity(IntEnum):
    VALID = 0
    ABSENT = 1
    KEY_COMPROMISED = 2
    ISSUER_VOID = 3
    BATCH_REVOKED = 4
    NOT_INCLUDED = 5


class Standing(IntEnum):
    UNKNOWN = 0
    ACTIVE = 1
    SUSPENDED = 2
    CLOSED = 3


class Entry(NamedTuple):
    root: bytes
    tree_size: int
    manifest_hash: bytes


class Group(NamedTuple):
    issuer_id: bytes
    deadline: int
    entries: Sequence[Entry]
    signature: bytes


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def entry(name: str, tree_size: int = 100) -> Entry:
    return Entry(digest("root " + name), tree_size, digest("manifest " + name))


SCHOOL, DEPARTMENT, COLLEGE = (digest(f"did:web:{name}.example.vn") for name in ("school", "department", "college"))


def typed_message(deployment: Deployment, primary: str, fields: str, message: dict[str, Any]) -> dict[str, Any]:
    """EIP-712 full message; `fields` is written as in the type string: "bytes32 root,uint64 deadline"."""

    def members(text: str) -> list[dict[str, str]]:
        return [dict(zip(("type", "name"), part.split(" "), strict=True)) for part in text.split(",")]

    return {
        "types": {
            "EIP712Domain": members("string name,string version,uint256 chainId,address verifyingContract"),
            primary: members(fields),
            **({"Entry": members("bytes32 root,uint64 treeSize,bytes32 manifestHash")} if "Entry" in fields else {}),
        },
        "primaryType": primary,
        "domain": {
            "name": "vanbang AnchorRegistry",
            "version": "1",
            "chainId": deployment.chain.chain_id,
            "verifyingContract": deployment.address,
        },
        "message": message,
    }


@dataclass(frozen=True)
class Stage:
    """A department (registrar), its school with one key of each role, and a college (root issuer without keys)."""

    deployment: Deployment

    @property
    def chain(self) -> Chain:
        return self.deployment.chain

    @property
    def owner(self) -> LocalAccount:
        return self.chain.accounts[0]

    @property
    def department(self) -> LocalAccount:
        return self.chain.accounts[1]

    @property
    def school(self) -> LocalAccount:
        return self.chain.accounts[2]

    @property
    def relayer(self) -> LocalAccount:
        return self.chain.accounts[3]

    @property
    def stranger(self) -> LocalAccount:
        return self.chain.accounts[4]

    @property
    def status_key(self) -> LocalAccount:
        return self.chain.accounts[5]

    @property
    def anchor_key(self) -> LocalAccount:
        return self.chain.accounts[6]

    @property
    def college(self) -> LocalAccount:
        return self.chain.accounts[7]

    @property
    def officer(self) -> LocalAccount:
        return self.chain.accounts[8]

    @property
    def newcomer(self) -> LocalAccount:
        return self.chain.accounts[9]

    def send(self, sender: LocalAccount, call: str, *args: Any) -> Any:
        return self.deployment.send(sender, call, *args)

    def refusal(self, sender: LocalAccount, call: str, *args: Any) -> tuple[Any, ...]:
        return self.deployment.refusal(sender, call, *args)

    def read(self, view: str, *args: Any) -> Any:
        return self.deployment.read(view, *args)

    def now(self) -> int:
        return self.chain.now()

    def later(self, seconds: int = DAY) -> int:
        """A deadline, or any time ahead, counted from the latest block."""
        return self.now() + seconds

    def add_key(
        self, key: LocalAccount, role: int = ANCHOR, issuer: bytes = SCHOOL, by: LocalAccount | None = None
    ) -> None:
        self.send(by or self.school, "addKey", issuer, key.address, role, 0, 0)

    def sign(self, key: LocalAccount, primary: str, fields: str, message: dict[str, Any]) -> bytes:
        full = typed_message(self.deployment, primary, fields, message)
        return bytes(key.sign_message(encode_typed_data(full_message=full)).signature)

    def group(
        self,
        *entries: Entry,
        key: LocalAccount | None = None,
        issuer: bytes = SCHOOL,
        deadline: int | None = None,
    ) -> Group:
        """Entries signed by `key` (the school's ANCHOR key unless told) for a day."""
        until = self.later() if deadline is None else deadline
        named = [dict(zip(("root", "treeSize", "manifestHash"), each, strict=True)) for each in entries]
        message = {"issuerId": issuer, "entries": named, "deadline": until}
        signature = self.sign(
            key or self.anchor_key, "Anchor", "bytes32 issuerId,Entry[] entries,uint64 deadline", message
        )
        return Group(issuer, until, entries, signature)

    def revocation(
        self, root: bytes, *, key: LocalAccount | None = None, deadline: int | None = None
    ) -> tuple[Any, ...]:
        """The arguments of revokeBatchBySignature."""
        until = self.later() if deadline is None else deadline
        message = {"issuerId": SCHOOL, "root": root, "deadline": until}
        fields = "bytes32 issuerId,bytes32 root,uint64 deadline"
        return SCHOOL, root, until, self.sign(key or self.status_key, "RevokeBatch", fields, message)

    def status(
        self, root: bytes, epoch: int, *, key: LocalAccount | None = None, deadline: int | None = None
    ) -> tuple[Any, ...]:
        """The arguments of setStatusRootBySignature."""
        until = self.later() if deadline is None else deadline
        message = {"issuerId": SCHOOL, "statusRoot": root, "epoch": epoch, "deadline": until}
        fields = "bytes32 issuerId,bytes32 statusRoot,uint24 epoch,uint64 deadline"
        return SCHOOL, root, epoch, until, self.sign(key or self.status_key, "SetStatusRoot", fields, message)

    def anchor(self, *groups: Group) -> Any:
        return self.send(self.relayer, "anchor", list(groups))

    def anchor_refusal(self, *groups: Group) -> tuple[Any, ...]:
        return self.refusal(self.relayer, "anchor", list(groups))

    def is_valid(self, batch: Entry, issuer: bytes = SCHOOL) -> Validity:
        return Validity(self.read("isValid", issuer, *batch))

    def time_of(self, receipt: Any) -> int:
        return self.chain.w3.eth.get_block(receipt["blockNumber"])["timestamp"]

    def events(self, receipt: Any, event: str) -> list[Any]:
        return [log["args"] for log in self.deployment.contract.events[event]().process_receipt(receipt)]


def set_up(deployment: Deployment) -> Stage:
    stage = Stage(deployment)
    for parent, sender, name, admin, registrar in (
        (NOTHING, stage.owner, "department", stage.department, True),
        (DEPARTMENT, stage.department, "school", stage.school, False),
        (NOTHING, stage.owner, "college", stage.college, False),
    ):
        iss = f"did:web:{name}.example.vn"
        stage.send(sender, "registerIssuer", parent, iss, name.upper(), f"Trường {name}", admin.address, registrar)
    stage.add_key(stage.anchor_key, ANCHOR)
    stage.add_key(stage.status_key, STATUS)
    stage.add_key(stage.officer, OFFICER)
    return stage
