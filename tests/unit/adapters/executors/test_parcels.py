"""Work on its way to another machine and back."""

import pickle
from dataclasses import replace
from typing import Any

import pytest

from vanbang.adapters.executors.parcels import OtherCode, about_us, carry_out, opened, packed
from vanbang.core.errors import RecordInvalid

SECRET = b"0123456789abcdef"


class Stubborn(Exception):
    """An error that no pickle takes."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.tell = lambda: words


def stubborn() -> None:
    raise Stubborn("not here")


def endless() -> Any:
    return iter(lambda: 1, 2)


def refuse(data: bytes) -> None:
    raise RecordInvalid(f"not {len(data)}")


def test_work_and_its_result_arrive() -> None:
    """What the work gives elsewhere is what it gives here, keywords included."""
    assert opened(carry_out(packed(sorted, ([3, 1, 2],), {"reverse": True}))) == [3, 2, 1]


def test_what_work_raises_arrives() -> None:
    """An error of ours is raised where the result is asked for; on its way it is a result like others."""
    outcome = carry_out(packed(refuse, (SECRET,), {}))
    with pytest.raises(RecordInvalid, match="not 16"):
        opened(outcome)


@pytest.mark.parametrize(
    ("work", "error", "words"),
    [(stubborn, RuntimeError, "Stubborn: not here"), (endless, (TypeError, AttributeError), "pickle")],
)
def test_what_cannot_travel_is_told(work: Any, error: Any, words: str) -> None:
    """An error or a result that pickling would lose does not fail the cluster's task: its words arrive."""
    outcome = carry_out(packed(work, (), {}))
    with pytest.raises(error, match=words):
        opened(outcome)


def test_nothing_of_the_work_is_shown() -> None:
    """A cluster that logs what it was given, or what came of it, logs how long it is."""
    work = packed(bytes, (SECRET,), {})
    for parcel in (work, carry_out(work)):
        assert SECRET in parcel.content
        assert repr(parcel) == str(parcel) == f"<{len(parcel.content)} bytes>"


def test_work_of_other_code_is_not_begun() -> None:
    """A worker that would perhaps make other bytes of the same record says what it has instead."""
    begun = replace(packed(refuse, (SECRET,), {}), made_by="vanbang 0.0.1 (000000000000), Python 3.1")
    with pytest.raises(OtherCode) as caught:
        opened(carry_out(begun))
    assert str(caught.value) == about_us()


def test_work_that_a_worker_cannot_load() -> None:
    """A worker without the module that the work is in says so."""
    broken = replace(packed(len, (b"",), {}), content=pickle.dumps(len).replace(b"builtins", b"builtons"))
    with pytest.raises(ImportError):
        opened(carry_out(broken))
