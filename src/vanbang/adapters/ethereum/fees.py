"""What a call may cost, by several endpoints' word: medians, within what the chain's profile allows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_high, median_low
from typing import Final

from vanbang.adapters.ethereum.abi import error_text
from vanbang.adapters.ethereum.json_rpc import RpcFailure, RpcRefused
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.quorum import Failure
from vanbang.ports import Call, CallReverted, LedgerUnsure, Quote

GAS_MARGIN = 1.2
"""More than estimated: another statement in the same block may turn a warm slot into a cold one."""
ENVELOPE_BYTES = 250
"""More than the fields of a transaction other than its data take, with the signature."""
REVERTED = 3
"""The number of a revert in JSON-RPC, where nodes have one."""
FAILS: Final = ("revert", "always failing", "exceeds allowance", "out of gas", "invalid opcode", "vm execution error")
"""By these words nodes that give neither a revert's number nor its data say that a call fails; go-ethereum of before
2020, and Viction with it: "gas required exceeds allowance or always failing transaction"."""
GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Refusal:
    """One endpoint's word that a call reverts, and why."""

    reason: str


def refusal(refused: RpcRefused) -> Refusal:
    """An error answer to a simulation as the contract's reason.

    Raises RpcFailure if it is another kind of error; that the account has too little is told by its own word, for nodes
    agree on the text (go-ethereum's `ErrInsufficientFunds`) and not on the number.
    """
    if refused.data:
        return Refusal(error_text(refused.data))
    if refused.number == REVERTED:
        return Refusal("no reason given")
    if "insufficient funds" in refused.text.lower():
        raise RpcFailure("insufficient_funds") from refused
    if any(words in refused.text.lower() for words in FAILS):
        return Refusal("no reason given")
    raise refused


def fees(chain: ChainProfile, bases: Sequence[int | None], prices: Sequence[int]) -> tuple[int, int | None]:
    """Most fee and tip for a unit of gas, wei; tip None for a legacy transaction.

    The median of each number: fewer liars than honest endpoints make a call neither dear nor too cheap. Raises
    LedgerUnsure if the chain asks for more than `max_gas_price`.
    """
    price = max(median_low(prices), chain.min_gas_price)
    known = [base for base in bases if base is not None]
    if chain.fees == "legacy" or 2 * len(known) <= len(bases):
        return _affordable(chain, price), None
    base = median_low(known)
    tip = max(price - base, chain.min_priority_fee, 1)
    least = _affordable(chain, base + tip)
    return max(least, min(2 * base + tip, chain.max_gas_price)), tip


def _affordable(chain: ChainProfile, price: int) -> int:
    if price > chain.max_gas_price:
        raise LedgerUnsure(
            f"the chain asks {price / GWEI:.2f} gwei for a unit of gas, more than the {chain.max_gas_price / GWEI:.2f} "
            f"that the profile of {chain.name} allows"
        )
    return price


def too_long(chain: ChainProfile, call: Call) -> CallReverted | None:
    """Why the chain's nodes would not take a call, if its transaction has too many bytes."""
    length = len(call.data) + ENVELOPE_BYTES
    if length <= chain.max_transaction_bytes:
        return None
    return CallReverted(
        f"'{call.purpose}' takes {length} bytes; {chain.name} takes at most {chain.max_transaction_bytes} a transaction"
    )


def quote(
    chain: ChainProfile,
    call: Call,
    answers: Sequence[int | Refusal | Failure],
    quorum: int,
    price: tuple[int, int | None],
) -> Quote | CallReverted | None:
    """What a call costs by the endpoints' estimates of its gas; None if too few simulate it.

    The higher of two: too low a limit is paid for and fails, again and again; what is not used of a high one is not
    paid. So a high one by fewer than `quorum` refuses nothing either.
    """
    refusals = Counter(answer.reason for answer in answers if isinstance(answer, Refusal))
    if refusals.total() >= quorum:
        return CallReverted(refusals.most_common(1)[0][0])
    estimates = [answer for answer in answers if isinstance(answer, int)]
    if len(estimates) < quorum:
        return None
    gas, most = median_high(estimates), chain.max_transaction_gas
    if sum(estimate > most for estimate in estimates) >= quorum:
        return CallReverted(f"'{call.purpose}' takes {gas} gas; {chain.name} takes at most {most} a transaction")
    return Quote(min(int(gas * GAS_MARGIN), most), *price)
