"""A credential type ready for use: the description, and everything that follows from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vanbang.catalog.headers import header_key
from vanbang.catalog.metadata import type_metadata
from vanbang.catalog.model import FieldSpec, JsonValue, Record, TypeDescription
from vanbang.catalog.parsing import RowParser
from vanbang.catalog.problems import Problem, problem
from vanbang.catalog.templates import csv_template, json_schema, template

KEY_SEPARATOR = "\x1f"
"""Between the parts of a record key: a control character, so no part can hold it."""

COLUMN_NUMBER = re.compile(r"[(\[]?[0-9]{1,2}[)\]]?")
FILLED_OF = 4
"""A row with fewer than one in so many of its required cells filled is a line of text and no credential."""


@dataclass(frozen=True, eq=False)
class CredentialType(TypeDescription):
    """What a kind of credential holds, how a row of it is checked, and which claims a record makes."""

    def __reduce__(self) -> tuple[Any, ...]:
        """By name, where the catalog holds it: other processes have the same catalog."""
        return _known, (self.vct,)

    def parse(self, row: Mapping[str, str]) -> tuple[Record | None, list[Problem]]:
        """The record of a row (column name to cell), with all findings; no record when one of them is an error. A row
        that is not meant to be one (totals, signatures, the header once more) gets one finding in place of dozens."""
        record, found = self._parser.parse(row)
        stray = self._stray(row) if record is None else None
        return (record, found) if stray is None else (None, [stray])

    def field_named(self, written: str) -> str | None:
        """The field whose column a registrar heads so: by its name, a label or an alias, whatever the case, accents,
        spaces, dashes, line breaks, stars and notes such as "(bắt buộc)". None when no field is."""
        return self._headers.get(header_key(written))

    def applies(self, cells: Mapping[str, str]) -> bool:
        """Whether a row of a mixed list, as cells by field name, is of this type."""
        return self.recognises(cells)

    def expected(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """The recommended fields that a complete row with these cells (by field name) fills."""
        waived = self.waives(cells)
        return tuple(name for name in self._recommended if name not in waived) if waived else self._recommended

    def claims_of(self, record: Record) -> dict[str, JsonValue]:
        """The record's claims in catalog order; absent optional claims are left out (they get decoys when sealed)."""
        values = record.__dict__
        return {name: value for name, value_in in self._claim_readers if (value := value_in(values))}

    def values_of(self, record: Record) -> dict[str, str]:
        """The record's values by field, empty ones left out: what is stored, and what `restore` takes."""
        return {name: value for name, value in record.__dict__.items() if value}

    def restore(self, values: Mapping[str, str]) -> Record:
        """The record stored by `values_of`. Rules are not run again: a record stays what it was when rules tighten."""
        return self.record_type.model_construct(None, **{**dict.fromkeys(self._field_names, ""), **values})

    def issuer_code(self, record: Record) -> str:
        """The code of the institution that issues this record, as the registry holds it."""
        return self._issuer_part(record, "code")

    def issuer_name(self, record: Record) -> str:
        """The name of the institution that issues this record, as written in it."""
        return self._issuer_part(record, "name")

    def record_key(self, record: Record) -> str:
        """Unique among the records of this type: the issuer's code and the key fields (for a diploma its serial)."""
        values = record.__dict__
        return KEY_SEPARATOR.join((self.issuer_code(record), *(values[name] for name in self.key)))

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12) of one record."""
        return json_schema(self)

    def csv_template(self) -> bytes:
        """Header and one example row, UTF-8 with byte order mark."""
        return csv_template(self)

    def template(self) -> bytes:
        """`csv_template`, or one example line of JSON Lines for a type whose rows hold lists (`nests`)."""
        return template(self)

    def metadata(self) -> bytes:
        """The exact bytes of the public type metadata."""
        return self._metadata

    def _stray(self, row: Mapping[str, str]) -> Problem | None:
        """Why a refused row is no credential at all, told of its first cell; None for a faulty credential."""
        filled = [name for name in self._specs if isinstance(row.get(name), str) and row[name].strip()]
        needed = sum(self._specs[name].required for name in filled)
        if not filled:
            return None
        first = self._specs[filled[0]].subject
        if FILLED_OF * needed < sum(spec.required for spec in self.fields):
            return problem("stray_row", first, row[filled[0]], filled=needed)
        if 2 * sum(self._heads(name, row[name]) for name in filled) > len(filled):
            return problem("header_again", first, row[filled[0]])
        return None

    def _heads(self, name: str, text: str) -> bool:
        """Whether a cell is a header of its column or, as forms have it below the header, the column's number."""
        return self.field_named(text) == name or COLUMN_NUMBER.fullmatch(text) is not None

    def _issuer_part(self, record: Record, part: str) -> str:
        # The last step of the path is the field's own name, for one-field claims and members alike.
        value: str = record.__dict__[self.issuer_claims[part][-1]]
        return value

    @cached_property
    def _claim_readers(self) -> tuple[tuple[str, Callable[[Mapping[str, str]], JsonValue]], ...]:
        return tuple((claim.name, claim.reader()) for claim in self.claims)

    @cached_property
    def _recommended(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.fields if spec.recommended)

    @cached_property
    def _specs(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields}

    @cached_property
    def _field_names(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.all_fields)

    @cached_property
    def _parser(self) -> RowParser:
        return RowParser(self.record_type, self.fields, self.checks)

    @cached_property
    def _metadata(self) -> bytes:
        return type_metadata(self)


def _known(vct: str) -> CredentialType:
    from vanbang.catalog import TYPES  # which imports this module

    return TYPES[vct]
