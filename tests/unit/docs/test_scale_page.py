"""docs/scale.md: its tables and its picture are what was measured, its commands exist."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from vanbang.adapters.render.growth_picture import growth_picture
from vanbang.cli.bench.__main__ import BENCHES, app
from vanbang.cli.bench.growth import with_figures
from vanbang.cli.bench.growth_figures import points
from vanbang.cli.bench.growth_lines import MIB, SECONDS_EACH

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "scale.md").read_text("utf-8")
LINES = [json.loads(text) for text in (DOCS / "growth.jsonl").read_text("utf-8").splitlines()]


def test_the_tables_are_what_was_measured() -> None:
    """Filled again from the lines that were measured, the page stays as it is."""
    assert with_figures(PAGE, LINES) == PAGE


def test_the_picture_is_of_the_same_run() -> None:
    """Drawn again from the lines, it is the picture beside the page."""
    assert (DOCS / "growth.svg").read_text("utf-8") == growth_picture(points(LINES), SECONDS_EACH, MIB)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"scripts/bench [^`#\n]+", PAGE))))
def test_every_bench_that_the_page_names_can_be_asked_for(command: str) -> None:
    """Names and options are known to the command; figures stand for what the reader puts in."""
    words = shlex.split(command.replace("GWEI", "0.25").replace("USD", "0.2"))[1:]
    found = get_command(app).make_context("bench", words, resilient_parsing=False)
    assert set(found.params["what"] or ()) <= set(BENCHES)
    assert found.params["what"]


def test_links_lead_somewhere() -> None:
    """Every relative link names a file beside the page, every anchor a heading of it."""
    headings = {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in re.findall(r"^## (.*)", PAGE, re.M)}
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert (DOCS / file).exists() if file else anchor in headings
