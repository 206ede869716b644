"""Changes of status by the API: many at once, all or none; where each is; the newest edition, and older ones."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from api_site import Site, credential_id, site

from fake_ledger import FakeLedger
from small_house import INDEX_KEY, INSTITUTION, KIND, Silent, accept, impatient, rows
from vanbang.notary.engine import Engine
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.operations import Operations
from vanbang.notary.uploading import Uploads

pytestmark = pytest.mark.slow
IDS = [credential_id(KIND, row.cells) for row in rows(3)]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Site]:
    """A site with three final diplomas."""
    with site(tmp_path) as made:
        made.issue(3)
        yield made


def change(number: int, status: str = "suspended", **told: Any) -> dict[str, Any]:
    """A change of one of them."""
    return {"credential": IDS[number], "status": status, "reason": "under_review", "decision": "QĐ 7"} | told


def work(api: Site) -> None:
    """The engine, until nothing is left to do."""
    desk, store, chain = api.desk, api.store, api.chain
    ledger = FakeLedger(chain)
    engine = Engine(
        store,
        Intake(store, Uploads(store, desk.spool), None, INDEX_KEY, api.clock, desk.objects),  # type: ignore[arg-type]
        Issuing(store, desk.objects, desk.keys, ledger, impatient(store), lambda: chain.time),
        Operations(store, ledger, desk.keys),
        Silent(),
        chain.mine,
        api.clock,
        stopwatch=count(0, 100).__next__,
    )
    for _ in range(8):
        engine.step()
        chain.mine()


def test_many_in_one_request(api: Site) -> None:
    """Proposed together, decided together, carried by one status root; sent again, both give the same answer."""
    body = {"changes": [change(number) for number in range(3)]}
    made = api.ask("POST", "/v1/status-changes/bulk", "registrar", json=body, key="k1")
    assert (made.status_code, made.json()["state"], len(set(made.json()["changes"]))) == (201, "PROPOSED", 3)
    again = api.ask("POST", "/v1/status-changes/bulk", "registrar", json=body, key="k1")
    assert again.content == made.content
    decision = {"changes": made.json()["changes"], "decision": "approve"}
    assert api.ask("POST", "/v1/status-changes/bulk-decision", "registrar", json=decision).status_code == 403
    epochs = len(api.store.status_roots(INSTITUTION.iss))
    done = api.ask("POST", "/v1/status-changes/bulk-decision", "officer", json=decision)
    assert (done.status_code, done.json()) == (200, {"state": "APPROVED", "changes": decision["changes"]})
    work(api)
    assert len(api.store.status_roots(INSTITUTION.iss)) == epochs + 1
    for number, name in enumerate(decision["changes"]):
        read = api.ask("GET", f"/v1/status-changes/{name}", "reader").json()
        assert (read["credential"], read["state"], read["whereabouts"]["step"]) == (IDS[number], "APPLIED", "FINAL")
        assert (read["whereabouts"]["epoch"], read["whereabouts"]["block"] > 0) == (epochs + 1, True)


def test_none_of_many(api: Site) -> None:
    """One that cannot be, or is twice, or is unknown, stops all; each is named by its place."""
    bulk = "/v1/status-changes/bulk"
    refused = {
        "/changes/0": [change(0, "valid"), change(1)],
        "/changes/1": [change(0), change(1, "valid")],
        "/changes/1/credential": [change(0), change(1, credential="00" * 32)],
        "/changes/0/credential": [change(0, edition=2), change(1)],
    }
    for pointer, changes in refused.items():
        answer = api.ask("POST", bulk, "registrar", json={"changes": changes})
        assert (answer.status_code, [item["pointer"] for item in answer.json()["errors"]]) == (422, [pointer])
    twice = api.ask("POST", bulk, "registrar", json={"changes": [change(0), change(0)]})
    assert [item["pointer"] for item in twice.json()["errors"]] == ["/changes/0", "/changes/1"]
    for changes in ([], [change(0)] * 1_001):
        assert api.ask("POST", bulk, "registrar", json={"changes": changes}).status_code == 422
    assert api.ask("POST", bulk, "other_registrar", json={"changes": [change(0)]}).status_code == 422
    assert api.store.changes(None, ()) == []
    unknown = {"changes": ["0" * 32], "decision": "approve"}
    answer = api.ask("POST", "/v1/status-changes/bulk-decision", "officer", json=unknown)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/changes/0")


def test_finding_changes(api: Site) -> None:
    """By decision, by state, by credential; another institution's key finds none."""
    first = api.ask("POST", "/v1/status-changes", "registrar", json=change(0)).json()["id"]
    second = api.ask("POST", "/v1/status-changes", "registrar", json=change(1, decision="QĐ 8")).json()["id"]

    def found(query: str, who: str = "reader") -> list[str]:
        return [item["id"] for item in api.ask("GET", f"/v1/status-changes?{query}", who).json()["items"]]

    assert found("decision=Q%C4%90%208") == [second]
    assert found(f"credential={IDS[0]}") == [first]
    assert found(f"credential={IDS[0]}&state=APPROVED") == []
    assert found(f"credential={IDS[0]}", "other_reader") == []
    assert sorted(found("state=PROPOSED")) == sorted([first, second])


def test_a_corrected_diploma(api: Site) -> None:
    """Superseded by two people and issued again: the newest edition is what is looked up, the old one can be named."""
    replacing = change(0, "superseded", reason="wrong_data")
    name = api.ask("POST", "/v1/status-changes", "registrar", json=replacing).json()["id"]
    api.ask("POST", f"/v1/status-changes/{name}/decision", "officer", json={"decision": "approve"})
    work(api)
    corrected = rows(1)[0]._replace(cells={**rows(1)[0].cells, "ho_va_ten": "Lê Thị Sửa"})
    api.finish(accept(api.store, [corrected], "corrected", api.desk.objects))
    path = f"/v1/credentials/{IDS[0]}"
    lookup = {"issuer": INSTITUTION.code, "type": KIND.name, "serial": corrected.cells["so_hieu_vbcc"]}
    newest = api.ask("POST", "/v1/credentials/lookup", "reader", json=lookup).json()
    assert (newest["id"], newest["edition"], newest["status"], newest["state"]) == (IDS[0], 2, "valid", "FINAL")
    older = api.ask("GET", f"{path}?edition=1", "reader").json()
    assert (older["edition"], older["status"]) == (1, "superseded")
    assert api.ask("GET", f"{path}?edition=3", "reader").status_code == 404
    files = [api.ask("GET", f"{path}/file{query}", "reader").content for query in ("", "?edition=1")]
    assert len(set(files)) == 2
    refused = api.ask("POST", "/v1/status-changes", "registrar", json=change(0, "revoked", edition=1))
    assert refused.status_code == 409
    assert api.ask("POST", "/v1/status-changes", "registrar", json=change(0, "revoked")).status_code == 201
