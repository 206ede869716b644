"""Lists as Parquet: columns of text, read batch by batch. Rows are numbered from 1, the file has no header row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from vanbang.adapters.files.faults import fault, unreadable
from vanbang.adapters.files.header import Header, read_header
from vanbang.adapters.files.table import MOST_ROWS, OpenList, Record, Rows
from vanbang.adapters.files.typed_cells import text_of
from vanbang.catalog import CredentialType, FieldSpec
from vanbang.notary.lists import UNIT_ROWS, Finding, ListForm, ListUnreadable, Row

BATCH = 1_000
"""Rows decoded together."""

LARGEST_BATCH = 256 * 1024 * 1024
"""Bytes of text in a batch: what is stored once may be repeated in every row."""

LARGEST_LIST = 16 * 1024 * 1024 * 1024
"""Bytes of all batches, unfolded: 20 million rows of diplomas."""

FOLDING = frozenset({"DELTA_BYTE_ARRAY"})
"""Encodings in which a text may cost nothing where it resembles the one before."""

UNIT_BYTES = 2**22
"""Bytes of batches that travel together."""

LARGEST_GROUP = 1024 * 1024 * 1024
"""Declared bytes of a row group, unpacked: a page of it is unpacked as a whole."""

LARGEST_FOOTER = 16 * 1024 * 1024
"""Bytes of metadata; a list of 50 columns needs some 100 kB for a hundred row groups."""

COLUMNS = 1_000

Texts = tuple[list[str], dict[int, Finding]]
"""A column of a batch: its texts, and by position what is to be said about some."""


def open_parquet(stream: BinaryIO, kinds: Sequence[CredentialType]) -> OpenList:
    """The list in a Parquet file. Raises ListUnreadable for a damaged one and for columns that hold no text."""
    stream.seek(0)
    if stream.read(4) == b"PARE":
        raise unreadable("format_encrypted")
    try:
        file = _opened(stream)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from error
    schema = file.quick.schema_arrow
    header = read_header(1, schema.names, kinds)
    _check_types(schema, file.quick.metadata.schema.to_arrow_schema(), header)
    form = ListForm(format="parquet", kinds=header.kinds, columns=header.columns)
    return OpenList(form, header.names, lambda: _read(file, header), lambda: _units(file, header))


@dataclass(frozen=True, slots=True)
class _File:
    """One file, read in two ways: `quick` writes out text that is stored once for many rows, `careful` leaves it so
    until its size is known, in five times the time and memory."""

    quick: pq.ParquetFile
    careful: pq.ParquetFile

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All batches, row group by row group."""
        for group in range(self.quick.num_row_groups):
            file = self.quick if self._is_harmless(group) else self.careful
            yield from file.iter_batches(batch_size=BATCH, row_groups=[group])

    def _is_harmless(self, group: int) -> bool:
        """Whether no batch of the group can be larger than is allowed, were the longest text that the group stores once
        in each of its rows. The first row brings along all such texts of its page."""
        # Before the metadata of columns are looked at: of damaged ones reading tells, and looking ends the process.
        first = next(self.careful.iter_batches(batch_size=1, row_groups=[group]), None)
        metadata = self.quick.metadata.row_group(group)
        if any(FOLDING & set(metadata.column(index).encodings) for index in range(metadata.num_columns)):
            return False
        return first is None or all(
            BATCH * (pc.max(pc.binary_length(column.dictionary)).as_py() or 0) <= LARGEST_BATCH
            for column in first.columns
            if isinstance(column, pa.DictionaryArray) and _is_text(column.dictionary.type)
        )


def _opened(stream: BinaryIO) -> _File:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 8))
    footer = int.from_bytes(stream.read(4), "little")
    if footer > LARGEST_FOOTER:
        raise unreadable("damaged", 0, "", f"footer {footer}", format="Parquet")
    stream.seek(0)
    metadata = pq.read_metadata(stream)
    if metadata.num_columns > COLUMNS:
        raise unreadable("damaged", 0, "", f"{metadata.num_columns} columns", format="Parquet")
    if metadata.num_rows > MOST_ROWS:  # blank ones too: nothing need be stored of them
        raise unreadable("too_large", 0, "", f"{metadata.num_rows} > {MOST_ROWS}")
    for index in range(metadata.num_row_groups):
        if metadata.row_group(index).total_byte_size > LARGEST_GROUP:
            raise unreadable("too_large", 0, "", f"row group {index}: {metadata.row_group(index).total_byte_size}")
    names = [metadata.schema.column(index).path for index in range(metadata.num_columns)]
    stream.seek(0)
    return _File(
        pq.ParquetFile(stream, page_checksum_verification=True),
        pq.ParquetFile(stream, read_dictionary=names, page_checksum_verification=True),
    )


def _damaged(error: BaseException) -> ListUnreadable:
    if isinstance(error, ListUnreadable):
        return error
    return unreadable("damaged", 0, "", str(error)[:200], format="Parquet")


def _check_types(schema: pa.Schema, written: pa.Schema, header: Header) -> None:
    """Raises ListUnreadable with a finding for each column whose values have no one written form, as it is `written`
    in the file."""
    findings = [
        fault("column_type", 1, name, str(schema.field(index).name), type=str(written.field(index).type))
        for index, name in enumerate(header.fields)
        if name and not _is_readable(schema.field(index).type)
    ]
    if findings:
        raise ListUnreadable(findings)


def _is_readable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    if pa.types.is_timestamp(kind):
        return kind.tz is None  # the day depends on the place
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_date, pa.types.is_boolean)
    return _is_text(kind) or pa.types.is_null(kind) or any(test(kind) for test in tests)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


@dataclass(frozen=True, slots=True)
class ParquetUnit:
    """Batches as an Arrow stream; row `before` + 1 is the first."""

    stream: bytes
    before: int
    header: Header
    share: float

    def rows(self) -> Iterator[Row]:
        with pa.ipc.open_stream(self.stream) as batches:
            yield from (record.row for record in _records(batches, self.header, self.before))


def _units(file: _File, header: Header) -> Iterator[ParquetUnit]:
    before, of = 0, file.quick.metadata.num_rows or 1
    waiting: list[pa.RecordBatch] = []
    try:
        for whole in _batches(file, len(header.written)):
            for batch in _pieces(whole):
                if waiting and not _go_together(waiting, batch):
                    yield _unit(waiting, before, header, of)
                    before, waiting = before + sum(map(len, waiting)), []
                waiting.append(batch)
    except ListUnreadable:
        if waiting:
            yield _unit(waiting, before, header, of)
        raise
    if waiting:
        yield _unit(waiting, before, header, of)


def _go_together(batches: Sequence[pa.RecordBatch], other: pa.RecordBatch) -> bool:
    rows, size = (sum(map(measure, batches)) + measure(other) for measure in (len, _size))
    return rows <= UNIT_ROWS and size <= UNIT_BYTES and other.schema == batches[0].schema


def _size(batch: pa.RecordBatch) -> int:
    return int(batch.nbytes)


def _unit(batches: Sequence[pa.RecordBatch], before: int, header: Header, of: int) -> ParquetUnit:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    share = (before + sum(map(len, batches))) / of
    return ParquetUnit(sink.getvalue().to_pybytes(), before, header, share)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch, in parts if it is too long to travel."""
    rows = max(1, len(batch) * UNIT_BYTES // max(1, batch.nbytes))
    return (batch.slice(start, rows) for start in range(0, len(batch), rows))


def _read(file: _File, header: Header) -> Iterator[Record]:
    return _records(_batches(file, len(header.written)), header, 0)


def _records(batches: Iterable[pa.RecordBatch], header: Header, number: int) -> Iterator[Record]:
    """The records of batches; row `number` + 1 is the first."""
    rows = Rows(header)
    specs = header.specs
    for batch in batches:
        columns = [_texts(column, spec, number) for column, spec in zip(batch.columns, specs, strict=False)]
        marked = [said for _, said in columns if said]
        for position, texts in enumerate(zip(*(texts for texts, _ in columns), strict=True)):
            number += 1
            if any(texts):
                faults = [said[position] for said in marked if position in said]
                yield rows.record(number, texts, faults)


def _batches(file: _File, width: int) -> Iterator[pa.RecordBatch]:
    """The batches, cut to the columns of the header, with their text in full."""
    batches = file.batches()
    size = 0
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            columns = [_unfolded(column) for column in batch.columns[:width]]
            size += sum(column.nbytes for column in columns)
            if size > LARGEST_LIST:
                raise unreadable("too_large", 0, "", f"{size} > {LARGEST_LIST}")
            yield pa.RecordBatch.from_arrays(columns, batch.schema.names[:width])
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise _damaged(error) from error


def _unfolded(column: pa.Array) -> pa.Array:
    """Text stored once for many rows, repeated in each. Raises ListUnreadable when that would fill the memory."""
    if not isinstance(column, pa.DictionaryArray):
        return column
    size = pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0
    if size > LARGEST_BATCH:
        raise unreadable("too_large", 0, "", f"{size} > {LARGEST_BATCH}")
    return column.dictionary_decode()


def _texts(column: pa.Array, spec: FieldSpec | None, before: int) -> Texts:
    """The column as texts, with what is to be said about some of them by their place in the batch."""
    if _is_text(column.type) or pa.types.is_null(column.type):
        return [text or "" for text in _values(column)], {}
    texts: list[str] = []
    said: dict[int, Finding] = {}
    for position, value in enumerate(_values(column)):
        text, finding = text_of(value, spec, before + position + 1)
        texts.append(text)
        if finding is not None:
            said[position] = finding
    return texts, said


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("us"), safe=False)  # Python's datetime ends at microseconds
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError) as error:
        raise _damaged(error) from error
    return values
