"""Selective disclosure: committing, reading, putting together."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vanbang.core.disclosure import (
    RESERVED_NAMES,
    Disclosure,
    DisclosureRejected,
    commit,
    disclosure_digest,
    opens_array_elements,
    read,
    resolve,
)
from vanbang.core.encoding import b64url, from_b64url
from vanbang.core.errors import FormatError, RecordInvalid
from vanbang.core.record_keys import RecordKeys
from vanbang.core.strict_json import canonical, parse
from world import CLAIMS, seed

KEYS = RecordKeys.of(seed("record"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NAMES = TEXT.filter(lambda name: name and name not in RESERVED_NAMES)
MEMBERS = TEXT.filter(lambda name: name not in ("_sd", "..."))
VALUES = st.recursive(
    TEXT | st.booleans(), lambda v: st.lists(v, max_size=3) | st.dictionaries(MEMBERS, v, max_size=3), max_leaves=5
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=6)


def _read(texts: list[str]) -> list[Disclosure]:
    return [read(text) for text in texts]


@settings(max_examples=60)
@given(RECORDS, st.integers(0, 3))
def test_what_is_committed_is_what_is_disclosed(claims: Mapping[str, Any], decoys: int) -> None:
    """All disclosures together show the record; the digests ascend, and only decoys stay closed."""
    arrays = [name for name, value in claims.items() if isinstance(value, list)]
    texts, digests = commit(claims, KEYS, len(claims) + decoys, arrays)
    disclosed = resolve(digests, _read(texts))
    assert disclosed.claims == dict(claims)
    assert disclosed.undisclosed == decoys
    assert digests == sorted(set(digests))
    assert [disclosure_digest(text) for text in texts] == sorted(disclosure_digest(text) for text in texts)


@settings(max_examples=40)
@given(RECORDS, st.data())
def test_any_part_of_the_claims_can_be_shown_alone(claims: Mapping[str, Any], data: st.DataObject) -> None:
    """Whatever claims are kept are shown unchanged, and each one dropped is counted."""
    texts, digests = commit(claims, KEYS, 6)
    kept = [d for d in _read(texts) if data.draw(st.booleans())]
    disclosed = resolve(digests, kept)
    assert disclosed.claims == {d.name: claims[d.name] for d in kept if d.name}
    assert disclosed.undisclosed == 6 - len(kept)


def test_elements_left_out_are_counted() -> None:
    """An array shows the elements that are disclosed, in their order."""
    texts, digests = commit(CLAIMS, KEYS, 6, ["mon_hoc"])
    shown = [d for d in _read(texts) if d.value != CLAIMS["mon_hoc"][1]]
    disclosed = resolve(digests, shown)
    assert disclosed.claims["mon_hoc"] == [CLAIMS["mon_hoc"][0], CLAIMS["mon_hoc"][2]]
    assert disclosed.undisclosed == 1 + 2
    array = next(d for d in shown if d.name == "mon_hoc")
    assert len(opens_array_elements(array)) == 3
    assert len({element["..."] for element in array.value}) == 3


def test_the_same_record_and_secret_give_the_same_bytes() -> None:
    """A payload can be rebuilt from record and secret."""
    assert commit(CLAIMS, KEYS, 6, ["mon_hoc"]) == commit(dict(reversed(CLAIMS.items())), KEYS, 6, ["mon_hoc"])


def test_a_new_secret_changes_every_digest() -> None:
    """Sealing the same record again, nothing tells that it is the same, decoys and elements included."""
    texts, digests = commit(CLAIMS, KEYS, 6, ["mon_hoc"])
    again, others = commit(CLAIMS, RecordKeys.of(seed("second record")), 6, ["mon_hoc"])
    assert not set(digests) & set(others)
    assert not {disclosure_digest(text) for text in texts} & {disclosure_digest(text) for text in again}


@pytest.mark.parametrize("known", [{}, {"ho_va_ten": "Nguyễn Thị Ánh Đào"}])
def test_a_closed_claim_cannot_be_guessed(known: Mapping[str, str]) -> None:
    """All values of a small set are tried on a payload, with every salt that the claims shown tell."""
    grades = ["Xuất sắc", "Giỏi", "Khá", "Trung bình"]
    claims = {"ho_va_ten": "Nguyễn Thị Ánh Đào", "xep_loai": "Giỏi", "gioi_tinh": "Nữ"}
    texts, digests = commit(claims, KEYS, 3)
    seen = [d for d in _read(texts) if d.name in known]
    salts = [_salt(d) for d in seen] + [b64url(bytes(16)), ""]
    guesses = [
        b64url(canonical([salt, name, value]))
        for salt in salts
        for name, values in (("xep_loai", grades), ("gioi_tinh", ["Nam", "Nữ"]))
        for value in values
    ]
    assert not {disclosure_digest(guess) for guess in guesses} & set(digests)
    assert len({_salt(d) for d in _read(texts)}) == len(claims)


def _salt(disclosure: Disclosure) -> str:
    salt: str = parse(from_b64url(disclosure.text, ""))[0]
    return salt


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "x"}, "'iss' is reserved"), ({"": "x"}, "'' is reserved"), ({"a": 1}, "holds int"),
        ({"a": None}, "holds NoneType"), ({"a": [{"b": 1.5}]}, "holds float"), ({"a": {"_sd": "x"}}, "reserved member"),
        ({"a": [{"...": "x"}]}, "reserved member"), ({"mon_hoc": "x"}, "is no array"),
        ({"a": "", "b": "", "c": ""}, "3 claims, but the type has 2 digests"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_sealed_is_refused(claims: Mapping[str, Any], reason: str) -> None:
    """Reserved names, numbers, null, reserved members and too many claims; the value itself is not told."""
    with pytest.raises(RecordInvalid, match=reason):
        commit(claims, KEYS, 2, ["mon_hoc"])


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({}, "not an array of salt"), (["A" * 22], "not an array of salt"), ([1, "a", "x"], r"w\[0\]"),
        (["A" * 20, "a", "x"], r"w: not canonical"), (["A" * 22, "", "x"], r"w\[1\]"), (["A" * 22, 5, "x"], r"w\[1\]"),
        (["A" * 22, "a", [{"b": 1}]], "number or null"), (["A" * 22, None], "number or null"),
    ],
)  # fmt: skip
def test_another_disclosure_is_refused(value: Any, where: str) -> None:
    """The error says where."""
    with pytest.raises(FormatError, match=where):
        read(b64url(canonical(value)), "w")


def test_a_stray_disclosure_says_which() -> None:
    """The error carries the code of step 2 and the digest."""
    texts, digests = commit({"a": "x"}, KEYS, 1)
    stray = _read([b64url(canonical(["A" * 22, "b", "y"]))])
    with pytest.raises(DisclosureRejected) as found:
        resolve(digests, sorted([*_read(texts), *stray], key=lambda d: d.digest))
    assert (found.value.reason, found.value.digest) == ("disclosure_unreferenced", stray[0].digest)


def test_4096_elements_within_elements_do_not_exhaust_the_stack() -> None:
    """A hostile chain is too deep, not a crash."""
    texts = [b64url(canonical(["A" * 22, "x"]))]
    for _ in range(4094):
        texts.append(b64url(canonical(["A" * 22, [{"...": disclosure_digest(texts[-1])}]])))
    texts.append(b64url(canonical(["A" * 22, "a", [{"...": disclosure_digest(texts[-1])}]])))
    with pytest.raises(DisclosureRejected, match="too_deep"):
        resolve([disclosure_digest(texts[-1])], sorted(_read(texts), key=lambda d: d.digest))
