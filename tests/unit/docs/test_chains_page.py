"""docs/chains.md: its table says what the shipped profiles say, and its example is a profile."""

import json
import re
from pathlib import Path

from vanbang.adapters.ethereum.profiles import _OPTIONAL, _REQUIRED, read_profile, shipped_profiles
from vanbang.core.chain_profile import Finality
from vanbang.ports import ENDPOINT_STATES

PAGE = (Path(__file__).parents[3] / "docs/chains.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]


def test_the_table_is_that_of_the_profiles() -> None:
    """Id, kind of fees and limits of every shipped profile, and no other."""
    found = {int(row[1]): row for row in ROWS if len(row) == 7 and row[1].isdigit()}
    assert found.keys() == shipped_profiles().keys()
    for number, profile in shipped_profiles().items():
        _, _, fees, final, least, limits, pending = found[number]
        assert fees == {"legacy": "legacy", "eip1559": "EIP-1559"}[profile.fees]
        assert limits == f"{profile.max_transaction_bytes:,}; {profile.max_transaction_gas:,}"
        assert int(pending) == profile.max_pending
        assert ("finalized" in final) is (profile.finality == Finality(tag="finalized"))
        price = max(profile.min_gas_price, profile.min_priority_fee) / 10**9
        assert (f"{price:g}" in least) if price else least == "-"


def test_the_example_is_a_profile() -> None:
    """The file of the page is read, and every member that a file may have is explained."""
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert read_profile(example.encode(), "example").chain_id == json.loads(example)["chain_id"]
    explained = set(re.findall(r"`([a-z_]+)`", " ".join(row[0] for row in ROWS if len(row) == 2)))
    assert {*_REQUIRED, *_OPTIONAL} - explained == {"name", "currency"}
    assert set(ENDPOINT_STATES) <= explained
