"""From a list sent in by parts to a diploma that is anchored: what a client sees of it on the way."""

import asyncio
import csv
import io
import json
import warnings
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from api_site import FREELY, OTHER, Clock, Site, site
from eth_account import Account
from eth_account.messages import encode_typed_data

from small_house import INDEX_KEY, INSTITUTION, KIND, impatient, rows
from vanbang.adapters import files
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.core.credential import read_credential
from vanbang.core.payload import issuer_id
from vanbang.core.registry import Key
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.uploading import Uploads
from vanbang.web.limits import Limits, Seats

pytestmark = pytest.mark.slow

OCTETS = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, FREELY) as made:
        yield made


def csv_list(count: int, **changed: str) -> bytes:
    """A list of so many rows as a CSV file; `changed` cells stand in its first row."""
    listed = [dict(row.cells) for row in rows(count)]
    listed[0] |= changed
    text = io.StringIO()
    writer = csv.DictWriter(text, [spec.name for spec in KIND.fields])
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()


def send(api: Site, data: bytes, size: int, **told: Any) -> str:
    """Sends a list in parts, the last one first; gives the upload's id."""
    made = api.ask("POST", "/v1/uploads", "registrar", json={"name": "tốt nghiệp.csv", "type": KIND.name, **told})
    assert made.status_code == 201
    path = made.headers["location"]
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    for number, piece in reversed(list(enumerate(pieces, 1))):
        part = api.ask("PUT", f"{path}/parts/{number}", "registrar", content=piece, headers=OCTETS)
        assert part.json() == {"number": number, "size": len(piece), "sha256": sha256(piece).hexdigest()}
    return made.json()["id"]


def check(api: Site) -> None:
    """Checks every list that is waiting, as the engine does."""
    uploads = Uploads(api.store, api.desk.spool)
    for upload in api.store.uploads(states=("RECEIVED",)):
        Intake(api.store, uploads, files, INDEX_KEY, api.clock, api.desk.objects).process(upload)


def test_a_list_resumed_and_accepted(api: Site) -> None:
    """After a break the client sees which parts are there, sends the missing one, and the list becomes a batch."""
    data = csv_list(40)
    upload = send(api, data, 4_000)
    path = f"/v1/uploads/{upload}"
    parts = api.ask("GET", path, "registrar").json()["parts"]
    assert [part["number"] for part in parts] == list(range(1, len(parts) + 1))
    assert api.ask("POST", f"{path}/complete", "registrar", json={"sha256": "00" * 32}).json()["code"] == "hash_differs"
    digest = sha256(data).hexdigest()
    done = api.ask("POST", f"{path}/complete", "registrar", json={"sha256": digest})
    assert (done.status_code, done.json()["state"], done.json()["sha256"]) == (202, "RECEIVED", digest)
    late = api.ask("PUT", f"{path}/parts/1", "registrar", content=b"x", headers=OCTETS)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    check(api)
    upload_now = api.ask("GET", path, "registrar").json()
    assert (upload_now["state"], upload_now["rows"], upload_now["accepted"]) == ("ACCEPTED", 40, 40)
    (batch,) = upload_now["batches"]
    shown = api.ask("GET", f"/v1/batches/{batch}", "registrar").json()
    assert (shown["state"], shown["waiting_for"], shown["upload"]) == ("ACCEPTED", "sealing", upload)
    assert api.ask("GET", f"/v1/batches?upload={upload}", "registrar").json()["items"] == [shown]
    report = api.ask("GET", f"{path}/report", "registrar")
    assert report.json()["clean"] is True
    assert report.headers["cache-control"] == "no-store"


def test_a_missing_part(api: Site) -> None:
    """A list with a gap is not complete, and the answer names the gap."""
    made = api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv"}).json()["id"]
    for number in (1, 3):
        api.ask("PUT", f"/v1/uploads/{made}/parts/{number}", "registrar", content=b"a", headers=OCTETS)
    answer = api.ask("POST", f"/v1/uploads/{made}/complete", "registrar", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "parts_missing")
    assert "2" in answer.json()["detail"]


def test_a_list_refused(api: Site) -> None:
    """A refused list tells what to mend: findings page by page, a report for machines and people, the sheet itself."""
    upload = send(api, csv_list(30, ngay_sinh="31/02/2003", ho_va_ten=""), 100_000)
    path = f"/v1/uploads/{upload}"
    api.ask("POST", f"{path}/complete", "registrar", json={})
    check(api)
    shown = api.ask("GET", path, "registrar").json()
    assert shown["state"] == "REFUSED"
    found, cursor = [], ""
    while cursor is not None:
        page = api.ask("GET", f"{path}/findings?limit=1{cursor and '&cursor=' + cursor}", "registrar").json()
        found += page["items"]
        cursor = page["next"]
    assert len(found) == shown["errors"] + shown["warnings"] >= 2
    assert [finding["number"] for finding in found] == list(range(1, len(found) + 1))
    assert {finding["column"] for finding in found} >= {"ngay_sinh", "ho_va_ten"}
    assert api.ask("GET", f"{path}/report", "registrar").json()["rejected"] == 1
    page = api.ask("GET", f"{path}/report.html", "registrar")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.text.startswith("<!")
    sheet = api.ask("GET", f"{path}/sheet", "registrar")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(list(csv.reader(io.StringIO(sheet.text)))) >= 2
    read = [line.action for line in api.store.audit_entries(0, 1_000) if line.subject == upload]
    assert {"findings.read", "report.read", "sheet.read"} <= set(read)


def test_a_list_nobody_completed(api: Site) -> None:
    """An upload that was left open too long has ended: it says so, takes nothing more, and holds nothing."""
    upload = send(api, csv_list(3), 1_000)
    path = f"/v1/uploads/{upload}"
    assert api.store.expire_uploads(api.clock() + 1) == [upload]
    shown = api.ask("GET", path, "registrar").json()
    assert (shown["state"], bool(shown["error"])) == ("REFUSED", True)
    assert api.ask("PUT", f"{path}/parts/1", "registrar", content=b"a", headers=OCTETS).status_code == 409
    assert api.ask("POST", f"{path}/complete", "registrar", json={}).status_code == 409
    assert api.ask("GET", f"{path}/findings", "registrar").json() == {"items": [], "next": None}
    for what in ("report", "report.html", "sheet"):
        assert api.ask("GET", f"{path}/{what}", "registrar").status_code == 404


def test_another_institution_reads_no_report(api: Site) -> None:
    """Findings, report and sheet of a checked list are 404 for another institution's keys."""
    upload = send(api, csv_list(5, ho_va_ten=""), 100_000)
    api.ask("POST", f"/v1/uploads/{upload}/complete", "registrar", json={})
    check(api)
    for what in ("findings", "report", "report.html", "sheet", "events"):
        assert api.ask("GET", f"/v1/uploads/{upload}/{what}", "registrar").status_code == 200
        assert api.ask("GET", f"/v1/uploads/{upload}/{what}", "other_registrar").status_code == 404


def test_events_to_the_end(api: Site) -> None:
    """A stream gives each new state once, with an id, and ends when the batch is final; seen states come not again."""
    batch = api.batch(3)
    path = f"/v1/batches/{batch.id}/events"
    first = _events(api, path, lambda: api.finish(batch))
    states = [event["data"]["state"] for event in first]
    assert (states[0], states[-1]) == ("ACCEPTED", "FINAL")
    assert len({event["id"] for event in first}) == len(first)
    again = api.ask("GET", path, "reader", headers={"Last-Event-ID": first[-1]["id"]})
    assert "event: state" not in again.text
    assert again.headers["content-type"].startswith("text/event-stream")
    assert again.headers["cache-control"] == "no-store"


def test_a_stream_ends_with_its_key(api: Site) -> None:
    """Whose key is ended sees nothing more of what was being followed."""
    upload = api.ask("POST", "/v1/uploads", "registrar", json={"name": "list.csv"}).json()["id"]

    def end() -> None:
        api.store.end_api_key(api.keys["reader"].split("_")[1], api.clock.now)
        api.ask("PUT", f"/v1/uploads/{upload}/parts/1", "registrar", content=b"x", headers=OCTETS)

    (only,) = _events(api, f"/v1/uploads/{upload}/events", end)
    assert only["data"]["parts"] == []


def test_few_streams_at_a_time(tmp_path: Path) -> None:
    """A stream more than allowed is told to come again, and a place is free when one has ended."""
    with site(tmp_path, Limits(streams=0)) as api:
        batch = api.batch(1)
        answer = api.ask("GET", f"/v1/batches/{batch.id}/events", "reader")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "5")
    seats = Seats(1)
    with seats, pytest.raises(Exception, match="at once"), seats:
        raise AssertionError
    with seats:
        pass


def test_signatures_made_elsewhere(tmp_path: Path) -> None:
    """An institution that keeps its keys signs what the API shows, with any wallet, and its batch comes to its end."""
    officer, anchor, status = (Account.create() for _ in range(3))
    with site(tmp_path, FREELY, keys=_credential_key_only()) as api:
        for account, bit in ((anchor, 1), (status, 2), (officer, 4)):
            address = bytes.fromhex(account.address[2:].lower())
            api.chain.keys[issuer_id(INSTITUTION.iss), address] = Key(1, 2**40 - 1, 0, bit)
        batch = api.batch(2)
        signers = {"officer": officer, "anchor": anchor, "status": status}
        seen = []
        for _ in range(40):
            _step(api, api.clock)
            for request in api.ask("GET", "/v1/signing-requests", "officer").json()["items"]:
                signed = signers[request["role"]].sign_message(encode_typed_data(full_message=request["typed_data"]))
                body = {
                    "signer": signers[request["role"]].address.lower(),
                    "signature": "0x" + signed.signature.hex().removeprefix("0x"),
                    "name": "Trần Văn Minh",
                    "title": "Hiệu trưởng",
                }
                path = f"/v1/signing-requests/{request['id']}/signatures"
                if not seen:
                    wrong = {**body, "signer": "0x" + "5a" * 20}
                    assert api.ask("POST", path, "officer", json=wrong).json()["code"] == "signature"
                    assert api.ask("POST", path, "other_officer", json=body).status_code == 404
                if request["id"] not in seen:
                    assert api.ask("POST", path, "officer", json=body).status_code == 201
                    seen.append(request["id"])
            state = api.ask("GET", f"/v1/batches/{batch.id}", "reader").json()
            if state["state"] == "FINAL":
                break
        assert state["state"] == "FINAL"
        assert len(seen) >= 3
        serial = {"issuer": INSTITUTION.code, "type": KIND.name, "serial": rows(2)[0].cells["so_hieu_vbcc"]}
        found = api.ask("POST", "/v1/credentials/lookup", "reader", json=serial).json()
        file = api.ask("GET", f"/v1/credentials/{found['id']}/file", "reader")
        assert read_credential(file.content).proof is not None


def test_look_ups(api: Site) -> None:
    """A credential is found while it waits and when it is final, by its own institution's name alone."""
    asked = {"issuer": INSTITUTION.code, "type": KIND.name, "serial": rows(3)[0].cells["so_hieu_vbcc"]}
    assert api.ask("POST", "/v1/credentials/lookup", "reader", json=asked).status_code == 404
    batch = api.batch(3)
    waiting = api.ask("POST", "/v1/credentials/lookup", "reader", json=asked).json()
    assert (waiting["state"], waiting["status"], waiting["batch"]) == ("ACCEPTED", None, None)
    assert api.ask("GET", f"/v1/credentials/{waiting['id']}", "reader").status_code == 404
    api.finish(batch)
    final = api.ask("POST", "/v1/credentials/lookup", "reader", json=asked).json()
    assert (final["id"], final["state"], final["status"]) == (waiting["id"], "FINAL", "valid")
    assert api.ask("GET", f"/v1/credentials/{final['id']}", "reader").json() == final
    for changed in ({"issuer": OTHER.code}, {"serial": "SHB0"}, {"type": "vn-thpt"}):
        assert api.ask("POST", "/v1/credentials/lookup", "ministry", json={**asked, **changed}).status_code == 404
    assert api.ask("POST", "/v1/credentials/lookup", "reader", json={**asked, "type": "x"}).status_code == 422
    path = f"/v1/credentials/{final['id']}"
    extract = api.ask("POST", f"{path}/extract", "reader", json={"claims": ["ho_va_ten"], "unsigned": True})
    file = read_credential(extract.content)
    assert ([item.name for item in file.disclosures], file.signature) == (["ho_va_ten"], b"")
    unknown = api.ask("POST", f"{path}/extract", "reader", json={"claims": ["nothing"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/claims")


def test_operations(api: Site) -> None:
    """What ends on chain is asked for once, and can be followed."""
    new = {
        "iss": "https://new.edu.vn",
        "code": "NEW",
        "name": "Trường Mới",
        "officer": {"name": "Lê A", "title": "Hiệu trưởng"},
    }
    asked = api.ask("POST", "/v1/issuers", json=new)
    assert asked.status_code == 202
    operation = api.ask("GET", asked.headers["location"]).json()
    assert (operation["state"], operation["arguments"]["slug"]) == ("WAITING", "new")
    api.store.end_operation(operation["id"], "FAILED", "call_reverted: no", api.clock())
    ended = api.ask("GET", asked.headers["location"]).json()
    assert (ended["state"], ended["error"]) == ("FAILED", "call_reverted: no")
    for taken in ({"code": INSTITUTION.code}, {"iss": INSTITUTION.iss}, {"slug": "shb"}):
        assert api.ask("POST", "/v1/issuers", json={**new, **taken}).status_code == 409
    both = {"role": "officer", "name": "officer-2", "address": "0x" + "5a" * 20}
    for body in (both, {"role": "officer"}):
        answer = api.ask("POST", f"/v1/issuers/{INSTITUTION.code}/keys", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "rule")
    path = f"/v1/issuers/{INSTITUTION.code}/keys/0x{'5a' * 20}/end"
    assert api.ask("POST", path).status_code == 404


def _credential_key_only() -> MemoryKeyStore:
    """A key store without the institution's ANCHOR, STATUS and OFFICER keys."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    keys.create("relayer")
    keys.create_es256("shb/credential")
    return keys


def _step(api: Site, clock: Clock) -> None:
    """One step of the engine for batches, and some blocks."""
    issuing = Issuing(api.store, api.desk.objects, api.desk.keys, api.desk.ledger, impatient(api.store), clock)
    for batch in api.store.batches("ACCEPTED", "SEALED", "ENDORSED", "ANCHORING"):
        issuing.advance(batch, _Nobody())
    api.chain.mine(2)


class _Nobody:
    def stage(self, name: str) -> None:
        pass

    def done(self, number: int, of: int = 0) -> None:
        pass

    def wait(self, doubt: str) -> None:
        pass


def _events(api: Site, path: str, after_first: Any) -> list[dict[str, Any]]:
    """The events of a stream; what happens meanwhile happens after its first one."""
    chunks: list[bytes] = []
    headers = {"authorization": f"Bearer {api.keys['reader']}", "host": "testserver"}

    async def follow() -> None:
        done = False

        async def send(message: Any) -> None:
            nonlocal done
            chunks.append(message.get("body", b""))
            if b"event: state" in b"".join(chunks) and not done:
                done = True
                await asyncio.get_running_loop().run_in_executor(None, after_first)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.1", 1),
            "server": ("testserver", 80),
        }
        await api.client.app(scope, receive, send)

    asyncio.run(follow())
    events = []
    for block in b"".join(chunks).decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines.get("event") == "state":
            events.append({"id": lines["id"], "data": json.loads(lines["data"])})
    return events
