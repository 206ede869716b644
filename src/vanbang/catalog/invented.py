"""The invented people and places that sample lists are made of."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MINORITY, ONE_WORD, FOREIGN = 0.04, 0.004, 0.012
"""Shares of rows whose person comes from the lists of whole names."""

LENGTHS = {"Bằng kỹ sư": "4,5 năm", "Bằng kiến trúc sư": "5 năm", "Bằng bác sĩ": "6 năm", "Bằng dược sĩ": "5 năm"}
LEVEL_LENGTHS = {"7": "4 năm", "8": "2 năm", "9": "3 năm"}


@dataclass(frozen=True, slots=True)
class Institution:
    """A fictitious issuer: code and name as in its diplomas, `iss` as in its credentials."""

    code: str
    name: str
    iss: str
    place: str
    decision_mark: str
    head: str
    head_number: str


@dataclass(frozen=True, slots=True)
class Programme:
    code: str
    name: str
    title: str
    specialisation: str

    @property
    def length(self) -> str:
        return LENGTHS.get(self.title) or LEVEL_LENGTHS[self.code[0]]

    @property
    def years(self) -> int:
        return int(self.length[0]) + ("," in self.length)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    sex: str
    group: str
    nationality: str = "Việt Nam"
    birthplace: str = ""


def _data(name: str) -> str:
    return files("vanbang.catalog").joinpath("data", name).read_text("utf-8")


def _table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _data(name).splitlines()]


@cache
def institutions() -> tuple[Institution, ...]:
    """The fictitious institutions, the one of the committed sample first."""
    return tuple(Institution(*cells) for cells in _table("institutions.tsv"))


@cache
def schools() -> tuple[Institution, ...]:
    """The fictitious high schools; `decision_mark` is that of their provincial department."""
    return tuple(Institution(*cells) for cells in _table("schools.tsv"))


@cache
def programmes() -> tuple[Programme, ...]:
    return tuple(Programme(*cells) for cells in _table("programmes.tsv"))


@cache
def provinces() -> tuple[tuple[str, str], ...]:
    return tuple((code, name) for code, name in _table("provinces.tsv"))


class People:
    """Draws persons. `drawn` is the only source of chance: a number in [0, 1)."""

    def __init__(self, drawn: Callable[[], float]) -> None:
        lists: dict[str, Any] = json.loads(_data("people.json"))
        self._drawn = drawn
        self._family = [name for name, weight in lists["family"].items() for _ in range(weight)]
        self._middle, self._given = lists["middle"], lists["given"]
        self._minority = [Person(name, sex, group) for group, sex, name in lists["minority"]]
        self._one_word = [Person(name, sex, group) for group, sex, name in lists["one_word"]]
        self._foreign = [Person(name, sex, "Không", land, town) for land, sex, name, town in lists["foreign"]]

    def _pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self._drawn() * len(choices))]

    def draw(self) -> Person:
        kind = self._drawn()
        person: Person
        if kind < FOREIGN:
            person = self._pick(self._foreign)
        elif kind < FOREIGN + ONE_WORD:
            person = self._pick(self._one_word)
        elif kind < FOREIGN + ONE_WORD + MINORITY:
            person = self._pick(self._minority)
        else:
            sex = "Nữ" if self._drawn() < 0.54 else "Nam"
            words = self._pick(self._family), self._pick(self._middle[sex]), self._pick(self._given[sex])
            person = Person(" ".join(words), sex, "Kinh")
        return person
