"""What stands on the page: a credential's own claims, in the order and under the labels of its type's metadata.

Everything here is text. The template puts it on the page as text: nothing in a claim is markup or code to it.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from vanbang.catalog import TYPES, CredentialType, UnknownCredentialType
from vanbang.catalog.text import NOT_TEXT
from vanbang.core.credential import CredentialFile
from vanbang.core.disclosure import resolve
from vanbang.core.merkle import leaf_hash
from vanbang.core.type_metadata import text_at

BOX: Final = "\u25a1"
"""Drawn for a character outside of the diplomas' alphabet, for which there may be no letter in any font of ours."""
MAX_SHOWN: Final = 1_500
"""Characters of a value that are printed; no column but those for attached files allows as many."""
MAX_WORD: Final = 160
"""Characters without a space that are still a name or a number, and no attached file."""
BREAK_WORDS_OVER: Final = 20

Both: TypeAlias = tuple[str, str]
"""A text in Vietnamese and in English."""

YES: Final[Both] = ("Có", "Yes")
NO: Final[Both] = ("Không", "No")
OTHERS: Final[Both] = ("Thông tin khác", "Further facts")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's texts, ready for the template: `to_json` is what it reads."""

    kind: CredentialType
    values: Mapping[str, Any]

    def to_json(self) -> str:
        return json.dumps(self.values, ensure_ascii=False)


class Labels:
    """The labels of a type's claims and their members, by path."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._by_path = {
            tuple(entry["path"]): (entry["display"][0]["label"], entry["display"][1]["label"]) for entry in entries
        }

    def of(self, *path: str | None) -> Both:
        """The label at a path, in which None is any element of a list; a member that has none is called by its name."""
        return self._by_path.get(path, (path[-1] or "", path[-1] or ""))


def page_of(file: CredentialFile, proof_url: str) -> Page:
    """What is printed of a credential file. Raises UnknownCredentialType, DisclosureRejected."""
    kind = TYPES.get(file.payload.vct)
    if kind is None:
        raise UnknownCredentialType(file.payload.vct)
    claims = resolve(file.payload.digests, file.disclosures).claims
    ours, labels = _described(kind)
    blocks = [_block(block, claims, labels) for block in ours["layout"]]
    placed = {name for block in ours["layout"] for name in block["claims"]}
    others = {"kind": "section", "claims": [name for name in claims if name not in placed]}
    return Page(
        kind,
        {
            "type": [kind.title_vi, kind.title_en],
            "issuer": printable(text_at(claims, ours["issuer"]["name"]) or ""),
            "blocks": [block for block in (*blocks, _block(others, claims, labels)) if block["items"]],
            "url": proof_url,
            "host": urlsplit(proof_url).netloc,
            "fingerprint": leaf_hash(file.payload_bytes).hex(),
        },
    )


@cache
def _described(kind: CredentialType) -> tuple[Mapping[str, Any], Labels]:
    """What the type's metadata says of the page: our own member of it, and the labels."""
    metadata = json.loads(kind.metadata())
    return metadata["vanbang"], Labels(metadata["claims"])


def printable(text: str) -> str:
    """A text from a record as the page shows it: composed, on one line, in our alphabet, and not an attached file."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    longest = max(map(len, text.split()), default=0)
    if longest > MAX_WORD or len(text) > MAX_SHOWN:
        size = f"{len(text):,}"
        vi = f"({size.replace(',', '.')} ký tự, trong tệp đính kèm / {size} characters, in the attached file)"
        return vi if longest > MAX_WORD else f"{printable(text[: MAX_SHOWN // 2])} … {vi}"
    text = NOT_TEXT.sub(BOX, text)
    return text if longest <= BREAK_WORDS_OVER else _LONG_WORD.sub(_breakable, text)


_LONG_WORD: Final = re.compile(rf"\S{{{BREAK_WORDS_OVER + 1},}}")


def _breakable(word: re.Match[str]) -> str:
    """The word with places where a line may end, which are neither seen nor read aloud."""
    text = word.group()
    return "\u200b".join(text[at : at + BREAK_WORDS_OVER] for at in range(0, len(text), BREAK_WORDS_OVER))


def _block(block: Mapping[str, Any], claims: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    """A part of the page with what is disclosed of it: cells of label and value, and tables."""
    items = [item for name in block["claims"] if name in claims for item in _items((name,), claims[name], labels)]
    label = block.get("label", {})
    return {"kind": block["kind"], "label": list(label.values()) or list(OTHERS), "items": items}


def _items(path: tuple[str, ...], value: Any, labels: Labels) -> Iterator[dict[str, Any]]:
    """A value as cells; an object is one cell a member, an array of objects a table."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _items((*path, name), member, labels)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(row, Mapping) for row in value):
            yield _table(path, value, labels)
        elif value:
            yield _cell(path, "; ".join(_text(item) for item in value), labels)
    else:
        yield _cell(path, _text(value), labels)


def _cell(path: tuple[str, ...], text: str, labels: Labels) -> dict[str, Any]:
    return {"label": list(labels.of(*path)), "text": printable(text)}


def _table(path: tuple[str, ...], rows: Sequence[Mapping[str, Any]], labels: Labels) -> dict[str, Any]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {
        "label": list(labels.of(*path)),
        "columns": [list(labels.of(*path, None, name)) for name in names],
        "rows": [[printable(_text(row.get(name, ""))) for name in names] for row in rows],
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return " / ".join(YES if value else NO)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(item)}" for name, item in value.items())
    return value if isinstance(value, str) else "; ".join(_text(item) for item in value)
