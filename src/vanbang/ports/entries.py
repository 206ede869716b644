"""What records are found by, as an audit looks at it: are they all there, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

BY_KEY: Final = "key"
BY_LEARNER: Final = "learner"
BY_CITIZEN: Final = "citizen"
INDEXES: Final = (BY_KEY, BY_LEARNER, BY_CITIZEN)
"""By what records are found."""

Place = tuple[bytes, int]
"""A place in the order of an index: a blind value, and what tells its entries apart."""


@dataclass(frozen=True, slots=True)
class Amiss:
    """A record that an index should have and has not, or the other way round (`is_entered`)."""

    record: int
    index: str
    is_entered: bool


class Compared(NamedTuple):
    """Records up to the id `last` beside the indexes: `entered` of them each index has, and what is amiss, by id."""

    last: int
    entered: Mapping[str, int]
    amiss: Sequence[Amiss]


class EntryStore(Protocol):
    """The blind indexes beside the records they are of.

    A record is found by its key from the moment its list is accepted, by its person's numbers where it has them and is
    not erased; of a list that is being accepted, those that were entered by now. Raises StoreError.
    """

    def compared(self, behind: int) -> Compared:
        """The next records behind an id, some thousands; `last` is `behind` itself, at the end."""
        ...

    def entries(self, index: str) -> int:
        """How many entries an index has."""
        ...

    def strays(self, index: str, behind: Place | None) -> tuple[Sequence[int], Place | None]:
        """Of the next entries behind a place, some thousands, those that lead to no record with their value: the
        records that they name; and the place of the last entry looked at, None at the end."""
        ...
