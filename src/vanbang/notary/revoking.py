"""Revoking a whole batch, by a STATUS key's signature: its diplomas count for nothing from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vanbang.core.batch import AnchorKey, anchor_key
from vanbang.core.eip712 import recover, revocation_digest
from vanbang.core.errors import FormatError, SignatureInvalid
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_STATUS
from vanbang.notary.acting_keys import CLOCK_SLACK, NoGoodKey, acting_key
from vanbang.notary.endorsing import sign
from vanbang.notary.governing import Office
from vanbang.notary.registering import finish_open, send
from vanbang.notary.seats import relayer_of
from vanbang.notary.typed_data import revocation_document
from vanbang.ports import Batch, Institution, Order, Transaction

LIFE: Final = 86_400
"""Seconds for which a signature over a revocation may be used: it is sent at once, or after a walk to the signer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A revocation that waits for a signature made elsewhere, as an EIP-712 document."""

    typed_data: Mapping[str, Any]
    deadline: int


def revoke_batch(
    office: Office, institution: Institution, batch_id: str, now: int, signed: tuple[int, bytes] | None = None
) -> Transaction | Wanted | None:
    """Revokes every batch with this one's root; None if it is revoked already, Wanted if the key is elsewhere.

    `signed` is the deadline and signature of what was Wanted before. Raises FormatError, SignatureInvalid.
    """
    key = _anchored(office, institution, batch_id)
    finish_open(office.store, office.ledger, relayer_of(office.keys).address, office.wait)
    if office.ledger.dossiers([key], office.ledger.horizon().latest)[0].revoked():
        return None
    issuer = issuer_id(institution.iss)
    deadline, signature = signed or (now + LIFE, _ours(office, institution, key, now + LIFE, now))
    if signature is None:
        return Wanted(revocation_document(office.ledger.registry, issuer, key.root, deadline), deadline)
    signer = recover(revocation_digest(office.ledger.domain(), issuer, key.root, deadline), signature)
    if not office.ledger.key(issuer, signer).may_act(ROLE_STATUS, now, CLOCK_SLACK):
        raise SignatureInvalid("the registry does not know who signed this as a good status key of the institution")
    arguments = (issuer, key.root, deadline, signature)
    order = Order("revokeBatchBySignature", arguments, f"{institution.code}: revoke a batch")
    # Anybody may send it: the relayer pays.
    call = office.ledger.order_call(order)
    done = send(office.store, office.ledger, relayer_of(office.keys), call, office.wait)
    office.store.note("registry.revokeBatch", batch_id, {"transaction": done.id})
    return done


def _anchored(office: Office, institution: Institution, batch_id: str) -> AnchorKey:
    batch: Batch | None = office.store.batch(batch_id)
    if batch is None or batch.iss != institution.iss:
        raise FormatError("--batch", f"{institution.code} has no such batch: see `vanbang anchors list`")
    if batch.manifest is None:
        raise FormatError("--batch", f"this batch is {batch.state}: nothing of it is in the registry")
    return anchor_key(batch.manifest)


def _ours(office: Office, institution: Institution, key: AnchorKey, deadline: int, now: int) -> bytes | None:
    try:
        signer = acting_key(office.ledger.key, office.keys, institution, "status", now)
    except NoGoodKey:
        return None
    return sign(signer, revocation_digest(office.ledger.domain(), issuer_id(institution.iss), key.root, deadline))
