"""Makes a dictionary for stored records from invented ones (see `vanbang.catalog.dictionaries`)."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Final, cast

from zstandard import train_dictionary

from vanbang.catalog.credential_type import CredentialType
from vanbang.catalog.dictionaries import LEVEL
from vanbang.catalog.invented import Institution, People, institutions, provinces, schools
from vanbang.catalog.sampling import Kind, sample_rows
from vanbang.core.strict_json import canonical

SIZE: Final = 32_768
"""Bytes of a dictionary: half as many cost 7 bytes a diploma, twice as many save 19, if its programme is among them."""
SAMPLES: Final[Mapping[str, int]] = MappingProxyType({"vn-diploma": 24_000, "vn-thpt": 24_000, "vn-transcript": 4_000})

_YEAR: Final = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_LETTERS: Final = "ABCDGHKLMNPQSTVXY"
_WORDS: Final = ("Bách khoa", "Sư phạm", "Kinh tế", "Công nghệ", "Y Dược", "Nông Lâm", "Luật", "Ngoại ngữ", "Văn hóa")

Drawn = Callable[[], float]


def trained(kind: CredentialType) -> bytes:
    """A dictionary for the type. Another version of zstandard may give other bytes, as good."""
    return train_dictionary(SIZE, list(samples(kind, SAMPLES[kind.name])), level=LEVEL).as_bytes()


def samples(kind: CredentialType, count: int) -> Iterator[bytes]:
    """Records as they are stored, each of a school of its own and of some year: what is left for them to share is what
    the records of any school and year share."""
    name = cast(Kind, kind.name)
    drawn = random.Random(1).random  # noqa: S311 - invented people, no secret
    people = People(drawn)
    known = institutions() if name == "vn-diploma" else schools()
    for number, row in enumerate(sample_rows(count, "dictionary", [entry.code for entry in known], name)):
        record, _ = kind.parse(row)
        if record is None:
            raise ValueError(f"sample {number} is no {name}")
        values = kind.values_of(record)
        yield _elsewhere(canonical(values).decode(), _school_in(values, known), people, drawn).encode()


def _school_in(values: Mapping[str, str], known: Sequence[Institution]) -> Institution:
    return next(entry for entry in known if entry.name in values.values())


def _elsewhere(text: str, school: Institution, people: People, drawn: Drawn) -> str:
    """The record as if another school had issued it, a few years before or after."""
    other = _school(school, people, drawn)
    for part in fields(Institution):
        text = text.replace(getattr(school, part.name), getattr(other, part.name))
    years = int(drawn() * 16) - 8
    return _YEAR.sub(lambda year: str(int(year[0]) + years), text)


def _school(like: Institution, people: People, drawn: Drawn) -> Institution:
    """A school that nobody has heard of; its code and mark have the lengths that such have."""
    code = "".join(_pick("0123456789" if like.code.isdigit() else _LETTERS, drawn) for _ in like.code)
    kind = "Trường THPT" if like.code.isdigit() else f"Trường Đại học {_pick(_WORDS, drawn)}"
    place = _pick([name for _, name in provinces()], drawn)
    mark = like.decision_mark[:2] + "".join(_pick(_LETTERS, drawn) for _ in like.decision_mark[2:])
    number = "".join(_pick("0123456789", drawn) for _ in like.head_number)
    return Institution(code, f"{kind} {people.draw().name}", "", place, mark, people.draw().name, number)


def _pick(choices: Sequence[str], drawn: Drawn) -> str:
    return choices[int(drawn() * len(choices))]
