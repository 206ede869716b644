"""The anchoring engine: a reconciler, not a queue.

It looks at what is not final, looks at the chain, takes one safe step for each, and commits. Killing it anywhere and
running it again changes nothing: every step begins by asking the chain what is there already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vanbang.core.batch import anchor_key
from vanbang.core.eip712 import recover
from vanbang.core.encoding import digest_of
from vanbang.core.endorsement import read_endorsements
from vanbang.core.errors import SignatureInvalid, VanbangError
from vanbang.core.payload import issuer_id
from vanbang.notary.acting_keys import CLOCK_SLACK, ROLES, NoGoodKey
from vanbang.notary.endorsing import SIGNATURE_LIFE, digest_to_anchor, signed_group
from vanbang.notary.progress import status_is_final
from vanbang.notary.sending import advance_all, prepare
from vanbang.notary.signing import Signatures, root_digest
from vanbang.ports import (
    SETTLED,
    Batch,
    CallReverted,
    Conflict,
    EmptyWallet,
    Institution,
    KeyStore,
    Ledger,
    Store,
    StoredRoot,
)

GROUPS_IN_A_TRANSACTION = 20
"""20 groups take about 800,000 gas and 9 KB: far below Viction's 32 KB for a transaction."""


TROUBLES = (CallReverted, Conflict, EmptyWallet, NoGoodKey, SignatureInvalid)
"""What stops one institution and leaves the others alone."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step leaves: how many things are still on their way, and by `iss` what stops an institution."""

    waiting: int
    troubles: Mapping[str, VanbangError]


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Drives status roots, anchors and transactions towards final. `keys` holds the relayer's and STATUS keys."""

    store: Store
    ledger: Ledger
    keys: KeyStore

    def step(self, now: int) -> Progress:
        """One safe step for everything. Raises LedgerUnsure; what stops one institution does not stop the others."""
        waiting = advance_all(self.store, self.ledger)
        troubles: dict[str, VanbangError] = {}
        for institution in self.store.institutions():
            try:
                waiting += self._status_roots(institution, now)
            except TROUBLES as error:
                troubles[institution.iss] = error
        self._settle_anchors()
        waiting += self._anchor(now, troubles)
        return Progress(waiting, troubles)

    def _status_roots(self, institution: Institution, now: int) -> int:
        """Sends the oldest root that is not final; the next epoch waits for it."""
        for root in self.store.status_roots(institution.iss):
            if root.state != "FINAL" and not self._settle_root(institution, root):
                if root.state == "WAITING" and not self._is_newest(institution, root):
                    self._send_root(institution, root, now)
                return 1
        return 0

    def _settle_root(self, institution: Institution, root: StoredRoot) -> bool:
        """Whether the chain has this root for good; a transaction that ended without it makes the root wait again."""
        on_chain = self.ledger.status(issuer_id(institution.iss), final=True)
        if on_chain.epoch == root.epoch and on_chain.root == digest_of(root.manifest):
            self.store.settle_status_root(institution.iss, root.epoch, "FINAL", root.transaction)
            return True
        if on_chain.epoch >= root.epoch:
            raise Conflict(
                f"the chain has another status root for epoch {root.epoch} of {institution.iss}: "
                "somebody else holds its STATUS key, or this database is older than the chain"
            )
        if root.transaction is not None and self.store.transaction(root.transaction).state in SETTLED:
            self.store.settle_status_root(institution.iss, root.epoch, "WAITING", None)
        return False

    def _is_newest(self, institution: Institution, root: StoredRoot) -> bool:
        """Whether the root's epoch was set, though not for good yet: the registry would refuse it again."""
        return self.ledger.status(issuer_id(institution.iss), final=False).epoch >= root.epoch

    def _send_root(self, institution: Institution, root: StoredRoot, now: int) -> None:
        if root.deadline is None or root.deadline <= now:
            deadline = now + SIGNATURE_LIFE
            try:
                self.store.set_root_deadline(institution.iss, root.epoch, deadline)
            except Conflict:
                return  # another engine has sent it meanwhile: the next step sees that
            root = replace(root, deadline=deadline)
        deadline = root.deadline or 0
        digest = root_digest(self.ledger, institution.iss, root, deadline)
        signature = Signatures(self.store, self.ledger, self.keys, institution, now).over("status", digest)
        if signature is None:
            return  # it is among the signing requests, and waits for the institution
        issuer, value = issuer_id(institution.iss), digest_of(root.manifest)
        call = self.ledger.status_root_call(issuer, value, root.epoch, deadline, signature)
        sent = prepare(self.store, self.ledger, self.keys.signer("relayer"), call)
        # A crash here leaves the transaction unlinked: it is sent all the same, and _settle_root finds the root.
        self.store.settle_status_root(institution.iss, root.epoch, "SENT", sent.id)

    def _settle_anchors(self) -> None:
        for batch in self.store.batches("ANCHORING"):
            sent = self.store.transaction(batch.transaction) if batch.transaction is not None else None
            if sent and sent.state not in SETTLED:
                continue  # its receipt is part of the record: it is stored before the batch is called final
            dossier = self.ledger.dossier(anchor_key(_manifest(batch)), final=True)
            if dossier.has_good_anchor():
                if status_is_final(self.store, batch):  # somebody may relay an anchor before its status root is set
                    self.store.mark([batch.id], "FINAL", batch.transaction, dossier.anchor.block)
            else:  # failed, reorganised away after it was final, or relayed by others and not final yet
                self.store.mark([batch.id], "ENDORSED", None)

    def _anchor(self, now: int, troubles: dict[str, VanbangError]) -> int:
        """Puts batches that may be anchored into one transaction; gives how many are on their way or waiting."""
        endorsed = self.store.batches("ENDORSED")
        on_their_way = len(self.store.batches("ANCHORING"))
        ready = [batch for batch in endorsed if self._may_anchor(batch, now)][:GROUPS_IN_A_TRANSACTION]
        if ready:
            self._send_anchors(ready, troubles)
        return len(endorsed) + on_their_way

    def _may_anchor(self, batch: Batch, now: int) -> bool:
        """C1: nothing there yet, its status lists are on chain, its signature is still good."""
        if self.ledger.dossier(anchor_key(_manifest(batch)), final=False).has_good_anchor():
            # Somebody relayed our statement, or we did and lost the link: adopt it, and wait until it is final.
            self.store.mark([batch.id], "ANCHORING", batch.transaction)
            return False
        if (batch.deadline or 0) <= now or not self._signers_may_act(batch, now):
            # Back to be endorsed again: the registry looks at no officer's key, and a diploma endorsed with one that
            # has ended by the anchor's time could never be valid.
            self.store.reopen(batch.id)
            return False
        return status_is_final(self.store, batch)

    def _signers_may_act(self, batch: Batch, now: int) -> bool:
        group = signed_group(batch)
        digest = digest_to_anchor(self.ledger, batch)
        signers = [(recover(digest, group.signature), ROLES["anchor"])]
        if batch.endorsements:
            signers += [(item.signer, ROLES["officer"]) for item in read_endorsements(batch.endorsements)]
        return all(
            self.ledger.key(group.issuer_id, address).may_act(role, now, CLOCK_SLACK) for address, role in signers
        )

    def _send_anchors(self, ready: Sequence[Batch], troubles: dict[str, VanbangError]) -> None:
        call = self.ledger.anchor_call([signed_group(batch) for batch in ready])
        try:
            sent = prepare(self.store, self.ledger, self.keys.signer("relayer"), call)
        except TROUBLES as error:
            if len(ready) == 1:
                troubles[ready[0].iss] = error
            else:  # one refused batch must not hold back the others
                for batch in ready:
                    self._send_anchors([batch], troubles)
            return
        # A crash here leaves the transaction unlinked: it is sent all the same, and C1 finds and adopts the anchors.
        self.store.mark([batch.id for batch in ready], "ANCHORING", sent.id)


def _manifest(batch: Batch) -> bytes:
    if batch.manifest is None:
        raise Conflict(f"the batch {batch.id} has no manifest")
    return batch.manifest
