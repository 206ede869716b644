"""Every named fault, in every way it can happen; after each, all thirteen invariants from scratch."""

from pathlib import Path

import pytest

from faults.fault import Fault
from faults.ground import Database, Grounds
from faults.judging import judge
from faults.table import FAULTS
from faults.town import town

pytestmark = pytest.mark.slow

CASES = [
    pytest.param(fault, way, database, id=f"{fault.name}-{way}-{database}")
    for fault in FAULTS
    for way in fault.ways
    for database in fault.databases
]


@pytest.mark.parametrize(("fault", "way", "database"), CASES)
def test_it_is_survived(fault: Fault, way: str, database: Database, grounds: Grounds, tmp_path: Path) -> None:
    """The workers that are left bring everything to its end, and all invariants hold."""
    with grounds.on(database) as ground, town(ground, tmp_path) as here:
        fault.ways[way](here)
        here.until_quiet()
        judge(here, fault.exempt)
