"""The anchoring engine: a reconciler, not a queue.

It looks at what is not final, looks at the chain, takes one safe step for each, and commits. Killing it anywhere and
running it again changes nothing: every step begins by asking the chain what is there already.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import ClassVar

from vanbang.core.batch import anchor_key
from vanbang.core.encoding import digest_of, time_text
from vanbang.core.errors import SignatureInvalid, VanbangError
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key, StatusRoot
from vanbang.notary.acting_keys import CLOCK_SLACK, KeyOf, NoGoodKey, asked_at_once
from vanbang.notary.endorsing import SIGNATURE_LIFE, FilesDamaged, check_published, signed_group
from vanbang.notary.progress import status_is_final
from vanbang.notary.seats import relayer_of, senders
from vanbang.notary.sending import Outbox, follow, is_under_way
from vanbang.notary.signing import Signatures, root_digest, signers_of
from vanbang.notary.status_places import follow_void_root
from vanbang.ports import (
    SETTLED,
    Batch,
    Call,
    CallReverted,
    Conflict,
    EmptyWallet,
    Horizon,
    Incident,
    Institution,
    KeyMissing,
    KeyStore,
    Ledger,
    ObjectStore,
    SpendingLimit,
    Store,
    StoredRoot,
    Transaction,
)

GROUPS_IN_A_TRANSACTION = 20
"""20 groups take about 800,000 gas and 9 KB: far below Viction's 32 KB for a transaction."""
LEAST_LIFE = 3_600
"""Seconds that a signature must still be good for when it is sent: one that ends while it waits for a block fails with
all that are in its transaction."""
NO_BLOCK_FOR = 300
"""Seconds without a block after which a chain that should take our transactions is said to stand still."""
NOT_FINAL_FOR = 3_600
"""Seconds: Ethereum's finality takes 13 to 19 minutes."""


class ChainStandsStill(VanbangError):
    """The chain makes no blocks, or none of them final. Nothing is lost; everything waits."""

    code: ClassVar[str] = "chain_stands_still"


class ClockBehind(VanbangError):
    """The chain's newest block is later than now: this machine's clock is `seconds` slow. The chain's is gone by."""

    code: ClassVar[str] = "clock_behind"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"this machine's clock is {seconds // 60} minutes behind the chain's newest block: set it")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step leaves: how many things are still on their way, and what stops which.

    Subjects are `batch:<id>`, `status:<iss>` and `chain:<chain id>`; `unseen` are those whose turn it was not.
    """

    waiting: int
    troubles: Mapping[str, VanbangError]
    unseen: Set[str] = frozenset()

    def of(self, batch: Batch) -> VanbangError | None:
        """What stops this batch, if anything does."""
        return self.troubles.get(f"batch:{batch.id}") or self.troubles.get(f"status:{batch.iss}")


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Drives status roots, anchors and transactions towards final. `keys` holds the relayer's and STATUS keys."""

    store: Store
    objects: ObjectStore
    ledger: Ledger
    keys: KeyStore
    daily_limit: int | None = None
    """Wei that the relayer may spend in a day."""

    def step(self, now: int) -> Progress:
        """One safe step for everything. Raises LedgerUnsure; what stops one batch or institution stops no other."""
        horizon = self.ledger.horizon()
        # By a slow clock a good key does not act yet, and all that it has signed would be thrown away.
        step = Step(self, horizon, max(now, horizon.latest_time))
        if horizon.latest_time - now > CLOCK_SLACK:
            step.troubles[f"chain:{self.ledger.chain_id}"] = ClockBehind(horizon.latest_time - now)
        return step.take()

    @property
    def outbox(self) -> Outbox:
        """The relayer's."""
        return Outbox(self.store, self.ledger, relayer_of(self.keys), self.daily_limit)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reconciler, with what it finds on the way."""

    work: Reconciler
    horizon: Horizon
    now: int
    troubles: dict[str, VanbangError] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)

    def take(self) -> Progress:
        """First what is under way and what has come of it, then status roots, then anchors, which wait for theirs.

        What cannot be sent, for fees are too high or the relayer's key is out of reach, holds up nothing that was.
        """
        under_way = follow(self.work.store, self.work.ledger, self.horizon, self.now)
        self._look_at_chain(under_way)
        self._follow_void_roots()
        waiting = len(under_way) + len(self.work.store.open_status_roots())
        unsent = self._settle_roots()
        self._settle_anchors()
        self._end_incidents()
        self._unblock(under_way)
        self._send_roots(unsent)
        return Progress(waiting + self._anchor(), self.troubles, self.unseen)

    def _unblock(self, under_way: Sequence[Transaction]) -> None:
        """Whatever waits behind a transaction that is stuck, also one of a command that has ended meanwhile."""
        work = self.work
        old = self.horizon.latest - work.ledger.chain.bump_after
        stuck = {item.sender for item in under_way if item.attempts[-1].block <= old} - {work.outbox.signer.address}
        others = [signer for signer in senders(work.keys) if signer.address in stuck] if stuck else []
        for outbox in (work.outbox, *(Outbox(work.store, work.ledger, signer) for signer in others)):
            error = outbox.unblock(under_way, self.horizon, self.now)
            if error is not None:
                self.troubles.setdefault(f"chain:{work.ledger.chain_id}", error)

    def _look_at_chain(self, under_way: Sequence[Transaction]) -> None:
        silent = self.now - self.horizon.latest_time
        oldest = min((item.prepared_at for item in under_way if item.state == "MINED"), default=self.now)
        # What is said stays the same as long as nothing moves: it is logged and stored when it changes.
        if under_way and silent > NO_BLOCK_FOR:
            text = (
                f"the chain has made no block since {time_text(self.horizon.latest_time)} (the newest is "
                f"{self.horizon.latest}): waiting for it, unless this machine's clock is fast"
            )
        elif self.now - oldest > NOT_FINAL_FOR:
            text = (
                f"a transaction has waited since {time_text(oldest)} to be final: the newest final block is "
                f"{self.horizon.final}"
            )
        else:
            return
        self.troubles[f"chain:{self.work.ledger.chain_id}"] = ChainStandsStill(text)

    def _end_incidents(self) -> None:
        """What is final again is mended."""
        store = self.work.store
        for incident in store.incidents(still_open=True):
            if self._is_mended(incident):
                store.end_incident(incident.kind, incident.iss, incident.subject, self.now)

    def _is_mended(self, incident: Incident) -> bool:
        store = self.work.store
        if incident.kind == "status_root_void":
            later = [root for root in store.status_roots(incident.iss) if root.epoch > int(incident.subject)]
            return any(root.state == "FINAL" for root in later)
        if incident.kind == "status_root_gone":
            roots = {str(root.epoch): root.state for root in store.status_roots(incident.iss)}
            return roots.get(incident.subject) == "FINAL"
        batch = store.batch(incident.subject)
        return batch is not None and batch.state == "FINAL"

    def _follow_void_roots(self) -> None:
        """A status root set by a compromised key counts for nothing: the next epoch says the same by a good one."""
        for incident in self.work.store.incidents(still_open=True):
            if incident.kind == "status_root_void":
                follow_void_root(self.work.store, self.work.objects, incident.iss, int(incident.subject), self.now)

    def _settle_roots(self) -> list[tuple[str, StoredRoot]]:
        """Looks what became of the oldest root of each issuer that is not final; gives those that are to be sent."""
        work = self.work
        waiting = work.store.open_status_roots()
        final = work.ledger.statuses([issuer_id(iss) for iss, _ in waiting], self.horizon.final) if waiting else ()
        unsent = []
        for (iss, root), on_chain in zip(waiting, final, strict=True):
            if on_chain.epoch >= root.epoch:
                self._settle_root(iss, root, on_chain)
            elif root.transaction is not None and work.store.transaction(root.transaction).state in SETTLED:
                work.store.settle_status_root(iss, root.epoch, "WAITING", None)
            elif root.state == "WAITING":
                unsent.append((iss, root))
        return unsent

    def _settle_root(self, iss: str, root: StoredRoot, on_chain: StatusRoot) -> None:
        """An epoch follows the one before: if the newest on chain is ours, those up to it are final."""
        store = self.work.store
        ours = [item for item in store.status_roots(iss) if root.epoch <= item.epoch <= on_chain.epoch]
        if ours[-1].epoch == on_chain.epoch and digest_of(ours[-1].manifest) == on_chain.root:
            for item in ours:
                store.settle_status_root(iss, item.epoch, "FINAL", item.transaction)
            return
        self.troubles[f"status:{iss}"] = Conflict(
            f"the chain has another status root for epoch {root.epoch} of {iss}: "
            "somebody else holds its STATUS key, or this database is older than the chain"
        )

    def _send_roots(self, waiting: Sequence[tuple[str, StoredRoot]]) -> None:
        """As many as may be under way: signing costs money where keys are elsewhere."""
        most = self.work.ledger.chain.max_pending
        for start in range(0, len(waiting), most):
            if self._is_over([f"status:{iss}" for iss, _ in waiting[start:]]):
                return
            self._send_some_roots(waiting[start : start + most])

    def _is_over(self, left: Sequence[str]) -> bool:
        """Whether nothing else can be sent in this step; those that are left are told if it is for want of money."""
        broke = [
            error
            for subject, error in self.troubles.items()
            if isinstance(error, EmptyWallet | SpendingLimit) and not subject.startswith("chain:")
        ]
        if broke:
            self.troubles.update(dict.fromkeys(left, broke[0]))
            return True
        if self.work.outbox.has_room():
            return False
        self.unseen.update(left)
        return True

    def _send_some_roots(self, waiting: Sequence[tuple[str, StoredRoot]]) -> None:
        work = self.work
        newest = work.ledger.statuses([issuer_id(iss) for iss, _ in waiting], self.horizon.latest) if waiting else ()
        # A root whose epoch was set, though not for good yet, would be refused again.
        unset = [item for item, on_chain in zip(waiting, newest, strict=True) if on_chain.epoch < item[1].epoch]
        institutions = {item.iss: item for item in work.store.institutions()} if unset else {}
        key_of = asked_at_once(work.ledger, work.keys, [institutions[iss] for iss, _ in unset], self.horizon.latest)
        signed = [
            (iss, root.epoch, call)
            for iss, root in unset
            if (call := self._root_call(institutions[iss], root, key_of)) is not None
        ]
        outcomes = work.outbox.prepare([call for _, _, call in signed], self.horizon, self.now)
        for (iss, epoch, _), outcome in zip(signed, outcomes, strict=True):
            if isinstance(outcome, VanbangError):
                self.troubles[f"status:{iss}"] = outcome
            elif outcome is not None:
                # A crash before this line leaves the transaction unlinked: it is sent all the same, and the root found.
                work.store.settle_status_root(iss, epoch, "SENT", outcome.id)

    def _root_call(self, institution: Institution, root: StoredRoot, key_of: KeyOf) -> Call | None:
        """The call that sets a root; None: its signature has to be waited for."""
        work, iss = self.work, institution.iss
        if root.deadline is None or root.deadline <= self.now + LEAST_LIFE:
            root = replace(root, deadline=self.now + SIGNATURE_LIFE)
            try:
                work.store.set_root_deadline(iss, root.epoch, root.deadline or 0)
            except Conflict:
                return None  # another engine has sent it meanwhile: the next step sees that
        deadline = root.deadline or 0
        signatures = Signatures(work.store, key_of, work.keys, institution, self.now)
        try:
            signature = signatures.over("status", root_digest(work.ledger, iss, root, deadline))
        except (NoGoodKey, KeyMissing, SignatureInvalid) as error:
            self.troubles[f"status:{iss}"] = error
            return None
        if signature is None:
            return None  # it is among the signing requests, and waits for the institution
        value = digest_of(root.manifest)
        return work.ledger.status_root_call(issuer_id(iss), value, root.epoch, deadline, signature)

    def _settle_anchors(self) -> None:
        store = self.work.store
        sent = [batch for batch in store.batches("ANCHORING") if not is_under_way(store, batch.transaction)]
        keys = [anchor_key(_manifest(batch)) for batch in sent]
        dossiers = self.work.ledger.dossiers(keys, self.horizon.final) if keys else ()
        absent = []
        for batch, dossier in zip(sent, dossiers, strict=True):
            if not dossier.has_good_anchor():
                absent.append(batch)
            elif status_is_final(store, batch):  # somebody may relay an anchor before its status root is set
                store.mark([batch.id], "FINAL", batch.transaction, dossier.anchor.block)
        self._take_back(absent)

    def _take_back(self, absent: Sequence[Batch]) -> None:
        """What failed or was reorganised away is sent again; what others relayed may only not be final yet."""
        keys = [anchor_key(_manifest(batch)) for batch in absent]
        dossiers = self.work.ledger.dossiers(keys, self.horizon.latest) if keys else ()
        gone = [batch.id for batch, dossier in zip(absent, dossiers, strict=True) if not dossier.has_good_anchor()]
        if gone:
            self.work.store.mark(gone, "ENDORSED", None)

    def _anchor(self) -> int:
        """Puts batches that may be anchored into transactions; gives how many are on their way or waiting."""
        store = self.work.store
        endorsed, on_their_way = store.batches("ENDORSED"), len(store.batches("ANCHORING"))
        ready = [batch for batch in self._not_anchored(endorsed) if status_is_final(store, batch)]
        most = self.work.ledger.chain.max_pending * self._groups
        for start in range(0, len(ready), most):
            if self._is_over([f"batch:{batch.id}" for batch in ready[start:]]):
                break  # no files are read, again and again, of what cannot be sent
            self._send_anchors([batch for batch in ready[start : start + most] if self._is_whole(batch)])
        return len(endorsed) + on_their_way

    def _not_anchored(self, endorsed: Sequence[Batch]) -> Iterator[Batch]:
        """C1: what the registry has already is adopted; what it would refuse goes back to be signed anew."""
        keys = [anchor_key(_manifest(batch)) for batch in endorsed]
        dossiers = self.work.ledger.dossiers(keys, self.horizon.latest) if keys else ()
        missing = []
        for batch, dossier in zip(endorsed, dossiers, strict=True):
            if dossier.has_good_anchor():
                # Somebody relayed our statement, or we did and lost the link: wait until it is final.
                self.work.store.mark([batch.id], "ANCHORING", batch.transaction)
            else:
                missing.append(batch)
        known = self._known_signers(missing)
        return (batch for batch in missing if self._may_anchor(batch, known))

    def _known_signers(self, batches: Sequence[Batch]) -> Mapping[tuple[bytes, bytes], Key]:
        ledger = self.work.ledger
        pairs = list({(issuer_id(b.iss), address) for b in batches for address, _ in signers_of(ledger, b)})
        return dict(zip(pairs, ledger.issuer_keys(pairs, self.horizon.latest) if pairs else (), strict=True))

    def _may_anchor(self, batch: Batch, known: Mapping[tuple[bytes, bytes], Key]) -> bool:
        issuer, signers = issuer_id(batch.iss), signers_of(self.work.ledger, batch)
        institution, *officers = (known[issuer, who].may_act(role, self.now, CLOCK_SLACK) for who, role in signers)
        if not all(officers):
            # The registry looks at no officer's key, and a diploma endorsed with one that has ended by the anchor's
            # time could never be valid: everything behind sealing is done anew.
            self.work.store.reopen(batch.id)
        elif not institution or (batch.deadline or 0) <= self.now + LEAST_LIFE:
            self.work.store.renew(batch.id, self.now + SIGNATURE_LIFE)
        else:
            return True
        return False

    def _is_whole(self, batch: Batch) -> bool:
        """Nothing is anchored whose published files do not say what was signed."""
        try:
            check_published(self.work.objects, batch)
        except FilesDamaged as error:
            self.troubles[f"batch:{batch.id}"] = error
            return False
        return True

    def _send_anchors(self, ready: Sequence[Batch], groups: int = GROUPS_IN_A_TRANSACTION) -> None:
        """One transaction for each twenty; what the registry refuses alone is left out."""
        work, groups = self.work, min(groups, self._groups)
        pieces = [ready[i : i + groups] for i in range(0, len(ready), groups)]
        calls = [work.ledger.anchor_call([signed_group(batch) for batch in piece]) for piece in pieces]
        outcomes = work.outbox.prepare(calls, self.horizon, self.now)
        for piece, outcome in zip(pieces, outcomes, strict=True):
            if isinstance(outcome, CallReverted) and len(piece) > 1:
                good = self._not_refused(piece)
                # Those that are refused together only, as for the gas they take, go in halves.
                self._send_anchors(good, len(piece) // 2 if len(good) == len(piece) else groups)
            elif isinstance(outcome, VanbangError):
                self.troubles.update({f"batch:{batch.id}": outcome for batch in piece})
            elif outcome is not None:
                # A crash before this line leaves the transaction unlinked: it is sent all the same, and C1 adopts.
                work.store.mark([batch.id for batch in piece], "ANCHORING", outcome.id)

    def _not_refused(self, piece: Sequence[Batch]) -> list[Batch]:
        """One refused batch must not hold back the others."""
        ledger, sender = self.work.ledger, relayer_of(self.work.keys).address
        quotes = ledger.quotes(sender, [ledger.anchor_call([signed_group(batch)]) for batch in piece])
        refused = {
            batch.id: quote for batch, quote in zip(piece, quotes, strict=True) if isinstance(quote, CallReverted)
        }
        self.troubles.update({f"batch:{batch_id}": quote for batch_id, quote in refused.items()})
        return [batch for batch in piece if batch.id not in refused]

    @property
    def _groups(self) -> int:
        room = self.work.ledger.chain.max_transaction_bytes // 600
        return max(1, min(GROUPS_IN_A_TRANSACTION, room))


def _manifest(batch: Batch) -> bytes:
    if batch.manifest is None:
        raise Conflict(f"the batch {batch.id} has no manifest")
    return batch.manifest
