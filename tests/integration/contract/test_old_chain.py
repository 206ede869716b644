"""The same bytecode under Istanbul's rules, with the only transactions such chains know."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from chains import Chain, chain_at, deploy, running_anvil
from stage import SCHOOL, Refusal, Stage, Validity, digest, entry, set_up
from web3.exceptions import Web3RPCError

from vanbang.adapters.ethereum import contract

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def old_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    log = tmp_path_factory.mktemp("istanbul") / "anvil.log"
    with running_anvil(log, "--hardfork", "istanbul") as url:
        yield chain_at(url, legacy=True)


def test_the_registry_lives_on_an_old_chain(old_chain: Chain) -> None:
    """Deployed and driven by legacy transactions: registration, anchor, refusal, inclusion, revocation, status."""
    stage: Stage = set_up(deploy(old_chain))
    assert bytes(old_chain.w3.eth.get_code(stage.deployment.address)) == contract.runtime_code()
    stage.anchor(stage.group(entry("a"), entry("b")))
    assert stage.is_valid(entry("a")) == Validity.VALID
    assert stage.anchor_refusal(stage.group(entry("c"), key=stage.stranger)) == ("GroupRefused", 0, Refusal.UNKNOWN_KEY)
    verdict = stage.read("verifyInclusion", SCHOOL, *entry("a", 100), digest("payload"), 0, [digest("x")] * 7)
    assert verdict == Validity.NOT_INCLUDED
    stage.send(stage.relayer, "revokeBatchBySignature", *stage.revocation(entry("a").root))
    assert stage.is_valid(entry("a")) == Validity.BATCH_REVOKED
    stage.send(stage.relayer, "setStatusRootBySignature", *stage.status(digest("list"), 1))
    assert stage.read("statusOf", SCHOOL).epoch == 1


def test_the_chain_is_really_old(old_chain: Chain) -> None:
    """No base fee, and a fee-market transaction is turned away: the run above has shown something."""
    assert "baseFeePerGas" not in old_chain.w3.eth.get_block("latest")
    with pytest.raises((Web3RPCError, ValueError)):
        replace(old_chain, legacy=False).send(old_chain.accounts[0], old_chain.accounts[1].address, b"")
