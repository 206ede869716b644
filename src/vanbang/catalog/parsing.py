"""From a row of strings to a record: one quick scan for a clean row, cell by cell for any other."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from vanbang.catalog.cells import UUID_FORM, day_problem, needs_no_care, read_cell
from vanbang.catalog.citizen import OLD_CARD
from vanbang.catalog.dates import LONGEST_DAY, day
from vanbang.catalog.model import FieldSpec, Record, field_specs
from vanbang.catalog.nested import ListReader
from vanbang.catalog.problems import Problem, Subject, problem, quoted
from vanbang.catalog.shapes import CITIZEN, DATE, NAME, OPAQUE, UUID, Shape
from vanbang.catalog.spreadsheets import ODD_NUMBER, WORDS_FOR_NOTHING
from vanbang.catalog.text import are_names, is_plain

CHOICE_WORDS = {"m": "Nam", "male": "Nam", "trai": "Nam", "f": "Nữ", "female": "Nữ", "gái": "Nữ"}
"""What lists from other systems write for a choice, in lower case."""


class RowParser:
    """The compiled rules of one type. Holds no state between rows."""

    def __init__(
        self, record_type: type[Record], specs: tuple[FieldSpec, ...], checks: Callable[[Any], Iterable[Problem]]
    ) -> None:
        self._record_type = record_type
        self._validate = record_type.__pydantic_validator__.validate_python
        self._checks = checks
        self._specs = {spec.name: spec for spec in specs}
        self._not_given = frozenset(name for name in record_type.model_fields if name not in self._specs)

        def shaped(shape: Shape) -> tuple[str, ...]:
            return tuple(spec.name for spec in specs if spec.shape is shape)

        self._names, self._numbers = shaped(NAME), shaped(OPAQUE)
        self._dates, self._uuids = shaped(DATE), shaped(UUID)
        self._lists = {spec.name: _list_reader(spec) for spec in specs if spec.rows}

    def parse(self, row: Mapping[str, str]) -> tuple[Record | None, list[Problem]]:
        """The record and its warnings, or None and all findings. Missing optional fields are allowed; never raises for
        any mapping with string keys."""
        in_lists: list[Problem] = []
        if self._lists:
            row, in_lists = self._with_lists(row)
        found: list[Problem] = []
        try:
            record = self._validate(row) if self._is_plain(row) else None
        except ValidationError:
            record = None
        if record is None:
            record, found = self._carefully(row)
        found += in_lists
        faulty = {entry.field for entry in found if entry.severity == "error"}
        found += self._days(record, faulty)
        found += [entry for entry in self._checks(record) if entry.field not in faulty]
        for entry in found:
            if entry.severity == "error":
                return None, found
        return record, found

    def _with_lists(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The row with its lists in our own JSON, and what is wrong inside of them."""
        read = {name: reader.read(row[name]) for name, reader in self._lists.items() if name in row}
        found = [entry for _, problems in read.values() for entry in problems]
        return {**row, **{name: text for name, (text, _) in read.items()}}, found

    def _is_plain(self, row: Mapping[str, str]) -> bool:
        cells: Collection[str] = row.values()
        if self._lists:
            cells = [cell for name, cell in row.items() if name not in self._lists]
        if not self._not_given.isdisjoint(row):
            return False
        try:
            joined = "|".join(cells)
        except TypeError:
            return False
        if not is_plain(joined) or "|-" in joined or "|'" in joined or not WORDS_FOR_NOTHING.isdisjoint(cells):
            return False
        if joined[:1] in ("-", "'"):
            return False
        given = row.get
        for name in self._numbers:
            if not (number := given(name, "")).isalnum() and ODD_NUMBER.fullmatch(number):
                return False
        for name in self._uuids:
            if UUID_FORM.fullmatch(given(name, "")) is None:
                return False
        names = [given(name, "") for name in self._names]
        for name in names:
            if name.isupper() or name.islower():
                return False
        return are_names(" ".join(names))

    def _carefully(self, row: Mapping[str, str]) -> tuple[Record, list[Problem]]:
        """What the cells hold, whether or not a rule forbids it, and what each of them alone gets to hear."""
        values: dict[str, Any] = {}
        found: list[Problem] = []
        settled: set[str] = set()
        for name, written in row.items():
            spec = self._specs.get(name)
            if spec is None:
                found.append(_unknown(name, written))
                continue
            values[name] = written
            if not isinstance(written, str) or needs_no_care(spec, written):
                continue
            cell = read_cell(spec, written)
            values[name] = cell.value
            found += cell.found
            if cell.settled:
                settled.add(name)
        try:
            record: Record = self._validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False)
            for detail in details:
                name = str(detail["loc"][0])
                if name not in settled:
                    found.append(_explained(self._specs[name], detail["type"], row.get(name, "")))
            record = self._record_type.model_construct(
                None, **{**dict.fromkeys(self._specs, ""), **self._readable(values)}
            )
        return record, found

    def _readable(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The values that rules across fields look at; what is too long for a day must not fill the cache of days."""
        strings = {name: value for name, value in values.items() if isinstance(value, str)}
        overlong = [name for name in self._dates if len(strings.get(name, "")) > LONGEST_DAY]
        return strings | dict.fromkeys(overlong, "")

    def _days(self, record: Record, faulty: set[str]) -> list[Problem]:
        """Dates of the right form that no calendar has."""
        written = record.__dict__
        if None not in [day(written[name]) for name in self._dates]:
            return []
        return [
            day_problem(self._specs[name], value)
            for name in self._dates
            if (value := written[name]) and day(value) is None and name not in faulty
        ]


def _list_reader(spec: FieldSpec) -> ListReader:
    if spec.rows is None:
        raise TypeError(f"{spec.name} holds no rows")
    specs = field_specs(spec.rows.record_type)
    parser = RowParser(spec.rows.record_type, specs, spec.rows.checks)
    return ListReader(spec, spec.rows, specs, parser.parse)


def _unknown(name: str, written: object) -> Problem:
    value = written if isinstance(written, str) else repr(written)
    return problem("unknown_field", Subject(name, quoted(name), quoted(name)), value)


def _explained(spec: FieldSpec, kind: str, written: object) -> Problem:
    """The problem for one of pydantic's error types (`string_too_long`, `literal_error`, ...)."""
    if not isinstance(written, str):
        return problem("not_text", spec.subject, repr(written))
    value = written.strip()
    if kind == "string_unicode":
        return problem("not_text", spec.subject, written)
    if not value:
        return problem("required", spec.subject, written)
    if kind == "string_too_long" and spec.shape.pattern is None:
        return problem("too_long", spec.subject, written, length=len(value), limit=spec.max_length)
    if kind == "literal_error":
        return problem("choice", spec.subject, written, _choice(spec, value), choices=", ".join(spec.choices))
    if spec.shape is CITIZEN and OLD_CARD.fullmatch(value):
        return problem("citizen_old_card", spec.subject, written)
    if spec.shape is DATE:
        return day_problem(spec, written)
    return problem(spec.shape.rule, spec.subject, written, spec.shape.suggest(value))


def _choice(spec: FieldSpec, written: str) -> str | None:
    guess = CHOICE_WORDS.get(written.casefold())
    return guess if guess in spec.choices else None
