"""An attack on extracts by dictionary: whoever knows all that is public and all that is shown learns nothing more.

Two schemes that others use, no salt and one salt for a whole record, fall to the same attack: it can succeed.
"""

import json
from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256, shake_256
from importlib.resources import files
from json.encoder import encode_basestring as quote
from typing import Any

import pytest

from transcripts import TRANSCRIPT, parsed, transcript, world_of
from vanbang.catalog import Record, type_by_name
from vanbang.catalog.sampling import sample_rows
from vanbang.core.credential import CredentialFile
from vanbang.core.disclosure import commit, opens_array_elements
from vanbang.core.encoding import b64url, from_b64url
from vanbang.core.extract import chosen, extract, pieces
from vanbang.core.record_keys import RecordKeys, path_of
from vanbang.core.strict_json import canonical, parse
from world import World, seed

DIPLOMA = type_by_name("vn-diploma")
SHOWN = "ten_vbcc,nganh,trinh_do,tot_nghiep,don_vi_cap"
"""Has she a degree, which, in what, since when, of whom: without anything about her person."""
CLOSED = ("ho_va_ten", "ngay_sinh", "so_ddcn", "xep_loai", "nhan_than")
CLASSES = ("Xuất sắc", "Giỏi", "Khá", "Trung bình khá", "Trung bình", "Yếu", "Excellent", "Very good", "Good")
BIRTHS = [date(1950, 1, 1) + timedelta(days=day) for day in range(60 * 365 + 15)]
NO_SALT, ALL_ZERO = "", b64url(bytes(16))
_URL = bytes.maketrans(b"+/", b"-_")

Dictionary = Mapping[str | None, Iterable[str]]
"""By claim (None: elements) JSON of the values it may have."""


@lru_cache(maxsize=1)
def graduate() -> Record:
    """One of the common names, so that the lists have it."""
    return next(record for row in sample_rows(90, "guess") if is_common(record := parsed(DIPLOMA, row)))


def is_common(record: Record) -> bool:
    values = record.__dict__
    return values["dan_toc"] == "Kinh" and bool(values["xep_loai"]) and bool(values["so_ddcn"])


def names() -> Iterator[str]:
    """Every name that the lists can make."""
    lists = json.loads(files("vanbang.catalog").joinpath("data", "people.json").read_text("utf-8"))
    for sex in ("Nam", "Nữ"):
        for family in lists["family"]:
            for middle in lists["middle"][sex]:
                for given in lists["given"][sex]:
                    yield f'"{family} {middle} {given}"'


def of_a_diploma(number: str) -> Dictionary:
    """Birth dates of sixty years, all names, all classes, a hundred thousand citizen numbers of the right pattern."""
    people = [
        {"gioi_tinh": sex, "dan_toc": group, "quoc_tich": "Việt Nam"} for sex in ("Nam", "Nữ") for group in GROUPS
    ]
    return {
        "ho_va_ten": names(),
        "ngay_sinh": [f'"{day:%d/%m/%Y}"' for day in BIRTHS],
        "so_ddcn": [f'"{number[:7]}{last:05d}"' for last in range(100_000)],
        "xep_loai": [f'"{name}"' for name in CLASSES],
        "nhan_than": [canonical(person).decode() for person in people],
    }


GROUPS = ("Kinh", "Tày", "Thái", "Mường", "Khmer", "Hoa", "Nùng", "H'Mông", "Dao", "Gia Rai", "Ê Đê", "Ba Na", "Chăm")


def of_courses(course: Mapping[str, Any]) -> Dictionary:
    """Every pair of marks of one subject in one year."""
    pairs = ((first, second, (first + 2 * second + 1) // 3) for first in range(101) for second in range(101))
    terms = ("hk1", "hk2", "ca_nam")
    return {
        None: [
            canonical({**course, **{t: f"{m // 10}.{m % 10}" for t, m in zip(terms, marks, strict=True)}}).decode()
            for marks in pairs
        ]
    }


def learned(shown: CredentialFile, dictionary: Dictionary) -> dict[str | None, str]:
    """What the attack finds out about the closed digests of an extract, by claim."""
    closed = {*shown.payload.digests, *(inner for d in shown.disclosures for inner in opens_array_elements(d))}
    targets = {from_b64url(digest, "") for digest in closed - {d.digest for d in shown.disclosures}}
    found: dict[str | None, str] = {}
    for name, values in dictionary.items():
        starts = [f'["{salt}",{"" if name is None else quote(name) + ","}' for salt in salts_to_try(shown, name)]
        told = next((value for value in values if any(_opens(f"{start}{value}]", targets) for start in starts)), None)
        if told is not None:
            found[name] = told
    return found


def _opens(content: str, targets: set[bytes]) -> bool:
    return sha256(b2a_base64(content.encode(), newline=False).translate(_URL, b"=")).digest() in targets


def salts_to_try(shown: CredentialFile, name: str | None) -> list[str]:
    """No salt, those that are shown, their neighbours' and what they and public bytes give as keys."""
    known = [parse(from_b64url(d.text, ""))[0] for d in shown.disclosures]
    keys = [bytes(32), sha256(shown.payload_bytes).digest(), *(from_b64url(salt, "") for salt in known[:1])]
    path = path_of(name or "mon_hoc", *(() if name else (0,)))
    derived = [b64url(shake_256(b"vanbang/1/salt" + key + path).digest(16)) for key in keys]
    return [NO_SALT, ALL_ZERO, *known, *derived]


@dataclass(frozen=True)
class WeakSalts:
    """Keys as a careless issuer has them: the same salt for all claims of a record."""

    salt: str

    def salts(self, paths: Iterable[bytes]) -> list[str]:
        return [self.salt for _ in paths]

    def decoys(self, count: int) -> list[str]:
        return RecordKeys.of(seed("decoys")).decoys(count)


STRAWMEN = {"no salt": WeakSalts(NO_SALT), "one salt for the record": WeakSalts(b64url(seed("one")[:16]))}


def weak(world: World, keys: WeakSalts) -> CredentialFile:
    """The same credential, sealed with such keys. (Without a salt it would not even be read: that is passed over.)"""
    texts, digests = commit(world.claims, keys, world.digests, world.by_element)  # type: ignore[arg-type]
    file = replace(world, disclosure_texts=(), payload_digests=tuple(digests)).file()
    told = {d.name: d for d in world.file().disclosures}
    disclosures = []
    for text in texts:
        parts = parse(from_b64url(text, ""))
        name = parts[1] if len(parts) == 3 else None
        digest = b64url(sha256(text.encode()).digest())
        disclosures.append(replace(told[name], text=text, digest=digest, value=parts[-1]))
    return replace(file, disclosures=tuple(disclosures))


def showing(file: CredentialFile, choice: str) -> CredentialFile:
    return extract(file, chosen([choice], pieces(file)))


def truth(world: World) -> dict[str | None, str]:
    """What the attack on a diploma would like to know."""
    return {name: canonical(world.claims[name]).decode() for name in CLOSED}


@pytest.mark.slow
def test_nothing_that_an_extract_withholds_can_be_guessed() -> None:
    """The dictionary holds the name, the birth date, the citizen number, the class and the sex: none is recognised."""
    world = world_of(DIPLOMA, graduate())
    dictionary = {name: list(values) for name, values in of_a_diploma(graduate().__dict__["so_ddcn"]).items()}
    assert all(value in dictionary[name] for name, value in truth(world).items())
    assert learned(showing(world.file(), SHOWN), dictionary) == {}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", STRAWMEN)
def test_the_attack_finds_everything_where_salts_are_weak(scheme: str) -> None:
    """The same attack on the same extract, sealed otherwise, tells all five claims."""
    world = world_of(DIPLOMA, graduate())
    dictionary = of_a_diploma(graduate().__dict__["so_ddcn"])
    assert learned(showing(weak(world, STRAWMEN[scheme]), SHOWN), dictionary) == truth(world)


def test_the_marks_of_a_course_cannot_be_guessed_from_those_of_another() -> None:
    """One course is shown; another's marks are not found among all there can be, though its siblings' salt is known."""
    world = world_of(TRANSCRIPT, transcript())
    one, other = world.claims["mon_hoc"][:2]
    guesses = of_courses(other)
    assert canonical(other).decode() in guesses[None]
    shown = showing(world.file(), f"mon_hoc[{one['nam_hoc']}][{one['ma_mon']}]")
    assert learned(shown, guesses) == {}


@pytest.mark.parametrize("scheme", STRAWMEN)
def test_the_attack_finds_the_marks_where_salts_are_weak(scheme: str) -> None:
    """One salt for all courses gives them all away with the first."""
    world = world_of(TRANSCRIPT, transcript())
    one, other = world.claims["mon_hoc"][:2]
    shown = showing(weak(world, STRAWMEN[scheme]), f"mon_hoc[{one['nam_hoc']}][{one['ma_mon']}]")
    assert learned(shown, of_courses(other)) == {None: canonical(other).decode()}


def test_extracts_of_one_credential_can_be_linked() -> None:
    """As the papers say: they have payload, place in the status list and leaf in common."""
    file = world_of(DIPLOMA, graduate()).file()
    one, other = showing(file, "ho_va_ten"), showing(file, "xep_loai")
    assert (one.payload_bytes, one.payload.status, one.proof) == (
        other.payload_bytes,
        other.payload.status,
        other.proof,
    )
