"""The words in which a credential type is described: columns, claims, layout. A type is one module that says them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from vanbang.catalog.headers import header_index
from vanbang.catalog.problems import Problem, Subject
from vanbang.catalog.shapes import TEXT, Shape

JsonValue: TypeAlias = "str | bool | list[JsonValue] | dict[str, JsonValue]"
"""A claim's value. No numbers: they stay strings as written (`"8,0"`)."""


class Record(BaseModel):
    """One row that passed every rule: all values are strings as written, an absent optional value is `""`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a list inside a row holds: rows of their own, of this class, `most` at most.

    The labels name one such row; its first field tells it from the others. `checks` compares fields of one of them.
    """

    record_type: "type[Record]"
    label_vi: str
    label_en: str
    most: int
    checks: Callable[[Any], Iterable[Problem]] = lambda record: ()


@dataclass(frozen=True, slots=True)
class Column:
    """Says of a record's field, inside `Annotated`, what people see and what a value may be.

    `longest` counts Unicode code points. `choices`, when given, are the only values allowed. `recommended`: the field
    may be empty, but a record without it is less complete. `aliases`: what registrars write over this column besides
    its name and its labels; case, accents and signs do not matter. `given`: a list may have it; else we alone set it.
    `rows`: the cell holds a list of rows, as JSON (its shape is LIST).
    """

    label_vi: str
    label_en: str
    example: str
    longest: int
    shape: Shape = TEXT
    required: bool = True
    choices: tuple[str, ...] = ()
    recommended: bool = False
    aliases: tuple[str, ...] = ()
    given: bool = True
    rows: Rows | None = None

    def shown_as(self, example: str) -> "Column":
        """The same column in a type whose example row says something else here."""
        return replace(self, example=example)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self.choices:
            return core_schema.literal_schema([*self.choices] if self.required else ["", *self.choices])
        pattern = None if self.shape.pattern is None else f"^(?:{self.shape.pattern}){'' if self.required else '?'}$"
        return core_schema.str_schema(
            strict=True, min_length=1 if self.required else None, max_length=self.longest, pattern=pattern
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        if self.rows is not None:
            items = self.rows.record_type.model_json_schema()
            own = {"type": "array", "minItems": int(self.required), "maxItems": self.rows.most, "items": items}
            return {**own, "title": self.label_vi, "description": self.label_en}
        own = handler(schema)
        if self.shape.counted and self.choices:
            own["enum"] = list(self.choices) + [int(choice) for choice in self.choices]
        if self.shape.counted:
            own["type"] = ["string", "number"]
        return {**own, **self._told()}

    def _told(self) -> dict[str, Any]:
        return {"title": self.label_vi, "description": self.label_en, "examples": [self.example]}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One column of a type's lists: `name` heads the column and is the record's attribute."""

    name: str
    label_vi: str
    label_en: str
    required: bool
    max_length: int
    example: str
    shape: Shape = TEXT
    choices: tuple[str, ...] = ()
    recommended: bool = False
    aliases: tuple[str, ...] = ()
    given: bool = True
    rows: Rows | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """What may stand over the column."""
        return (self.name, self.label_vi, self.label_en, *self.aliases)

    @property
    def subject(self) -> Subject:
        return Subject(self.name, self.label_vi, self.label_en, self.shape.secret)


def field_specs(record_type: type[Record]) -> tuple[FieldSpec, ...]:
    """The columns of a record class in the order written. TypeError for a field without exactly one `Column`, or with
    a default that contradicts it (required fields have none, optional ones `""`)."""
    specs = []
    for name, info in record_type.model_fields.items():
        columns = [entry for entry in info.metadata if isinstance(entry, Column)]
        if len(columns) != 1 or columns[0].required != info.is_required():
            raise TypeError(f"{record_type.__name__}.{name} needs one Column that agrees with its default")
        (column,) = columns
        specs.append(
            FieldSpec(
                name=name,
                label_vi=column.label_vi,
                label_en=column.label_en,
                required=column.required,
                max_length=column.longest,
                example=column.example if column.rows is None else _one_row(column.rows),
                shape=column.shape,
                choices=column.choices,
                recommended=column.recommended,
                aliases=column.aliases,
                given=column.given,
                rows=column.rows,
            )
        )
    return tuple(specs)


def example_row(specs: Iterable[FieldSpec]) -> dict[str, Any]:
    """The example of each field that has one, lists as lists: a row of JSON Lines."""
    return {spec.name: json.loads(spec.example) if spec.rows else spec.example for spec in specs if spec.example}


def _one_row(rows: Rows) -> str:
    return json.dumps([example_row(field_specs(rows.record_type))], ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """Fields disclosed together. One field: the claim has the field's name and its value is the string itself. Several:
    the value is an object of strings, empty optional fields left out. `elements`: the one field's cell is a list
    separated by `;`, the value is an array whose elements are disclosed one by one.
    """

    name: str
    fields: tuple[str, ...]
    label_vi: str
    label_en: str
    elements: bool = False

    def __post_init__(self) -> None:
        if len(self.fields) == 1 and self.fields[0] != self.name:
            raise TypeError(f"the claim {self.name} of one field must have that field's name")
        if self.elements and len(self.fields) != 1:
            raise TypeError(f"the list claim {self.name} must have exactly one field")

    @property
    def shares_field(self) -> bool:
        """Whether other claims are made of the same field too: of another part of it."""
        return False

    def reader(self) -> Callable[[Mapping[str, str]], JsonValue]:
        """Takes this claim's value from a record's values; empty (`""`, `{}`, `[]`) when the claim is absent."""
        if self.elements:
            return self._elements_in
        if len(self.fields) == 1:
            return itemgetter(self.name)
        fields = self.fields

        def members_in(values: Mapping[str, str]) -> JsonValue:
            return {name: value for name in fields if (value := values[name])}

        return members_in

    def value_in(self, values: Mapping[str, str]) -> JsonValue:
        """This claim's value from a record's values, as `reader` takes it."""
        return self.reader()(values)

    def _elements_in(self, values: Mapping[str, str]) -> JsonValue:
        return [element for part in values[self.name].split(";") if (element := part.strip())]


BlockKind = Literal["title", "name", "section"]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the page, from top to bottom: `title` and `name` stand large, a `section` is a labelled table."""

    kind: BlockKind
    claims: tuple[str, ...]
    label_vi: str = ""
    label_en: str = ""


ISSUER_PARTS = ("code", "name")


def any_row(cells: Mapping[str, str]) -> bool:
    """The type takes whatever row is left."""
    return True


def none_waived(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Every recommended field is expected of every row."""
    return ()


@dataclass(frozen=True, eq=False)
class TypeDescription:
    """All that is said about a type; `CredentialType` adds what follows from it.

    `name` and `version` make the vct `urn:vanbang:type:<name>:<version>`; any change of fields, claims or layout is a
    new version. `issuer_claims` holds the paths (claim, member) of the issuer's registered code and name. `key` names
    the fields that, after the issuer's code, make a record unique. `checks` compares fields of one record. `recognises`
    tells from the cells of a mixed list whether a row is of this type. `waives` names recommended fields that a row
    with these cells has no use for.
    """

    name: str
    version: int
    title_vi: str
    title_en: str
    record_type: type[Record]
    claims: tuple[ClaimSpec, ...]
    layout: tuple[Block, ...]
    issuer_claims: Mapping[str, tuple[str, ...]]
    key: tuple[str, ...]
    checks: Callable[[Any], Iterable[Problem]]
    recognises: Callable[[Mapping[str, str]], bool] = any_row
    waives: Callable[[Mapping[str, str]], tuple[str, ...]] = none_waived

    def __post_init__(self) -> None:
        lists = {claim.fields for claim in self.claims if claim.shares_field}
        others = [claim.fields for claim in self.claims if not claim.shares_field]
        claimed = sorted(name for fields in (*lists, *others) for name in fields)
        if claimed != sorted(spec.name for spec in self.all_fields):
            raise TypeError(f"{self.name}: every field must stand in exactly one claim")
        shown = sorted(name for block in self.layout for name in block.claims)
        if shown != sorted(claim.name for claim in self.claims) or len(set(shown)) != len(shown):
            raise TypeError(f"{self.name}: every claim must stand in the layout exactly once")
        if set(self.issuer_claims) != set(ISSUER_PARTS):
            raise TypeError(f"{self.name}: issuer_claims must say where code and name of the issuer stand")
        _ = self._headers  # raises for a header that leads to two fields

    @cached_property
    def all_fields(self) -> tuple[FieldSpec, ...]:
        """What a record of the type holds."""
        return field_specs(self.record_type)

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The columns of its lists."""
        return tuple(spec for spec in self.all_fields if spec.given)

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        """Field name by header key."""
        return header_index((spec.name, spec.headers) for spec in self.fields)

    @property
    def nests(self) -> bool:
        """Whether its records hold lists of rows, which only JSON Lines can carry."""
        return any(spec.rows for spec in self.fields)

    @cached_property
    def vct(self) -> str:
        return f"urn:vanbang:type:{self.name}:{self.version}"

    @property
    def digests(self) -> int:
        """Number of top-level `_sd` digests of every payload of this type: one per claim, absent ones are decoys."""
        return len(self.claims)
