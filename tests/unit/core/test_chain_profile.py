"""Where a chain's profile sends readers to look for themselves."""

from dataclasses import replace

import pytest

from vanbang.core.chain_profile import ChainProfile, Finality
from vanbang.core.trust import Explorer

PROFILE = ChainProfile(
    chain_id=88,
    name="Viction",
    currency="VIC",
    fees="legacy",
    finality=Finality(depth=60),
    block_seconds=2.0,
    min_gas_price=1,
    max_gas_price=2,
    max_pending=16,
    max_transaction_bytes=100_000,
    max_transaction_gas=10_000_000,
    bump_after=30,
    state_proofs=False,
    explorer_address="https://explorer.example/address/{}",
    explorer_block="https://explorer.example/block/{}",
)


def test_both_addresses_are_offered() -> None:
    """A profile with https addresses for contracts and blocks has an explorer."""
    assert PROFILE.explorer == Explorer("https://explorer.example/address/{}", "https://explorer.example/block/{}")


@pytest.mark.parametrize("address", ["", "http://explorer.example/block/{}", "https://explorer.example/block/"])
def test_no_half_explorer(address: str) -> None:
    """Without a good address for each there is none."""
    assert replace(PROFILE, explorer_block=address).explorer is None
