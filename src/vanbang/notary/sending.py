"""Transactions that are never lost, doubled or misreported: stored before they are sent, followed until final.

Every step may be repeated and may be the last one before a crash: PREPARED means that signed bytes are stored and may
or may not have been sent; BROADCAST that they were sent at least once; MINED that a quorum saw a receipt; FINAL and
FAILED that the receipt lies in a final block; REPLACED that another transaction with the same nonce does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from vanbang.core.errors import VanbangError
from vanbang.ports import (
    SETTLED,
    Attempt,
    Call,
    CallReverted,
    Conflict,
    EmptyWallet,
    Horizon,
    Incident,
    KeyMissing,
    Ledger,
    LedgerUnsure,
    Quote,
    Receipt,
    Signer,
    SpendingLimit,
    Store,
    Transaction,
)

DAY = 86_400
FILLER = "fill a gap in the account's nonces"
GWEI = 10**9

Stopped: TypeAlias = CallReverted | LedgerUnsure | EmptyWallet | SpendingLimit
"""Why a call is not sent; it stops no other."""


def is_under_way(store: Store, transaction: int | None) -> bool:
    """Whether there is one, and not yet settled: its receipt, part of the record, is stored before what it carries is
    called final.
    """
    return transaction is not None and store.transaction(transaction).state not in SETTLED


@dataclass(slots=True)
class Purse:
    """What an account may still spend: its balance less what is under way, and what is left of the day's limit. Wei."""

    account: bytes
    balance: int
    limit: int | None
    spent: int

    def take(self, quote: Quote, call: Call, already: int = 0) -> None:
        """Sets aside what a call may cost at most, `already` of it before. Raises EmptyWallet, SpendingLimit."""
        cost = quote.gas * quote.max_fee + call.value - already
        if cost > self.balance:
            raise EmptyWallet(self.account, cost - self.balance, call.purpose)
        if self.limit is not None and self.spent + cost > self.limit:
            raise SpendingLimit(self.limit, self.spent, call.purpose)
        self.balance -= cost
        self.spent += cost


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends calls of one account of ours, and follows what was sent. `daily_limit` in wei: None is no limit."""

    store: Store
    ledger: Ledger
    signer: Signer
    daily_limit: int | None = None

    def prepare(self, calls: Sequence[Call], horizon: Horizon, now: int) -> Sequence[Transaction | Stopped | None]:
        """Signs calls with the lowest unused nonces and stores them; nothing is sent.

        Gives what became of each; None: too many are under way, or the purse is empty before its turn: ask again later.
        Raises LedgerUnsure, LedgerWrong.
        """
        under_way = self._under_way()
        room = self._room(under_way)
        if room <= 0 or not calls:
            return [None] * len(calls)
        if any(call.target is not None for call in calls):  # what deploys the registry has none to check
            self.ledger.check()
        outcome = self._affordable(calls, room, self._purse(under_way, now))
        stored = iter(self._sign(calls, outcome, horizon, now))
        done = [next(stored) if isinstance(item, Quote) else item for item in outcome]
        return [*done, *[None] * (len(calls) - len(done))]

    def has_room(self) -> bool:
        """Whether the chain's nodes take another transaction now."""
        return self._room(self._under_way()) > 0

    def _room(self, under_way: Sequence[Transaction]) -> int:
        return self.ledger.chain.max_pending - sum(item.receipt is None for item in under_way)

    def _affordable(self, calls: Sequence[Call], room: int, purse: Purse) -> list[Quote | Stopped]:
        """Quotes in order until `room` calls can be sent: what the chain refuses takes nobody's place."""
        found: list[Quote | Stopped] = []
        while room and len(found) < len(calls):
            some = calls[len(found) : len(found) + room]
            quotes = self.ledger.quotes(self.signer.address, some)
            judged = [_afford(purse, quote, call) for quote, call in zip(quotes, some, strict=True)]
            found += judged
            if any(isinstance(item, EmptyWallet | SpendingLimit) for item in judged):
                break
            room -= sum(isinstance(item, Quote) for item in judged)
        return found

    def _sign(self, calls: Sequence[Call], quotes: Sequence[object], horizon: Horizon, now: int) -> list[Transaction]:
        chosen = [(call, quote) for call, quote in zip(calls, quotes, strict=False) if isinstance(quote, Quote)]
        if not chosen:
            return []
        chain, sender = self.ledger.chain_id, self.signer.address
        start = self.ledger.nonce(sender, horizon.latest)
        nonces = self.store.free_nonces(chain, sender, start, len(chosen))
        planned = [
            Transaction(
                0, chain, sender, nonce, call, "PREPARED", (self._attempt(nonce, call, quote, horizon),), None,
                quote.gas, now,
            )
            for nonce, (call, quote) in zip(nonces, chosen, strict=True)
        ]  # fmt: skip
        # A crash behind this line leaves PREPARED rows: whoever comes next sends the identical bytes.
        try:
            return list(self.store.add_transactions(planned))
        except Conflict as error:
            raise LedgerUnsure("another process of ours took this nonce just now: look again") from error

    def _attempt(self, nonce: int, call: Call, quote: Quote, horizon: Horizon) -> Attempt:
        return replace(self.ledger.encode(nonce, call, quote, self.signer), block=horizon.latest)

    def _under_way(self) -> Sequence[Transaction]:
        mine = (self.ledger.chain_id, self.signer.address)
        return [item for item in self.store.open_transactions() if (item.chain_id, item.sender) == mine]

    def _purse(self, under_way: Sequence[Transaction], now: int) -> Purse:
        sender = self.signer.address
        free = self.ledger.balance(sender) - sum(item.cost for item in under_way if item.receipt is None)
        spent = 0 if self.daily_limit is None else self.store.spent_since(self.ledger.chain_id, sender, now - DAY)
        return Purse(sender, free, self.daily_limit, spent)

    def follow(self, horizon: Horizon, now: int) -> Sequence[Transaction]:
        """One safe step with everything under way, of any account of ours; gives what is not settled then.

        Only transactions of this account are offered for more money. Raises LedgerUnsure when nothing can be asked.
        """
        left = follow(self.store, self.ledger, horizon, now)
        self.unblock(left, horizon, now)
        return left

    def unblock(self, under_way: Sequence[Transaction], horizon: Horizon, now: int) -> VanbangError | None:
        """The transaction that all others wait for: nothing may be missing before it, nor may it be too cheap.

        Gives what stops that, if anything does; everything stays as it is then.
        """
        mine = [item for item in under_way if item.sender == self.signer.address and item.state == "BROADCAST"]
        try:
            if mine:
                self._unblock(mine[0], horizon, now)
        except (LedgerUnsure, CallReverted, EmptyWallet, SpendingLimit, KeyMissing) as error:
            return error
        return None

    def _unblock(self, first: Transaction, horizon: Horizon, now: int) -> None:
        expected = self.ledger.nonce(self.signer.address, horizon.latest)
        if first.nonce > expected:
            if self.store.free_nonces(self.ledger.chain_id, self.signer.address, expected, 1)[0] < first.nonce:
                self._fill(horizon, now)
        elif first.nonce == expected and horizon.latest - first.attempts[-1].block >= self.ledger.chain.bump_after:
            self._bump(first, horizon, now)

    def _fill(self, horizon: Horizon, now: int) -> None:
        """A transaction with this nonce was lost together with its row, or was another's and is gone."""
        call, quote = self._nothing()
        self._purse(self._under_way(), now).take(quote, call)
        self._sign([call], [quote], horizon, now)

    def _bump(self, stuck: Transaction, horizon: Horizon, now: int) -> None:
        """The same nonce and call for an eighth more, or for what the chain asks now, up to the chain's most."""
        _, now_asked = self._nothing()
        most = self.ledger.chain.max_gas_price
        quote = bumped(stuck, now_asked, most)
        if quote is None:
            raise LedgerUnsure(
                f"no block takes '{stuck.call.purpose}', and the chain's profile allows at most {most / GWEI:.2f} gwei "
                "for a unit of gas"
            )
        self._purse(self._under_way(), now).take(quote, stuck.call, stuck.cost)
        attempt = self._attempt(stuck.nonce, stuck.call, quote, horizon)
        # A crash behind this line leaves an attempt that was never sent: it is polled with the others, and sent next.
        stored = self.store.add_attempt(stuck, attempt)
        self.ledger.send([stored.attempts[-1].raw])

    def _nothing(self) -> tuple[Call, Quote]:
        """A transfer of nothing to ourselves, and what it costs now."""
        call = Call(self.signer.address, b"", FILLER)
        (quote,) = self.ledger.quotes(self.signer.address, [call])
        if not isinstance(quote, Quote):
            raise quote
        return call, quote


def _afford(purse: Purse, quote: Quote | CallReverted | LedgerUnsure, call: Call) -> Quote | Stopped:
    if not isinstance(quote, Quote):
        return quote
    try:
        purse.take(quote, call)
    except (EmptyWallet, SpendingLimit) as error:
        return error
    return quote


def bumped(stuck: Transaction, asked: Quote, most: int) -> Quote | None:
    """What to offer for a transaction that nobody includes: nodes take a replacement for at least a tenth more.

    None if that would be more than `most` wei for a unit of gas.
    """
    last = stuck.attempts[-1]
    max_fee = max(_eighth_more(last.max_fee), asked.max_fee)
    if max_fee > most:
        return None
    tip = None if last.priority_fee is None else max(_eighth_more(last.priority_fee), asked.priority_fee or 0)
    return Quote(stuck.gas, max_fee, None if tip is None else min(tip, max_fee))


def _eighth_more(price: int) -> int:
    return -(-price * 9 // 8)


def follow(store: Store, ledger: Ledger, horizon: Horizon, now: int) -> Sequence[Transaction]:
    """Looks where each open transaction is, and sends again what is nowhere; gives what is not settled then.

    `horizon` was asked before: a receipt seen later, below its final block, cannot be reorganised away any more.
    """
    under_way = [item for item in store.open_transactions() if item.chain_id == ledger.chain_id]
    hashes = [attempt.hash for item in under_way for attempt in item.attempts]
    answers = dict(zip(hashes, ledger.receipts(hashes) if hashes else [], strict=True))
    left, nowhere = [], []
    for item in under_way:
        found = [answers[attempt.hash] for attempt in item.attempts]
        receipt = next((answer for answer in found if isinstance(answer, Receipt)), None)
        if receipt is not None:
            left.append(_settle(store, item, _state(receipt, horizon), receipt))
        elif any(isinstance(answer, LedgerUnsure) for answer in found):
            left.append(item)  # one attempt that cannot be judged leaves the whole question open
        else:
            nowhere.append(item)
    left += _send_again(store, ledger, nowhere, horizon, now)
    return sorted((item for item in left if item.state not in SETTLED), key=lambda item: (item.sender, item.nonce))


def _state(receipt: Receipt, horizon: Horizon) -> str:
    if horizon.final < receipt.block:
        return "MINED"
    return "FINAL" if receipt.succeeded else "FAILED"


def _send_again(
    store: Store, ledger: Ledger, nowhere: Sequence[Transaction], horizon: Horizon, now: int
) -> list[Transaction]:
    done: list[Transaction] = []
    lost: list[Transaction] = []
    for sender, items in groupby(nowhere, key=lambda item: item.sender):
        used, used_for_good = ledger.nonce(sender, horizon.latest), ledger.nonce(sender, horizon.final)
        for item in items:
            if item.nonce < used_for_good:
                done.append(_replaced(store, item, now))
            elif item.nonce < used:
                done.append(item)  # in a block that the endpoints do not all have yet, or another's: wait for finality
            else:
                lost.append(item)
    if lost:
        ledger.send([item.attempts[-1].raw for item in lost])
    # A crash here leaves PREPARED rows of what was sent: sent again, it is the same transaction.
    return done + [_settle(store, item, "BROADCAST", None) for item in lost]


def _replaced(store: Store, item: Transaction, now: int) -> Transaction:
    text = (
        f"the account 0x{item.sender.hex()} has used nonce {item.nonce} for something else: "
        "another program holds its key, or this database is older than the chain"
    )
    subject = f"0x{item.sender.hex()}:{item.nonce}"
    store.add_incident(Incident("nonce_used_elsewhere", "", subject, text, now, ended_at=now))
    return _settle(store, item, "REPLACED", None)


def _settle(store: Store, item: Transaction, state: str, receipt: Receipt | None) -> Transaction:
    if (item.state, item.receipt) != (state, receipt):
        store.settle(item.id, state, receipt)
    return replace(item, state=state, receipt=receipt)
