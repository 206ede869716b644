"""Looking at rows in a process that needs nothing but a processor: what is wrong with each, and what is stored of it.

Whole units come in, columns go out: who stores them compares rows with each other and with what was issued before, for
that cannot be seen here.
"""

import pickle
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import repeat
from secrets import token_bytes
from typing import Final, TypeAlias

from vanbang.catalog import LIST_TYPES, TYPES, CredentialType, Problem, Record, type_for
from vanbang.core.record_keys import SECRET_SIZE, encryption_key
from vanbang.core.strict_json import parse
from vanbang.notary.lists import Finding, ListUnreadable, Row, Unit
from vanbang.notary.quality import CellCount
from vanbang.notary.records import citizen_index, encrypt_record, learner_index, record_json, record_key
from vanbang.notary.repeats import VALUE_SEPARATOR, hashes_of, values_of
from vanbang.ports import NewRecord

AT_HAND: Final = 64
"""Rows looked at together: few enough to stay in a processor's own memory until they are done with."""
RULES_KEPT: Final = 4
"""Lists whose rules a process remembers: few are looked at in turns."""


@dataclass(slots=True)
class Candidate:
    """A row on its way to be accepted; an error among its findings refuses it. `record` None: refused already."""

    number: int
    kind: CredentialType
    record: Record | None
    findings: list[Finding] = field(default_factory=list)
    is_compared: bool = False
    """Whether a register had something to say of it."""

    def add(self, found: Problem) -> None:
        """Notes a problem of this row."""
        self.findings.append(Finding.of(self.number, found))

    @property
    def is_refused(self) -> bool:
        return self.record is None or any(finding.severity == "error" for finding in self.findings)


ChunkCheck: TypeAlias = Callable[[Sequence[Candidate]], None]
"""Looks at rows, in order, and notes problems; can be pickled."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the rows of one list are looked at. `kinds`: the types it may hold; with `index_key` good rows are encrypted
    to be stored, without it they are only counted."""

    kinds: Sequence[CredentialType]
    checks: Sequence[ChunkCheck] = ()
    index_key: bytes = field(default=b"", repr=False)

    def packed(self) -> bytes:
        """As they travel with each unit."""
        return pickle.dumps(self)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of a row: before and behind what only a comparison with other rows shows."""

    number: int
    before: Sequence[Finding]
    behind: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Sealable:
    """Rows as they are stored, in columns; empty bytes and None for a row that is refused already."""

    keys: list[bytes] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    ciphertexts: list[bytes] = field(default_factory=list)
    learners: list[bytes | None] = field(default_factory=list)
    citizens: list[int | None] = field(default_factory=list)

    def add(self, key: bytes, secret: bytes, ciphertext: bytes, learner: bytes | None, citizen: int | None) -> None:
        """Appends a row."""
        self.keys.append(key)
        self.secrets.append(secret)
        self.ciphertexts.append(ciphertext)
        self.learners.append(learner)
        self.citizens.append(citizen)

    def new_records(self) -> list[NewRecord]:
        """The rows, to be stored; those that are refused already are none, and only keep the places of the others."""
        columns = zip(self.keys, self.secrets, self.ciphertexts, repeat(1), self.learners, self.citizens)
        return list(map(NewRecord._make, columns))

    def record(self, kind: CredentialType, place: int) -> Record:
        """The record in it."""
        json = record_json(kind, encryption_key(self.secrets[place]), self.ciphertexts[place])
        return kind.restore(parse(json, "record"))


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a unit. The columns are those of the rows that became records, by row `numbers`.

    `groups` are the issuers (code) and types there are, `group_of` says whose each row is. `hashes` and `values` are
    for `Repeats`. `told` has the rows, also those without a record, of which something is to be said. `broken`: what
    ended the reading behind these rows.
    """

    rows: int
    last: int
    compared: int
    cells: CellCount
    numbers: Sequence[int]
    refused: Sequence[int]
    """Places in `numbers` of rows that are refused already."""
    groups: Sequence[tuple[str, str]]
    group_of: Sequence[int]
    hashes: bytes
    values: str
    told: Sequence[Told]
    stored: Sealable
    broken: Sequence[Finding] = ()

    def values_by_place(self) -> list[list[str]]:
        """The numbers of each row, as `repeats.values_of` has them."""
        return [row.split(VALUE_SEPARATOR) for row in self.values.split("\n")]

    def kind(self, place: int) -> CredentialType:
        """The type of the row at this place."""
        return TYPES[self.groups[self.group_of[place]][1]]


def examine(rules: bytes, unit: Unit) -> Examined:
    """Looks at the rows of a unit under `Rules.packed`. Raises no error of ours: what is wrong is in what comes out."""
    return _Examination(_unpacked(rules)).of(unit)


@lru_cache(maxsize=RULES_KEPT)
def _unpacked(rules: bytes) -> Rules:
    unpacked: Rules = pickle.loads(rules)  # noqa: S301 -- ours, as everything that a worker process is handed
    return unpacked


@dataclass(slots=True)
class _Examination:
    """One unit's, a few rows at a time: what was just read is near at hand, and goes before the next is read."""

    rules: Rules
    rows: int = 0
    last: int = 0
    compared: int = 0
    cells: CellCount = field(default_factory=CellCount)
    numbers: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    groups: dict[tuple[str, str], int] = field(default_factory=dict)
    group_of: list[int] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    stored: Sealable = field(default_factory=Sealable)

    def of(self, unit: Unit) -> Examined:
        broken: Sequence[Finding] = ()
        waiting: list[Candidate] = []
        try:
            for row in unit.rows():
                waiting.append(self._candidate(row))
                if len(waiting) == AT_HAND:
                    self._take(waiting)
                    waiting = []
        except ListUnreadable as error:
            broken = error.findings
        self._take(waiting)
        return Examined(
            rows=self.rows,
            last=self.last,
            compared=self.compared,
            cells=self.cells,
            numbers=_short(self.numbers),
            refused=self.refused,
            groups=list(self.groups),
            group_of=array("H", self.group_of),
            hashes=b"".join(self.hashes),
            values="\n".join(self.values),
            told=self.told,
            stored=self.stored,
            broken=broken,
        )

    def _take(self, candidates: Sequence[Candidate]) -> None:
        split = [len(candidate.findings) for candidate in candidates]
        for check in self.rules.checks:
            check(candidates)
        self.rows += len(candidates)
        random = BytesIO(token_bytes(SECRET_SIZE * len(candidates)))
        for candidate, end in zip(candidates, split, strict=True):
            self.last = candidate.number
            self.compared += candidate.is_compared
            if candidate.findings:
                self.told.append(Told(candidate.number, candidate.findings[:end], candidate.findings[end:]))
            if candidate.record is not None:
                self._keep(candidate, candidate.kind, candidate.record, random.read(SECRET_SIZE))

    def _keep(self, candidate: Candidate, kind: CredentialType, record: Record, secret: bytes) -> None:
        """What is compared and stored of a row that became a record."""
        is_refused = bool(candidate.findings) and candidate.is_refused
        if is_refused:
            self.refused.append(len(self.numbers))
        self.numbers.append(candidate.number)
        group = kind.issuer_code(record), kind.vct
        self.group_of.append(self.groups.setdefault(group, len(self.groups)))
        self.hashes.append(hashes_of(kind, record))
        self.values.append(values_of(kind, record))
        key = self.rules.index_key
        if is_refused:
            self.stored.add(b"", b"", b"", None, None)
        elif key:
            self.stored.add(
                record_key(key, kind, record),
                secret,
                encrypt_record(kind, record, secret),
                learner_index(key, record),
                citizen_index(key, record),
            )

    def _candidate(self, row: Row) -> Candidate:
        kinds = self.rules.kinds
        candidate = Candidate(row.number, kinds[0], None, list(row.faults))
        if not row.cells:
            return candidate
        kind = type_for(row.cells, LIST_TYPES)
        if kind is None or kind not in kinds:
            candidate.findings.append(_other_type(row.number, kinds))
            return candidate
        candidate.kind = kind
        self.cells.count(kind, row.cells)
        candidate.record, problems = kind.parse(row.cells)
        if problems:
            told = {fault.column for fault in row.faults if fault.severity == "error"}  # by who saw the cell itself
            candidate.findings += [Finding.of(row.number, entry) for entry in problems if entry.field not in told]
        return candidate


def _short(numbers: list[int]) -> Sequence[int]:
    """The same numbers; those without a gap, nearly always all, as their first and last."""
    if numbers and numbers[-1] - numbers[0] + 1 == len(numbers):
        return range(numbers[0], numbers[-1] + 1)
    return array("L", numbers)


def _other_type(number: int, kinds: Sequence[CredentialType]) -> Finding:
    vi, en = (", ".join(getattr(kind, title) for kind in kinds) for title in ("title_vi", "title_en"))
    return Finding(
        row=number,
        column="ten_vbcc",
        value="",
        rule="other_type",
        severity="error",
        message_vi=f"Dòng này là loại văn bằng khác; các cột của tệp chỉ đủ cho: {vi}. Hãy tách ra tệp riêng.",
        message_en=f"This row is of another type; the columns suffice only for: {en}. Put it into a list of its own.",
        dimension="accurate",
    )
