"""Errors as problems: what is a case of something known is answered as that."""

import json

import pytest

from vanbang.adapters.sql import SchemaDiffers
from vanbang.core.errors import VanbangError
from vanbang.ports import LeaseLost, StoreBusy, StoreError
from vanbang.web.problems import problem_of


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreError("secret words"), 503, "store"),
        (StoreBusy("secret words"), 503, "store_busy"),
        (SchemaDiffers("0001"), 503, "store"),
        (LeaseLost("secret words"), 500, "internal"),
    ],
)
def test_errors_of_the_store(error: VanbangError, status: int, code: str) -> None:
    """Who asks is told to try again later, and none of the words that are for us."""
    answer = problem_of(error)
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["code"], answer.headers.get("Retry-After")) == (
        status,
        code,
        "5" if status == 503 else None,
    )
    assert "secret" not in json.dumps(body)
    assert "schema" not in json.dumps(body)
