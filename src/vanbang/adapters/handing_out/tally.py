"""How many files went out, and how many could not, by reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from vanbang.notary.export_items import Exported, LeftOut


@dataclass(slots=True)
class Tally:
    """Counts of an export."""

    files: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, unit: Iterable[Exported | LeftOut]) -> None:
        """Counts what came."""
        for item in unit:
            if isinstance(item, Exported):
                self.files += 1
            else:
                self.left_out[item.reason] += item.records

    @property
    def done(self) -> int:
        """Records that were gone through."""
        return self.files + self.left_out.total()
