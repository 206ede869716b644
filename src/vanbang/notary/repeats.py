"""Numbers that must not occur twice in a list."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from vanbang.catalog import CredentialType, Problem, Record
from vanbang.catalog.problems import Severity, mask, quoted

if TYPE_CHECKING:
    from vanbang.notary.checking import Candidate

HASH_BYTES: Final = 16
"""Values are remembered as 128-bit hashes: an accidental collision among 10 million has odds below 10^-24."""

KEY_RULE: Final = "duplicate_record"


@dataclass(frozen=True, slots=True)
class Distinct:
    """A field whose values differ within one issuer and type (and within the same `within`, where given)."""

    field: str
    rule: str
    severity: Severity
    within: str = ""


DISTINCT: Final = (
    Distinct("ma_dinh_danh_vbcc", "duplicate_identifier", "error"),
    Distinct("so_vao_so", "duplicate_register_number", "error", within="nam_tot_nghiep"),
    Distinct("so_ddcn", "duplicate_citizen_number", "warning"),
    Distinct("ma_nguoi_hoc", "duplicate_learner_number", "warning"),
)
"""Beside the record key. The same person, and so the same two numbers, may rightly earn two diplomas at once; a number
shared by people of different names is an error (`citizen_shared`)."""


@dataclass(slots=True)
class Repeats:
    """Remembers the numbers of a list as it goes by, and names the row that had one first.

    Rows that are refused for another reason count too: the registrar has to look at both.
    """

    _rows: dict[bytes, int] = field(default_factory=dict)
    _people: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)

    def check(self, chunk: Sequence["Candidate"]) -> None:
        """Notes what each row repeats of an earlier one."""
        for candidate in chunk:
            if candidate.record is not None:
                for found in self._repeated(candidate.kind, candidate.record, candidate.number):
                    candidate.add(found)

    def _repeated(self, kind: CredentialType, record: Record, number: int) -> Iterator[Problem]:
        values = record.__dict__
        first = self._first(KEY_RULE, kind, kind.record_key(record), number)
        if first != number:
            yield _problem(kind, kind.key[0], values[kind.key[0]], KEY_RULE, "error", first)
        issuer = kind.issuer_code(record)
        for distinct in DISTINCT:
            value = values.get(distinct.field)
            if not value:
                continue
            first = self._first(distinct.rule, kind, f"{issuer}\0{values.get(distinct.within, '')}\0{value}", number)
            if first != number:
                yield _problem(kind, distinct.field, value, distinct.rule, distinct.severity, first)
        yield from self._shared(kind, values, number)

    def _shared(self, kind: CredentialType, values: Mapping[str, str], number: int) -> Iterator[Problem]:
        """A citizen number that stood with another name or another date of birth before."""
        citizen = values.get("so_ddcn")
        if not citizen:
            return
        person = f"{values['ho_va_ten'].casefold()}\0{values['ngay_sinh']}"
        first = self._people.setdefault(_hash(citizen), (number, _hash(person)))
        if first[1] != _hash(person):
            yield _problem(kind, "so_ddcn", citizen, "citizen_shared", "error", first[0])

    def _first(self, rule: str, kind: CredentialType, value: str, number: int) -> int:
        return self._rows.setdefault(_hash(f"{rule}\0{kind.vct}\0{value}"), number)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest()


SENTENCES: Final = {
    KEY_RULE: (
        "{label}: trùng “{value}” với dòng {first}; hãy bỏ một dòng hoặc sửa lại số.",
        "{label}: repeats “{value}” of row {first}; remove one of them or correct the number.",
    ),
    "duplicate_identifier": (
        "{label}: trùng “{value}” với dòng {first}; mỗi văn bằng phải có mã riêng.",
        "{label}: repeats “{value}” of row {first}; every diploma has an identifier of its own.",
    ),
    "duplicate_register_number": (
        "{label}: trùng “{value}” với dòng {first} trong cùng năm; hãy đối chiếu sổ gốc.",
        "{label}: repeats “{value}” of row {first} in the same year; compare with the register.",
    ),
    "duplicate_citizen_number": (
        "{label}: {value} đã có ở dòng {first}; hãy chắc chắn một người nhận hai văn bằng.",
        "{label}: {value} occurs in row {first}; make sure that one person earned two diplomas.",
    ),
    "duplicate_learner_number": (
        "{label}: trùng “{value}” với dòng {first}; hãy chắc chắn một người nhận hai văn bằng.",
        "{label}: repeats “{value}” of row {first}; make sure that one person earned two diplomas.",
    ),
    "citizen_shared": (
        "{label}: {value} ở dòng {first} là của người khác tên hoặc khác ngày sinh; hãy kiểm tra cả hai dòng.",
        "{label}: {value} stands in row {first} with another name or date of birth; check both rows.",
    ),
}


def _problem(kind: CredentialType, name: str, value: str, rule: str, severity: Severity, first: int) -> Problem:
    subject = next(spec.subject for spec in kind.fields if spec.name == name)
    shown = mask(value) if subject.secret else quoted(value)
    vi, en = SENTENCES[rule]
    return Problem(
        field=name,
        value=value,
        rule=rule,
        severity=severity,
        message_vi=vi.format(label=subject.label_vi, value=shown, first=first),
        message_en=en.format(label=subject.label_en, value=shown, first=first),
        dimension="accurate" if rule == "citizen_shared" else "clean",
    )
