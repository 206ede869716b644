"""Numbers that must not occur twice in a list: how they are remembered, and what is said of one that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from vanbang.catalog import CredentialType, Problem, Record
from vanbang.catalog.problems import Severity, mask, quoted

KEY_RULE: Final = "duplicate_record"
SHARED_RULE: Final = "citizen_shared"
VALUE_SEPARATOR: Final = "\x1f"
"""Between the numbers of a row: a control character, so none of them can hold it."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """A field whose values differ within one issuer and type (and within the same `within`, where given)."""

    field: str
    rule: str
    severity: Severity
    within: str = ""


CITIZEN: Final = "so_ddcn"
DISTINCT: Final = (
    Distinct("ma_dinh_danh_vbcc", "duplicate_identifier", "error"),
    Distinct("so_vao_so", "duplicate_register_number", "error", within="nam_tot_nghiep"),
    Distinct(CITIZEN, "duplicate_citizen_number", "warning"),
    Distinct("ma_nguoi_hoc", "duplicate_learner_number", "warning"),
)
"""Beside the record key. The same person, and so the same two numbers, may rightly earn two diplomas at once; a number
shared by people of different names is an error (`citizen_shared`)."""

HASH_BYTES: Final = 12
"""A number as it is remembered. Two different ones are taken for the same when all 96 bits agree: among the 50 million
numbers of ten million rows that has odds of 10^-14. A citizen number shared by two people is known by 64 bits of the
number and 32 of the person: odds of 10^-5 that a good row among ten million is refused for it."""
ABSENT: Final = bytes(HASH_BYTES)
ISSUERS_KEPT: Final = 2_048
"""Issuers and types remembered: what a ministry's list has in turns."""
KEYS: Final = 2 + len(DISTINCT)
"""Hashes of a row: its record key, its distinct fields, and whose citizen number it is."""


def hashes_of(kind: CredentialType, record: Record) -> bytes:
    """The row's KEYS hashes, joined; zeros for a field that is empty."""
    values = record.__dict__
    begins = _begins(kind.vct, kind.issuer_code(record))
    made = [_hash(f"{begins[0]}{kind.record_key(record)}")]
    for name, within, begin in begins[1]:
        value = values.get(name)
        made.append(_hash(f"{begin}{values.get(within, '')}\0{value}") if value else ABSENT)
    citizen = values.get(CITIZEN)
    if citizen:
        person = f"{values['ho_va_ten'].casefold()}\0{values['ngay_sinh']}"
        made.append(_hash(citizen)[:8] + _hash(person)[:4])
    else:
        made.append(ABSENT)
    return b"".join(made)


def values_of(kind: CredentialType, record: Record) -> str:
    """The numbers that may repeat another row's, for the sentence that says so."""
    values = record.__dict__
    return VALUE_SEPARATOR.join([values[kind.key[0]], *[values.get(rule.field, "") for rule in DISTINCT]])


@lru_cache(maxsize=ISSUERS_KEPT)
def _begins(vct: str, issuer: str) -> tuple[str, Sequence[tuple[str, str, str]]]:
    """What is the same in all that is hashed of an issuer's records: of the key, and of each distinct field."""
    own = [(rule.field, rule.within, f"{rule.rule}\0{vct}\0{issuer}\0") for rule in DISTINCT]
    return f"{KEY_RULE}\0{vct}\0", own


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()[:HASH_BYTES]


def told(kind: CredentialType, key: int, value: str, first: int) -> Problem:
    """What is wrong with a row whose number `key` (of KEYS) stood in row `first` already."""
    if key == 0:
        return _problem(kind, kind.key[0], value, KEY_RULE, "error", first)
    if key == KEYS - 1:
        return _problem(kind, CITIZEN, value, SHARED_RULE, "error", first)
    rule = DISTINCT[key - 1]
    return _problem(kind, rule.field, value, rule.rule, rule.severity, first)


def column_of(key: int) -> int:
    """The column of `values_of` that number `key` stands in."""
    return key if key < KEYS - 1 else 1 + [rule.field for rule in DISTINCT].index(CITIZEN)


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
