"""What is told beside what is proven, without a node."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from vanbang.adapters.ethereum.proven_chronicle import ProvenChronicle
from vanbang.adapters.ethereum.registry_state import RegistryState
from vanbang.adapters.ethereum.state_proofs import Header
from vanbang.adapters.ethereum.storage_layout import WordUnknown, variable
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.views import ChainBlock, IssuerView, Revocation, StatusView
from vanbang.core.encoding import Digest
from vanbang.core.registry import Key
from vanbang.ports import LedgerUnsure, LedgerWrong

ONE, TWO = (Digest(bytes([n]) * 32) for n in (1, 2))
HEADER = Header(b"\x0b" * 32, 7, 1_000, bytes(32))


class Words:
    """Proven words, most of them zero."""

    header = HEADER

    def __init__(self) -> None:
        self.stored = {variable("_issuerIds").slot: 1, variable("_issuerIds").entry(0).slot: int.from_bytes(ONE, "big")}

    def read(self, slots: Sequence[int]) -> dict[int, int]:
        return {slot: self.stored.get(slot, 0) for slot in slots}


def chronicle(block: ChainBlock | None = None, **told: Any) -> ProvenChronicle:
    """A proven chronicle over one that answers as told."""
    answers = {name: lambda *_, value=value: value for name, value in told.items()}
    at = block or ChainBlock(HEADER.number, HEADER.hash, HEADER.timestamp)
    return ProvenChronicle(SimpleNamespace(block=lambda: at, **answers), Words())  # type: ignore[arg-type]


def test_a_registry_with_nothing_in_it() -> None:
    """Where all words are zero, everything is absent, in the same form as the views have it."""
    state = RegistryState(lambda slots: dict.fromkeys(slots, 0))
    assert (state.issuer_count(), state.issuers(0, 9)) == (0, [])
    assert state.issuer_views([ONE]) == [IssuerView()]
    assert state.names([ONE, TWO]) == [[], []]
    assert state.keys([(ONE, bytes(20))]) == [Key(0, 0, 0, 0)]
    assert state.anchors([AnchorKey(ONE, TWO, 1, TWO)])[0].state == 0
    assert state.revocations([(ONE, TWO)]) == [Revocation()]
    assert state.statuses([ONE]) == [StatusView()]


def test_a_word_that_no_registry_writes() -> None:
    """Bits outside every field show that this is another contract's storage."""
    state = RegistryState(lambda slots: dict.fromkeys(slots, 1 << 255))
    with pytest.raises(WordUnknown):
        state.keys([(ONE, bytes(20))])


def test_what_is_told_as_it_is_proven() -> None:
    """No difference is noted where there is none."""
    agreeing = chronicle(issuer_count=1, issuers=(ONE,), statuses=[StatusView()], names=[()])
    assert agreeing.issuer_count() == 1
    assert agreeing.issuers(0, 9) == [ONE]
    assert agreeing.statuses([ONE]) == [StatusView()]
    assert list(agreeing.names([ONE])) == [()]
    assert agreeing.contradictions() == []


def test_what_is_told_otherwise_is_named() -> None:
    """Each question's difference with what was asked about and both values; the proven value is given."""
    told = StatusView(TWO, bytes(20), 5, 1, 3)
    lying = chronicle(issuer_count=2, issuers=[TWO, ONE], statuses=[StatusView(), told], keys=[Key(1, 2, 0, 4)])
    assert lying.issuer_count() == 1
    assert lying.issuers(0, 2) == [ONE]
    assert lying.statuses([ONE, TWO]) == [StatusView(), StatusView()]
    assert lying.keys([(ONE, b"\x03" * 20)]) == [Key(0, 0, 0, 0)]
    said = lying.contradictions()
    assert [text.split(": ")[0] for text in said] == [
        "the number of issuers",
        "the issuer number 0",
        "the issuer number 1",
        f"the status root of 0x{TWO.hex()}",
        f"the key 0x{ONE.hex()}, 0x{'03' * 20}",
    ]
    assert "claimed 2, but the state of the block holds 1" in said[0]
    assert f"claimed 0x{ONE.hex()}, but the state of the block holds nothing" in said[2]
    assert "epoch=1" in said[3]


def test_endpoints_at_odds_are_no_difference() -> None:
    """Where nothing is told, the proven value stands alone."""

    def unsure(*_: Any) -> Any:
        raise LedgerUnsure("eth_call: endpoints disagree")

    at = ChainBlock(HEADER.number, HEADER.hash, HEADER.timestamp)
    told = SimpleNamespace(block=lambda: at, issuer_views=unsure)
    proven = ProvenChronicle(told, Words())  # type: ignore[arg-type]
    assert proven.issuer_views([ONE]) == [IssuerView()]
    assert proven.contradictions() == []


@pytest.mark.parametrize("block", [ChainBlock(7, b"\x0c" * 32, 1_000), ChainBlock(8, b"\x0b" * 32, 1_000)])
def test_another_block_is_refused(block: ChainBlock) -> None:
    """State of one block is not laid beside events of another: both hashes are named."""
    with pytest.raises(LedgerWrong, match=HEADER.hash.hex()):
        chronicle(block)
