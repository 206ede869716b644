"""Every named fault, in every way it can happen; after each, all twelve invariants from scratch."""

from pathlib import Path

import pytest

from faults.fault import Fault
from faults.ground import Ground
from faults.judging import judge
from faults.table import FAULTS
from faults.town import town

pytestmark = pytest.mark.slow

CASES = [pytest.param(fault, way, id=f"{fault.name}-{way}") for fault in FAULTS for way in fault.ways]


@pytest.mark.parametrize(("fault", "way"), CASES)
def test_it_is_survived(fault: Fault, way: str, ground: Ground, tmp_path: Path) -> None:
    """The workers that are left bring everything to its end, and all invariants hold."""
    with town(ground, tmp_path) as here:
        fault.ways[way](here)
        here.until_quiet()
        judge(here, fault.exempt)
