"""What is made of the lines of the bench `growth`: lines with limits, the exponent, tables."""

import re

import pytest

from vanbang.cli.bench.growth_facts import Facts
from vanbang.cli.bench.growth_figures import BEGIN, END, filled, points, tables
from vanbang.cli.bench.growth_lines import Run, Stage, exponent, exponents, lines_of, profile
from vanbang.cli.bench.limits import Floor

FACTS = Facts(500_000_000, 33_000_000, 9, [0.001] * 990 + [0.004] * 10, [230], [1200], [[90, 100]])
BARE = Floor(
    {
        "intake": {"reading": 10e-6, "insert": 10e-6},
        "sealing": {"hashing": 20e-6},
        "publishing": {"nodes": 1e-6},
        "endorsing": {"merkletools": 1e-6},
    },
    4_000.0,
    2e-6,
    533.0,
    1e-6,
)


def run(rows: int, *, with_publishing: bool = True) -> Run:
    """A run at 80 µs of the clock a diploma."""
    made = Run(rows, "csv", 575 * rows, facts=FACTS)
    for name, seconds, cpu in (("intake", 40e-6, 70e-6), ("sealing", 35e-6, 66e-6), ("publishing", 5e-6, 5e-6)):
        if with_publishing or name != "publishing":
            made.stages.append(Stage(name, seconds * rows, cpu * rows, 20e-6 * rows, 900.0, 700.0))
    made.stages.append(Stage("look-ups", 1.0, 1.0, 1.0, 2_000.0, 2_000.0))
    return made


@pytest.mark.parametrize("power", [0.9, 1.0, 1.3])
def test_the_exponent_of_a_power_is_found_again(power: float) -> None:
    """Seconds that grow as a power of the rows have that exponent, whatever they are multiplied with."""
    assert exponent([(n, 3 * n**power) for n in (1e4, 1e5, 1e6, 1e7)]) == pytest.approx(power)


def test_the_exponent_is_judged_from_100_000_rows_on() -> None:
    """What costs the same for any number of rows would flatter it; over all sizes it is told without a limit."""
    judged, told = exponents([(10_000, 5.0), (100_000, 9.0), (1_000_000, 90.0)])
    assert (judged["measured"], judged["limit"], told["limit"]) == (1.0, 1.05, None)
    assert told["measured"] < 0.7
    assert list(exponents([(10_000, 5.0)])) == []


def test_every_promise_has_a_line_with_its_limit() -> None:
    """Time, memory, stored and public bytes, and look-ups; what comes behind the last anchor counts for neither."""
    lines = {line["what"]: line for line in lines_of(run(1_000_000))}
    ratios = {what: (line["limit"], line["ratio"]) for what, line in lines.items() if line["limit"]}
    assert ratios == {
        "growth, list to provable, seconds": (90.0, 0.889),
        "growth, resident MiB of all processes together": (1536.0, 0.586),
        "growth, bytes a diploma in the database": (600.0, 0.833),
        "growth, bytes a diploma public": (40.0, 0.825),
        "growth, look-up, proof and file, p50, seconds": (0.005, 0.2),
        "growth, look-up, proof and file, p99, seconds": (0.005, 0.8),
    }


def test_few_rows_are_told_without_a_limit() -> None:
    """Starting processes and waiting for blocks costs the same for ten rows."""
    assert {line["limit"] for line in lines_of(run(10_000))} == {None}


@pytest.mark.parametrize("with_publishing", [True, False])
def test_stages_stand_beside_their_libraries(with_publishing: bool) -> None:
    """A stage's processor time is compared with what its libraries take alone, publishing with sealing's if it is not
    told apart."""
    lines = {line["what"]: line for line in profile(run(1_000_000, with_publishing=with_publishing), BARE)}
    intake = lines["profile, intake, processor µs a diploma"]
    assert (intake["measured"], intake["alone"], intake["times"], intake["ratio"]) == (70.0, 20.0, 3.5, 0.875)
    sealing = lines["profile, sealing, processor µs a diploma"]
    assert sealing["alone"] == (20.0 if with_publishing else 21.0)
    assert lines["profile, alone: SHA-256 (OpenSSL)"]["times"] == (40.0 if with_publishing else 37.5)


def test_tables_show_every_size_and_stage() -> None:
    """A row a size, a row a stage, a row a profiled stage; every row of a table has as many cells as its head."""
    small, large = run(100_000), run(1_000_000)
    lines = [*lines_of(small), *lines_of(large), *profile(large, BARE), *exponents([(100_000, 8.0), (1_000_000, 80.0)])]
    text = tables(lines)
    assert "| 1,000,000 | 80.0 | 12,500 | 141 | 60 | 900 | 700 | 500 | 33.0 | 1.0 / 4.0 |" in text
    assert "| niêm phong · sealing | 3.50 / 6.60 | 35.00 / 66.00 |" in text
    assert "| niêm phong · sealing | 66.0 | 20.0 (hashing 20) | 3.3 |" in text
    assert "1.000 (from 100,000 rows on)" in text
    for table in re.findall(r"(?:^\|.*\n?)+", text, flags=re.M):
        assert len({row.count("|") for row in table.strip().split("\n")}) == 1
    assert [point.rows for point in points(lines)] == [100_000, 1_000_000]


def test_only_the_marked_place_of_a_page_changes() -> None:
    """What stands before and behind it stays; done twice is done once; a page without the place is refused."""
    page = f"before\n{BEGIN}\nold\n{END}\nbehind\n"
    assert filled(page, "new\n") == f"before\n{BEGIN}\n\nnew\n\n{END}\nbehind\n"
    assert filled(filled(page, "new\n"), "new\n") == filled(page, "new\n")
    with pytest.raises(ValueError, match="growth: begin"):
        filled("no place", "new")
