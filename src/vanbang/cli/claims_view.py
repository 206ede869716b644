"""A credential's own claims for people: title and name first and large, the rest under its labels."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.text import Text

from vanbang.adapters.pdf.content import Labels
from vanbang.catalog import TYPES
from vanbang.cli.output import console, plain

UNLABELLED: Final[Mapping[str, Any]] = {"claims": [], "vanbang": {"layout": []}}
LONG: Final = 400
"""Characters of one value that are shown: more than any column for text has; attached files have 200,000."""


def show_claims(vct: str, claims: Mapping[str, Any]) -> None:
    """All that a credential discloses. Of a type outside of the catalog the claims stand under their own names."""
    kind = TYPES.get(vct)
    metadata = json.loads(kind.metadata()) if kind else UNLABELLED
    labels, layout = Labels(metadata["claims"]), metadata["vanbang"]["layout"]
    for block in layout:
        _show_block(block, claims, labels)
    placed = {name for block in layout for name in block["claims"]}
    _show_block({"kind": "section", "claims": [name for name in claims if name not in placed]}, claims, labels)


def _show_block(block: Mapping[str, Any], claims: Mapping[str, Any], labels: Labels) -> None:
    names = [name for name in block["claims"] if name in claims]
    if names and "label" in block:
        console.print(" / ".join(block["label"].values()), style="dim")
    for name in names:
        for line in _lines((name,), claims[name], labels):
            if block["kind"] == "section":
                console.print(f"  {plain(line)}", markup=False, emoji=False)
            else:
                console.print(Text(plain(line), "bold"))


def _lines(path: tuple[str | None, ...], value: Any, labels: Labels) -> Iterator[str]:
    """One line a value; members of objects and elements of lists each have their own."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _lines((*path, name), member, labels)
    elif isinstance(value, list):
        for element in value:
            yield f"{_called(path, labels)}: {_text((*path, None), element, labels)}"
    else:
        yield f"{_called(path, labels)}: {_cut(str(value))}"


def _text(path: tuple[str | None, ...], value: Any, labels: Labels) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{labels.of(*path, name)[0]} {_text(path, item, labels)}" for name, item in value.items())
    return ", ".join(_text(path, item, labels) for item in value) if isinstance(value, list) else _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}… ({len(text)} ký tự / characters)"


def _called(path: tuple[str | None, ...], labels: Labels) -> str:
    return " / ".join(dict.fromkeys(labels.of(*path)))
