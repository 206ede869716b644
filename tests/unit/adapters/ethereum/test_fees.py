"""What a call may cost, by several endpoints' word and the chain's profile."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.abi import REFUSALS, error_text
from vanbang.adapters.ethereum.fees import ENVELOPE_BYTES, GAS_MARGIN, Refusal, fees, quote, refusal, too_long
from vanbang.adapters.ethereum.json_rpc import RpcFailure, RpcRefused
from vanbang.adapters.ethereum.profiles import shipped_profiles
from vanbang.core.quorum import Failure
from vanbang.ports import Call, CallReverted, LedgerUnsure, Quote

GWEI = 10**9
ETHEREUM, VICTION, POLYGON = (shipped_profiles()[number] for number in (1, 88, 137))
CALL = Call(b"\xa1" * 20, b"\x00" * 100, "anchor 1 batches")


@pytest.mark.parametrize(("base", "price"), [(10 * GWEI, 2**53), (0, 0), (None, 10**15), (2**53, 1)])
def test_one_liar_of_three_sets_no_price(base: int | None, price: int) -> None:
    """The median of base fee and price is an honest endpoint's."""
    bases, prices = [10 * GWEI, base, 10 * GWEI], [12 * GWEI, price, 12 * GWEI]
    assert fees(ETHEREUM, bases, prices) == fees(ETHEREUM, [10 * GWEI], [12 * GWEI]) == (22 * GWEI, 2 * GWEI)


def test_the_profile_says_the_least_price() -> None:
    """A legacy chain's price is the node's, or the profile's least; a tip is at least the profile's, and never zero."""
    assert fees(VICTION, [None], [1]) == (250_000_000, None)
    assert fees(VICTION, [None], [GWEI]) == (GWEI, None)
    assert fees(POLYGON, [100 * GWEI], [101 * GWEI]) == (225 * GWEI, 25 * GWEI)
    assert fees(POLYGON, [100 * GWEI], [140 * GWEI]) == (240 * GWEI, 40 * GWEI)
    assert fees(ETHEREUM, [GWEI], [GWEI]) == (2 * GWEI + 1, 1)


def test_a_chain_without_base_fees_gets_legacy_transactions() -> None:
    """A profile with base fees is driven by the gas price where blocks have none; a legacy one always is."""
    assert fees(ETHEREUM, [None, None, GWEI], [GWEI] * 3) == (GWEI, None)
    assert fees(VICTION, [GWEI], [2 * GWEI]) == (2 * GWEI, None)


def test_no_price_empties_the_wallet() -> None:
    """Above the profile's most nothing is signed: it waits; room for a rising base fee is cut off there."""
    for prices, bases in (([2_001 * GWEI], [None]), ([2_001 * GWEI], [2_000 * GWEI])):
        with pytest.raises(LedgerUnsure, match=r"2001\.00 gwei .* 2000\.00"):
            fees(ETHEREUM, bases, prices)
    assert fees(ETHEREUM, [1_500 * GWEI], [1_501 * GWEI]) == (2_000 * GWEI, GWEI)


PRICE = (3 * GWEI, GWEI)


@pytest.mark.parametrize("liar", [1, 2**53, Refusal("no reason given"), Failure("timeout")])
def test_one_liar_of_three_sets_no_gas_limit(liar: int | Refusal | Failure) -> None:
    """The median of the estimates is an honest endpoint's, and one refusal alone counts for nothing."""
    want = Quote(int(100_000 * GAS_MARGIN), *PRICE)
    assert quote(ETHEREUM, CALL, [100_000, liar, 100_000], 2, PRICE) == want


def test_a_quorum_of_refusals_is_a_refusal() -> None:
    """The reason that most endpoints give is told; without a quorum of either kind nothing is known."""
    found = quote(ETHEREUM, CALL, [Refusal("a"), Refusal("b"), Refusal("b")], 2, PRICE)
    assert isinstance(found, CallReverted)
    assert found.reason == "b"
    assert quote(ETHEREUM, CALL, [Refusal("a"), 21_000, Failure("timeout")], 2, PRICE) is None


def test_a_call_that_the_chain_has_no_room_for_is_refused() -> None:
    """More gas or bytes than a transaction may have is told with both numbers; the margin ends at the limit."""
    most = ETHEREUM.max_transaction_gas
    assert quote(ETHEREUM, CALL, [most], 1, PRICE) == Quote(most, *PRICE)
    found = quote(ETHEREUM, CALL, [most + 1], 1, PRICE)
    assert isinstance(found, CallReverted)
    assert f"{most + 1} gas" in found.reason
    assert f"{most} a transaction" in found.reason
    fits = VICTION.max_transaction_bytes - ENVELOPE_BYTES
    assert too_long(VICTION, replace(CALL, data=bytes(fits))) is None
    too = too_long(VICTION, replace(CALL, data=bytes(fits + 1)))
    assert too is not None
    assert "32769 bytes" in too.reason


def test_errors_of_a_simulation() -> None:
    """A revert with data or by number is a refusal; other errors are no answer."""
    selector = keccak(b"AnchorRegistryGroupRefused(uint256,uint8)")[:4]
    data = selector + encode(["uint256", "uint8"], [2, 9])
    assert refusal(RpcRefused("", -32000, "", data)) == Refusal("AnchorRegistryGroupRefused(2, KeyEnded)")
    assert refusal(RpcRefused("", 3, "execution reverted", b"")) == Refusal("no reason given")
    with pytest.raises(RpcRefused):
        refusal(RpcRefused("", -32000, "header not found", b""))
    with pytest.raises(RpcFailure) as caught:
        refusal(RpcRefused("", -32003, "Insufficient funds for gas * price + value", b""))
    assert caught.value.word == "insufficient_funds"


def test_a_refusal_is_told_by_its_name() -> None:
    """The registry's enum is shown as the word in its interface."""
    selector = keccak(b"AnchorRegistryGroupRefused(uint256,uint8)")[:4]
    assert error_text(selector + encode(["uint256", "uint8"], [2, 9])) == "AnchorRegistryGroupRefused(2, KeyEnded)"
    assert len(REFUSALS) == 13


@pytest.mark.parametrize(
    "words",
    [
        "gas required exceeds allowance (84000000) or always failing transaction",
        "gas required exceeds allowance (50000000)",
        "Execution reverted",
        "VM execution error.",
    ],
)
def test_old_nodes_refuse_by_words_alone(words: str) -> None:
    """A node that gives neither a revert's number nor its data refuses all the same: the call waits, not the chain."""
    assert refusal(RpcRefused("eth_estimateGas", -32_000, words, b"")) == Refusal("no reason given")


def test_one_liar_of_two_that_answer_burns_nothing() -> None:
    """While the third is down, a low estimate does not make transactions fail, and a high one refuses none."""
    down, most = Failure("timeout"), ETHEREUM.max_transaction_gas
    for answers in ([21_000, 100_000, down], [down, 100_000, 21_000]):
        assert quote(ETHEREUM, CALL, answers, 2, PRICE) == Quote(int(100_000 * GAS_MARGIN), *PRICE)
    assert quote(ETHEREUM, CALL, [2**53, 100_000, down], 2, PRICE) == Quote(most, *PRICE)
    assert isinstance(quote(ETHEREUM, CALL, [2**53, 2**53, down], 2, PRICE), CallReverted)
