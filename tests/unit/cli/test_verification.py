"""Whom the command line says to believe."""

import pytest

from vanbang.cli.verification import chosen_trust

CONTRACT = "0x" + "a1" * 20


@pytest.mark.parametrize(
    ("chain", "given", "depth"), [(88, None, 150), (1, None, None), (4_711, None, None), (88, 9, 9), (1, 0, 0)]
)
def test_the_profile_says_what_is_final(chain: int, given: int | None, depth: int | None) -> None:
    """A depth that is named counts, else that of the chain's profile, else the tag."""
    trust = chosen_trust(None, ["https://rpc.example"], f"eip155:{chain}:{CONTRACT}", [], None, given)
    assert trust is not None
    assert trust.home.depth == depth


def test_nobody_is_believed_unasked() -> None:
    """Without registry or endpoints there is no trust."""
    assert chosen_trust(None, [], f"eip155:1:{CONTRACT}", [], None, None) is None
    assert chosen_trust(None, ["https://rpc.example"], None, [], None, None) is None
