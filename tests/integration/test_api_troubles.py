"""Why something waits, as those read it who wait for it; and what went wrong on the chain, as everybody does."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from api_site import FREELY, NOW, OTHER, Site, site

from small_house import INDEX_KEY, INSTITUTION, Silent, impatient
from vanbang.adapters import files
from vanbang.notary.engine import Engine
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.operations import Operations
from vanbang.notary.progress import TROUBLES
from vanbang.notary.uploading import Uploads
from vanbang.ports import Incident, Trouble

pytestmark = pytest.mark.slow
CHAIN = "chain:31337"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, FREELY) as made:
        yield made


def tell(api: Site, **troubles: tuple[str, str]) -> None:
    """Keeps troubles by subject, as an engine does."""
    api.store.note_troubles({subject: Trouble(code, text, NOW) for subject, (code, text) in troubles.items()}, [])


def shown(api: Site, batch_id: str, who: str = "reader") -> Any:
    return api.ask("GET", f"/v1/batches/{batch_id}", who).json()["trouble"]


def engine(api: Site) -> Engine:
    desk, store = api.desk, api.store
    return Engine(
        store,
        Intake(store, Uploads(store, desk.spool), files, INDEX_KEY, api.clock, desk.objects),
        Issuing(store, desk.objects, desk.keys, desk.ledger, impatient(store), api.clock),
        Operations(store, desk.ledger, desk.keys),
        Silent(),
        api.chain.mine,
        api.clock,
        stopwatch=count(0, 100).__next__,
    )


def test_who_waits_reads_why(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty wallet stops a batch: its institution reads so in both languages, and since when, until it is filled."""
    monkeypatch.setattr("vanbang.web.office.FRESH_FOR", 0.0)
    batch, engines = api.batch(), engine(api)
    api.chain.rich = False
    for _ in range(6):
        engines.step()
        api.chain.mine()
    for who in ("reader", "officer", "ministry"):
        trouble = shown(api, batch.id, who)
        assert trouble["code"] == "empty_wallet"
        assert "send it at least" in trouble["detail"]
        assert (trouble["detail_vi"], trouble["since"]) == (TROUBLES["empty_wallet"][0], "2026-06-21T00:08:20Z")
    assert api.ask("GET", f"/v1/batches/{batch.id}", "other_reader").status_code == 404
    assert api.ask("GET", "/v1/batches", "reader").json()["items"][0]["trouble"]["code"] == "empty_wallet"
    api.chain.rich = True
    for _ in range(12):
        engines.step()
        api.chain.mine()
    done = api.ask("GET", f"/v1/batches/{batch.id}", "reader").json()
    assert (done["state"], done["waiting_for"], done["trouble"]) == ("FINAL", "", None)


def test_the_nearest_trouble_is_told(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch on its way to the chain is stopped by the chain too, one that waits to be sealed is not; another
    institution's trouble is nobody else's.
    """
    monkeypatch.setattr("vanbang.web.office.FRESH_FOR", 0.0)
    batch = api.batch()
    tell(api, **{CHAIN: ("ledger_unsure", "x"), f"issuer:{OTHER.iss}": ("no_good_key", "OTH has no key")})
    assert shown(api, batch.id) is None
    api.store.mark([batch.id], "ENDORSED", None)
    assert shown(api, batch.id)["code"] == "ledger_unsure"
    tell(api, **{f"issuer:{INSTITUTION.iss}": ("no_good_key", "SHB has no key")})
    assert shown(api, batch.id)["detail"] == "SHB has no key"
    tell(api, **{f"batch:{batch.id}": ("files_damaged", "damaged: /srv/vanbang/public/tiles/0")})
    assert shown(api, batch.id)["detail"] == TROUBLES["files_damaged"][1]
    api.store.mark([batch.id], "FINAL", None, 1)
    assert shown(api, batch.id) is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ledger_unsure", "waiting for 2 of 3 endpoints: https://rpc.example/v3/0123secret?key=secret timeout"),
        ("store", "the database at postgresql://vanbang:secret@db.example refused"),
        ("key_unreachable", "https://kms.example/secret does not answer"),
        ("a_new_code", "secret"),
    ],
)
def test_nothing_secret_is_told(api: Site, code: str, text: str) -> None:
    """An address is told without its path, and what may quote a place of ours in fixed words only."""
    batch = api.batch()
    tell(api, **{f"batch:{batch.id}": (code, text)})
    answer = api.ask("GET", f"/v1/batches/{batch.id}", "reader")
    assert answer.json()["trouble"]["code"] == code
    assert "secret" not in answer.text


def test_an_upload_that_cannot_be_checked(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is whole but cannot be checked says what stops it; one that is still sent in says nothing."""
    monkeypatch.setattr("vanbang.web.office.FRESH_FOR", 0.0)
    headers = {"Content-Type": "application/octet-stream"}
    upload = api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv"}).json()
    assert upload["trouble"] is None
    path = f"/v1/uploads/{upload['id']}"
    api.ask("PUT", f"{path}/parts/1", "registrar", content=b"a", headers=headers)
    tell(api, **{f"upload:{upload['id']}": ("store", "the disk is full")})
    assert api.ask("GET", path, "registrar").json()["trouble"] is None
    done = api.ask("POST", f"{path}/complete", "registrar", json={}).json()
    assert (done["state"], done["trouble"]["code"]) == ("RECEIVED", "store")
    assert done["trouble"]["detail"] == TROUBLES["store"][1]


def test_incidents_are_public(api: Site) -> None:
    """Everybody reads, page by page and without a key, which final anchor was gone, since when and until when."""
    batch = api.issue(2)
    gone = Incident("anchor_gone", INSTITUTION.iss, batch.id, "words for the operator", NOW)
    for incident in (gone, Incident("status_root_gone", INSTITUTION.iss, "1", "", NOW + 1),
                     Incident("nonce_used_elsewhere", "", "0x5a:7", "", NOW + 2, ended_at=NOW + 2)):  # fmt: skip
        api.store.add_incident(incident)
    api.store.end_incident("anchor_gone", INSTITUTION.iss, batch.id, NOW + 9)
    first = api.ask("GET", "/v1/incidents?limit=2", None).json()
    second = api.ask("GET", f"/v1/incidents?limit=2&cursor={first['next']}", None).json()
    one, two, three = first["items"] + second["items"]
    assert second["next"] is None
    assert (one["kind"], one["iss"], one["subject"]) == ("anchor_gone", INSTITUTION.iss, batch.id)
    assert one["root"] == batch.root.hex()
    assert (one["at"], one["ended_at"]) == ("2026-06-21T00:08:20Z", "2026-06-21T00:08:29Z")
    assert "words for the operator" not in str(first)
    assert (two["kind"], two["root"], two["ended_at"]) == ("status_root_gone", None, None)
    assert (three["iss"], three["ended_at"]) == (None, three["at"])
    assert all(item["detail"] and item["detail_vi"] for item in (one, two, three))
    assert api.ask("GET", "/v1/incidents?cursor=zz", None).status_code == 400
