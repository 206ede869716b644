"""From a row of strings to a record: one quick scan for a clean row, cell by cell for any other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vanbang.catalog.model import FieldSpec, Record
from vanbang.catalog.problems import Problem, Subject, problem, quoted
from vanbang.catalog.shapes import DATE, NAME, day
from vanbang.catalog.text import NOT_NAME, foreign_characters, is_plain, tidied

CHOICE_WORDS = {"m": "Nam", "male": "Nam", "nu": "Nữ", "nư": "Nữ", "f": "Nữ", "female": "Nữ"}
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
        self._names = tuple(spec.name for spec in specs if spec.shape is NAME)
        self._dates = tuple(spec.name for spec in specs if spec.shape is DATE)

    def parse(self, row: Mapping[str, str]) -> tuple[Record | None, list[Problem]]:
        """The record and its warnings, or None and all findings. Missing optional fields are allowed; never raises for
        any mapping with string keys."""
        values, found = (row, []) if self._is_plain(row) else self._tidied(row)
        try:
            record: Record = self._validate(values)
        except ValidationError as error:
            found += [self._explained(detail, row) for detail in error.errors(include_url=False, include_context=False)]
            record = self._record_type.model_construct(None, **{**dict.fromkeys(self._specs, ""), **_strings(values)})
        found += self._days(record)
        faulty = {entry.field for entry in found if entry.severity == "error"}
        found += [entry for entry in self._checks(record) if entry.field not in faulty]
        return (None if any(entry.severity == "error" for entry in found) else record), found

    def _is_plain(self, row: Mapping[str, str]) -> bool:
        try:
            return is_plain("|".join(row.values())) and not NOT_NAME.search(
                " ".join([row[name] for name in self._names if name in row])
            )
        except TypeError:
            return False

    def _tidied(self, row: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
        values, found = dict(row), []
        for name, value in row.items():
            spec = self._specs.get(name)
            if spec is None or not isinstance(value, str):
                continue
            values[name], changes = tidied(spec.subject, value)
            found += changes
            found += foreign_characters(spec.subject, values[name], spec.shape.alphabet)
        return values, found

    def _explained(self, detail: ErrorDetails, row: Mapping[str, str]) -> Problem:
        name = str(detail["loc"][0])
        value = row.get(name, "")
        value = value if isinstance(value, str) else repr(value)
        spec = self._specs.get(name)
        if spec is None:
            return problem("unknown_field", Subject(name, quoted(name), quoted(name)), value)
        return _explained(spec, detail["type"], value)

    def _days(self, record: Record) -> list[Problem]:
        """Dates of the right form that no calendar has."""
        written = record.__dict__
        return [
            problem("date_missing", self._specs[name].subject, value)
            for name in self._dates
            if (value := written[name]) and day(value) is None and len(value) == len("dd/MM/yyyy")
        ]


def _strings(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _explained(spec: FieldSpec, kind: str, value: str) -> Problem:
    """The problem for one of pydantic's error types (`string_too_long`, `literal_error`, ...)."""
    written = value.strip()
    if kind in {"string_type", "string_unicode"}:
        return problem("not_text", spec.subject, value)
    if not written:
        return problem("required", spec.subject, value)
    if kind == "string_too_long" and spec.shape.pattern is None:
        return problem("too_long", spec.subject, value, length=len(written), limit=spec.max_length)
    if kind == "literal_error":
        return problem("choice", spec.subject, value, _choice(spec, written), choices=", ".join(spec.choices))
    return problem(spec.shape.rule, spec.subject, value, spec.shape.suggest(written))


def _choice(spec: FieldSpec, written: str) -> str | None:
    folded = {choice.casefold(): choice for choice in spec.choices}
    guess = folded.get(written.casefold()) or CHOICE_WORDS.get(written.casefold())
    return guess if guess in spec.choices else None
