"""The alphabet of diplomas: what people are really called is in, what only looks like it is out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanbang.catalog.problems import Subject
from vanbang.catalog.text import LOOKALIKES, NOT_NAME, NOT_TEXT, foreign_characters, is_plain, tidied

SUBJECT = Subject("ho_va_ten", "Họ và tên", "Full name")

REAL_NAMES = [
    "Nguyễn Thị Minh Anh", "Đặng Đình Đệ", "Ý", "Thao", "Y Blŏk Êban", "H'Wen Niê Kdăm", "H’Ngŭ Mlô", "Siu Ƀlơ̆",
    "K'Brểu", "Rơ Châm H'Yưn", "H'Mlơ̆ Ñă", "A Đuôn", "Thạch Sa Rây", "Chamaléa Thị Them", "Łukasz Wójcik",
    "Aoife O'Connell", "Zoé d'Arvieux", "João Gonçalves", "Satō Haruka", "Kim Jun-seo", "Şule Işık", "Þóra Ægisdóttir",
    "Ḥasan al-Baṣrī", "Kaʼimi Keawe", "Ðoàn".replace("Ð", "Đ"),
]  # fmt: skip

IMPOSTORS = [
    ("\u00d0oàn Văn An", "lookalike_letter"),
    ("\u0189oàn Văn An", "lookalike_letter"),
    ("Văn An \u00f0ỗ", "lookalike_letter"),
    ("Нguyễn Văn An", "lookalike_letter"),
    ("Nguyễn Văn Аn", "lookalike_letter"),
    ("Νguyễn Văn An", "lookalike_letter"),
    ("Ｎguyễn Văn An", "lookalike_letter"),
    ("Nguyễn\u200dVăn An", "invisible_character"),
    ("Nguyễn Văn An\u2060", "invisible_character"),
    ("\u202eNguyễn Văn An\u202c", "invisible_character"),
    ("\u2066Nguyễn Văn An", "invisible_character"),
    ("Nguyễn\u00ad Văn An", "invisible_character"),
    ("\ufeffNguyễn Văn An", "invisible_character"),
    ("Nguyễn\tVăn An", "odd_space"),
    ("Nguyễn\u3000Văn An", "odd_space"),
    ("Nguyễn\u2028Văn An", "odd_space"),
    ("阮文安", "character"),
    ("Иван", "character"),
    ("Nguyễn Văn An\U0001f393", "character"),
    ("Nguyễn_Văn An", "character"),
    ("Nguyễn Văn An \u0301", "character"),
]


def rules(value: str) -> set[str]:
    return {entry.rule for entry in foreign_characters(SUBJECT, value, NOT_NAME)}


@pytest.mark.parametrize("name", REAL_NAMES)
def test_real_names_pass(name):
    """Names of every origin found on diplomas are accepted as they are, in NFC."""
    composed = unicodedata.normalize("NFC", name)
    assert tidied(SUBJECT, composed) == (composed, [])
    assert rules(composed) == set()


@pytest.mark.parametrize(("name", "rule"), IMPOSTORS)
def test_impostors_are_caught(name, rule):
    """A letter that only looks right, or cannot be seen, is named by its rule."""
    assert rule in rules(name)
    assert NOT_NAME.search(name)


@pytest.mark.parametrize("letter", sorted(LOOKALIKES))
def test_every_lookalike_is_outside_the_alphabet_and_has_a_replacement_inside(letter):
    """The table of look-alikes and the alphabet cannot drift apart."""
    assert NOT_TEXT.search(letter)
    assert not NOT_TEXT.search(LOOKALIKES[letter])


def test_all_vietnamese_letters_are_plain():
    """All 134 accented letters of Vietnamese, in both cases, take the quick path."""
    bases = [*"aăâeêioôơuưy", *"AĂÂEÊIOÔƠUƯY"]
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = "".join(unicodedata.normalize("NFC", base + tone) for base in bases for tone in tones) + "đĐ"
    assert len(letters) == 146
    assert is_plain(letters)
    assert not NOT_NAME.search(letters)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_the_quick_path_vouches_only_for_what_the_slow_path_accepts(cells):
    """If the joined cells are plain, then no single cell would have been changed or faulted."""
    if is_plain("|".join(cells)):
        for cell in cells:
            assert tidied(SUBJECT, cell) == (cell, [])
            assert not list(foreign_characters(SUBJECT, cell, NOT_TEXT))


@given(st.text(max_size=40))
def test_tidying_settles_at_once(value):
    """What tidying returns is NFC, has no outer white space, and is not changed by tidying again."""
    once, _ = tidied(SUBJECT, value)
    again, found = tidied(SUBJECT, once)
    assert again == once
    assert {entry.rule for entry in found} <= {"double_space"}
