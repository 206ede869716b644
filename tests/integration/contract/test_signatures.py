"""EIP-712 as wallets compute it, from the live chain and this very contract."""

from dataclasses import replace

import pytest
from chains import deploy
from eth_account.messages import encode_typed_data
from stage import SCHOOL, Refusal, Stage, entry, set_up, typed_message

pytestmark = pytest.mark.slow

FIELDS = "bytes32 issuerId,bytes32 root,uint64 deadline"


def test_the_domain_separator_is_the_wallets(stage: Stage) -> None:
    """The contract's domain separator equals the one that eth_account computes from the typed message."""
    message = {"issuerId": SCHOOL, "root": SCHOOL, "deadline": 0}
    signable = encode_typed_data(full_message=typed_message(stage.deployment, "RevokeBatch", FIELDS, message))
    assert stage.read("domainSeparator") == signable.header


def test_a_signature_for_another_deployment_is_worthless(stage: Stage) -> None:
    """The same issuer and key in a second registry on the same chain do not share signatures."""
    other = set_up(deploy(stage.chain))
    assert other.read("domainSeparator") != stage.read("domainSeparator")
    foreign = other.group(entry("a"))
    assert stage.anchor_refusal(foreign) == ("GroupRefused", 0, Refusal.UNKNOWN_KEY)
    other.anchor(foreign)


@pytest.mark.slow
def test_a_signature_for_another_chain_is_worthless(anvil_stage: Stage) -> None:
    """After a fork that changes the chain id, what was signed before is refused, and a new signature counts."""
    before = anvil_stage.group(entry("a"))
    old = anvil_stage.chain
    old.rpc("anvil_setChainId", old.chain_id + 1)
    try:
        assert anvil_stage.anchor_refusal(before) == ("GroupRefused", 0, Refusal.UNKNOWN_KEY)
        forked = Stage(replace(anvil_stage.deployment, chain=replace(old)))
        assert forked.chain.chain_id == old.chain_id + 1
        forked.anchor(forked.group(entry("a")))
    finally:
        old.rpc("anvil_setChainId", old.chain_id)
