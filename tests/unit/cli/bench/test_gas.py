"""Gas in money."""

import pytest

from vanbang.cli.bench.gas import PEERS, Prices


@pytest.mark.parametrize(
    ("gwei", "coin", "gas", "usd"), [(1.0, 1.0, 10**9, 1.0), (0.25, 0.2, 72_000, 3.6e-6), (0, 5, 9, 0)]
)
def test_gas_is_priced_in_gwei_of_the_chains_coin(gwei: float, coin: float, gas: int, usd: float) -> None:
    """A gwei is a thousand-millionth of a coin."""
    assert Prices(gwei, coin).usd(gas) == pytest.approx(usd)


def test_many_at_once_never_cost_more_each() -> None:
    """The published figures are in order: a slip in copying one of them would likely show."""
    for peer in PEERS:
        figures = [each for each in (peer.one, peer.ten, peer.hundred) if each is not None]
        assert figures == sorted(figures, reverse=True)
