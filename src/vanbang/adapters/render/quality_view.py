"""What the page of a quality report says, worked out from the report: its template only puts it in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from vanbang.adapters.render.charts import Bars, Histogram, bars, histogram
from vanbang.adapters.render.rule_names import RULE_NAMES
from vanbang.catalog import TYPES
from vanbang.catalog.problems import RULES, mask

Both: TypeAlias = tuple[str, str]
"""A text in Vietnamese and in English."""

LONGEST_VALUE: Final = 160
"""Characters of a value that the page shows: enough to find the cell, short enough for a table on paper."""

LONGEST_MESSAGE: Final = 2_000
"""Characters of a message: none is longer, but the page must not trust that."""

GROUPS_SHOWN: Final = 50
"""Batches named on the page; an honest list makes a handful."""

WHOLE: Final = ("cả tệp", "whole file")
SEPARATORS: Final[Mapping[str, Both]] = {
    ",": ("dấu phẩy", "comma"),
    ";": ("dấu chấm phẩy", "semicolon"),
    "\t": ("dấu tab", "tab"),
    "|": ("dấu gạch đứng", "vertical bar"),
}
FORMATS: Final = {"csv": "CSV", "xlsx": "Excel (XLSX)", "parquet": "Parquet", "jsonl": "JSON Lines"}

QUALITIES: Final[Mapping[str, tuple[Both, Both]]] = {
    "accurate": (
        ("Đúng", "Accurate"),
        (
            "Điều ghi trong dòng là có thể, và các ô không mâu thuẫn nhau.",
            "What a row says is possible, and its cells do not contradict each other.",
        ),
    ),
    "complete": (
        ("Đủ", "Complete"),
        ("Các ô cần điền đều đã có giá trị.", "The cells that should be filled are filled."),
    ),
    "clean": (
        ("Sạch", "Clean"),
        (
            "Viết đúng một dạng thống nhất, không ký tự lạ, không lặp lại.",
            "Written in the one agreed form, with no odd characters, nothing twice.",
        ),
    ),
    "live": (
        ("Sống", "Live"),
        ("Khớp với cơ sở dữ liệu đối chiếu của hôm nay.", "Agrees with the register as it is today."),
    ),
}
"""Name and meaning of the four qualities."""

NO_ROWS: Final = ("Chưa kiểm tra: không đọc được dòng nào.", "Not checked: no row was read.")
NO_REGISTER: Final = (
    "Chưa kiểm tra: không có cơ sở dữ liệu để đối chiếu.",
    "Not checked: no register was given.",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first thing to read: `tone` is valid, invalid or unsure."""

    tone: str
    headline: Both
    reason: Both
    advice: Both


@dataclass(frozen=True, slots=True)
class Gauge:
    """One quality: percent as a number (None: not checked) and as written, and what there is to say about it."""

    tone: str
    name: Both
    percent: float | None
    written: Both
    meaning: Both
    told: Both


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as the table shows it; values of secret columns are masked. `place` None: the whole file."""

    place: int | None
    column: str
    label: Both | None
    value: str
    rule: Both | None
    code: str
    message: Both
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """The findings of one severity: those kept, of `total`."""

    severity: str
    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that will be one batch; `title` is the type's, None for a type that is not known here."""

    issuer: str
    kind: str
    title: Both | None
    rows: int


@dataclass(frozen=True, slots=True)
class Charts:
    """The three charts, and of each rule whether it is an error or a warning ("" when the report does not tell)."""

    rules: Bars
    severities: Mapping[str, str]
    missing: Bars
    histogram: Histogram | None


def shown(text: str, longest: int = LONGEST_VALUE) -> str:
    """A stranger's text with what cannot be seen (and what turns other text round) spelt out; cut when longer."""
    cut = text if len(text) <= longest else text[:longest] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in cut)


def counted(number: int) -> str:
    """A number with its thousands set apart, the same in both languages."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def verdict(report: Mapping[str, Any]) -> Verdict:
    """What became of the list, and what to do now."""
    rows, good, errors, warnings = (counted(report[name]) for name in ("rows", "accepted", "errors", "warnings"))
    if report["unreadable"]:
        return Verdict(
            "invalid",
            ("Không đọc được hết", "Could not be read to its end"),
            (
                f"Tệp bị hỏng hoặc sai dạng; mới đọc được {rows} dòng.",
                f"The file is damaged or of another form; {rows} rows were read.",
            ),
            (
                "Chưa thể niêm phong. Hãy xem mục Lỗi bên dưới, xuất lại tệp rồi kiểm tra lại.",
                "Nothing can be sealed. See the errors below, export the file again, then check it again.",
            ),
        )
    if not report["rows"]:
        return Verdict(
            "unsure",
            ("Không có dòng nào", "Nothing to check"),
            ("Danh sách không có dòng dữ liệu.", "The list holds no row of data."),
            ("Chưa có gì để niêm phong. Hãy thêm dữ liệu.", "There is nothing to seal. Add rows."),
        )
    if not report["clean"]:
        return Verdict(
            "invalid",
            ("Có lỗi", "Has errors"),
            (f"{errors} lỗi; {good} trên {rows} dòng đạt.", f"{errors} errors; {good} of {rows} rows are good."),
            (
                "Chưa thể niêm phong: một danh sách được nhận cả hoặc không nhận. Hãy sửa các lỗi bên dưới trong tệp "
                "gốc rồi kiểm tra lại.",
                "It cannot be sealed yet: a list is taken as a whole or not at all. Correct the errors below in the "
                "original file, then check it again.",
            ),
        )
    return Verdict(
        "valid",
        ("Sạch", "Clean"),
        (f"Cả {rows} dòng đều đạt.", f"All {rows} rows are good."),
        (
            f"Có thể niêm phong ngay. Hãy đọc {warnings} cảnh báo trước: sau khi niêm phong không sửa được nữa.",
            f"It can be sealed as it is. Read the {warnings} warnings first: after sealing nothing can be changed.",
        )
        if report["warnings"]
        else (
            "Có thể niêm phong ngay, không cần làm gì thêm.",
            "It can be sealed as it is; nothing is left to do.",
        ),
    )


def gauges(report: Mapping[str, Any]) -> list[Gauge]:
    """The four qualities in the ministry's order."""
    return [_gauge(name, report["scores"][name], report["rows"]) for name in QUALITIES]


def _gauge(quality: str, score: Mapping[str, Any], rows: int) -> Gauge:
    name, meaning = QUALITIES[quality]
    percent: float | None = score["score"]
    errors, warnings, touched = (counted(score[part]) for part in ("errors", "warnings", "rows"))
    told = (
        f"{errors} lỗi, {warnings} cảnh báo, ở {touched} dòng",
        f"{errors} errors, {warnings} warnings, in {touched} rows",
    )
    if percent is None:
        written = ("chưa kiểm tra", "not checked")
        return Gauge("none", name, None, written, meaning, NO_REGISTER if rows and quality == "live" else NO_ROWS)
    exact = f"{percent:g}"
    tone = "invalid" if score["errors"] else "unsure" if percent < 100 or score["warnings"] else "valid"
    return Gauge(tone, name, percent, (f"{exact.replace('.', ',')}%", f"{exact}%"), meaning, told)


def facts(report: Mapping[str, Any]) -> list[tuple[Both, Both]]:
    """How the file is written, each a label and what it says; what the report does not tell is left out."""
    form: Mapping[str, Any] = report["list"] or {}
    kind, encoding, sheet = (shown(form.get(part, "")) for part in ("format", "encoding", "sheet"))
    told = FORMATS.get(kind, kind)
    found = (
        (("Định dạng", "Format"), (told, told)),
        (("Bảng mã", "Encoding"), (encoding, encoding)),
        (("Dấu phân cách", "Separator"), SEPARATORS.get(form.get("separator", ""), (shown(form.get("separator", "")),) * 2)),
        (("Trang tính", "Sheet"), (sheet, sheet)),
        (("Số cột", "Columns"), (counted(len(form.get("columns", ()))),) * 2 if form else ("", "")),
    )
    return [(label, value) for label, value in found if value[0]]


def charts(report: Mapping[str, Any]) -> Charts:
    """Findings by rule, missing cells by column, and where in the file the findings are."""
    findings: Sequence[Mapping[str, Any]] = report["findings"]
    severities = {rule: RULES[rule].severity if rule in RULES else "" for rule in report["rules"]}
    return Charts(
        rules=bars(report["rules"]),
        severities=severities | {finding["rule"]: finding["severity"] for finding in findings},
        missing=bars(report["missing"]),
        histogram=histogram(findings, report["rows"], report["findings_left_out"] > 0),
    )


def tables(report: Mapping[str, Any]) -> list[Table]:
    """The findings that were kept: errors, then warnings, each by row; an empty table is left out."""
    columns: Mapping[str, str] = (report["list"] or {}).get("columns", {})
    found = []
    for severity, total in (("error", report["errors"]), ("warning", report["warnings"])):
        own = [finding for finding in report["findings"] if finding["severity"] == severity]
        entries = tuple(_entry(finding, columns) for finding in sorted(own, key=lambda finding: finding["row"]))
        if total:
            found.append(Table(severity, entries, total))
    return found


def groups(report: Mapping[str, Any]) -> list[Group]:
    """The batches that will come out."""
    titles = {kind.name: (kind.title_vi, kind.title_en) for kind in TYPES.values()}
    return [
        Group(shown(entry["issuer"]), shown(entry["type"]), titles.get(entry["type"]), entry["rows"])
        for entry in report["groups"][:GROUPS_SHOWN]
    ]


def column_label(name: str) -> Both | None:
    """What people call the column of this field; None for a column that no type has."""
    return _labels().get(name)


def rule_name(rule: str) -> Both | None:
    """The short name of a rule; None for one that is shown by its code."""
    return RULE_NAMES.get(rule)


def _entry(finding: Mapping[str, Any], columns: Mapping[str, str]) -> Entry:
    column, suggestion = finding["column"], finding["suggestion"]
    field = columns.get(column, column)
    hide = mask if field in _secret() else str
    return Entry(
        place=finding["row"] or None,
        column=shown(column),
        label=column_label(field),
        value=shown(hide(finding["value"])),
        rule=rule_name(finding["rule"]),
        code=shown(finding["rule"]),
        message=(shown(finding["message_vi"], LONGEST_MESSAGE), shown(finding["message_en"], LONGEST_MESSAGE)),
        suggestion=None if suggestion is None else shown(hide(suggestion)),
    )


@cache
def _labels() -> Mapping[str, Both]:
    return {spec.name: (spec.label_vi, spec.label_en) for kind in TYPES.values() for spec in kind.fields}


@cache
def _secret() -> frozenset[str]:
    """Columns that hold citizen numbers."""
    return frozenset(spec.name for kind in TYPES.values() for spec in kind.fields if spec.shape.secret)
