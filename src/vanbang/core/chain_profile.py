"""What is known of a chain: fees, finality, limits, where people look at it (one small file a chain)."""

from dataclasses import dataclass
from typing import Literal

from vanbang.core.trust import Explorer, is_explorer_link

Fees = Literal["legacy", "eip1559"]


@dataclass(frozen=True, slots=True)
class Finality:
    """When a block is final: by a tag of the node's, `depth` blocks below the newest, or by what a method answers.

    Exactly one of the three is given; `percent` is the least that `eth_getBlockFinalityByNumber` must answer.
    """

    tag: str | None = None
    depth: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """A chain as the service drives it. Prices in wei for a unit of gas; `block_seconds` is the usual time of a block.

    `fees` eip1559: the gas price of a block without base fee is offered as on a legacy chain. `min_priority_fee`: the
    least tip that is taken. `max_pending`: transactions of one sender that may be under way at once. `bump_after`:
    blocks without inclusion after which a transaction is offered again for more. `verifier_depth`: what verifiers take
    for final where a tag is not to be had; None: the tag `finalized`. `explorer`: addresses with `{}` for what is
    looked at.
    """

    chain_id: int
    name: str
    currency: str
    fees: Fees
    finality: Finality
    block_seconds: float
    min_gas_price: int
    max_gas_price: int
    max_pending: int
    max_transaction_bytes: int
    max_transaction_gas: int
    bump_after: int
    state_proofs: bool
    explorer_transaction: str = ""
    explorer_address: str = ""
    explorer_block: str = ""
    min_priority_fee: int = 0
    verifier_depth: int | None = None

    @property
    def explorer(self) -> Explorer | None:
        """Where a page may send its readers to look for themselves; None where the profile knows no https address."""
        links = (self.explorer_address, self.explorer_block)
        return Explorer(*links) if all(is_explorer_link(link) for link in links) else None
