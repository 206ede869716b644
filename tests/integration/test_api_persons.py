"""A person's diplomas at the API: by learner and citizen number, for those who may, without a trace of the number."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from api_site import KEYS, OTHER, Site, credential_id, site
from sqlalchemy import text

from small_house import INSTITUTION, KIND, rows

pytestmark = pytest.mark.slow
PATH = "/v1/persons/credentials"
PERSON = next(row.cells for row in rows(20) if row.cells["so_ddcn"])
CITIZEN, LEARNER = PERSON["so_ddcn"], PERSON["ma_nguoi_hoc"]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with twenty final diplomas."""
    with site(tmp_path_factory.mktemp("persons")) as made:
        made.issue(20)
        yield made


def found(api: Site, who: str, **asked: Any) -> list[str]:
    """The ids that somebody is shown."""
    answer = api.ask("POST", PATH, who, json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return [item["id"] for item in answer.json()["items"]]


def test_who_finds_whom(api: Site) -> None:
    """The ministry finds it anywhere, a registrar in his own institution, and nobody else may ask."""
    mine = [credential_id(KIND, PERSON)]
    for asked in ({"citizen": CITIZEN}, {"learner": LEARNER}, {"learner": f" {LEARNER} "}):
        assert found(api, "ministry", **asked) == found(api, "registrar", **asked) == mine
        assert found(api, "ministry", **asked, issuer=INSTITUTION.code) == mine
        assert found(api, "ministry", **asked, issuer=OTHER.code) == found(api, "other_registrar", **asked) == []
        assert api.ask("POST", PATH, "other_registrar", json={**asked, "issuer": INSTITUTION.code}).status_code == 404
    for who, (_, role) in KEYS.items():
        status = 200 if role in ("ministry", "registrar") else 403
        assert api.ask("POST", PATH, who, json={"learner": LEARNER}).status_code == status, who
    assert found(api, "ministry", citizen="001204999999") == []


@pytest.mark.parametrize(
    "asked",
    [{}, {"citizen": CITIZEN, "learner": LEARNER}, {"citizen": "1"}, {"citizen": "x" * 12}, {"learner": ""}],
)
def test_what_is_no_person(api: Site, asked: dict[str, str]) -> None:
    """Neither number, both, or one that is none: refused by the place in the body, without repeating it."""
    answer = api.ask("POST", PATH, "ministry", json=asked)
    assert answer.status_code == 422
    assert CITIZEN not in answer.text


def test_no_trace_of_the_number(api: Site, caplog: pytest.LogCaptureFixture) -> None:
    """The audit log says that somebody asked and how much was found; no log holds the number."""
    with caplog.at_level(logging.DEBUG):
        found(api, "registrar", citizen=CITIZEN)
    line = api.store.audit_entries(limit=10_000)[-1]
    assert (line.action, line.subject, line.facts) == (
        "person.looked_up",
        INSTITUTION.iss,
        '{"by":"citizen","found":1}',
    )
    assert line.actor.startswith("api:")
    lines = [str(entry) for entry in api.store.audit_entries(limit=10_000)]
    lines += [record.getMessage() for record in caplog.records]
    assert not any(number in text for text in lines for number in (CITIZEN, LEARNER))


def test_erased(api: Site) -> None:
    """Who was erased is not found by anything but the serial number."""
    person = [row.cells for row in rows(20) if row.cells["so_ddcn"]][1]
    record = api.store.find(bytes.fromhex(credential_id(KIND, person)))
    assert record
    assert found(api, "ministry", citizen=person["so_ddcn"]) == [record.key.hex()]
    api.store.erase(record.id, 5)
    assert found(api, "ministry", citizen=person["so_ddcn"]) == []
    assert found(api, "ministry", learner=person["ma_nguoi_hoc"]) == []
    lookup = {"issuer": INSTITUTION.code, "type": KIND.name, "serial": person["so_hieu_vbcc"]}
    assert api.ask("POST", "/v1/credentials/lookup", "registrar", json=lookup).json()["erased_at"]


def test_a_damaged_record(api: Site) -> None:
    """A record that does not open is counted, and hides no other; asked for itself, it is a problem as ever."""
    third = [row.cells for row in rows(20) if row.cells["so_ddcn"]][2]
    record = api.store.find(bytes.fromhex(credential_id(KIND, third)))
    assert record
    with api.store._writing() as session:
        session.execute(text("UPDATE record SET ciphertext = x'00' WHERE id = :id"), {"id": record.id})
    answer = api.ask("POST", PATH, "registrar", json={"citizen": third["so_ddcn"]})
    assert (answer.status_code, answer.json()) == (200, {"items": [], "unreadable": 1})
    damage, asked = api.store.audit_entries(limit=10_000)[-2:]
    assert (damage.action, damage.subject) == ("record.unreadable", f"record/{record.id}")
    assert damage.actor == asked.actor
    assert asked.facts == '{"by":"citizen","found":0,"unreadable":1}'
    assert api.ask("GET", f"/v1/credentials/{record.key.hex()}/file", "registrar").status_code == 503
    assert api.ask("GET", f"/v1/credentials/{record.key.hex()}", "registrar").json()["state"] == "FINAL"
