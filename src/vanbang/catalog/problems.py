"""What is wrong with one value of a row: the rule it breaks, told of this field and this value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vanbang.catalog.rules import RULES as ROW_RULES
from vanbang.catalog.rules import Dimension, Rule, Severity
from vanbang.catalog.transcript_rules import TRANSCRIPT_RULES

__all__ = ["RULES", "Dimension", "Problem", "Rule", "Severity", "Subject", "mask", "problem", "quoted"]

RULES: Mapping[str, Rule] = MappingProxyType({**ROW_RULES, **TRANSCRIPT_RULES})
"""Every rule by its code."""

SHOWN_CHARACTERS = 60
"""A quoted value is cut here: long enough to recognise the cell, short enough for a line of a report."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one field. `value` is the value as handed in, unmasked; the messages are safe to print.

    `rule` is a key of `RULES`. An error keeps the record out; a warning lets it in. `suggestion` is the value that
    would pass this rule, where one can be guessed. `dimension` is the rule's; problems made elsewhere than by the rules
    of the catalog come from the register, hence `live`.
    """

    field: str
    value: str
    rule: str
    severity: Severity
    message_vi: str
    message_en: str
    suggestion: str | None = None
    dimension: Dimension = "live"


@dataclass(frozen=True, slots=True)
class Subject:
    """The field a problem speaks of: its name, its labels, and whether its value may be quoted in a message."""

    name: str
    label_vi: str
    label_en: str
    secret: bool = False


def mask(value: str) -> str:
    """The value with all but its first and last three characters hidden; short values are hidden whole."""
    return f"{value[:3]}{'*' * (len(value) - 6)}{value[-3:]}" if len(value) > 8 else "*" * len(value)


def quoted(value: str) -> str:
    """A stranger's text made fit for one line of a report: cut short, what cannot be seen spelt out."""
    shown = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in shown)


def problem(rule: str, subject: Subject, value: str, suggestion: str | None = None, **facts: object) -> Problem:
    """The problem `rule` (a key of `RULES`) with `value` of `subject`; `facts` fill the rule's own placeholders."""
    text = RULES[rule]
    shown = quoted(mask(value) if subject.secret else value)
    return Problem(
        field=subject.name,
        value=value,
        rule=rule,
        severity=text.severity,
        message_vi=text.vi.format(label=subject.label_vi, value=shown, **facts),
        message_en=text.en.format(label=subject.label_en, value=shown, **facts),
        suggestion=suggestion,
        dimension=text.dimension,
    )
