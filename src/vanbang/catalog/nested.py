"""Lists inside a row: each entry is a row of its own, read by the same rules, and every finding says which it is of."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vanbang.catalog.headers import header_index, header_key
from vanbang.catalog.model import FieldSpec, Record, Rows
from vanbang.catalog.problems import Problem, Subject, problem, quoted
from vanbang.catalog.written_json import Number, parse_written, write_written
from vanbang.core.errors import JsonError

MEMBERS = 100
"""Members of one entry that are looked at: five times what the largest has."""

Parse = Callable[[Mapping[str, Any]], tuple[Record | None, list[Problem]]]


def flat_members(members: Mapping[str, Any], known: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """The members of an object; in place of an object in it its members as `outer.inner` where such a name is `known`:
    systems write {"tinh": {"ma": "01"}} for the field tinh_ma."""
    for name, value in members.items():
        if isinstance(value, Mapping) and any(known(f"{name}.{inner}") for inner in value):
            for inner, item in value.items():
                yield f"{name}.{inner}", item
        else:
            yield name, value


def placed(found: Problem, name: str, rows: Rows, number: int, called: str = "") -> Problem:
    """The problem of a field in entry `number` (from 1) of the list field `name`, told with its place."""
    of = f" ({quoted(called)})" if called else ""
    return replace(
        found,
        field=f"{name}[{number}].{found.field}" if found.field else f"{name}[{number}]",
        message_vi=f"{rows.label_vi} {number}{of} › {found.message_vi}",
        message_en=f"{rows.label_en} {number}{of} › {found.message_en}",
    )


@dataclass(slots=True)
class ListReader:
    """Reads the cells of one list field. `parse` checks one of its rows by the rules of their class."""

    spec: FieldSpec
    rows: Rows
    specs: Sequence[FieldSpec]
    parse: Parse
    _headers: Mapping[str, str] = field(init=False)
    _lists: frozenset[str] = field(init=False)
    _counted: frozenset[str] = field(init=False)
    _met: dict[str, str] = field(init=False, default_factory=dict)
    """Field by member name as written, for the spellings met first: folding each again would double the price."""

    def __post_init__(self) -> None:
        self._headers = header_index((spec.name, spec.headers) for spec in self.specs)
        self._lists = frozenset(spec.name for spec in self.specs if spec.rows)
        self._counted = frozenset(spec.name for spec in self.specs if spec.shape.counted)

    def read(self, cell: Any) -> tuple[str, list[Problem]]:
        """The list as our own JSON of its good rows, all values strings, and what is wrong with the others. `cell` is
        JSON text, or the list itself where it stands in a row that was JSON. An empty list is an empty cell."""
        if isinstance(cell, str) and len(cell) > self.spec.max_length:
            return "[]", [self._refused("too_long", "", length=len(cell), limit=self.spec.max_length)]
        try:
            listed = self._list(cell)
        except JsonError as error:
            return "[]", [self._refused("list_form", cell, reason=error.reason, reason_vi="sai cú pháp JSON")]
        if not isinstance(listed, list):
            return "[]", [self._refused("list_form", cell, reason="no array", reason_vi="không phải mảng")]
        if len(listed) > self.rows.most:
            return "[]", [self._refused("list_long", "", count=len(listed), limit=self.rows.most)]
        good: list[dict[str, Any]] = []
        found: list[Problem] = []
        for number, entry in enumerate(listed, 1):
            values, problems = self._row(entry)
            called = str(values.get(self.specs[0].name, ""))
            found += [placed(one, self.spec.name, self.rows, number, called) for one in problems]
            good.append(values)
        text = json.dumps(good, ensure_ascii=False, separators=(",", ":")) if good else ""
        if len(text) > self.spec.max_length:
            return "[]", [self._refused("too_long", "", length=len(text), limit=self.spec.max_length)]
        return text, found

    def _list(self, cell: Any) -> Any:
        if not isinstance(cell, str):
            return [] if cell is None else cell
        return parse_written(cell) if cell.strip() else []

    def _row(self, entry: Any) -> tuple[dict[str, Any], list[Problem]]:
        """The values of one entry, empty ones left out, and what is wrong with it."""
        if not isinstance(entry, Mapping) or len(entry) > MEMBERS:
            return {}, [self._entry_refused(entry)]
        row, found = self._named(entry)
        record, problems = self.parse(row)
        found += problems
        kept = record.__dict__ if record is not None else {self.specs[0].name: self._name_of(row)}
        lists = self._lists
        return {name: json.loads(value) if name in lists else value for name, value in kept.items() if value}, found

    def _named(self, entry: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The entry's members by field; what is no field's, or a field's for the second time, is a problem."""
        row: dict[str, Any] = {}
        found: list[Problem] = []
        for written, value in flat_members(entry, lambda name: self._field(name) is not None):
            name = self._field(written)
            if name is None or name in row:
                shown = quoted(written)
                found.append(problem("unknown_field", Subject(shown, shown, shown), _text(value)))
            elif isinstance(value, Number) and name in self._counted:
                row[name] = value.text
            else:
                row[name] = "" if value is None else value
        return row, found

    def _field(self, written: str) -> str | None:
        name = self._met.get(written) or self._headers.get(header_key(written))
        if name is not None and len(self._met) < MEMBERS:
            self._met[written] = name
        return name

    def _name_of(self, row: Mapping[str, Any]) -> str:
        name = row.get(self.specs[0].name, "")
        return name if isinstance(name, str) else ""

    def _refused(self, rule: str, cell: Any, **facts: str | int) -> Problem:
        return problem(rule, self.spec.subject, cell if isinstance(cell, str) else _text(cell), None, **facts)

    def _entry_refused(self, entry: Any) -> Problem:
        nameless = Subject("", self.spec.label_vi, self.spec.label_en)
        many = isinstance(entry, Mapping)
        en, vi = ("too many members", "quá nhiều khóa") if many else ("no object", "mục không phải đối tượng")
        return problem("list_form", nameless, _text(entry), reason=en, reason_vi=vi)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else write_written(value)
