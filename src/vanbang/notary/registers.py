"""Registers: an institution's programmes and signers with their days, and whether rows are true against them.

A register is a table for spreadsheets: one line is one entry. Where an institution keeps no entry of a kind, nothing is
compared, and the report says that it was not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from unicodedata import normalize

from vanbang.catalog import Problem
from vanbang.catalog.dates import day
from vanbang.core.errors import FormatError
from vanbang.notary.examining import Candidate
from vanbang.ports import RegisterEntry

COLUMNS = ("issuer", "kind", "code", "name", "title", "since", "until")
"""Columns of a register as a CSV file. Programmes: code and name. Signers: name and title (`code` is empty)."""

ISSUED_ON = "ngay_cap_vbcc"
PROGRAMME = ("ma_nganh_dao_tao", "nganh_dao_tao")
SIGNER = ("ho_ten_nguoi_ky_vbcc", "chuc_danh_nguoi_ky_vbcc")


@dataclass(frozen=True, slots=True)
class Registers:
    """The registers by the institution's code."""

    entries: Mapping[str, Sequence[RegisterEntry]]
    _by_key: dict[tuple[str, str, str], list[RegisterEntry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, entries in self.entries.items():
            for entry in entries:
                self._by_key.setdefault((code, entry.kind, ""), []).append(entry)
                self._by_key.setdefault((code, entry.kind, _key(entry)), []).append(entry)

    def check(self, chunk: Sequence[Candidate]) -> None:
        """Notes what does not stand in the register of the row's institution on the day of issue."""
        if not self._by_key:
            return
        for candidate in chunk:
            if candidate.record is not None:
                values = candidate.record.__dict__
                code = candidate.kind.issuer_code(candidate.record)
                on = day(values.get(ISSUED_ON, ""))
                for kind, (key, name) in (("programme", PROGRAMME), ("signer", SIGNER)):
                    if values.get(key) and (code, kind, "") in self._by_key:
                        candidate.is_compared = True
                        for found in self._problems(code, kind, (key, values[key]), (name, values[name]), on):
                            candidate.add(found)

    def _problems(
        self, code: str, kind: str, key: tuple[str, str], name: tuple[str, str], on: date | None
    ) -> Iterable[Problem]:
        entries = self._by_key.get((code, kind, _folded(key[1])), [])
        if not entries:
            yield _problem(f"{kind}_unknown", key, code, "")
            return
        current = [entry for entry in entries if on is None or _holds(entry, on)]
        if not current:
            yield _problem(f"{kind}_not_current", key, code, f"{on:%d/%m/%Y}")
            return
        said = [entry.name if kind == "programme" else entry.title for entry in current]
        if all(said) and _folded(name[1]) not in {_folded(text) for text in said}:
            yield _problem(f"{kind}_differs", name, code, said[0], suggestion=said[0])


SENTENCES = {
    "programme_unknown": (
        "Mã ngành “{value}” không có trong danh mục ngành của {issuer}; hãy kiểm tra mã, hoặc bổ sung danh mục.",
        "The programme code “{value}” is not in the register of {issuer}; check the code, or add it to the register.",
    ),
    "programme_not_current": (
        "Ngành “{value}” không được phép đào tạo vào ngày cấp {fact}; hãy kiểm tra ngày và mã ngành.",
        "The programme “{value}” was not in force on the day of issue {fact}; check the day and the code.",
    ),
    "programme_differs": (
        "Tên ngành “{value}” khác tên trong danh mục của {issuer}: “{fact}”; hãy sửa cho khớp.",
        "The programme's name “{value}” is “{fact}” in the register of {issuer}; make them agree.",
    ),
    "signer_unknown": (
        "Người ký “{value}” không có trong danh sách người ký của {issuer}; hãy kiểm tra tên, hoặc bổ sung danh sách.",
        "“{value}” is not among the signers of {issuer}; check the name, or add the signer to the register.",
    ),
    "signer_not_current": (
        "Người ký “{value}” không đương chức vào ngày cấp {fact}; hãy kiểm tra ngày cấp và người ký.",
        "“{value}” was not in office on the day of issue {fact}; check the day and the signer.",
    ),
    "signer_differs": (
        "Chức danh “{value}” khác danh sách người ký của {issuer}: “{fact}”; hãy sửa cho khớp.",
        "The position “{value}” is “{fact}” in the register of {issuer}; make them agree.",
    ),
}


def _problem(rule: str, cell: tuple[str, str], issuer: str, fact: str, suggestion: str | None = None) -> Problem:
    vi, en = SENTENCES[rule]
    return Problem(
        field=cell[0],
        value=cell[1],
        rule=rule,
        severity="error",
        message_vi=vi.format(value=cell[1], issuer=issuer, fact=fact),
        message_en=en.format(value=cell[1], issuer=issuer, fact=fact),
        suggestion=suggestion,
        dimension="live",
    )


def _holds(entry: RegisterEntry, on: date) -> bool:
    return (entry.since or "0000") <= on.isoformat() <= (entry.until or "9999")


def _key(entry: RegisterEntry) -> str:
    return _folded(entry.code if entry.kind == "programme" else entry.name)


def _folded(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())


def checked_entry(cells: Mapping[str, str], where: str) -> RegisterEntry:
    """A register's line from its cells. Raises FormatError that names the place."""
    kind = cells.get("kind", "")
    if kind not in ("programme", "signer"):
        raise FormatError(f"{where}.kind", "neither programme nor signer")
    texts = {name: normalize("NFC", cells.get(name, "").strip()) for name in COLUMNS[2:]}
    if not texts["name"] or (kind == "programme") != bool(texts["code"]):
        raise FormatError(where, "a programme has code and name, a signer name and title")
    for name in ("since", "until"):
        if texts[name]:
            _check_day(texts[name], f"{where}.{name}")
    return RegisterEntry("programme" if kind == "programme" else "signer", **texts)


def _check_day(text: str, where: str) -> None:
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError(text)
    except ValueError as error:
        raise FormatError(where, "not a day like 2026-06-30") from error
