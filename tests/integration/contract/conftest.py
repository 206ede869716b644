from collections.abc import Iterator

import pytest
from chains import Chain, Deployment, chain_at, deploy
from stage import Stage, set_up


@pytest.fixture(scope="session")
def base_stage(deployment: Deployment) -> Stage:
    return set_up(deployment)


@pytest.fixture
def stage(base_stage: Stage, chain: Chain) -> Stage:
    """The cast of stage.py on a fresh copy of the chain."""
    return base_stage


@pytest.fixture
def anvil_stage(anvil_url: str) -> Iterator[Stage]:
    """The same on anvil alone, for what only a real node can be asked."""
    chain = chain_at(anvil_url)
    snapshot = chain.rpc("evm_snapshot")
    yield set_up(deploy(chain))
    chain.rpc("evm_revert", snapshot)
