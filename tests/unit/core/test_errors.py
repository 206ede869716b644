"""Errors on their way between processes."""

import pickle

import pytest

from vanbang.core.errors import FormatError, RecordInvalid, RootMismatch, VanbangError


@pytest.mark.parametrize(
    "error", [FormatError("row[3]", "no date"), RootMismatch(b"a", b"b"), RecordInvalid("a record")]
)
def test_errors_arrive_as_they_were(error: VanbangError) -> None:
    """Kind, sentence and fields are the same on the other side, however many arguments the kind is made with."""
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.args, vars(arrived)) == (str(error), error.args, vars(error))
