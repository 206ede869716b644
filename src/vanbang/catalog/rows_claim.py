"""Claims made of a list inside a record: an array of objects, of which each can be shown without the others."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vanbang.catalog.model import ClaimSpec, FieldSpec, JsonValue, Rows, field_specs


@dataclass(frozen=True, slots=True)
class RowsClaim(ClaimSpec):
    """An array of objects, disclosed one by one, from a list inside the record.

    `path` names the list's field and, for a list in each of its rows, that row's field. Each element has the `members`
    of its row and of the row that it stands in, empty ones left out; the first is never empty and tells what it belongs
    to, so that an element shown alone can be understood. A row with that first member alone makes no element.
    """

    path: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.elements or self.fields != self.path[:1] or len(self.members) < 2:
            raise TypeError(f"the list claim {self.name} must be disclosed by element and say where its members are")

    @property
    def shares_field(self) -> bool:
        return True

    def reader(self) -> Callable[[Mapping[str, str]], JsonValue]:
        """Takes this claim's array from a record's values; empty when the claim is absent."""

        def elements_in(values: Mapping[str, str]) -> JsonValue:
            rows = ({name: row[name] for name in self.members if row.get(name)} for row in self._rows_in(values))
            return [row for row in rows if len(row) > 1]

        return elements_in

    def _rows_in(self, values: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
        rows: Iterable[Mapping[str, Any]] = rows_of(values[self.path[0]])
        for name in self.path[1:]:
            rows = [{**outer, **inner} for outer in rows for inner in outer.get(name, ())]
        return rows


@lru_cache(maxsize=8)
def rows_of(text: str) -> list[dict[str, Any]]:
    """The rows in a list field of a record, whose JSON is ours; none in an empty one. Several claims are made of the
    same list: it is read once."""
    found: list[dict[str, Any]] = json.loads(text) if text else []
    return found


def rows_along(path: Sequence[str], specs: Iterable[FieldSpec]) -> list[Rows]:
    """The rows in each list field on the way, the outermost first; `specs` has the first. TypeError where one is no
    list."""
    found: list[Rows] = []
    for name in path:
        rows = next((spec.rows for spec in specs if spec.name == name), None)
        if rows is None:
            raise TypeError(f"{name} is no list of rows")
        found.append(rows)
        specs = field_specs(rows.record_type)
    return found
