"""All named faults, by number."""

from collections.abc import Sequence

from faults import kills
from faults.fault import Fault

FAULTS: Sequence[Fault] = tuple(sorted([*kills.FAULTS], key=lambda fault: fault.number))
