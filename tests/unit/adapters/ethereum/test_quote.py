"""What a call may cost, by several endpoints' word."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.abi import REFUSALS, error_text
from vanbang.adapters.ethereum.ledger import GAS_MARGIN, MAX_GAS_PRICE, MIN_GAS_PRICE, _Estimate, _quote
from vanbang.ports import LedgerUnsure

GWEI = 10**9
HONEST = _Estimate(100_000, 10 * GWEI, 12 * GWEI)


@pytest.mark.parametrize(
    "liar",
    [_Estimate(30_000_000, 10 * GWEI, 2**53), _Estimate(1, 0, 0), _Estimate(100_000, None, 10**15)],
)
def test_one_liar_of_three_sets_no_price(liar: _Estimate) -> None:
    """The median of gas, base fee and price is an honest endpoint's."""
    quote = _quote([HONEST, liar, HONEST])
    assert quote == _quote([HONEST] * 3)
    assert (quote.gas, quote.max_fee, quote.priority_fee) == (int(100_000 * GAS_MARGIN), 22 * GWEI, 2 * GWEI)


def test_a_chain_without_base_fees_has_a_gas_price() -> None:
    """Legacy transactions, at the chain's least price at least."""
    quote = _quote([_Estimate(21_000, None, 1)])
    assert (quote.max_fee, quote.priority_fee) == (MIN_GAS_PRICE, None)


def test_no_price_empties_the_wallet() -> None:
    """Above the brake nothing is signed: it waits."""
    with pytest.raises(LedgerUnsure, match="gwei"):
        _quote([_Estimate(21_000, None, MAX_GAS_PRICE + 1)])


def test_a_refusal_is_told_by_its_name() -> None:
    """The registry's enum is shown as the word in its interface."""
    selector = keccak(b"AnchorRegistryGroupRefused(uint256,uint8)")[:4]
    assert error_text(selector + encode(["uint256", "uint8"], [2, 9])) == "AnchorRegistryGroupRefused(2, KeyEnded)"
    assert len(REFUSALS) == 13
