"""Chains for every integration test.

`chain` and `deployed` run a test twice: on the embedded chain, and (slow tier) on anvil; what a test writes is undone
after it. `anvil_url` is the bare node, shared: tests that bring their own client snapshot for themselves.
"""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from chains import Chain, Deployment, chain_at, deploy, embedded_chain, running_anvil

from vanbang.cli import setting_up


@pytest.fixture(scope="session", autouse=True)
def quick_looks() -> Iterator[None]:
    """Commands that run in the tests' own process look at their chain, which nobody else asks, in quick succession."""
    with patch.object(setting_up, "MOMENT", 0.02):
        yield


@pytest.fixture(scope="session")
def anvil_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real node with the newest rules; its log is in the session's temporary folder."""
    with running_anvil(tmp_path_factory.mktemp("anvil") / "anvil.log") as url:
        yield url


@pytest.fixture(scope="session", params=["embedded", pytest.param("anvil", marks=pytest.mark.slow)])
def node(request: pytest.FixtureRequest) -> Iterator[Chain]:
    """The chain as it lives through the session; session fixtures build on it, tests take `chain`."""
    if request.param == "anvil":
        yield chain_at(request.getfixturevalue("anvil_url"))
    else:
        with embedded_chain() as chain:
            yield chain


@pytest.fixture
def chain(node: Chain) -> Iterator[Chain]:
    """`node`, put back after the test to what the session's fixtures had made of it."""
    snapshot = node.rpc("evm_snapshot")
    yield node
    node.rpc("evm_revert", snapshot)


@pytest.fixture(scope="session")
def deployment(node: Chain) -> Deployment:
    return deploy(node)


@pytest.fixture
def deployed(chain: Chain, deployment: Deployment) -> Deployment:
    """An AnchorRegistry with nothing in it, owned by `chain.accounts[0]`."""
    return deployment
