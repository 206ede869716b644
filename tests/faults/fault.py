"""A row of the table of faults."""

from collections.abc import Callable
from dataclasses import dataclass, field

from faults.ground import Database
from faults.town import Town

Inject = Callable[[Town], None]
"""Does it to a town, up to the point from where the workers that are left must bring everything to its end."""


@dataclass(frozen=True)
class Fault:
    """A named fault: what happens, what is expected, and one or more ways to make it happen, by name.

    It is survived only if every way is, on every database named. `exempt` are invariants that it may break.
    """

    number: int
    happens: str
    expected: str
    ways: dict[str, Inject] = field(repr=False)
    databases: tuple[Database, ...] = ("sqlite",)
    exempt: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """As it is called everywhere: F01 to F49."""
        return f"F{self.number:02d}"
