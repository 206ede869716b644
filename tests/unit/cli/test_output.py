"""What people see of text from outside, and of errors."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vanbang
from vanbang.cli.output import VIETNAMESE, plain, print_error, print_table
from vanbang.core.errors import FormatError, VanbangError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nguyễn Thị Ánh Đào", "Nguyễn Thị Ánh Đào"),
        ("Giỏi\nVERDICT: VALID", "Giỏi\\u000aVERDICT: VALID"),
        ("\x1b[2J", "\\u001b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb\u2028", "a\\u200bb\\u2028"),
    ],
)
def test_text_from_outside_cannot_draw(text: str, shown: str) -> None:
    """Letters stay, whatever moves, hides or turns text becomes an escape."""
    assert plain(text) == shown


@given(st.text())
def test_any_text_stays_on_its_line(text: str) -> None:
    """No text makes a second line or reaches the terminal's controls."""
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", plain(text))


def test_a_table_shows_cells_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """What looks like markup or an emoji in a cell is shown, not obeyed, and nothing is cut off."""
    print_table("t", ("a", "b"), [("[/b]x", "[red]Nam:x:"), ("endpoints_unavailable" * 8, "root:0:")])
    shown = capsys.readouterr().out
    assert "[/b]x" in shown
    assert "[red]Nam:x:" in shown
    assert "…" not in shown


def test_an_error_is_told_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    """Vietnamese by its kind first, then the particulars with the code."""
    print_error(FormatError("--code", "is [bold]empty"))
    told = capsys.readouterr().err
    assert VIETNAMESE["format"] in told
    assert "(format) --code: is [bold]empty" in told


def kinds(kind: type[VanbangError] = VanbangError) -> Iterator[type[VanbangError]]:
    for module in pkgutil.walk_packages(vanbang.__path__, "vanbang."):
        if not module.name.endswith(("migrations.env", "__main__")):  # these run when imported
            importlib.import_module(module.name)
    for child in kind.__subclasses__():
        yield child
        yield from kinds(child)


def test_each_sentence_is_of_a_kind_of_error() -> None:
    """No Vietnamese sentence is left over from a code that no error has any more."""
    assert set(VIETNAMESE) <= {kind.code for kind in kinds()} | {"vanbang"}


def test_each_kind_of_error_has_a_sentence() -> None:
    """Nobody is told in Vietnamese only that something went wrong."""
    assert {kind.code for kind in kinds()} <= set(VIETNAMESE)
