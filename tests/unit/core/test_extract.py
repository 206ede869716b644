"""Extracts: what can be chosen, and the file that shows it."""

from dataclasses import replace
from functools import lru_cache
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.core.credential import CredentialFile, read_credential
from vanbang.core.disclosure import DisclosureRejected, resolve
from vanbang.core.errors import FormatError
from vanbang.core.extract import LISTED, Piece, PieceUnknown, chosen, extract, pieces
from world import CLAIMS, World

COURSES = CLAIMS["mon_hoc"]
NESTED = {"ho_va_ten": "Lê An", "nam": {"ghi_chu": ["a", {"mon": [["x"], {"ten": "Toán"}, True]}]}}


@lru_cache(maxsize=1)
def _file() -> CredentialFile:
    return World().file()


def _shown(file: CredentialFile) -> dict[str, object]:
    return dict(resolve(file.payload.digests, file.disclosures).claims)


def _claim(name: str, file: CredentialFile | None = None) -> Piece:
    return next(piece for piece in pieces(file or _file()) if piece.path == (name,))


def test_every_claim_is_a_piece_and_every_element_of_its_array_one_below_it() -> None:
    """Claims come by name with their values; elements in their order, with their places."""
    found = pieces(_file())
    assert [piece.path for piece in found] == [(name,) for name in sorted(CLAIMS)]
    assert {piece.path[0]: piece.value for piece in found} == dict(CLAIMS)
    courses = _claim("mon_hoc").pieces
    assert [(piece.path, piece.value) for piece in courses] == [
        (("mon_hoc", place), value) for place, value in enumerate(COURSES)
    ]
    assert sorted(chain.from_iterable(piece.whole() for piece in found)) == [d.digest for d in _file().disclosures]


def test_places_are_those_of_the_whole_array() -> None:
    """An element keeps its place when those before it are withheld."""
    last = _claim("mon_hoc").pieces[-1]
    assert [piece.path for piece in _claim("mon_hoc", extract(_file(), [last.digest])).pieces] == [last.path]


def test_values_without_elements_are_shown_as_they_are() -> None:
    """Objects and arrays inside a claim that is disclosed as one have no pieces."""
    file = World(claims=NESTED, by_element=()).file()
    assert [(piece.value, piece.pieces) for piece in pieces(file)] == [(value, ()) for value in NESTED.values()]


def test_an_element_brings_the_array_that_it_stands_in() -> None:
    """Nothing else comes with it."""
    course = _claim("mon_hoc").pieces[1]
    assert _shown(extract(_file(), [course.digest])) == {"mon_hoc": [COURSES[1]]}


def test_an_array_without_its_elements_is_empty() -> None:
    """Keeping a claim keeps its elements only where they are kept too."""
    assert _shown(extract(_file(), [_claim("mon_hoc").digest])) == {"mon_hoc": []}


def test_keeping_nothing_shows_nothing() -> None:
    """Payload, proof and signature are still those of the whole file."""
    bare = extract(_file(), [])
    assert read_credential(bare.to_bytes()) == bare
    assert (bare.disclosures, pieces(bare)) == ((), ())
    assert replace(bare, disclosures=_file().disclosures) == _file()


def test_keeping_everything_is_the_same_file() -> None:
    """Byte for byte."""
    assert extract(_file(), [d.digest for d in _file().disclosures]).to_bytes() == _file().to_bytes()


@settings(max_examples=30)
@given(st.data())
def test_an_extract_of_an_extract_is_an_extract(data: st.DataObject) -> None:
    """What is kept in two steps could have been kept in one; every step gives a file that is read back the same."""
    digests = [d.digest for d in _file().disclosures]
    first = extract(_file(), data.draw(st.sets(st.sampled_from(digests))))
    left = [d.digest for d in first.disclosures]
    keep = data.draw(st.sets(st.sampled_from(left))) if left else set()
    second = extract(first, keep)
    assert second == extract(_file(), keep)
    assert read_credential(second.to_bytes()) == second
    assert keep <= {d.digest for d in second.disclosures}


def test_a_digest_of_no_disclosure_is_refused() -> None:
    """The error names it, also where it was withheld before."""
    name = _claim("ho_va_ten").digest
    for file, digest in ((_file(), "A" * 43), (extract(_file(), []), name)):
        with pytest.raises(FormatError, match=f"no disclosure of this file: {digest}"):
            extract(file, [digest])


def test_foreign_disclosures_are_refused() -> None:
    """A file whose disclosures are not its payload's has no pieces and no extract."""
    other = World(claims={"ho_va_ten": "Lê An"}).file().disclosures
    for refused in (pieces, lambda file: extract(file, [])):
        with pytest.raises(DisclosureRejected):
            refused(replace(_file(), disclosures=other))


CHOICES = {
    "a claim": ("ho_va_ten", {"ho_va_ten": CLAIMS["ho_va_ten"]}),
    "a claim with all its elements": ("mon_hoc", {"mon_hoc": COURSES}),
    "an element by its place": ("mon_hoc[#2]", {"mon_hoc": [COURSES[1]]}),
    "an element by a value, in another case": (f"mon_hoc[{COURSES[0]['ten'].upper()}]", {"mon_hoc": [COURSES[0]]}),
    "an element that is a text": ("mon_hoc[thể dục: đạt]", {"mon_hoc": [COURSES[2]]}),
    "words that narrow": ("mon_hoc[9,5][#2]", {"mon_hoc": [COURSES[1]]}),
    "several at once": ("ho_va_ten, mon_hoc[#1]", {"ho_va_ten": CLAIMS["ho_va_ten"], "mon_hoc": [COURSES[0]]}),
}


@pytest.mark.parametrize("case", CHOICES)
def test_choices_are_written_by_name(case: str) -> None:
    """A claim by its name, elements by what stands in them or by their place."""
    text, shown = CHOICES[case]
    assert _shown(extract(_file(), chosen([text], pieces(_file())))) == shown


def test_a_truth_value_is_called_by_its_place_only() -> None:
    """Words are compared with strings."""
    found = pieces(World(claims={"mon_hoc": [True, "x"]}).file())
    assert chosen(["mon_hoc[x]"], found) == {found[0].pieces[1].digest}


COURSES_LISTED = ("mon_hoc[#1]", "mon_hoc[#2]", "mon_hoc[#3]")
MEANINGLESS = {
    "nam": tuple(sorted(CLAIMS)),
    "mon_hoc[": tuple(sorted(CLAIMS)),
    "": tuple(sorted(CLAIMS)),
    "mon_hoc[]": COURSES_LISTED,
    "mon_hoc[#9]": COURSES_LISTED,
    "mon_hoc[#1][#2]": COURSES_LISTED,
    "ho_va_ten[#1]": ("ho_va_ten",),
}


@pytest.mark.parametrize("text", MEANINGLESS)
def test_a_choice_that_means_nothing_is_refused(text: str) -> None:
    """The error says what there is."""
    with pytest.raises(PieceUnknown) as refused:
        chosen([text], pieces(_file()))
    assert (refused.value.choice, refused.value.known) == (text, MEANINGLESS[text])


def test_an_error_does_not_list_without_end() -> None:
    """Forty names and how many more."""
    with pytest.raises(PieceUnknown, match=f"ten {LISTED - 1} and 2 more"):
        raise PieceUnknown("x", [f"ten {number}" for number in range(LISTED + 2)])
