"""Levels of study by the circular: six subjects high enough, none too low, words passed."""

import pytest

from vanbang.catalog.study_levels import study_levels

PASSED = ["Đạt"] * 3
CASES = [
    ([80] * 6 + [65] * 3, PASSED, ("Tốt",)),
    ([80] * 5 + [79] * 4, PASSED, ("Khá",)),
    ([80] * 8 + [64], PASSED, ("Khá",)),
    ([65] * 6 + [50] * 3, PASSED, ("Khá",)),
    ([65] * 5 + [64] * 4, PASSED, ("Đạt",)),
    ([50] * 6 + [35] * 3, PASSED, ("Đạt",)),
    ([50] * 6 + [34] * 3, PASSED, ("Chưa đạt",)),
    ([50] * 9, ["Đạt", "Đạt", "Chưa đạt"], ("Đạt",)),
    ([50] * 9, ["Đạt", "Chưa đạt", "Chưa đạt"], ("Chưa đạt",)),
    ([65] * 9, ["Đạt", "Đạt", "Chưa đạt"], ("Đạt",)),
    ([80] * 9, ["Đạt", "Đạt", "Chưa đạt"], ("Đạt", "Khá")),
    ([80] * 8 + [49], PASSED, ("Đạt", "Khá")),
    ([65] * 8 + [34], PASSED, ("Chưa đạt", "Đạt")),
    ([80] * 8 + [34], PASSED, ("Chưa đạt", "Đạt")),
    ([65] * 7 + [34] * 2, PASSED, ("Chưa đạt",)),
]


@pytest.mark.parametrize(("marks", "words", "levels"), CASES)
def test_a_level_follows_from_marks_and_words(marks: list[int], words: list[str], levels: tuple[str, ...]) -> None:
    """And one step is given back where a single subject cost two."""
    assert study_levels(marks, words) == levels
