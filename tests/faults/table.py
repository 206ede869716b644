"""All named faults, by number."""

from collections.abc import Sequence

from faults import bits, chain_stops, clocks, databases, disks, endpoints, kills, mempool, reorgs, rotations
from faults.fault import Fault

MODULES = (kills, endpoints, mempool, reorgs, rotations, disks, clocks, databases, bits, chain_stops)
FAULTS: Sequence[Fault] = tuple(fault for module in MODULES for fault in module.FAULTS)
