"""The arithmetic of a nation, and the made-up index it rests on."""

import pytest

from vanbang.cli.bench.index import index, levels
from vanbang.cli.bench.measuring import Line
from vanbang.cli.bench.nation import Assumed, Measured, arithmetic, measured, table

FOUND = Measured(1_000_000, 90e-6, 50e-6, 500.0, 33.0, 577.0)


def lines(rows: int) -> list[Line]:
    whole = {"what": "growth, list to provable, seconds", "n": rows, "seconds": 90e-6 * rows,
             "own_cpu_seconds": 50e-6 * rows}  # fmt: skip
    sizes = {"in the database": 500.0, "public": 33.0, "kept beside them": 577.0}
    return [whole, *({"what": f"growth, bytes a diploma {place}", "n": rows, "measured": size}
                     for place, size in sizes.items())]  # fmt: skip


def answers(found: Measured = FOUND, assumed: Assumed | None = None) -> dict[str, str]:
    return {what.split(" · ")[-1]: answer for what, answer, _ in arithmetic(found, assumed or Assumed())}


def test_what_was_measured_is_multiplied() -> None:
    """Hours, gigabytes, processors and gas of the nation that the paper assumes."""
    found = answers()
    assert found["issuing them all, one machine"] == "2.5 h"
    assert found["a year's, one machine"] == "15 min"
    assert found["first wall: the leading process"] == "20,000/s"
    assert (found["database"], found["public files"]) == ("50.0 GB", "3.3 GB")
    assert found["copies of everything"] == "333.0 GB"
    assert found["checks on our servers: processors"] == "7"
    assert found["transactions when all anchor at once"] == "75"
    assert found["gas a year, status every working day"] == "17,625,000,000"


def test_other_assumptions_give_other_answers() -> None:
    """Half the institutions, half the transactions; no more checks than a processor makes, one processor."""
    found = answers(assumed=Assumed(institutions=750, checks_a_second=1_500))
    assert found["transactions when all anchor at once"] == "38"
    assert found["checks on our servers: processors"] == "1"


def test_the_largest_run_is_the_one_that_is_multiplied() -> None:
    """Small runs are told to be too small instead."""
    assert measured([*lines(100_000), *lines(1_000_000)]) == FOUND
    assert measured(lines(10_000)) is None
    assert "100,000 rows or more" in table(lines(10_000))
    assert table(lines(1_000_000)).count("\n| ") == len(list(arithmetic(FOUND, Assumed()))) + 1


def test_keys_are_found_in_a_made_up_index() -> None:
    """Every look-up finds its key; how long it took, how large and how deep the index is, is told."""
    p50, p99 = index(3_000)
    assert (p50["rows"], p50["levels"]) == (3_000, 2)
    assert 0 < p50["measured"] <= p99["measured"]
    assert 40 < p50["bytes_each"] < 80


@pytest.mark.parametrize(("rows", "expected"), [(1, 1), (62, 1), (63, 2), (10**7, 4), (10**8, 5)])
def test_an_index_is_as_deep_as_its_pages_make_it(rows: int, expected: int) -> None:
    """62 keys fill two thirds of a page; each level multiplies."""
    assert levels(rows) == expected
