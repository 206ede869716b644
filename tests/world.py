"""A small made-up world for tests: one issuer, one batch, three endpoints. Everything in it follows from fixed seeds.

Tests change one thing in it and see what verification says. The keys are worthless: they are hashes of words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from hashlib import sha256
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from eth_abi.abi import encode
from eth_keys.datatypes import PrivateKey

from vanbang.core.batch import AnchorKey, BatchManifest, anchor_key, read_manifest
from vanbang.core.credential import CredentialFile, Proof, read_credential
from vanbang.core.disclosure import commit, disclosure_digest, read
from vanbang.core.eip712 import endorsement_digest
from vanbang.core.encoding import digest_of
from vanbang.core.endorsement import Endorsement, endorsements_file
from vanbang.core.jws import PublicKey
from vanbang.core.merkle import TreeBuilder, inclusion_path, leaf_hash
from vanbang.core.payload import LIST_ENTRIES, Payload, StatusPlace, issuer_id, read_payload
from vanbang.core.quorum import Failure
from vanbang.core.record_keys import RecordKeys
from vanbang.core.registry import _DOSSIER, _KEY, dossier_call, key_call
from vanbang.core.status import CredentialStatus, ListReference, StatusList, StatusManifest
from vanbang.core.strict_json import canonical
from vanbang.core.trust import Trust, TrustedRegistry, trusted_registry
from vanbang.core.verification import Block, CallResult, Evidence, Head

NOW = 1_782_000_000
SEALED_AT = 1_781_000_000
ANCHORED_AT = 1_781_500_000
BLOCK = 900
ISSUER = "https://songhong.edu.vn"
VCT = "urn:vanbang:type:test-diploma:1"
LIST_URI = "https://songhong.edu.vn/status/0"
HOME = "eip155:31337:0x" + "a1" * 20
OLDER = "eip155:88:0x" + "b2" * 20
ENDPOINTS = ("https://rpc-1.example/", "https://rpc-2.example/", "https://rpc-3.example/")
OPEN_END = 2**40 - 1
CLAIMS: Mapping[str, Any] = {
    "ho_va_ten": "Nguyễn Thị Ánh Đào",
    "co_so": {"ma": "DSH", "ten": "Trường Đại học Sông Hồng"},
    "xep_loai": "Giỏi",
    "mon_hoc": [{"ten": "Giải tích", "diem": "8,0"}, {"ten": "Đại số", "diem": "9,5"}, "Thể dục: đạt"],
}


T = TypeVar("T")


def once(made_of: Callable[["World"], T]) -> Callable[["World"], T]:
    """What follows from a world, which never changes, is made at the first call; nobody may change it then."""
    name = f"made {made_of.__name__}"

    @wraps(made_of)
    def found(world: "World") -> T:
        if name not in world.__dict__:
            world.__dict__[name] = made_of(world)
        made: T = world.__dict__[name]
        return made

    return found


def seed(word: str) -> bytes:
    """32 bytes that stand for `word`."""
    return sha256(b"vanbang test: " + word.encode()).digest()


@cache
def p256(word: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key that stands for `word`."""
    return ec.derive_private_key(int.from_bytes(seed(word), "big"), ec.SECP256R1())


@cache
def secp256k1(word: str) -> PrivateKey:
    """The Ethereum key that stands for `word`."""
    return PrivateKey(seed(word))


@cache
def address(word: str) -> bytes:
    """The 20-byte account of that key."""
    return secp256k1(word).public_key.to_canonical_address()


METADATA = canonical(
    {
        "vct": VCT,
        "name": "Test diploma",
        "display": [{"locale": "vi-VN", "name": "Bằng thử"}, {"locale": "en-US", "name": "Test diploma"}],
        "claims": [
            {
                "path": ["ho_va_ten"],
                "display": [{"locale": "vi-VN", "label": "Họ và tên"}, {"locale": "en-US", "label": "Full name"}],
                "sd": "always",
                "mandatory": True,
            }
        ],
        "vanbang": {
            "version": 1,
            "digests": 6,
            "issuer": {"code": ["co_so", "ma"], "name": ["co_so", "ten"]},
            "layout": [{"kind": "name", "claims": ["ho_va_ten"]}],
        },
    }
)


@dataclass(frozen=True)
class Chain:
    """What one registry says; `dossier` and `keys` are Solidity values."""

    anchor: tuple[Any, ...] = (address("anchor key"), ANCHORED_AT, 700, 1)
    anchor_key: tuple[int, ...] = (1_700_000_000, OPEN_END, 0, 1)
    revocation: tuple[Any, ...] = (bytes(20), 0)
    revoker_key: tuple[int, ...] = (0, 0, 0, 0)
    status_setter: tuple[Any, ...] = (address("status key"), ANCHORED_AT - 500)
    status_key: tuple[int, ...] = (1_700_000_000, OPEN_END, 0, 2)
    officer_key: tuple[int, ...] = (1_700_000_000, OPEN_END, 0, 4)
    standing: int = 1
    void_since: int = 0
    names: tuple[tuple[Any, ...], ...] = (
        (1_700_000_000, "DSH", "Trường Cao đẳng Sông Hồng"),
        (1_750_000_000, "DSH", "Trường Đại học Sông Hồng"),
    )
    head: int = BLOCK
    time: int = NOW - 60

    def dossier(self, status_root: bytes, epoch: int) -> bytes:
        """The result of `dossierOf`."""
        setter, time = self.status_setter
        status = (
            (status_root, "0x" + setter.hex(), time, epoch, 650) if epoch else (bytes(32), "0x" + "00" * 20, 0, 0, 0)
        )
        signer, *rest = self.anchor
        value = (
            ("0x" + signer.hex(), *rest),
            self.anchor_key,
            ("0x" + self.revocation[0].hex(), self.revocation[1]),
            self.revoker_key,
            status,
            self.status_key,
            self.standing,
            self.void_since,
            self.names,
        )
        return encode([_DOSSIER], [value])


@cache
def _token(index: int, status: CredentialStatus) -> bytes:
    """A status list of the issuer."""
    changes = {0: CredentialStatus.REVOKED, (index + 1) % LIST_ENTRIES: CredentialStatus.SUSPENDED, index: status}
    return StatusList.empty(LIST_URI).with_changes(changes).to_token(p256("batch key"), SEALED_AT)


ABSENT = Chain(anchor=(bytes(20), 0, 0, 0), anchor_key=(0, 0, 0, 0))


@dataclass(frozen=True)
class World:
    """One credential in one batch, and everything a verifier finds. `replace` a field to change the world."""

    claims: Mapping[str, Any] = field(default_factory=lambda: dict(CLAIMS))
    by_element: tuple[str, ...] = ("mon_hoc",)
    digests: int = 6
    metadata: bytes = METADATA
    payload_vct: str = VCT
    manifest_vct: str = VCT
    manifest_issuer: str = ISSUER
    others: int = 6
    officers: tuple[str, ...] = ("officer",)
    endorsers_sign: tuple[str, ...] | None = None
    status: CredentialStatus = CredentialStatus.VALID
    index: int = 4711
    epoch: int = 3
    not_before: int | None = None
    expires: int | None = None
    payload_digests: tuple[str, ...] | None = None
    disclosure_texts: tuple[str, ...] | None = None
    jwks: tuple[str, ...] = ("batch key",)
    signer: str = "batch key"
    payload_bytes: bytes | None = None
    chain: Chain = Chain()
    older: Chain | None = None
    raw_keys: tuple[PublicKey, ...] = ()
    last: bool = False
    uri: str = LIST_URI
    alter: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    """Changes to the bytes of a file, by its name here: endorsements, manifest, status_list, status_manifest."""

    def _altered(self, name: str, data: bytes) -> bytes:
        return self.alter[name](data) if name in self.alter else data

    @once
    def committed(self) -> tuple[list[str], list[str]]:
        """Disclosures and digests."""
        texts, digests = commit(self.claims, RecordKeys.of(seed("record")), self.digests, self.by_element)
        texts = list(self.disclosure_texts) if self.disclosure_texts is not None else texts
        return sorted(texts, key=disclosure_digest), list(self.payload_digests or digests)

    @once
    def payload(self) -> bytes:
        """The payload's bytes."""
        if self.payload_bytes is not None:
            return self.payload_bytes
        place = StatusPlace(self.uri, self.index)
        digests = self.committed()[1]
        type_digest = digest_of(self.metadata)
        return Payload(ISSUER, self.payload_vct, type_digest, digests, place, self.not_before, self.expires).to_bytes()

    @once
    def tree(self) -> tuple[list[bytes], int, bytes, tuple[Any, ...]]:
        """Leaves, the credential's index, the root and its path."""
        mine = leaf_hash(self.payload())
        leaves = sorted([mine, *(leaf_hash(f"other {number}".encode()) for number in range(self.others))])
        if self.last:
            leaves.remove(mine)
            leaves.append(mine)
        tiles: dict[tuple[int, int], bytes] = {}
        builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
        builder.append(b"".join(leaves))
        root = builder.finish()
        index = leaves.index(mine)
        return leaves, index, root, inclusion_path(lambda level, number: tiles[level, number], index, len(leaves))

    @once
    def endorsements(self) -> bytes:
        """The endorsements file's bytes."""
        leaves, _, root, _ = self.tree()
        digest = endorsement_digest(issuer_id(ISSUER), root, len(leaves), self.manifest_vct)
        made = []
        for officer, signer in zip(self.officers, self.endorsers_sign or self.officers, strict=True):
            signature = secp256k1(signer).sign_msg_hash(digest).to_bytes()
            raw = signature[:64] + bytes([signature[64] + 27])
            made.append(Endorsement("Trần Văn Minh", "Hiệu trưởng", address(officer), raw))
        return self._altered("endorsements", endorsements_file(made))

    @once
    def manifest(self) -> bytes:
        """The batch manifest's bytes."""
        leaves, _, root, _ = self.tree()
        endorsed = digest_of(self.endorsements()) if self.officers else None
        keys = (*(PublicKey.of(p256(word)) for word in self.jwks), *self.raw_keys)
        size = len(leaves)
        made = BatchManifest(endorsed, self.manifest_issuer, keys, HOME, root, SEALED_AT, size, self.manifest_vct)
        return self._altered("manifest", made.to_bytes())

    @once
    def file(self) -> CredentialFile:
        """The credential file, signed."""
        _, index, _, path = self.tree()
        manifest = self.manifest()
        texts = self.committed()[0]
        disclosures = tuple(read(text) for text in texts)
        proof = Proof(manifest, read_manifest(manifest), index, path)
        payload = self.payload()
        return CredentialFile(payload, read_payload(payload), disclosures, proof).signed_by(p256(self.signer))

    @once
    def credential(self) -> bytes:
        """The credential file's bytes; they must read back."""
        data = self.file().to_bytes()
        read_credential(data)
        return data

    @once
    def status_list(self) -> bytes:
        """The status list file, with some entries of others set."""
        return self._altered("status_list", _token(self.index, self.status))

    @once
    def status_manifest(self) -> bytes:
        """The status manifest's bytes."""
        token = self.status_list()
        reference = ListReference(LIST_URI, digest_of(token), len(token))
        made = StatusManifest(self.epoch, SEALED_AT, ISSUER, (reference,)).to_bytes()
        return self._altered("status_manifest", made)

    @once
    def anchor_key(self) -> AnchorKey:
        """What a verifier looks for: the manifest's batch under the issuer that the payload names."""
        return replace(anchor_key(self.manifest()), issuer_id=issuer_id(ISSUER))

    def trust(self) -> Trust:
        """A home registry with three endpoints, two of which must agree; an older one has a single endpoint."""
        older = (trusted_registry(OLDER, ("https://old-rpc.example/",)),) if self.older else ()
        return Trust(trusted_registry(HOME, ENDPOINTS, 2), older, ("https://mirror.example/",))

    def files(self) -> dict[str, bytes | Failure]:
        """The public files, by question."""
        found: dict[str, bytes | Failure] = {}
        for folder, data in (
            ("types", self.metadata),
            ("status", self.status_manifest()),
            ("status", self.status_list()),
            ("endorsements", self.endorsements()),
        ):
            found[f"file {folder}/{digest_of(data).hex()}"] = data
        return found

    def chain_answers(self, registry: TrustedRegistry, chain: Chain) -> dict[str, Any]:
        """What every endpoint of a registry answers, by question."""
        n = len(registry.endpoints)
        issuer = issuer_id(ISSUER)
        result = chain.dossier(digest_of(self.status_manifest()), self.epoch)
        calls = {
            dossier_call(self.anchor_key()): result,
            key_call(issuer, address("anchor key")): encode([_KEY], [chain.anchor_key]),
        }
        for officer in self.officers:
            calls[key_call(issuer, address(officer))] = encode([_KEY], [chain.officer_key])
        answers: dict[str, Any] = {
            f"head {registry.name}": [Head(registry.chain_id, chain.head)] * n,
            f"block {registry.name} {chain.head}": [Block("0x" + seed("block").hex(), chain.time)] * n,
            f"call {registry.name} latest {dossier_call(self.anchor_key())}": [CallResult(result)] * n,
        }
        for data, value in calls.items():
            answers[f"call {registry.name} {chain.head} {data}"] = [CallResult(value)] * n
        return answers

    def evidence(self) -> dict[str, Any]:
        """Answers to everything that may be asked of the registries and mirrors."""
        trust = self.trust()
        found = {**self.chain_answers(trust.home, self.chain), **self.files()}
        if self.older:
            found.update(self.chain_answers(trust.older[0], self.older))
        return found


class Honest(dict[str, Any]):
    """Evidence that has an answer to everything: what this world does not know is not there."""

    def __init__(self, world: World) -> None:
        super().__init__(world.evidence())
        self._endpoints = {registry.name: len(registry.endpoints) for registry in world.trust().registries}
        self._absent = ABSENT.dossier(digest_of(world.status_manifest()), world.epoch)

    def get(self, question: str, default: Any = None) -> Any:
        """The answer at hand, or that of somebody who finds nothing."""
        if question in self:
            return self[question]
        kind, subject, *rest = question.split(" ")
        if kind == "file":
            return Failure("absent")
        nothing = self._absent if len(rest[-1]) == len(dossier_call(World().anchor_key())) else bytes(128)
        return [CallResult(nothing) if kind == "call" else Failure("unknown")] * self._endpoints[subject]


def evidence_of(world: World) -> Evidence:
    """The same, as the judge takes it."""
    return world.evidence()


__all__ = ["ABSENT", "NOW", "Chain", "Honest", "World", "replace"]
