"""The level that a term's or a year's results come to, by Circular 22/2021/TT-BGDĐT, article 9."""

from collections.abc import Sequence

LEVELS = ("Tốt", "Khá", "Đạt", "Chưa đạt")
PASSED, NOT_PASSED = "Đạt", "Chưa đạt"

ENOUGH = 6
"""Subjects that must reach a level's higher mark."""
_HIGHER_AND_LOWEST = ((80, 65), (65, 50), (50, 35))
"""By level, in tenths: the mark that `ENOUGH` subjects reach, and the one that none is below."""


def study_levels(marks: Sequence[int], words: Sequence[str]) -> tuple[str, ...]:
    """The level of these marks (in tenths) and of the words of subjects without marks; and the next better one where a
    single subject alone keeps it two levels down, which the circular then raises by one."""
    own = _level(marks, words)
    without = [
        *(_level([*marks[:at], 100, *marks[at + 1 :]], words) for at in range(len(marks))),
        *(_level(marks, [*words[:at], PASSED, *words[at + 1 :]]) for at in range(len(words))),
    ]
    raised = min(without, default=own) <= own - 2
    return (LEVELS[own], LEVELS[own - 1]) if raised else (LEVELS[own],)


def _level(marks: Sequence[int], words: Sequence[str]) -> int:
    failed = list(words).count(NOT_PASSED)
    for level, (higher, lowest) in enumerate(_HIGHER_AND_LOWEST):
        allowed = int(LEVELS[level] == PASSED)
        if failed <= allowed and min(marks) >= lowest and sum(mark >= higher for mark in marks) >= ENOUGH:
            return level
    return len(_HIGHER_AND_LOWEST)
