"""Words for what waits and what stops it."""

import importlib
import pkgutil

import vanbang
from small_house import INSTITUTION
from vanbang.core.errors import VanbangError
from vanbang.notary.progress import INCIDENTS, TROUBLES, WAITING_FOR, first_of, subjects_of
from vanbang.ports import Batch, Trouble


def batch(state: str) -> Batch:
    return Batch("b1", INSTITUTION.iss, "urn:x", state, "u1", 1, 3)


def test_the_nearest_subject_comes_first() -> None:
    """What is on its way to the chain is stopped by the chain too; what is only sealed is not; a final by nothing."""
    iss = INSTITUTION.iss
    near = ("batch:b1", f"status:{iss}", f"issuer:{iss}", "chain:88")
    assert [subjects_of(batch(state), 88) for state in ("ENDORSED", "ANCHORING")] == [near, near]
    assert subjects_of(batch("SEALED"), 88) == ("batch:b1", f"issuer:{iss}")
    assert subjects_of(batch("FINAL"), 88) == ()
    far, nearer = Trouble("ledger_unsure", "far", 1), Trouble("conflict", "near", 2)
    assert first_of({"chain:88": far, f"status:{iss}": nearer}, near) == nearer
    assert first_of({"chain:88": far}, ("batch:b1",)) is None


def test_every_word_is_there_in_both_languages() -> None:
    """Words have a Vietnamese and an English side that differ, and every trouble is the code of an error of ours."""
    for words in (WAITING_FOR, TROUBLES, INCIDENTS):
        assert all(len({vietnamese, english, ""}) == 3 for vietnamese, english in words.values())
    for module in pkgutil.walk_packages(vanbang.__path__, "vanbang."):
        if ".notary" in module.name or ".ports" in module.name or ".core" in module.name:
            importlib.import_module(module.name)
    assert set(TROUBLES) <= {error.code for error in descendants(VanbangError)}


def descendants(kind: type[VanbangError]) -> list[type[VanbangError]]:
    return [one for child in kind.__subclasses__() for one in (child, *descendants(child))]
