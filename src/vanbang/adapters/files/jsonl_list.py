"""Lists as JSON Lines: one object a line, its members named like columns, its values strings or null.

Types whose rows hold lists (`CredentialType.nests`) have arrays of objects there, in which marks may be numbers, and
objects for fields whose names are `outer_inner`. A line that is not so is a fault of that line; the lines around it are
read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from vanbang.adapters.files.faults import fault, labels_of, unreadable
from vanbang.adapters.files.header import TOP_ROWS, is_passed_over, read_header, unknown_column
from vanbang.adapters.files.table import LONGEST_LINE, MOST_ROWS, OpenList, Record, legacy_faults
from vanbang.catalog import CredentialType, FieldSpec
from vanbang.catalog.nested import flat_members
from vanbang.catalog.written_json import Number, parse_written, write_written
from vanbang.core.errors import JsonError
from vanbang.core.strict_json import parse
from vanbang.notary.lists import UNIT_ROWS, Finding, ListForm, ListUnreadable, Row

UNIT_BYTES = 2**21
"""Bytes of lines that travel together: some 300 transcripts."""

MEMBERS = 500
"""Members of an object that are looked at: ten times what the largest type has."""

REASONS_VI = (
    ("a member name occurs twice", "tên khóa lặp lại"),
    ("the number", "số không nguyên hoặc quá lớn; hãy viết trong ngoặc kép"),
    ("a lone surrogate", "nửa ký tự Unicode"),
    ("not UTF-8", "không phải UTF-8"),
    ("nested deeper", "lồng quá sâu"),
    ("not an object", "không phải một đối tượng"),
    ("more than", "quá nhiều khóa"),
    ("not JSON", "sai cú pháp"),
)
"""The strict parser's reasons (`vanbang.core.strict_json`) by their beginnings."""

_MARK = b"\xef\xbb\xbf"


def open_jsonl(stream: BinaryIO, kinds: Sequence[CredentialType]) -> OpenList:
    """The list in a file of JSON Lines (UTF-8). Raises ListUnreadable, now or between two rows."""
    top = [_object(line, kinds) for _, line in islice(_lines(stream), TOP_ROWS)]
    objects = [found for found in top if isinstance(found, dict)]
    if not objects:
        raise _no_objects(stream, str(top[0]) if top else "", several=len(top) > 1)
    header = read_header(1, _names(objects, kinds), kinds)
    form = ListForm(format="jsonl", kinds=header.kinds, columns=header.columns, encoding="UTF-8")
    kinds = header.kinds
    return OpenList(form, (), lambda: _records(_lines(stream), kinds), lambda: _units(stream, kinds))


def _no_objects(stream: BinaryIO, reason: str, several: bool) -> ListUnreadable:
    """The error for a file without one good line: an object over several of them, or each with a fault of its own."""
    first = next((line for _, line in _lines(stream)), b"")
    rule = "json_spread" if several and not first.rstrip().endswith(b"}") else "json_line"
    return unreadable(rule, 1, "", reason, reason_vi=_in_vietnamese(reason))


def _names(objects: Sequence[dict[str, Any]], kinds: Sequence[CredentialType]) -> list[str]:
    """The member names of these objects, one for each field however the lines differ in naming it. A name that is no
    field's is a fault of its line."""
    members = _Members(kinds)
    first: dict[str, str] = {}
    for found in objects:
        for name, _ in islice(members.of(found), MEMBERS):
            if (known := members.field(name)) is not None:
                first.setdefault(known, name)
    return list(first.values())


@dataclass(frozen=True, slots=True)
class LinesUnit:
    """Lines with their numbers."""

    lines: Sequence[tuple[int, bytes]]
    kinds: Sequence[CredentialType]
    share: float

    def rows(self) -> Iterator[Row]:
        return (record.row for record in _records(self.lines, self.kinds))


def _units(stream: BinaryIO, kinds: Sequence[CredentialType]) -> Iterator[LinesUnit]:
    size = stream.seek(0, 2) or 1
    waiting: list[tuple[int, bytes]] = []
    length = 0
    try:
        for number, line in _lines(stream):
            if number > MOST_ROWS:
                raise unreadable("too_large", number, "", f"> {MOST_ROWS}")
            waiting.append((number, line))
            length += len(line)
            if length >= UNIT_BYTES or len(waiting) == UNIT_ROWS:
                yield LinesUnit(waiting, kinds, stream.tell() / size)
                waiting, length = [], 0
    except ListUnreadable:
        if waiting:
            yield LinesUnit(waiting, kinds, stream.tell() / size)
        raise
    if waiting:
        yield LinesUnit(waiting, kinds, 1.0)


def _records(lines: Iterable[tuple[int, bytes]], kinds: Sequence[CredentialType]) -> Iterator[Record]:
    members = _Members(kinds)
    for number, line in lines:
        found = _object(line, kinds)
        if isinstance(found, str):
            rule = "json_line" if line.endswith(b"\n") else "cut_off"
            told = fault(rule, number, "", found, None, reason_vi=_in_vietnamese(found))
            yield Record(Row(number, {}, (told,)), {})
        else:
            yield Record(members.row(number, found), found)


def _in_vietnamese(reason: str) -> str:
    """What a line is refused for, by how the reason begins."""
    return next((vi for start, vi in REASONS_VI if reason.startswith(start)), reason)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1."""
    stream.seek(0)
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise unreadable("line_too_long", number, limit=LONGEST_LINE)
        if number == 1:
            line = line.removeprefix(_MARK)
        if not line.isspace():
            yield number, line


def _object(line: bytes, kinds: Sequence[CredentialType]) -> dict[str, Any] | str:
    """The object in a line, or why there is none. Where marks may be numbers, numbers keep their digits."""
    try:
        value = _parse_written(line) if any(kind.nests for kind in kinds) else parse(line)
    except JsonError as error:
        return error.reason
    if not isinstance(value, dict):
        return "not an object"
    return value if len(value) <= MEMBERS else f"more than {MEMBERS} members"


def _parse_written(line: bytes) -> Any:
    try:
        return parse_written(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise JsonError("", f"not UTF-8 at byte {error.start}") from error


@dataclass(slots=True)
class _Members:
    """What the member names stand for; lines that name the same members in the same order are quick."""

    kinds: Sequence[CredentialType]
    _known: dict[str, str] = field(default_factory=dict)
    _usual: list[str] = field(default_factory=list)
    _usual_fields: list[str] = field(default_factory=list)
    _lists: Mapping[str, FieldSpec] = field(init=False)
    """The fields that are lists of rows, by name."""

    def __post_init__(self) -> None:
        self._lists = {spec.name: spec for kind in self.kinds if kind.nests for spec in kind.fields if spec.rows}

    def field(self, name: str) -> str | None:
        """The field a member stands for."""
        if name in self._known:
            return self._known[name]
        found = next((found for kind in self.kinds if (found := kind.field_named(name))), None)
        if found is not None:
            self._known[name] = found
        return found

    def of(self, found: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        """The members of a line; objects in it stand for several, where a type has lists in its rows."""
        return flat_members(found, self._is_known) if self._lists else found.items()

    def _is_known(self, name: str) -> bool:
        return is_passed_over(name) or self.field(name) is not None

    def row(self, number: int, found: dict[str, Any]) -> Row:
        """The row of an object; what is wrong with a member is a fault of it."""
        if self._is_usual(found):
            cells = dict(zip(self._usual_fields, found.values(), strict=True))
            faults: list[Finding] = []
        else:
            cells, faults = self._looked_at(number, found)
        if not any(cells.values()) and not faults:
            return Row(number, {}, (fault("blank_row", number),))
        faults += legacy_faults(number, cells.items(), "\t".join(cells.values()))
        if len(self.kinds) > 1:
            cells = {name: text for name, text in cells.items() if text}
        return Row(number, cells, faults)

    def _is_usual(self, found: dict[str, Any]) -> bool:
        return list(found) == self._usual and all(type(value) is str for value in found.values())

    def _looked_at(self, number: int, found: dict[str, Any]) -> tuple[dict[str, str], list[Finding]]:
        cells: dict[str, str] = {}
        faults: list[Finding] = []
        written: dict[str, str] = {}
        members = 0
        for name, value in self.of(found):
            members += 1
            if is_passed_over(name):
                continue
            known = self.field(name)
            if known is None:
                faults.append(unknown_column(number, name, self.kinds[0]))
            elif known in cells:
                faults.append(fault("column_repeated", number, known, name, other=written[known], field=known))
            else:
                written[known] = name
                cells[known] = self._text(number, known, value, faults)
        if not faults and len(cells) == len(found) == members:
            self._usual, self._usual_fields = list(found), list(cells)
        return cells, faults

    def _text(self, number: int, name: str, value: Any, faults: list[Finding]) -> str:
        if isinstance(value, str) or value is None:
            return value or ""
        text = write_written(value)
        if isinstance(value, list) and name in self._lists:
            return self._listed(number, name, text, faults)
        whole = text.isdecimal() and isinstance(value, int | Number)
        faults.append(fault("not_text", number, name, text, text if whole else None, **labels_of(name)))
        return text if whole else ""

    def _listed(self, number: int, name: str, text: str, faults: list[Finding]) -> str:
        longest = self._lists[name].max_length
        if len(text) > longest:
            faults.append(fault("list_too_long", number, name, "", None, limit=longest, **labels_of(name)))
            return ""
        return text
