"""Where each number stood first: the same as a dictionary would say, in little memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.notary import first_rows
from vanbang.notary.first_rows import HASH, FirstRows, Longs, Repeats, Run
from vanbang.notary.repeats import HASH_BYTES, KEYS


def longs(numbers: list[int]) -> Longs:
    return np.array(numbers, np.uint64)


def spread(number: int) -> int:
    """A number as its hash would stand in all 64 bits."""
    return number * 0x9E3779B97F4A7C15 % 2**64


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 60), max_size=12), max_size=30))
def test_it_answers_as_a_dictionary_does(units: list[list[int]]) -> None:
    """For any numbers, in any units, the facts are those that came with each the first time."""
    seen, known, row = FirstRows(), dict[int, int](), 0
    for unit in units:
        facts = list(range(row, row + len(unit)))
        row += len(unit)
        expected = [known.setdefault(number, fact) for number, fact in zip(unit, facts, strict=True)]
        assert seen.first(longs([spread(number) for number in unit]), longs(facts)).tolist() == expected
    seen.close()


def test_runs_are_merged_and_nothing_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of the first of many units are found when the filter has grown and runs were merged into files."""
    monkeypatch.setattr(first_rows, "SMALLEST", 64)
    seen = FirstRows(np.zeros(64, np.uint64))
    given = [longs([spread(number) for number in range(start, start + 50)]) for start in range(1, 10_001, 50)]
    for at, unit in enumerate(given):
        seen.first(unit, np.arange(at * 50, at * 50 + 50, dtype=np.uint64))
    for at, unit in enumerate(given):
        assert seen.first(unit, np.full(50, 2**40, np.uint64)).tolist() == list(range(at * 50, at * 50 + 50))
    runs = [run for level in seen._runs for run in level]
    assert len(runs) < 3 * first_rows.MERGED
    assert sum(run.mapped is not None for run in runs) > 0


def test_a_hash_that_agrees_in_part_is_not_the_same() -> None:
    """Two numbers that share 64 bits and differ in the other 32 do not repeat each other."""
    assert HASH.itemsize == HASH_BYTES
    rows = np.zeros(2 * KEYS, HASH)
    rows["hash"] = np.arange(1, 2 * KEYS + 1)
    rows["hash"][KEYS] = rows["hash"][0]
    rows["check"][[0, KEYS]] = 1, 2
    assert Repeats().find([2, 3], rows.tobytes()) == []
    rows["check"][KEYS] = 1
    assert Repeats().find([2, 3], rows.tobytes()) == [(1, 0, 2)]


def test_what_was_never_seen_is_hardly_ever_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter answers for nearly all new numbers, and takes two bytes for each."""
    seen, generator = FirstRows(), np.random.default_rng(1)
    looked_up: list[int] = []
    real = Run.look_up
    monkeypatch.setattr(Run, "look_up", lambda self, wanted: (looked_up.append(len(wanted)), real(self, wanted))[1])
    for _ in range(20):
        seen.first(generator.integers(1, 2**63, 10_000, np.uint64), np.zeros(10_000, np.uint64))
    assert sum(looked_up) < 200_000 // 50 * first_rows.MERGED
    assert seen._words.nbytes <= 200_000 * 2 * first_rows.GROWTH
