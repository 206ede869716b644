"""Signatures of an institution's keys, wherever the keys are: in our key store, or elsewhere and handed in.

What waits for a signature is found from the state of batches and status roots, so nothing has to be kept in step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vanbang.core.batch import anchor_key
from vanbang.core.chronicle.views import NOBODY
from vanbang.core.eip712 import recover, status_root_digest
from vanbang.core.encoding import Digest, digest_of
from vanbang.core.endorsement import Endorsement, read_endorsements
from vanbang.core.errors import SignatureInvalid
from vanbang.core.payload import issuer_id
from vanbang.notary.acting_keys import CLOCK_SLACK, ROLES, KeyOf, NoGoodKey, acting_key, statement_keys
from vanbang.notary.endorsing import digest_to_anchor, digest_to_endorse, sign, signed_group
from vanbang.notary.typed_data import anchor_document, endorsement_document, status_root_document
from vanbang.ports import Batch, HandedIn, Institution, KeyStore, Ledger, Signer, Store, StoredRoot

Kind = Literal["endorsement", "anchor", "status_root"]
SignerRole = Literal["officer", "anchor", "status"]


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A statement that waits for a signature. `id` is the digest in hex; `subject` a batch, or the epoch of a root.

    `typed_data` is the EIP-712 document whose hash `digest` is. `deadline`: until when a signature may be used.
    """

    id: str
    kind: Kind
    iss: str
    subject: str
    role: SignerRole
    digest: bytes
    typed_data: dict[str, Any]
    deadline: int | None = None


def signing_requests(store: Store, ledger: Ledger, iss: str | None) -> Sequence[SigningRequest]:
    """All that waits for a signature of an institution (None: of any), oldest batch first, then status roots."""
    return [*_batch_requests(store, ledger, iss), *_root_requests(store, ledger, iss)]


def hand_in(
    store: Store,
    ledger: Ledger,
    request: SigningRequest,
    signer: bytes,
    signature: bytes,
    name: str,
    title: str,
    now: int,
) -> None:
    """Keeps a signature made elsewhere, if it is the one asked for.

    Raises SignatureInvalid, also when the registry does not let this key act; LedgerUnsure.
    """
    if recover(request.digest, signature) != signer:
        raise SignatureInvalid("this signature over the request's digest was made by another key")
    if not ledger.key(issuer_id(request.iss), signer).may_act(ROLES[request.role], now, CLOCK_SLACK):
        raise SignatureInvalid(f"the registry does not know this key as a good {request.role} key of the institution")
    if request.kind == "endorsement" and not (name and title):
        raise SignatureInvalid("an endorsement needs the officer's name and title")
    store.hand_in(HandedIn(request.digest, signer, signature, name, title, now))


@dataclass(frozen=True, slots=True)
class Signatures:
    """Finds signatures for an institution: its own key store first, then what was handed in."""

    store: Store
    key_of: KeyOf
    keys: KeyStore
    institution: Institution
    now: int

    def may_endorse(self, batch: Batch) -> bool:
        """Whether an officer signed or can sign here. Raises NoGoodKey as `over` does."""
        return bool(self.store.handed_in(digest_to_endorse(batch))) or self._own("officer") is not None

    def endorsements(self, batch: Batch) -> list[Endorsement]:
        """Officers' endorsements that are good now; none: one has to be waited for."""
        digest = digest_to_endorse(batch)
        found = [
            Endorsement(item.name, item.title, item.signer, item.signature)
            for item in self.store.handed_in(digest)
            if self._may_act("officer", item.signer)
        ]
        officer = None if found else self._own("officer")
        if officer is not None:
            name, title = self.institution.officer_name, self.institution.officer_title
            found.append(Endorsement(name, title, officer.address, sign(officer, digest)))
        return found

    def can_sign(self, role: SignerRole, digest: bytes) -> bool:
        """Whether `over` would find or make a signature; no key is asked for one. Raises NoGoodKey as `over` does."""
        handed_in = any(self._may_act(role, item.signer) for item in self.store.handed_in(digest))
        return handed_in or self._own(role) is not None

    def over(self, role: SignerRole, digest: bytes) -> bytes | None:
        """A signature over a digest by a key of this role that is good now; None: it has to be waited for.

        Raises NoGoodKey if keys of the role are in our key store and none of them is good any more.
        """
        for item in self.store.handed_in(digest):
            if self._may_act(role, item.signer):
                return item.signature
        own = self._own(role)
        return None if own is None else sign(own, digest)

    def _own(self, role: SignerRole) -> Signer | None:
        """Our key of this role; None if the institution keeps its keys elsewhere."""
        try:
            return acting_key(self.key_of, self.keys, self.institution, role, self.now)
        except NoGoodKey:
            held = statement_keys(self.keys, self.institution)
            if any(name.startswith(f"{self.institution.slug}/{role}") for name, _ in held):
                raise
            return None

    def _may_act(self, role: SignerRole, signer: bytes) -> bool:
        key = self.key_of(issuer_id(self.institution.iss), signer)
        return key.may_act(ROLES[role], self.now, CLOCK_SLACK)


def _batch_requests(store: Store, ledger: Ledger, iss: str | None) -> Iterator[SigningRequest]:
    for batch in store.batches("SEALED"):
        if iss not in (None, batch.iss) or batch.root is None or batch.tree_size is None:
            continue
        issuer = issuer_id(batch.iss)
        if batch.manifest is None:
            digest = digest_to_endorse(batch)
            document = endorsement_document(issuer, batch.root, batch.tree_size, batch.vct)
            yield SigningRequest(digest.hex(), "endorsement", batch.iss, batch.id, "officer", digest, document)
        elif batch.deadline is not None:
            digest = digest_to_anchor(ledger, batch)
            document = anchor_document(ledger.registry, issuer, [anchor_key(batch.manifest)], batch.deadline)
            yield SigningRequest(
                digest.hex(), "anchor", batch.iss, batch.id, "anchor", digest, document, batch.deadline
            )


def _root_requests(store: Store, ledger: Ledger, iss: str | None) -> Iterator[SigningRequest]:
    for institution in store.institutions():
        if iss not in (None, institution.iss):
            continue
        for root in store.status_roots(institution.iss):
            if root.state == "WAITING" and root.deadline is not None:
                digest = root_digest(ledger, institution.iss, root, root.deadline)
                value = digest_of(root.manifest)
                document = status_root_document(
                    ledger.registry, issuer_id(institution.iss), value, root.epoch, root.deadline
                )
                yield SigningRequest(
                    digest.hex(),
                    "status_root",
                    institution.iss,
                    str(root.epoch),
                    "status",
                    digest,
                    document,
                    root.deadline,
                )


def root_digest(ledger: Ledger, iss: str, root: StoredRoot, deadline: int) -> Digest:
    """What a STATUS key signs of a status root."""
    value = digest_of(root.manifest)
    return Digest(status_root_digest(ledger.domain(), issuer_id(iss), value, root.epoch, deadline))


def signers_of(ledger: Ledger, batch: Batch) -> list[tuple[bytes, int]]:
    """Who signed an endorsed batch, the institution's key first, and the role each must have."""
    try:
        signer = recover(digest_to_anchor(ledger, batch), signed_group(batch).signature)
    except SignatureInvalid:  # altered where it was stored: nobody's, so it is asked for anew
        signer = NOBODY
    officers = read_endorsements(batch.endorsements) if batch.endorsements else ()
    return [(signer, ROLES["anchor"]), *((item.signer, ROLES["officer"]) for item in officers)]
