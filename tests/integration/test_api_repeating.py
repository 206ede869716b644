"""The same request again: one effect, the same bytes; tags that tell versions apart; cursors that nobody makes up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from api_site import FREELY, Site, credential_id, site

from small_house import INSTITUTION, KIND, rows
from vanbang.adapters.sql import SqlStore
from vanbang.ports import Institution, StoreError
from vanbang.web import repeating

pytestmark = pytest.mark.slow

CODE = INSTITUTION.code
UPLOAD = {"name": "list.csv", "type": KIND.name}
KEY = {"role": "reader", "label": "Phòng Đào tạo"}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, FREELY) as made:
        yield made


def test_a_write_needs_a_key(api: Site) -> None:
    """A write without Idempotency-Key, or with one that is no visible word, is refused before any effect."""
    for key in (None, "", "a b", "x" * 256):
        answer = api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD, key=key)
        assert (answer.status_code, answer.json()["code"]) == (400, "no_idempotency_key")
    assert api.ask("GET", "/v1/uploads").json()["items"] == []


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [("registrar", "/v1/uploads", UPLOAD), ("ministry", "/v1/api-keys", KEY)],
)
def test_the_same_request_again(api: Site, who: str, path: str, body: Any) -> None:
    """A repeated write gets the same status, bytes and Location, marked as replayed, and has one effect."""
    listed = "/v1/uploads" if "uploads" in path else "/v1/api-keys?limit=200"
    before = len(api.ask("GET", listed).json()["items"])
    first = api.ask("POST", path, who, json=body, key="once")
    again = api.ask("POST", path, who, json=body, key="once")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert len(api.ask("GET", listed).json()["items"]) == before + 1


def test_at_the_same_time(api: Site) -> None:
    """The same request many times at once has one effect, and everybody gets the same bytes."""
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(api.ask, "POST", "/v1/api-keys", json=KEY, key="once") for _ in range(8)]
        answers = [one.result() for one in sent]
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    labels = [key["label"] for key in api.ask("GET", "/v1/api-keys?limit=200").json()["items"]]
    assert labels.count(KEY["label"]) == 1


def test_another_request_under_the_same_key(api: Site) -> None:
    """Another body or another path under a used key is 422; another API key's namesake is another key."""
    first = api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD, key="once")
    other_body = api.ask("POST", "/v1/uploads", "registrar", json={**UPLOAD, "name": "other.csv"}, key="once")
    path = f"/v1/uploads/{first.json()['id']}/complete"
    other_path = api.ask("POST", path, "registrar", json=UPLOAD | {}, key="once")
    assert (other_body.status_code, other_body.json()["code"]) == (422, "idempotency_key_reused")
    assert other_path.status_code == 422
    namesake = api.ask("POST", "/v1/uploads", "national_registrar", json=UPLOAD, key="once")
    assert namesake.status_code == 201
    assert namesake.json()["id"] != first.json()["id"]


def test_a_refusal_is_kept(api: Site) -> None:
    """What was refused for good is refused again with the same bytes, even when it would work now."""
    upload = api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD).json()["id"]
    path = f"/v1/uploads/{upload}/complete"
    first = api.ask("POST", path, "registrar", json={}, key="done")
    assert (first.status_code, first.json()["code"]) == (409, "parts_missing")
    part = {"content": b"a", "headers": {"Content-Type": "application/octet-stream"}}
    api.ask("PUT", f"/v1/uploads/{upload}/parts/1", "registrar", **part)
    assert api.ask("POST", path, "registrar", json={}, key="done").content == first.content
    assert api.ask("POST", path, "registrar", json={}).status_code == 202


@pytest.mark.parametrize("broken", ["keep_answer", "add_upload"])
def test_a_crash_on_the_way(api: Site, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """A write cut off before or after its effect is 503, and the same request then finds or makes the one thing."""

    def fails(*_: Any) -> Any:
        raise StoreError("the disk is full")

    with monkeypatch.context() as moment:
        moment.setattr(SqlStore, broken, fails)
        assert api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD, key="once").status_code == 503
    again = api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD, key="once")
    assert again.status_code == 201
    assert [item["id"] for item in api.ask("GET", "/v1/uploads").json()["items"]] == [again.json()["id"]]


def test_what_was_done_before_the_answer_was_kept(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registration that is asked for again when it has been done meanwhile gets its own operation, not a conflict."""
    new = {"iss": "https://new.vn", "code": "NEW", "name": "Trường Mới", "officer": {"name": "A", "title": "B"}}
    with monkeypatch.context() as failing:
        failing.setattr(SqlStore, "keep_answer", _refusing)
        assert api.ask("POST", "/v1/issuers", json=new, key="k").status_code == 503
    (operation,) = api.store.waiting_operations()
    api.store.add_institution(Institution("https://new.vn", "NEW", "Trường Mới", "new", "A", "B"))
    api.store.end_operation(operation.id, "DONE", "", 5)
    again = api.ask("POST", "/v1/issuers", json=new, key="k")
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (202, operation.id, "DONE")
    assert api.ask("POST", "/v1/issuers", json=new).status_code == 409


def test_half_an_erasure(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record whose secret is gone is erased for everybody, also before the erasing came to its end."""
    record = next(api.store.records(api.issue().id))
    monkeypatch.setattr("vanbang.adapters.sql.records.forget", _refusing)
    with pytest.raises(StoreError):
        api.store.erase(record.id, 5)
    answer = api.ask("GET", f"/v1/credentials/{record.key.hex()}/file", "registrar")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_issued")


def _refusing(*_: Any, **__: Any) -> None:
    raise StoreError("the disk is full")


def test_an_api_key_survives_a_crash(api: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the answer with a new secret was lost, the same request gives the same secret, and it lets its holder in."""
    kept = SqlStore.keep_answer
    with monkeypatch.context() as moment:
        moment.setattr(SqlStore, "keep_answer", lambda *_: (_ for _ in ()).throw(StoreError("gone")))
        assert api.ask("POST", "/v1/api-keys", json=KEY, key="once").status_code == 503
    assert SqlStore.keep_answer is kept
    made = api.ask("POST", "/v1/api-keys", json=KEY, key="once").json()
    assert api.ask("GET", "/v1/batches", made["key"]).status_code == 200


def test_secrets_are_not_stored(api: Site, tmp_path: Path) -> None:
    """Neither a new API key's secret nor an idempotency key is anywhere in the database."""
    made = api.ask("POST", "/v1/api-keys", json=KEY, key="a-very-special-key").json()
    secret = made["key"].split("_", 2)[2].encode()
    for file in tmp_path.glob("vanbang.sqlite*"):
        data = file.read_bytes()
        assert secret not in data
        assert b"a-very-special-key" not in data


def test_answers_that_pass_are_not_kept(api: Site) -> None:
    """A problem that passes by itself (401, 408, 429, 5xx) is no answer to keep."""
    assert {401, 408, 429} == repeating._NOT_KEPT


def test_shares_are_made_once(api: Site) -> None:
    """A repeated request for a proof URL gives the same URL, and there is one share."""
    api.issue(2)
    path = f"/v1/credentials/{credential_id(KIND, rows(2)[0].cells)}/shares"
    urls = {api.ask("POST", path, "registrar", key="one").json()["url"] for _ in range(3)}
    assert len(urls) == 1
    assert len(api.ask("GET", path, "registrar").json()["items"]) == 1


def test_a_key_used_again_after_its_time(api: Site) -> None:
    """Once its answer is forgotten, a key used for another graduate makes another link: never the first one's."""
    api.issue(2)
    mine, other = ({"credentials": [credential_id(KIND, row.cells)]} for row in rows(2))
    first = api.ask("POST", "/v1/holders", "registrar", json=mine, key="holder-1").json()
    assert api.store.forget_answers(2**40) > 0
    second = api.ask("POST", "/v1/holders", "registrar", json=other, key="holder-1").json()
    assert (second["credentials"], second["id"] == first["id"]) == (other["credentials"], False)
    assert api.store.forget_answers(2**40) > 0
    assert api.ask("POST", "/v1/holders", "registrar", json=mine, key="holder-1").json()["url"] == first["url"]


def test_tags(api: Site) -> None:
    """A reading carries a strong ETag; with it in If-None-Match the answer is 304 without a body, until it changes."""
    first = api.ask("GET", f"/v1/issuers/{CODE}")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        unchanged = api.ask("GET", f"/v1/issuers/{CODE}", headers={"If-None-Match": given})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert api.ask("GET", f"/v1/issuers/{CODE}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_changes_need_the_tag(api: Site) -> None:
    """A change without If-Match is 428, with an old tag 412 and without effect, with the right one it is made once."""
    path = f"/v1/issuers/{CODE}"
    tag = api.ask("GET", path).headers["etag"]
    officers = [{"officer": {"name": name, "title": "Hiệu trưởng"}} for name in ("Lê A", "Lê B")]
    assert api.ask("PATCH", path, json=officers[0]).status_code == 428
    done = api.ask("PATCH", path, json=officers[0], headers={"If-Match": tag})
    assert (done.status_code, done.json()["officer"]["name"]) == (200, "Lê A")
    stale = api.ask("PATCH", path, json=officers[1], headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert api.ask("GET", path).json() == done.json()
    assert api.ask("PATCH", path, json=officers[1], headers={"If-Match": done.headers["etag"]}).status_code == 200


def test_registers(api: Site) -> None:
    """A register is replaced as a whole, sorted and without repetitions; two registrars do not overwrite each other."""
    path = f"/v1/issuers/{CODE}/register"
    tag = api.ask("GET", path).headers["etag"]
    lines = [
        {"kind": "signer", "name": "Trần Văn Minh", "title": "Hiệu trưởng", "since": "2020-01-01"},
        {"kind": "programme", "name": "Công nghệ thông tin", "code": "7480201"},
        {"kind": "programme", "name": "Công nghệ thông tin", "code": "7480201"},
    ]
    put = api.ask("PUT", path, "registrar", json={"entries": lines}, headers={"If-Match": tag})
    assert [entry["kind"] for entry in put.json()["entries"]] == ["programme", "signer"]
    assert api.ask("GET", path).headers["etag"] == put.headers["etag"]
    late = api.ask("PUT", path, "registrar", json={"entries": []}, headers={"If-Match": tag})
    assert late.status_code == 412
    wrong = {"entries": [{"kind": "programme", "name": "Không có mã"}]}
    refused = api.ask("PUT", path, "registrar", json=wrong, headers={"If-Match": put.headers["etag"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/entries/0")


def test_pages(api: Site) -> None:
    """Pages follow each other without gap or repetition, whatever the limit, and the last one says so."""
    made = [api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD).json()["id"] for _ in range(7)]
    for limit in (1, 3, 7, 200):
        found, cursor = [], ""
        while cursor is not None:
            page = api.ask("GET", f"/v1/uploads?limit={limit}{cursor and '&cursor=' + cursor}").json()
            assert len(page["items"]) <= limit
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
        assert sorted(found) == sorted(made)
        assert len(found) == len(set(found))


@pytest.mark.parametrize("path", ["/v1/api-keys", "/v1/audit-log", "/v1/issuers"])
def test_every_list_goes_on(api: Site, path: str) -> None:
    """One by one a list gives what it gives at once."""
    whole = api.ask("GET", f"{path}?limit=200").json()["items"]
    found, cursor = [], ""
    while cursor is not None and len(found) <= len(whole):
        page = api.ask("GET", f"{path}?limit=1{cursor and '&cursor=' + cursor}").json()
        found += page["items"]
        cursor = page["next"]
    assert found == whole
    assert len(whole) > 1


def test_cursors_are_bound(api: Site) -> None:
    """A changed cursor, one of another list, of other filters or of another institution's key is refused."""
    for _ in range(3):
        api.ask("POST", "/v1/uploads", "registrar", json=UPLOAD)
    cursor = api.ask("GET", "/v1/uploads?limit=1", "registrar").json()["next"]
    assert api.ask("GET", f"/v1/uploads?limit=2&cursor={cursor}", "registrar").status_code == 200
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for path, who in (
        (f"/v1/uploads?cursor={changed}", "registrar"),
        ("/v1/uploads?cursor=", "registrar"),
        ("/v1/uploads?cursor=%00", "registrar"),
        (f"/v1/uploads?state=OPEN&cursor={cursor}", "registrar"),
        (f"/v1/batches?cursor={cursor}", "registrar"),
        (f"/v1/uploads?cursor={cursor}", "ministry"),
    ):
        answer = api.ask("GET", path, who)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor"), path


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=1.0", "limit=%2B1", "limit= 1", "limit=1&limit=1", "unknown=1", "cursor=%ff"],
)
def test_parameters_are_strict(api: Site, query: str) -> None:
    """Unknown, repeated and malformed parameters are refused, and the answer says which."""
    answer = api.ask("GET", f"/v1/uploads?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query")


def test_rotation(api: Site) -> None:
    """A replaced key goes on for the overlap and no longer; the new one has its role and reach."""
    made = api.ask("POST", "/v1/api-keys", json={**KEY, "issuer": CODE}).json()
    rotated = api.ask("POST", f"/v1/api-keys/{made['id']}/rotation", json={"overlap_seconds": 60}).json()
    assert (rotated["role"], rotated["issuer"]) == ("reader", CODE)
    shown = api.ask("GET", f"/v1/api-keys/{made['id']}").json()
    assert (shown["replaced_by"], "key" in shown) == (rotated["id"], False)
    assert [api.ask("GET", "/v1/batches", key).status_code for key in (made["key"], rotated["key"])] == [200, 200]
    api.clock.now += 61
    assert [api.ask("GET", "/v1/batches", key).status_code for key in (made["key"], rotated["key"])] == [401, 200]
    assert api.ask("POST", f"/v1/api-keys/{made['id']}/rotation", json={}).status_code == 409


def test_an_ended_key_is_out_at_once(api: Site) -> None:
    """A key ended here lets nobody in from the next request on."""
    made = api.ask("POST", "/v1/api-keys", json=KEY).json()
    assert api.ask("GET", "/v1/batches", made["key"]).status_code == 200
    assert api.ask("DELETE", f"/v1/api-keys/{made['id']}").status_code == 204
    refused = api.ask("GET", "/v1/batches", made["key"])
    assert (refused.status_code, refused.headers["www-authenticate"].split(" ")[0]) == (401, "Bearer")


def test_four_eyes(api: Site) -> None:
    """Who proposed a change cannot decide it, whatever else the key may do; another officer can, once."""
    api.issue(2)
    change = {
        "credential": credential_id(KIND, rows(2)[0].cells),
        "status": "revoked",
        "reason": "fraud",
        "decision": "QĐ 1/QĐ",
    }
    made = api.ask("POST", "/v1/status-changes", "registrar", json=change).json()
    path = f"/v1/status-changes/{made['id']}/decision"
    assert api.ask("POST", path, "registrar", json={"decision": "approve"}).status_code == 403
    approved = api.ask("POST", path, "officer", json={"decision": "approve"})
    assert (approved.status_code, approved.json()["state"]) == (200, "APPROVED")
    assert approved.json()["decided_by"] != approved.json()["proposed_by"]
    assert api.ask("POST", path, "national_officer", json={"decision": "reject"}).status_code == 409
