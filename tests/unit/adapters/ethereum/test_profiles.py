"""Chain profiles: those shipped, one's own, and what is wrong with a file."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.adapters.ethereum.profiles import MAX_FILE_BYTES, ChainUnknown, profile_for, read_profile, shipped_profiles
from vanbang.core.chain_profile import Finality
from vanbang.core.errors import FormatError

GWEI = 10**9
OWN = {
    "chain_id": 4711,
    "name": "Thử",
    "currency": "THU",
    "fees": "legacy",
    "finality": {"depth": 20},
    "block_seconds": "2.5",
    "min_gas_price_gwei": "0.25",
    "max_gas_price_gwei": "10",
    "max_pending": 10,
    "max_transaction_bytes": 32768,
    "max_transaction_gas": 8000000,
    "bump_after": 15,
    "state_proofs": False,
}


def read(**changes: Any) -> Any:
    """The profile of a file with some members changed, those that are None left out."""
    value = {name: item for name, item in {**OWN, **changes}.items() if item is not None}
    return read_profile(json.dumps(value).encode(), "own.json")


def test_what_is_shipped() -> None:
    """The chains that the papers name, each driven as its nodes want it."""
    shipped = shipped_profiles()
    assert list(shipped) == [1, 88, 89, 137, 31_337, 11_155_111]
    for viction in (shipped[88], shipped[89]):
        assert (viction.fees, viction.min_gas_price, viction.max_pending) == ("legacy", GWEI // 4, 10)
        assert (viction.finality, viction.verifier_depth) == (Finality(percent=75), 150)
        assert (viction.max_transaction_bytes, viction.state_proofs) == (32_768, False)
    assert shipped[137].min_priority_fee == 25 * GWEI
    for number in (1, 137, 31_337, 11_155_111):
        assert (shipped[number].fees, shipped[number].finality) == ("eip1559", Finality(tag="finalized"))
        assert shipped[number].verifier_depth is None
    for profile in shipped.values():
        if profile.chain_id != 31_337:
            assert profile.explorer_transaction.format("0x00").startswith("https://")


def test_a_file_is_read_exactly() -> None:
    """Prices are in gwei and exact to the wei; a depth is what verifiers take too, if they are not told otherwise."""
    profile = read(explorer_block="https://x.example/b/{}", min_priority_fee_gwei="0.000000001")
    assert (profile.name, profile.min_gas_price, profile.max_gas_price) == ("Thử", GWEI // 4, 10 * GWEI)
    assert (profile.block_seconds, profile.min_priority_fee) == (2.5, 1)
    assert (profile.finality, profile.verifier_depth) == (Finality(depth=20), 20)
    assert profile.explorer_block.format(7) == "https://x.example/b/7"
    assert read(verifier_depth=40).verifier_depth == 40
    assert read(finality={"tag": "safe"}).finality == Finality(tag="safe")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": "4711"}, "chain_id"),
        ({"chain_id": None}, "chain_id"),
        ({"name": ""}, "name"),
        ({"currency": ""}, "currency"),
        ({"fees": "eip4844"}, "fees"),
        ({"finality": {}}, "finality"),
        ({"finality": {"depth": 1, "tag": "finalized"}}, "finality"),
        ({"finality": {"tag": "latest"}}, "finality.tag"),
        ({"finality": {"percent": 0}, "verifier_depth": 9}, "finality.percent"),
        ({"finality": {"percent": 101}, "verifier_depth": 9}, "finality.percent"),
        ({"finality": {"percent": 75}}, "verifier_depth"),
        ({"finality": {"depth": "20"}}, "finality.depth"),
        ({"finality": "finalized"}, "finality"),
        ({"block_seconds": 2}, "block_seconds"),
        ({"block_seconds": "0"}, "block_seconds"),
        ({"block_seconds": "two"}, "block_seconds"),
        ({"min_gas_price_gwei": "-1"}, "min_gas_price_gwei"),
        ({"min_gas_price_gwei": "0.0000000001"}, "min_gas_price_gwei"),
        ({"min_gas_price_gwei": "1e3"}, "min_gas_price_gwei"),
        ({"min_gas_price_gwei": "11"}, "max_gas_price_gwei"),
        ({"min_priority_fee_gwei": "11"}, "max_gas_price_gwei"),
        ({"min_gas_price_gwei": "0", "max_gas_price_gwei": "0"}, "max_gas_price_gwei"),
        ({"max_pending": 0}, "max_pending"),
        ({"max_transaction_bytes": 100}, "max_transaction_bytes"),
        ({"max_transaction_gas": 21000}, "max_transaction_gas"),
        ({"bump_after": 0}, "bump_after"),
        ({"state_proofs": "no"}, "state_proofs"),
        ({"explorer_block": "javascript:alert({})"}, "explorer_block"),
        ({"explorer_address": "https://x.example/"}, "explorer_address"),
        ({"explorer_transaction": "https://x.example/{}/{}"}, "explorer_transaction"),
        ({"rpc": "https://x.example"}, "rpc"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], where: str) -> None:
    """The file and the member stand in the error."""
    with pytest.raises(FormatError) as caught:
        read(**changes)
    assert "own.json" in str(caught.value)
    assert where in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"chain_id":1,"chain_id":2}', b"\xff", b" " * (MAX_FILE_BYTES + 1)]
)
def test_what_is_no_profile(data: bytes) -> None:
    """Other files are refused in the same way."""
    with pytest.raises(FormatError, match=r"own\.json"):
        read_profile(data, "own.json")


@given(st.dictionaries(st.sampled_from(sorted(OWN)), st.none() | st.integers() | st.text() | st.booleans(), min_size=1))
def test_no_value_is_a_crash(changes: dict[str, Any]) -> None:
    """Whatever stands where, it is a profile or our error."""
    with suppress(FormatError):
        assert read_profile(json.dumps({**OWN, **changes}).encode(), "own.json").name


def home_with(folder: Path, **files: dict[str, Any]) -> Path:
    (folder / "chains").mkdir()
    for name, value in files.items():
        (folder / "chains" / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    return folder


def test_ones_own_file_comes_first(tmp_path: Path) -> None:
    """A file in the home folder drives a new chain, or a known one otherwise than we would."""
    home = home_with(tmp_path, thu=OWN, mine={**OWN, "chain_id": 1, "name": "Mine"})
    assert profile_for(4711, home=home).name == "Thử"
    assert profile_for(1, home=home).name == "Mine"
    assert profile_for(1).name == "Ethereum"
    named = home / "chains" / "thu.json"
    assert profile_for(4711, own=named).name == "Thử"
    with pytest.raises(FormatError, match=r"thu\.json\.chain_id: 4711, but the registry is on chain 1"):
        profile_for(1, own=named)
    with pytest.raises(FormatError, match=r"nothing\.json: cannot be read: No such file"):
        profile_for(1, own=home / "nothing.json")


def test_two_files_of_one_chain_are_refused(tmp_path: Path) -> None:
    """Which of them is meant nobody knows; a broken one is named."""
    home = home_with(tmp_path, a=OWN, b=OWN)
    with pytest.raises(FormatError, match=r"b\.json\.chain_id: 4711 has another file"):
        profile_for(4711, home=home)
    (home / "chains" / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match=r"a\.json"):
        profile_for(1, home=home)


def test_an_unknown_chain_needs_a_file_or_a_depth() -> None:
    """The refusal says what to do; with a depth it is driven by what all known chains take."""
    with pytest.raises(ChainUnknown, match=r"chain 4711; known are 1 Ethereum, 88 Viction, .*docs/chains.md.*--depth"):
        profile_for(4711)
    profile = profile_for(4711, 30)
    assert (profile.chain_id, profile.finality, profile.verifier_depth) == (4711, Finality(depth=30), 30)
    shipped = shipped_profiles().values()
    assert profile.max_pending <= min(known.max_pending for known in shipped)
    assert profile.max_transaction_bytes <= min(known.max_transaction_bytes for known in shipped)
    assert profile.max_transaction_gas <= min(known.max_transaction_gas for known in shipped)


def test_a_depth_overrides_the_profile() -> None:
    """For both sides: who anchors and who verifies."""
    profile = profile_for(88, 0)
    assert (profile.finality, profile.verifier_depth, profile.fees) == (Finality(depth=0), 0, "legacy")


def test_an_explorer_is_offered_to_readers_only_over_https() -> None:
    """Viction's is; one over plain http, or of which half is unknown, is for operators alone."""
    viction = shipped_profiles()[88].explorer
    assert viction is not None
    assert viction.block == "https://www.vicscan.xyz/block/{}"
    links = {"explorer_address": "https://scan.example/a/{}", "explorer_block": "https://scan.example/b/{}"}
    assert read(**links).explorer is not None
    assert read(**{**links, "explorer_block": "http://scan.example/b/{}"}).explorer is None
    assert read(explorer_address=links["explorer_address"]).explorer is None
