"""All named faults, by number, and as docs/faults.md shows them."""

from collections.abc import Sequence

from faults import bits, chain_stops, clocks, databases, disks, endpoints, kills, mempool, reorgs, rotations
from faults.fault import Fault

MODULES = (kills, endpoints, mempool, reorgs, rotations, disks, clocks, databases, bits, chain_stops)
FAULTS: Sequence[Fault] = tuple(fault for module in MODULES for fault in module.FAULTS)
PLACES = {"sqlite": "SQLite", "postgres": "PostgreSQL", "pair": "PostgreSQL with a replica"}


def rows(faults: Sequence[Fault]) -> list[str]:
    """The lines of the paper's table."""
    return [
        "| "
        + " | ".join(
            [
                fault.name,
                fault.happens,
                fault.expected,
                "; ".join(way for way in fault.ways if way != "plain"),
                ", ".join(PLACES[database] for database in fault.databases),
            ]
        )
        + " |"
        for fault in faults
    ]
