"""What the page of a quality report says, worked out from the report: its template only puts it in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from vanbang.adapters.render.charts import Bars, Histogram, bars, histogram
from vanbang.adapters.render.quality_words import (
    FORMATS,
    NO_REGISTER,
    NO_ROWS,
    QUALITIES,
    SEPARATORS,
    UNCHECKED,
    VERDICTS,
    Both,
)
from vanbang.adapters.render.rule_names import RULE_NAMES
from vanbang.catalog import TYPES
from vanbang.catalog.problems import RULES, mask

LONGEST_VALUE: Final = 160
"""Characters of a value that the page shows: enough to find the cell, short enough for a table on paper."""

LONGEST_MESSAGE: Final = 2_000
"""Characters of a message: none is longer, but the page must not trust that."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

GROUPS_SHOWN: Final = 50
"""Batches named on the page; an honest list makes a handful."""


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
    return f"{number:,}".replace(",", NO_BREAK)


def verdict(report: Mapping[str, Any]) -> Verdict:
    """What became of the list, and what to do now."""
    if report["unreadable"]:
        kind = "unreadable"
    elif not report["rows"]:
        kind = "empty"
    elif not report["clean"]:
        kind = "errors"
    else:
        kind = "warnings" if report["warnings"] else "clean"
    tone, headline, reason, advice = VERDICTS[kind]
    numbers = {name: counted(report[name]) for name in ("rows", "accepted", "errors", "warnings")}
    return Verdict(tone, headline, _filled(reason, numbers), _filled(advice, numbers))


def _filled(text: Both, numbers: Mapping[str, str]) -> Both:
    return text[0].format_map(numbers), text[1].format_map(numbers)


def gauges(report: Mapping[str, Any]) -> list[Gauge]:
    """The four qualities in the ministry's order."""
    return [_gauge(name, report["scores"][name], report["rows"]) for name in QUALITIES]


def _gauge(quality: str, score: Mapping[str, Any], rows: int) -> Gauge:
    name, meaning = QUALITIES[quality]
    percent: float | None = score["score"]
    errors, warnings, touched = (counted(score[part]) for part in ("errors", "warnings", "rows"))
    told = (
        _unbroken(f"{errors} lỗi", f"{warnings} cảnh báo", f"ở {touched} dòng"),
        _unbroken(f"errors: {errors}", f"warnings: {warnings}", f"rows: {touched}"),
    )
    if percent is None:
        why = NO_REGISTER if rows and quality == "live" else NO_ROWS
        return Gauge("none", name, None, UNCHECKED, meaning, why)
    exact = f"{percent:g}"
    tone = "invalid" if score["errors"] else "unsure" if percent < 100 or score["warnings"] else "valid"
    return Gauge(tone, name, percent, (f"{exact.replace('.', ',')}%", f"{exact}%"), meaning, told)


def _unbroken(*parts: str) -> str:
    """Parts between which, but not within which, a line may end."""
    return ", ".join(part.replace(" ", NO_BREAK) for part in parts)


def facts(report: Mapping[str, Any]) -> list[tuple[Both, Both]]:
    """How the file is written, each a label and what it says; what the report does not tell is left out."""
    form: Mapping[str, Any] = report["list"] or {}
    kind, encoding, separator, sheet = (form.get(part, "") for part in ("format", "encoding", "separator", "sheet"))
    columns = counted(len(form["columns"])) if form else ""
    found = (
        (("Định dạng", "Format"), _same(FORMATS.get(kind, kind))),
        (("Bảng mã", "Encoding"), _same(encoding)),
        (("Dấu phân cách", "Separator"), SEPARATORS.get(separator, _same(separator))),
        (("Trang tính", "Sheet"), _same(sheet)),
        (("Số cột", "Columns"), _same(columns)),
    )
    return [(label, value) for label, value in found if value[0]]


def _same(text: str) -> Both:
    return shown(text), shown(text)


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
