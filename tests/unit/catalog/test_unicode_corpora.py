"""What strangers' files hold in place of letters: each kind is named by its rule, in every shape of field."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.catalog import LIST_TYPES, type_by_name
from vanbang.catalog.problems import RULES
from vanbang.catalog.text import PLAIN, is_plain

pytestmark = pytest.mark.slow

DIPLOMA = type_by_name("vn-diploma")
EXAMPLE = {spec.name: spec.example for spec in DIPLOMA.fields}

NAME = "Đặng Thị Hòa"
CORPUS = [
    # what it is, the cell of a name, rule, suggestion
    ("decomposed", unicodedata.normalize("NFD", NAME), "not_nfc", NAME),
    ("compatibility letters", "Nguyễn Văn \ufb01", "character", None),
    ("marks in another order", "Lê Vie\u0302\u0323t", "not_nfc", "Lê Việt"),
    ("marks heaped up", "Hòa" + "\u0301" * 20, "character", None),
    ("zero width space", "Đặng\u200b Thị Hòa", "invisible_character", NAME),
    ("zero width joiner", "Đặng Thị Hò\u200da", "invisible_character", NAME),
    ("zero width non-joiner", "Đặng\u200c Thị Hòa", "invisible_character", NAME),
    ("word joiner", "Đặng Thị Hòa\u2060", "invisible_character", NAME),
    ("byte order mark", "\ufeffĐặng Thị Hòa", "invisible_character", NAME),
    ("soft hyphen", "Đặng Thị Hò\u00ada", "invisible_character", NAME),
    ("right-to-left override", "Đặng \u202eThị\u202c Hòa", "invisible_character", NAME),
    ("right-to-left isolate", "\u2067Đặng Thị Hòa\u2069", "invisible_character", NAME),
    ("right-to-left mark", "Đặng Thị Hòa\u200f", "invisible_character", NAME),
    ("eth for Đ", "\u00d0ặng Thị Hòa", "lookalike_letter", NAME),
    ("small eth for đ", "Lý \u00f0ạt", "lookalike_letter", "Lý đạt"),
    ("African D for Đ", "\u0189ặng Thị Hòa", "lookalike_letter", NAME),
    ("Cyrillic", "Đặng Thị Н\u00f2\u0430", "lookalike_letter", NAME),
    ("Greek", "Đặng Τhị Ηòa", "lookalike_letter", NAME),
    ("full width", "Đặng Ｔhị Ｈòa", "lookalike_letter", NAME),
    ("private use", "Đặng Thị Hòa\ue000", "invisible_character", NAME),
    ("private use of plane 16", "Đặng Thị Hòa\U0010fffd", "invisible_character", NAME),
    ("lone high surrogate", "Đặng Thị Hòa\ud83c", "invisible_character", NAME),
    ("lone low surrogate", "\udf93Đặng Thị Hòa", "invisible_character", NAME),
    ("NUL", "Đặng\x00 Thị Hòa", "invisible_character", NAME),
    ("escape", "Đặng Thị\x1b Hòa", "invisible_character", NAME),
    ("delete", "Đặng Thị Hòa\x7f", "invisible_character", NAME),
    ("control of Latin-1", "Đặng Thị\x9b Hòa", "invisible_character", NAME),
    ("record key separator", "Đặng\x1fThị Hòa", "odd_space", NAME),
    ("next line", "Đặng\x85Thị Hòa", "odd_space", NAME),
    ("line separator", "Đặng\u2028Thị Hòa", "odd_space", NAME),
    ("no-break space", "Đặng\u00a0Thị Hòa", "odd_space", NAME),
    ("narrow no-break space", "Đặng\u202fThị Hòa", "odd_space", NAME),
    ("ideographic space", "Đặng\u3000Thị Hòa", "odd_space", NAME),
    ("ogham space", "Đặng\u1680Thị Hòa", "odd_space", NAME),
    ("tag characters", "Đặng Thị Hòa\U000e0041\U000e007f", "invisible_character", NAME),
    ("variation selector", "Đặng Thị Hòa\ufe0f", "invisible_character", NAME),
    ("ideographic variation selector", "Đặng Thị Hòa\U000e0100", "invisible_character", NAME),
    ("grapheme joiner", "Đặng\u034f Thị Hòa", "invisible_character", NAME),
    ("Hangul filler", "Đặng\u3164 Thị Hòa", "invisible_character", NAME),
    ("Braille blank", "Đặng\u2800 Thị Hòa", "invisible_character", NAME),
    ("Mongolian vowel separator", "Đặng\u180e Thị Hòa", "invisible_character", NAME),
    ("non-character", "Đặng Thị Hòa\ufdd0", "invisible_character", NAME),
    ("last code point", "Đặng Thị Hòa\U0010ffff", "invisible_character", NAME),
    ("unassigned", "Đặng Thị Hòa\u0378", "invisible_character", NAME),
    ("object replacement", "Đặng\ufffc Thị Hòa", "invisible_character", NAME),
    ("replacement character", "\ufffdặng Thị Hòa", "character", None),
    ("marks without end", "Hòa" + "\u0301" * 200, "too_long", None),
    ("enclosing mark", "Đặng Thị Hòa\u20dd", "character", None),
    ("emoji", "Đặng Thị Hòa \U0001f393", "character", None),
    ("Chinese", "鄧氏和", "character", None),
    ("Arabic digits", "Đặng Thị \u0661", "character", None),
    ("mathematical letters", "\U0001d40dguyễn An", "character", None),
    ("over-long", "Đ" + "ă" * 150, "too_long", None),
    ("a megabyte", "A" * 1_000_000, "too_long", None),
]


@pytest.mark.parametrize(("what", "written", "rule", "suggestion"), CORPUS, ids=[row[0] for row in CORPUS])
def test_a_name_from_a_strangers_file(what, written, rule, suggestion):
    """The kind of character is named, with what was meant where that is clear; only what is repaired gets in."""
    record, found = DIPLOMA.parse(EXAMPLE | {"ho_va_ten": written})
    told = {entry.rule: entry for entry in found}
    assert rule in told
    assert (told[rule].field, told[rule].value, told[rule].suggestion) == ("ho_va_ten", written, suggestion)
    assert (record is None) == (RULES[rule].severity == "error")
    for entry in found:
        assert all(c.isprintable() for c in entry.message_vi + entry.message_en)
        assert len(entry.message_vi) < 1_000


@pytest.mark.parametrize("name", [spec.name for spec in DIPLOMA.fields])
@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\x00", "\ud800", "\ue000", "\ufe0f", "\U000e0041", "\u0410"]
)
def test_no_field_lets_a_hidden_or_foreign_letter_in(name, character):
    """Whatever the field is for, a value with such a character in it is refused, and the message says where."""
    record, found = DIPLOMA.parse(EXAMPLE | {name: (EXAMPLE[name] or "An") + character})
    assert record is None
    assert {entry.severity for entry in found if entry.field == name} >= {"error"}


def test_the_quick_alphabet_is_composed():
    """Any two characters that the quick scan vouches for stand side by side in NFC, so it need not look."""
    alphabet = [c for c in map(chr, range(sys.maxunicode + 1)) if PLAIN.search(c) is None]
    assert len(alphabet) > 700
    for first in alphabet:
        assert unicodedata.is_normalized("NFC", first.join(alphabet) + first)


corpus_cells = st.sampled_from(
    [
        *(
            "",
            " ",
            "Nam",
            "nữ",
            "-",
            "N/A",
            "không",
            "Na",
            "NGUYỄN AN",
            "1.0",
            "12.0",
            "2026",
            "01/06/2026",
            "1/6/2026",
        ),
        *("=1+1", "@x", "+84", "-5", "#N/A", "???", "1.23E+11", "2026-06-05 00:00:00", "38073", "Jun-26", "Việt Nam"),
        *("001304000123", "7480101", "µ", "º", "Trường | Lớp", "|", "||", "a|-b", "N\u0303", "x" * 300),
        *(row[1] for row in CORPUS[:-1]),
    ]
)
any_text = st.text(st.characters(codec=None, categories=None), max_size=30)
field_names = st.sampled_from([*EXAMPLE, "lạ", ""])


@pytest.mark.parametrize("kind", LIST_TYPES, ids=lambda kind: kind.name)
@settings(max_examples=150, deadline=None)
@given(cells=st.dictionaries(field_names | any_text, corpus_cells | any_text, max_size=12))
def test_parse_never_raises(kind, cells):
    """Any cells under any names are answered with a record or with findings."""
    example = {spec.name: spec.example for spec in kind.fields}
    for row in (cells, example | cells):
        record, found = kind.parse(row)
        assert (record is None) == any(entry.severity == "error" for entry in found)
        assert kind.applies(row) in {True, False}


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(list(EXAMPLE)), corpus_cells, max_size=3))
def test_the_quick_scan_and_the_careful_reading_agree(cells):
    """A row says the same whether or not some other cell, faultless itself, sends it the careful way."""
    row = EXAMPLE | {"ghi_chu": "lớp A"} | cells
    if not is_plain(row["ghi_chu"]):
        return
    careful = row | {"ghi_chu": row["ghi_chu"] + ": lớp A"}
    told = [[entry for entry in DIPLOMA.parse(way)[1] if entry.field != "ghi_chu"] for way in (row, careful)]
    assert told[0] == told[1]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(EXAMPLE)), corpus_cells, max_size=4))
def test_a_record_is_let_in_again_as_it_is(cells):
    """What one reading repaired, the next finds in order: no value is rewritten twice."""
    record, _ = DIPLOMA.parse(EXAMPLE | cells)
    if record is not None:
        again, found = DIPLOMA.parse(DIPLOMA.values_of(record))
        assert again == record
        assert not {entry.rule for entry in found} & {"not_nfc", "spaces_around", "date_style", "choice_style"}
