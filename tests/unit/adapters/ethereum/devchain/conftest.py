"""A chain in memory, and the tiny contract on it."""

from collections.abc import Iterator

import pytest
from devchain_asking import ALICE, Ask, asker, init_code

from vanbang.adapters.ethereum.devchain import DevChain


@pytest.fixture
def chain() -> Iterator[DevChain]:
    with DevChain(heartbeat=None) as running:
        yield running


@pytest.fixture
def ask(chain: DevChain) -> Ask:
    return asker(chain)


@pytest.fixture
def contract(ask: Ask) -> str:
    """Address of the tiny contract, deployed in block 1."""
    sent = ask("eth_sendTransaction", {"from": ALICE, "data": init_code()})
    return ask("eth_getTransactionReceipt", sent)["contractAddress"]
