"""The header of a list: which of the first rows it is, which field each column stands for, which types it serves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from vanbang.adapters.files.faults import fault, json_lines_only, unreadable
from vanbang.catalog import LIST_TYPES, CredentialType, FieldSpec
from vanbang.catalog.headers import header_key
from vanbang.notary.lists import FINDINGS_COLUMN, Finding, ListUnreadable

TOP_ROWS = 20
"""Rows in which a header is looked for: above it stand the names of ministry, school and list."""

ROW_NUMBERS = frozenset({"stt", "tt", "sothutu"})
"""Header keys of the column in which lists count their rows; it says nothing about anyone."""

FEWEST_KNOWN = 5
"""Names known below which a row is no header with faults but no header at all. Its cells may be somebody's: none of
them is repeated."""

UNKNOWN_COLUMNS_NAMED = 50
"""A file of another kind has any number of unknown columns; nobody reads further than this."""

SHOWN = 60
"""Characters of a stranger's column name that are repeated in a message."""

Top = Sequence[tuple[int, Sequence[str]]]
"""The first rows, each with its number."""


@dataclass(frozen=True, slots=True)
class Header:
    """`written` are the names as they stand there ("" for a nameless column), `fields` what each stands for: None for
    a nameless one, for row numbers and for our own column of findings. `row` is its number."""

    row: int
    written: Sequence[str]
    fields: Sequence[str | None]
    kinds: Sequence[CredentialType]

    @property
    def columns(self) -> Mapping[str, str]:
        """Field by written name."""
        return {name: found for name, found in zip(self.written, self.fields, strict=True) if found}

    @property
    def names(self) -> Sequence[str]:
        """The written names without our own column."""
        return [name for name in self.written if name != FINDINGS_COLUMN]

    @property
    def specs(self) -> Sequence[FieldSpec | None]:
        """The field of each column, as the first type that has it describes it."""
        known = {spec.name: spec for kind in reversed(self.kinds) for spec in kind.fields}
        return [known[name] if name else None for name in self.fields]

    @property
    def own_column(self) -> int | None:
        """Where our column of findings stands: the sheet was written by us."""
        return self.written.index(FINDINGS_COLUMN) if FINDINGS_COLUMN in self.written else None


def is_passed_over(name: str) -> bool:
    """Whether a column of this name is neither a field nor unknown: our findings, and the numbers of rows."""
    return name == FINDINGS_COLUMN or header_key(name) in ROW_NUMBERS


def names_known(written: Sequence[str], kinds: Sequence[CredentialType]) -> int:
    """How many of these texts head a column of some type."""
    return sum(any(kind.field_named(name) for kind in kinds) for name in written if name)


def heads(written: Sequence[str], kinds: Sequence[CredentialType]) -> bool:
    """Whether a row of texts is a header: at least half of the columns that a type requires are there."""
    return any(2 * len(_required(kind) & set(_fields(written, [kind]))) >= len(_required(kind)) for kind in kinds)


def header_place(top: Top, kinds: Sequence[CredentialType]) -> int:
    """The index of the header among the first rows: the first that is one, else the one that resembles it most.

    Raises ListUnreadable when all are blank.
    """
    for index, (_, written) in enumerate(top):
        if heads(_stripped(written), kinds):
            return index
    filled = [index for index, (_, written) in enumerate(top) if any(_stripped(written))]
    if not filled:
        raise unreadable("empty_file")
    return max(filled, key=lambda index: names_known(_stripped(top[index][1]), kinds))


def read_header(row: int, texts: Sequence[str], kinds: Sequence[CredentialType]) -> Header:
    """The header in this row, or ListUnreadable with a finding for each column missing, unknown or repeated, or with
    one when this is no header."""
    written = _stripped(texts)
    if names_known(written, kinds) < FEWEST_KNOWN:
        raise unreadable("header_missing", row)
    while written and not written[-1]:  # spreadsheets export blank columns that were once used
        written.pop()
    seen = set(_fields(written, kinds))
    served = [kind for kind in kinds if _required(kind) <= seen]
    meant = served or [max(kinds, key=lambda kind: len(_required(kind) & seen))]
    header = Header(row, written, _fields(written, meant), served)
    findings = [*_repeated(header), *_unknown(header, meant[0]), *([] if served else _missing(header, meant[0]))]
    if findings:
        raise ListUnreadable(findings)
    return header


def unknown_column(row: int, name: str, kind: CredentialType) -> Finding:
    """The finding for a name that heads no column, with the name that was probably meant."""
    close = get_close_matches(name.lower()[:SHOWN], [spec.name for spec in kind.fields], n=1, cutoff=0.8)
    return fault("column_unknown", row, name[:SHOWN], name[:SHOWN], close[0] if close else None)


def missing_columns(row: int, seen: set[str | None], kind: CredentialType) -> Iterator[Finding]:
    """A finding for each required column of the type that is not there."""
    for spec in kind.fields:
        if spec.required and spec.name not in seen:
            labels = {"label_vi": spec.label_vi, "label_en": spec.label_en}
            yield fault("column_missing", row, spec.name, "", None, field=spec.name, **labels)


def _stripped(texts: Sequence[str]) -> list[str]:
    return [text.strip() for text in texts]


def _required(kind: CredentialType) -> set[str | None]:
    return {spec.name for spec in kind.fields if spec.required}


def _fields(written: Sequence[str], kinds: Sequence[CredentialType]) -> list[str | None]:
    """What each header stands for, in the first type that knows it."""
    return [
        next((found for kind in kinds if (found := kind.field_named(name))), None)
        if name and not is_passed_over(name)
        else None
        for name in written
    ]


def _lists(kind: CredentialType) -> set[str | None]:
    return {spec.name for spec in kind.fields if spec.rows}


def _repeated(header: Header) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, found in zip(header.written, header.fields, strict=True):
        if found and found in first:
            yield fault("column_repeated", header.row, found, name, other=first[found], field=found)
        elif found:
            first[found] = name


def _unknown(header: Header, kind: CredentialType) -> Iterator[Finding]:
    pairs = zip(header.written, header.fields, strict=True)
    names = dict.fromkeys(name for name, found in pairs if name and not found and not is_passed_over(name))
    for nesting in (entry for entry in LIST_TYPES if entry.nests):
        if any(nesting.field_named(name) in _lists(nesting) for name in names):
            raise json_lines_only(nesting)
    return (unknown_column(header.row, name, kind) for name in list(names)[:UNKNOWN_COLUMNS_NAMED])


def _missing(header: Header, kind: CredentialType) -> Iterator[Finding]:
    return missing_columns(header.row, set(header.fields), kind)
