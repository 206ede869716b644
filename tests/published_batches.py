"""Batches and status roots of a model registry with their published files, as an issuer publishes them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from chronicles import REGISTRY, Issuer, ModelChronicle, Registry
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.core.batch import AnchorKey, BatchManifest
from vanbang.core.eip712 import endorsement_digest
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.endorsement import Endorsement, endorsements_file
from vanbang.core.jws import PublicKey
from vanbang.core.merkle import TreeBuilder
from vanbang.core.quorum import Failure
from vanbang.core.status import CredentialStatus, ListReference, StatusList, StatusManifest
from vanbang.notary.auditing.auditing import Asked, Audit
from vanbang.notary.auditing.report import AuditReport
from vanbang.notary.sealing import tile_path
from vanbang.ports.published import Copy
from world import address, p256, secp256k1

ISS = "https://songhong.edu.vn"
VCT = "urn:vanbang:type:test-diploma:1"
SEALED_AT = 1_779_000_000
ASKED = Asked(("http://127.0.0.1:1",), 1, ("memory",), 1_790_000_000)


@dataclass
class Files:
    """Published over a dict; `second` is another mirror, `down` what an unreachable one gives."""

    files: dict[str, bytes] = field(default_factory=dict)
    second: Mapping[str, bytes] | None = None
    down: bool = False

    def copies(self, path: str) -> Iterator[Copy]:
        yield Copy("first", Failure("timeout") if self.down else self.files.get(path))
        if self.second is not None:
            yield Copy("second", self.second.get(path))

    def put(self, folder: str, data: bytes) -> Digest:
        self.files[f"{folder}/{digest_of(data).hex()}"] = data
        return digest_of(data)


class Unwatched:
    def issuers(self, done: int, of: int) -> None:
        pass

    def batches(self, done: int) -> None:
        pass


@dataclass
class House:
    """A registry with one issuer, its keys, and everything it published."""

    model: Registry = field(default_factory=Registry)
    files: Files = field(default_factory=Files)
    issuer: Issuer = field(init=False)
    lists: dict[str, StatusList] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issuer = self.model.register(ISS)
        for name, role in (("anchor key", 1), ("status key", 2), ("officer", 4)):
            self.model.add_key(self.issuer, address(name), role)
        self.model.mine()

    def publish_status(
        self, changes: Mapping[int, CredentialStatus], uri: str = "list", signer: str = "batch key"
    ) -> None:
        """Changes a list, publishes all lists and their manifest, and sets the root."""
        self.lists[uri] = self.lists.get(uri, StatusList.empty(uri)).with_changes(changes)
        self.publish_lists(signer)

    def publish_lists(self, signer: str = "batch key", setter: str = "status key") -> None:
        references = []
        for uri in sorted(self.lists):
            token = self.lists[uri].to_token(p256(signer), SEALED_AT)
            references.append(ListReference(uri, self.files.put("status", token), len(token)))
        epoch = self.issuer.status.epoch + 1
        manifest = StatusManifest(epoch, SEALED_AT, ISS, tuple(references)).to_bytes()
        self.model.set_status(self.issuer, self.files.put("status", manifest), address(setter))
        self.model.mine()

    def publish_batch(
        self, name: str, size: int = 5, *, officer: str = "officer", signs: str = "officer", **fields: object
    ) -> AnchorKey:
        """Publishes a batch of `size` leaves and anchors it; `fields` change its manifest."""
        root = self.publish_tree(name, size)
        digest = endorsement_digest(self.issuer.id, root, size, VCT)
        raw = secp256k1(signs).sign_msg_hash(digest).to_bytes()
        endorsement = Endorsement("Trần Văn Minh", "Hiệu trưởng", address(officer), raw[:64] + bytes([raw[64] + 27]))
        endorsed = self.files.put("endorsements", endorsements_file([endorsement]))
        keys = (PublicKey.of(p256("batch key")),)
        manifest = BatchManifest(endorsed, ISS, keys, REGISTRY, root, SEALED_AT, size, VCT)
        data = replace(manifest, **fields).to_bytes()  # type: ignore[arg-type]
        key = self.model.anchor(self.issuer, root, size, self.files.put("manifests", data), address("anchor key"))
        self.model.mine()
        return key

    def publish_tree(self, name: str, size: int, *, in_order: bool = True) -> Digest:
        leaves = [sha256(f"{name} {number}".encode()).digest() for number in range(size)]
        runs = [leaves[at : at + 65_536] for at in range(0, size, 65_536)]
        leaves = [leaf for run in runs for leaf in (sorted(run) if in_order else sorted(run, reverse=True))]
        tiles: dict[tuple[int, int], bytes] = {}
        builder = TreeBuilder(lambda level, number, data: tiles.__setitem__((level, number), data))
        builder.append(b"".join(leaves))
        root = builder.finish()
        self.files.files |= {tile_path(root, *place): data for place, data in tiles.items()}
        return root

    def audit(self, notebook: SqliteNotebook | None = None, **chronicle: object) -> AuditReport:
        """An audit of it all."""
        asked = ModelChronicle(self.model, **chronicle)  # type: ignore[arg-type]
        return Audit(asked, self.files, notebook or SqliteNotebook(), Unwatched(), ASKED).run()


def codes(report: AuditReport) -> dict[str, int]:
    return dict(report.by_code)


def places(report: AuditReport) -> Sequence[str]:
    return [finding.path for finding in report.findings]


def town() -> House:
    """A house with two batches, one of them of three rows of tiles' worth, and three status roots."""
    house = House()
    house.publish_status({})
    house.publish_batch("small")
    house.publish_batch("large", 600)
    house.publish_status({1: CredentialStatus.REVOKED, 2: CredentialStatus.SUSPENDED})
    house.publish_status({2: CredentialStatus.VALID}, "list")
    return house
