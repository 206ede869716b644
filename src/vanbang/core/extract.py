"""Extracts: what of a credential can be shown or withheld, and the file that shows only what was chosen.

docs/format.md section 8. An extract is a credential file like any other, so an extract of an extract is one, and so is
one that shows nothing. Its payload, its proof and its signature are those of the whole file: extracts of one credential
can be linked with each other.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from vanbang.core.credential import CredentialFile
from vanbang.core.disclosure import Disclosure, opens_array_elements, resolve
from vanbang.core.errors import FormatError, VanbangError

LISTED: Final = 40
"""Names that an error repeats; more than any type has claims."""

_COMMA: Final = re.compile(r",(?![^\[\]]*\])")
"""A comma that stands in no brackets."""
_CHOICE: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_WORD: Final = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown or withheld as one: a claim, or an element of an array in one.

    `digest` is its disclosure's (43 characters). `path` leads to it: the claim's name, then names of members and places
    in arrays (from 0, closed elements counted). `value` is what it shows with all that this file discloses below it;
    `pieces` are the elements below it that can be withheld one by one, in their order.
    """

    digest: str
    path: tuple[str | int, ...]
    value: Any
    pieces: tuple["Piece", ...] = ()

    def whole(self) -> Iterator[str]:
        """The digests of this piece and of every piece below it."""
        yield self.digest
        for piece in self.pieces:
            yield from piece.whole()


class PieceUnknown(VanbangError):
    """A choice that names no piece of the file; `choice` as written, `known` what there is."""

    code: ClassVar[str] = "piece_unknown"

    def __init__(self, choice: str, known: Sequence[str]) -> None:
        more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
        super().__init__(f"nothing in this file is called {choice!r}; there is: {', '.join(known[:LISTED])}{more}")
        self.choice = choice
        self.known = tuple(known)


def pieces(file: CredentialFile) -> tuple[Piece, ...]:
    """The claims that `file` discloses, by name (code points), each with the elements that can be withheld.

    Raises DisclosureRejected for disclosures that do not belong to the payload (step 2 of section 13).
    """
    resolve(file.payload.digests, file.disclosures)
    by_digest = {d.digest: d for d in file.disclosures}
    claims = ((d.name, d) for d in file.disclosures if d.name is not None)
    return tuple(_piece(claim, (name,), by_digest) for name, claim in sorted(claims))


def extract(file: CredentialFile, keep: Collection[str]) -> CredentialFile:
    """`file` with only these disclosures (digests of 43 characters) and those that they need: an element needs the
    array it stands in. Everything else of the file stays.

    Raises FormatError for a digest that is no disclosure's of this file, DisclosureRejected as `pieces` does.
    """
    resolve(file.payload.digests, file.disclosures)
    known = {d.digest for d in file.disclosures}
    unknown = sorted(set(keep) - known)
    if unknown:
        raise FormatError("keep", f"no disclosure of this file: {', '.join(unknown)}")
    needs = {inner: d.digest for d in file.disclosures for inner in opens_array_elements(d)}
    kept: set[str] = set()
    for digest in keep:
        needed: str | None = digest
        while needed is not None and needed not in kept:
            kept.add(needed)
            needed = needs.get(needed)
    return replace(file, disclosures=tuple(d for d in file.disclosures if d.digest in kept))


def chosen(choices: Iterable[str], among: Sequence[Piece]) -> set[str]:
    """The digests that choices as a person writes them mean, several in one text with commas between them.

    `claim` is the claim with all its elements. `claim[word]` are those of its elements that have a member with this
    value, whatever its case, or are this value; `claim[#3]` is the third of those listed; each further `[word]` leaves
    fewer. Raises PieceUnknown.
    """
    return {digest for text in choices for one in _COMMA.split(text) for digest in _meant(one.strip(), among)}


def _meant(choice: str, among: Sequence[Piece]) -> Iterator[str]:
    form = _CHOICE.fullmatch(choice)
    claim = next((piece for piece in among if form and piece.path[0] == form[1].strip()), None)
    if form is None or claim is None:
        raise PieceUnknown(choice, [str(piece.path[0]) for piece in among])
    words = [word.strip() for word in _WORD.findall(form[2])]
    if not words:
        yield from claim.whole()
        return
    found = [
        piece for place, piece in enumerate(claim.pieces, 1) if all(_is_called(word, place, piece) for word in words)
    ]
    if not found:
        raise PieceUnknown(choice, _elements(claim) or [form[1].strip()])
    for piece in found:
        yield from piece.whole()


def _elements(claim: Piece) -> list[str]:
    return [f"{claim.path[0]}[#{place}]" for place in range(1, len(claim.pieces) + 1)]


def _is_called(word: str, place: int, piece: Piece) -> bool:
    return word == f"#{place}" or word.casefold() in {text.casefold() for text in _texts(piece.value)}


def _texts(value: Any) -> Iterator[str]:
    """Every string in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def _piece(disclosure: Disclosure, path: tuple[str | int, ...], by_digest: Mapping[str, Disclosure]) -> Piece:
    below: list[Piece] = []
    value = _opened(disclosure.value, path, by_digest, below)
    return Piece(disclosure.digest, path, value, tuple(below))


def _opened(value: Any, path: tuple[str | int, ...], by_digest: Mapping[str, Disclosure], below: list[Piece]) -> Any:
    """`value` with references replaced by what they disclose, which is added to `below`."""
    if type(value) is dict:
        return {name: _opened(item, (*path, name), by_digest, below) for name, item in value.items()}
    if type(value) is not list:
        return value
    shown = []
    for place, item in enumerate(value):
        if type(item) is dict and "..." in item:
            if item["..."] in by_digest:
                below.append(_piece(by_digest[item["..."]], (*path, place), by_digest))
                shown.append(below[-1].value)
        else:
            shown.append(_opened(item, (*path, place), by_digest, below))
    return shown
