"""What can be wrong with one value of a row: stable rule codes, and one plain sentence in each language.

The sentences say what to do, not only what is wrong. They never spell out a citizen number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]

SHOWN_CHARACTERS = 60
"""A quoted value is cut here: long enough to recognise the cell, short enough for a line of a report."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one field. `value` is the value as handed in, unmasked; the messages are safe to print.

    `rule` is a key of `RULES`. An error keeps the record out; a warning lets it in. `suggestion` is the value that
    would pass this rule, where one can be guessed.
    """

    field: str
    value: str
    rule: str
    severity: Severity
    message_vi: str
    message_en: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Severity and the two sentences of a rule; `{label}`, `{value}` and the rule's own facts are filled in."""

    severity: Severity
    vi: str
    en: str


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
    shown = mask(value) if subject.secret else quoted(value)
    return Problem(
        field=subject.name,
        value=value,
        rule=rule,
        severity=text.severity,
        message_vi=text.vi.format(label=subject.label_vi, value=shown, **facts),
        message_en=text.en.format(label=subject.label_en, value=shown, **facts),
        suggestion=suggestion,
    )


def _error(vi: str, en: str) -> Rule:
    return Rule("error", vi, en)


def _warning(vi: str, en: str) -> Rule:
    return Rule("warning", vi, en)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # the text of any field
        "required": _error("{label}: ô này bắt buộc, hãy điền giá trị.", "{label}: this cell must be filled in."),
        "too_long": _error(
            "{label}: dài {length} ký tự, tối đa {limit}; hãy rút ngắn.",
            "{label}: {length} characters long, at most {limit} are allowed; shorten it.",
        ),
        "unknown_field": _error(
            "Trường “{label}” không thuộc loại văn bằng này; hãy bỏ trường đó.",
            "The field “{label}” does not belong to this type; leave it out.",
        ),
        "not_text": _error("{label}: giá trị phải là văn bản.", "{label}: the value must be text."),
        "not_nfc": _warning(
            "{label}: dấu tiếng Việt ở dạng tách rời; đã chuyển sang dạng dựng sẵn (Unicode NFC).",
            "{label}: accents are stored apart from their letters; they were joined (Unicode NFC).",
        ),
        "spaces_around": _warning(
            "{label}: thừa khoảng trắng ở đầu hoặc cuối; đã bỏ đi.",
            "{label}: spaces before or after the value were removed.",
        ),
        "double_space": _warning(
            "{label}: “{value}” có hai khoảng trắng liền nhau; hãy kiểm tra lại.",
            "{label}: “{value}” has two spaces in a row; check it.",
        ),
        "odd_space": _error(
            "{label}: có khoảng trắng lạ ({codepoint}); hãy thay bằng dấu cách thường.",
            "{label}: holds an unusual space ({codepoint}); replace it by a plain space.",
        ),
        "invisible_character": _error(
            "{label}: có ký tự ẩn {codepoint}; hãy xóa và gõ lại.",
            "{label}: holds the invisible character {codepoint}; delete it and type the value again.",
        ),
        "lookalike_letter": _error(
            "{label}: chữ “{character}” ({codepoint}) chỉ giống chữ “{meant}”; hãy gõ lại bằng chữ “{meant}”.",
            "{label}: the letter “{character}” ({codepoint}) only looks like “{meant}”; type “{meant}” instead.",
        ),
        "character": _error(
            "{label}: không được dùng ký tự “{character}” ({codepoint}); hãy sửa lại.",
            "{label}: the character “{character}” ({codepoint}) is not allowed here; correct it.",
        ),
        # the shape of single fields
        "choice": _error(
            "{label}: “{value}” không hợp lệ; hãy chọn một trong: {choices}.",
            "{label}: “{value}” is not valid; use one of: {choices}.",
        ),
        "date_form": _error(
            "{label}: “{value}” chưa đúng dạng; hãy viết ngày dạng dd/MM/yyyy, ví dụ 05/06/2026.",
            "{label}: “{value}” is not a date of the form dd/MM/yyyy; write it like 05/06/2026.",
        ),
        "date_missing": _error(
            "{label}: ngày “{value}” không có trong lịch; hãy kiểm tra lại.",
            "{label}: the day “{value}” does not exist; check it.",
        ),
        "year_form": _error(
            "{label}: “{value}” phải là năm gồm 4 chữ số.", "{label}: “{value}” must be a year of four digits."
        ),
        "programme_form": _error(
            "{label}: “{value}” phải gồm đúng 7 chữ số.", "{label}: “{value}” must be exactly seven digits."
        ),
        "number_form": _error(
            "{label}: “{value}” phải là một số, ví dụ 131 hoặc 4,5.",
            "{label}: “{value}” must be a number such as 131 or 4,5.",
        ),
        "base64_form": _error(
            "{label}: nội dung không phải base64 chuẩn; hãy mã hóa lại tệp.",
            "{label}: the content is not standard base64; encode the file again.",
        ),
        "citizen_form": _error(
            "{label}: {value} phải gồm đúng 12 chữ số; hãy định dạng cột là Văn bản để giữ số 0 ở đầu.",
            "{label}: {value} must be exactly twelve digits; format the column as Text to keep leading zeros.",
        ),
        # fields that must agree with each other
        "citizen_province": _error(
            "{label}: ba chữ số đầu của {value} không phải mã tỉnh (001-096); hãy kiểm tra lại.",
            "{label}: the first three digits of {value} are no province (001-096); check the number.",
        ),
        "citizen_abroad": _warning(
            "{label}: ba chữ số đầu của {value} là mã nước ngoài; hãy chắc chắn người này khai sinh ở nước ngoài.",
            "{label}: the first three digits of {value} stand for a foreign country; make sure of the place of birth.",
        ),
        "citizen_sex": _error(
            "{label}: chữ số thứ tư của {value} không khớp thế kỷ sinh và giới tính; hãy kiểm tra lại.",
            "{label}: the fourth digit of {value} does not fit century of birth and sex; check the number, "
            "the date of birth and the sex.",
        ),
        "citizen_year": _error(
            "{label}: chữ số thứ năm và sáu của {value} không khớp năm sinh; hãy kiểm tra lại.",
            "{label}: the fifth and sixth digits of {value} do not fit the year of birth; check both.",
        ),
        "citizen_required": _error(
            "{label}: bắt buộc với người có quốc tịch Việt Nam; hãy điền 12 chữ số.",
            "{label}: needed for Vietnamese nationals; fill in the twelve digits.",
        ),
        "citizen_foreign": _error(
            "{label}: người nước ngoài không có số định danh Việt Nam; hãy để trống hoặc sửa quốc tịch.",
            "{label}: foreigners have no Vietnamese citizen number; leave it empty or correct the nationality.",
        ),
        "age": _error(
            "{label}: “{value}” cách ngày quyết định {years} năm; hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” lies {years} years before the decision; check both dates.",
        ),
        "year_mismatch": _error(
            "{label}: “{value}” lệch quá một năm so với ngày quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” is more than a year away from the decision of {decided}; check both.",
        ),
        "year_differs": _warning(
            "{label}: “{value}” khác năm của quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” is not the year of the decision of {decided}; check it.",
        ),
        "date_order": _error(
            "{label}: “{value}” phải sau {other_vi} ({other}); hãy kiểm tra cả hai ngày.",
            "{label}: “{value}” must come after {other_en} ({other}); check both dates.",
        ),
        "created_early": _warning(
            "{label}: “{value}” trước ngày quyết định {decided}; hãy kiểm tra lại.",
            "{label}: “{value}” comes before the decision of {decided}; check it.",
        ),
        "created_late": _warning(
            "{label}: “{value}” sau ngày quyết định {decided} hơn 5 ngày.",
            "{label}: “{value}” is more than five days after the decision of {decided}.",
        ),
        "attachment_pair": _error(
            "{label}: tên tệp và nội dung tệp phải đi cùng nhau; hãy điền cả hai hoặc để trống cả hai.",
            "{label}: file name and file content belong together; fill in both or neither.",
        ),
    }
)
