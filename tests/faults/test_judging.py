"""The judge is not blind: each kind of evidence, spoiled, breaks its invariant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from faults.bits import flip
from faults.ground import Grounds
from faults.judging import judge
from faults.town import Town, town

pytestmark = pytest.mark.slow


def tile(here: Town) -> None:
    flip(next((here.home / "public/tiles").rglob("0/0")))


def serial_lost(here: Town) -> None:
    next(iter(here.promised.values())).append("T-nobody")


def sent_unstored(here: Town) -> None:
    here.saw("eth_sendRawTransaction", ["0xc0"])


def two_answers(here: Town) -> None:
    here.answers["key"] = [b"1", b"2"]


def said_a_name(here: Town) -> None:
    here.log.write_bytes(here.all_said() + f"T1{0:06d}".encode())


def database(statement: str) -> Callable[[Town], None]:
    """Changes a row."""

    def spoil(here: Town) -> None:
        with here.engine().begin() as connection:
            connection.execute(text(statement))

    return spoil


SPOILT = {
    1: serial_lost,
    2: tile,
    5: database("UPDATE batch SET block = block - 1"),
    6: sent_unstored,
    7: database('UPDATE "transaction" SET nonce = nonce + 5 WHERE id = (SELECT max(id) FROM "transaction")'),
    8: two_answers,
    10: said_a_name,
    11: database("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2"),
    12: database("UPDATE attempt SET max_fee = '9000000000000000'"),
    13: database("DELETE FROM record_citizen"),
}


def test_what_is_spoilt_is_found(grounds: Grounds, tmp_path: Path) -> None:
    """An installation that holds is accepted; with one thing after the other spoilt, its invariant is named."""
    with grounds.on("sqlite") as ground, town(ground, tmp_path) as here:
        here.issue()
        here.end_workers()
        judge(here)
        for number, spoil in SPOILT.items():
            spoil(here)
            with pytest.raises(AssertionError, match=f"invariant {number}[:,]"):
                judge(here)
