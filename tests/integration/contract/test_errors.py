"""No way to be refused is left untested."""

from pathlib import Path

import pytest
from stage import Refusal

from vanbang.adapters.ethereum import contract

pytestmark = pytest.mark.slow

TESTS = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
ERRORS = sorted(entry["name"].removeprefix("AnchorRegistry") for entry in contract.abi() if entry["type"] == "error")


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_expected_somewhere(error: str) -> None:
    """Each error of the interface is compared with, arguments included, by some test of this folder."""
    assert f'("{error}"' in TESTS


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_is_expected_somewhere(refusal: Refusal) -> None:
    """Each reason for refusing a statement is expected by some test of this folder."""
    assert f"Refusal.{refusal.name}" in TESTS
