"""Sittings, and the fast ways of reading: many files are judged as each of them is alone, and as the slow way does."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading_vectors import NAMES, Vector, read
from vanbang.core import disclosure, strict_json
from vanbang.core.batch import read_manifest
from vanbang.core.credential import CredentialFile, FileRejected, read_credential
from vanbang.core.verification import Needs, Report, Sitting, Verdict, judge
from world import NOW, World


class Closed:
    """A fast parser that takes nothing."""

    def decode(self, _: bytes) -> NoReturn:
        raise ValueError

    decode_lines = decode


@contextmanager
def slowly() -> Iterator[None]:
    """Everything is read by the strict parser, and nothing is remembered."""
    read_manifest.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "_fast", Closed())
        patch.setattr(disclosure, "_USUAL", Closed())
        yield
    read_manifest.cache_clear()


def told(found: Report | Needs) -> Any:
    return found.to_bytes() if isinstance(found, Report) else found


def outcome(data: bytes) -> CredentialFile | tuple[str, str]:
    """What reading a file gives, an error with its words."""
    try:
        return read_credential(data)
    except FileRejected as error:
        return error.step_code, str(error)


@lru_cache(maxsize=1)
def vectors() -> Mapping[str, Vector]:
    return {name: read(name) for name in NAMES}


def test_fast_and_slow_reading_agree_on_every_vector() -> None:
    """Each file is read the same, or refused in the same words."""
    fast = {name: outcome(vector.credential) for name, vector in vectors().items()}
    with slowly():
        slow = {name: outcome(vector.credential) for name, vector in vectors().items()}
    assert [name for name in NAMES if fast[name] != slow[name]] == []


def test_a_sitting_judges_every_vector_as_it_is_judged_alone() -> None:
    """Whatever was judged before on the same evidence: other batches, hostile files, files that are not valid."""
    sittings: dict[Any, list[str]] = defaultdict(list)
    for name, vector in vectors().items():
        sittings[repr((vector.trust, vector.now, sorted(vector.evidence.items(), key=str)))].append(name)
    assert max(map(len, sittings.values())) > 100
    for names in sittings.values():
        vector = vectors()[names[0]]
        sitting = Sitting(vector.trust, vector.evidence, vector.now)
        for name in (*names, *names):
            alone = judge(vectors()[name].credential, vector.trust, vector.evidence, vector.now)
            assert told(sitting.judge(vectors()[name].credential)) == told(alone), name


@given(st.data())
@settings(max_examples=60)
def test_fast_and_slow_reading_agree_on_changed_files(data: st.DataObject) -> None:
    """A file with some bytes replaced, dropped or doubled is read the same, or refused in the same words."""
    text = bytearray(_credential())
    for _ in range(data.draw(st.integers(1, 2))):
        start = data.draw(st.integers(0, len(text) - 1))
        text[start : start + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    fast = outcome(bytes(text))
    with slowly():
        assert outcome(bytes(text)) == fast


@lru_cache(maxsize=1)
def _credential() -> bytes:
    return World().credential()


def test_evidence_that_comes_later_is_seen() -> None:
    """A sitting that lacks answers asks for them, and judges once they are there; until then it asks the same."""
    world = World()
    data, whole = world.credential(), world.evidence()
    held: dict[str, Any] = {}
    sitting = Sitting(world.trust(), held, NOW)
    for _ in range(8):
        found = sitting.judge(data)
        if isinstance(found, Report):
            break
        assert sitting.judge(data) == found
        held.update({question: whole[question] for question in found.questions})
    assert isinstance(found, Report)
    assert found.verdict is Verdict.VALID


def test_a_manifest_named_as_a_list_is_no_list() -> None:
    """A hostile status manifest that names another, which was read in the same sitting, leaves the status open."""
    honest = World()
    hostile = World(claims={"ho_va_ten": "B"}, alter={"status_list": lambda _: honest.status_manifest()})
    evidence = {**hostile.evidence(), **honest.evidence()}
    sitting = Sitting(honest.trust(), evidence, NOW)
    for world, code in ((honest, "status_valid"), (hostile, "status_list_malformed"), (honest, "status_valid")):
        found = sitting.judge(world.credential())
        assert isinstance(found, Report)
        assert found.steps[6].code == code
