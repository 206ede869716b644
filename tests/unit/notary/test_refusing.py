"""Refusals of the registry in words."""

import pytest

from vanbang.adapters.ethereum.abi import REFUSALS as OF_THE_CONTRACT
from vanbang.adapters.ethereum.contract import abi
from vanbang.notary.progress import OTHER_TROUBLE, trouble_said
from vanbang.notary.refusing import ERRORS, OTHER, REFUSALS, refusal_said
from vanbang.ports import CallReverted, Trouble

NAMES = {entry["name"].removeprefix("AnchorRegistry") for entry in abi() if entry["type"] == "error"}


def test_every_refusal_and_error_of_the_contract_has_its_words() -> None:
    """Nothing that the compiled contract can say is left without a sentence, and no sentence is about nothing."""
    assert set(REFUSALS) == set(OF_THE_CONTRACT) - {"None"}
    assert set(ERRORS) == NAMES - {"GroupRefused", "Refused"}
    said = [*REFUSALS.values(), *ERRORS.values()]
    assert all(vietnamese and english and vietnamese != english for vietnamese, english in said)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("AnchorRegistryGroupRefused(3, KeyEnded)", REFUSALS["KeyEnded"]),
        ("AnchorRegistryRefused(Expired)", REFUSALS["Expired"]),
        (str(CallReverted("AnchorRegistryGroupRefused(0, IssuerIsVoid)")), REFUSALS["IssuerIsVoid"]),
        ("AnchorRegistryTooEarly(5, 9)", ERRORS["TooEarly"]),
        ("AnchorRegistryNotOwner(0xabc)", ERRORS["NotOwner"]),
        ("AnchorRegistryGroupRefused(0, 99)", OTHER),
        ("AnchorRegistryOfAnotherKind()", OTHER),
        ("0x1234", OTHER),
    ],
)
def test_a_refusal_is_told_by_its_name(reason: str, said: tuple[str, str]) -> None:
    """The error's name, and a Refusal among its arguments, choose the sentence; what is unknown has one as well."""
    assert refusal_said(reason) == said


def test_a_trouble_is_told_by_the_refusal_in_it() -> None:
    """Who waits reads why the registry refuses; other troubles are told by their code."""
    refused = Trouble("call_reverted", str(CallReverted("AnchorRegistryGroupRefused(0, IssuerNotActive)")), 1)
    assert trouble_said(refused) == REFUSALS["IssuerNotActive"]
    assert trouble_said(Trouble("nobody_knows", "", 1)) == OTHER_TROUBLE
