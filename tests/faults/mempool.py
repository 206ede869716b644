"""F24 to F27: what becomes of transactions that wait to be mined."""

from faults.behind import forget, mine_at_price, send_as
from faults.fault import Fault
from faults.town import Town
from vanbang.ports import Transaction


def some_wait(here: Town, count: int = 2) -> list[Transaction]:
    """Transactions that were sent and are not mined, for no block comes; by nonce."""
    here.mining.clear()
    here.work()
    here.hand_in_everywhere()

    def sent() -> list[Transaction]:
        return [each for each in here.store().open_transactions() if each.state == "BROADCAST"]

    here.until(lambda: len(sent()) >= count, f"{count} transactions sent")
    return sorted(sent(), key=lambda each: each.nonce)


def nonce_gap(here: Town) -> None:
    """The node forgets the first of them: those behind it cannot be mined before it."""
    first, *_ = some_wait(here)
    forget(here, first)
    here.mining.set()


def dropped(here: Town) -> None:
    """The node forgets all of them."""
    some_wait(here)
    here.chain.rpc("anvil_dropAllTransactions")
    here.mining.set()


def stuck_fee(here: Town) -> None:
    """Blocks come and cost more than was offered, until more is offered under the same nonce."""
    first, *_ = some_wait(here)
    offered = first.attempts[-1].max_fee

    def now_offered() -> int:
        return max(attempt.max_fee for attempt in here.store().transaction(first.id).attempts)

    mine_at_price(here, offered * 5 // 4, now_offered)
    here.mining.set()


def used_elsewhere(here: Town) -> None:
    """Somebody else who holds the relayer's key uses a nonce of ours."""
    first, *_ = some_wait(here)
    forget(here, first)
    send_as(here, first.sender, nonce=first.nonce)
    here.mining.set()
    here.until(lambda: here.store().transaction(first.id).state == "REPLACED", "the transaction replaced")
    assert any(incident.kind == "nonce_used_elsewhere" for incident in here.store().incidents())


FAULTS = [
    Fault(24, "a transaction before ours is lost: a gap in the nonces", "it is sent again", {"plain": nonce_gap}),
    Fault(
        25,
        "blocks cost more than was offered",
        "more is offered, within the cap, under the same nonce; one is mined",
        {"plain": stuck_fee},
    ),
    Fault(
        26,
        "our nonce is used by somebody else",
        "an incident; the call goes out under another nonce",
        {"plain": used_elsewhere},
    ),
    Fault(27, "the node forgets our transactions", "the same bytes are sent again", {"plain": dropped}),
]
