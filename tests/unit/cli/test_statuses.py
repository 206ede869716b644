"""Deciding all that rest on a decision, and what is left of them."""

from pathlib import Path

from small_house import INSTITUTION
from stored_things import NOW, sealed
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.cli.statuses import are_left
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import decide_all, propose_all
from vanbang.ports import StatusChange


def test_what_is_left_of_a_decision(tmp_path: Path) -> None:
    """Proposals beyond those that were decided are told, of this decision and institution only."""
    engine = open_database(tmp_path / "vanbang.sqlite")
    store, iss = SqlStore(engine), INSTITUTION.iss
    store.add_institution(INSTITUTION)
    one, other, third = (record.id for record in sealed(store, "u", "abc"))
    status = int(CredentialStatus.REVOKED)
    asked = [(one, "QĐ 1"), (other, "QĐ 1"), (third, "QĐ 2")]
    propose_all(
        store,
        [
            StatusChange(f"{at}", iss, record, status, "fraud", on, "api:a", NOW)
            for at, (record, on) in enumerate(asked)
        ],
    )
    decide_all(store, ["0"], "APPROVED", "api:b", NOW)
    assert are_left(store, iss, "QĐ 1")
    decide_all(store, ["1"], "APPROVED", "api:b", NOW)
    assert (are_left(store, iss, "QĐ 1"), are_left(store, iss, "QĐ 2")) == (False, True)
    engine.dispose()
