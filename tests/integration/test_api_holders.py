"""Private links over the API: what a graduate reaches with one, what becomes of shares, openings and corrections."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from api_site import FREELY, Site, bearer_of, credential_id, holder_of, site
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from small_house import KIND, rows
from vanbang.core.credential import read_credential
from vanbang.notary.audit_log import audit_lines
from vanbang.ports import StoreBusy

pytestmark = pytest.mark.slow

DAY = 86_400


@dataclass
class Printer:
    """Prints what it was given."""

    urls: list[str] = field(default_factory=list)

    def diploma(self, credential: bytes, proof_url: str) -> bytes:
        self.urls.append(proof_url)
        return b"%PDF " + credential


@dataclass
class Graduate:
    """A site with three diplomas, a link to the first two of them, and one of another graduate."""

    site: Site
    ids: list[str]
    link: str
    printer: Printer

    @property
    def bearer(self) -> str:
        return bearer_of(self.link)

    def ask(self, method: str, path: str, **told: Any) -> Any:
        return self.site.ask(method, f"/v1/holder{path}", told.pop("who", self.bearer), **told)

    def share(self, number: int = 0, plain: bytes | None = None, **said: Any) -> tuple[str, bytes, Any]:
        """A share as the page makes it: id, key, and the answer."""
        plain = plain if plain is not None else self.ask("GET", f"/credentials/{self.ids[number]}/file").content
        share_id, key, iv = text(os.urandom(16)), os.urandom(32), os.urandom(12)
        sealed = iv + AESGCM(key).encrypt(iv, plain, share_id.encode())
        body = {"id": share_id, "ciphertext": text(sealed), **said}
        return share_id, key, self.ask("POST", f"/credentials/{self.ids[number]}/shares", json=body)

    def open(self, share_id: str, method: str = "GET", **headers: str) -> Any:
        return self.site.ask(method, f"/v1/shares/{share_id}", None, headers=headers)

    def shares(self, number: int = 0) -> Any:
        return self.ask("GET", f"/credentials/{self.ids[number]}/shares").json()["items"]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, list[str], Printer]]:
    printer = Printer()
    with site(tmp_path_factory.mktemp("holders"), FREELY, printer=printer) as made:
        made.issue(3)
        yield made, [credential_id(KIND, row.cells) for row in rows(3)], printer


@pytest.fixture
def graduate(ground: tuple[Site, list[str], Printer]) -> Graduate:
    made, ids, printer = ground
    link = made.ask("POST", "/v1/holders", "registrar", json={"credentials": ids[:2]}).json()["url"]
    return Graduate(made, ids, link, printer)


def test_everything_behind_a_link(graduate: Graduate) -> None:
    """The holder sees each diploma with its standing, gets the file, and nothing of anybody else's."""
    mine = graduate.ask("GET", "").json()
    assert mine["id"] == holder_of(graduate.link)
    assert sorted(item["id"] for item in mine["credentials"]) == sorted(graduate.ids[:2])
    serials = {row.cells["so_hieu_vbcc"] for row in rows(3)[:2]}
    assert {item["serial"] for item in mine["credentials"]} == serials
    assert {(item["state"], item["status"], item["issuer"]) for item in mine["credentials"]} == {
        ("FINAL", "valid", "SHB")
    }
    file = graduate.ask("GET", f"/credentials/{graduate.ids[0]}/file")
    assert read_credential(file.content).disclosures
    assert file.headers["cache-control"] == "no-store"
    another = graduate.ids[2]
    for method, path in (("GET", f"/credentials/{another}/file"), ("GET", f"/credentials/{another}/shares")):
        assert graduate.ask(method, path).status_code == 404
    body = {"credential": another, "claim": "ho_va_ten", "words": "x"}
    assert graduate.ask("POST", "/corrections", json=body).status_code == 422


def test_the_link_is_shown_once(graduate: Graduate) -> None:
    """The same request again gives the same link; no list, no other answer and no line of the log has its key."""
    ask, body = graduate.site.ask, {"credentials": [graduate.ids[0]]}
    first, again = (ask("POST", "/v1/holders", "registrar", json=body, key="made-once") for _ in range(2))
    assert first.content == again.content
    url = first.json()["url"]
    key = url.partition("#")[2]
    shown = ask("GET", f"/v1/holders/{holder_of(url)}", "registrar").text + ask("GET", "/v1/holders", "ministry").text
    lines = "".join(line.facts + line.subject + line.actor for line in audit_lines(graduate.site.store))
    for secret in (key, bearer_of(url).rpartition("_")[2]):
        assert secret not in shown + lines
    assert ask("GET", "/v1/holder", bearer_of(url)).status_code == 200


def test_added_to_renewed_withdrawn(graduate: Graduate) -> None:
    """A link leads to more later; with another key the old one is dead, and withdrawn it leads nowhere."""
    ask, holder = graduate.site.ask, holder_of(graduate.link)
    more = ask("POST", f"/v1/holders/{holder}/credentials", "registrar", json={"credentials": [graduate.ids[2]]})
    assert len(more.json()["credentials"]) == 3
    renewed = ask("POST", f"/v1/holders/{holder}/renewal", "registrar").json()["url"]
    assert holder_of(renewed) == holder
    assert [ask("GET", "/v1/holder", bearer_of(url)).status_code for url in (graduate.link, renewed)] == [401, 200]
    assert ask("DELETE", f"/v1/holders/{holder}", "registrar").status_code == 204
    assert ask("GET", "/v1/holder", bearer_of(renewed)).status_code == 401
    assert ask("POST", f"/v1/holders/{holder}/renewal", "registrar").status_code == 409
    assert ask("GET", f"/v1/holders/{holder}", "registrar").json()["state"] == "WITHDRAWN"


def test_a_stranger_shuts_nobody_out(tmp_path: Path) -> None:
    """Who guesses tokens is told to wait; a graduate at the same address gets in all the while."""
    with site(tmp_path, replace(FREELY, anonymous_per_minute=5)) as made:
        made.issue(1)
        link = made.ask(
            "POST", "/v1/holders", "registrar", json={"credentials": [credential_id(KIND, rows(1)[0].cells)]}
        )
        bearer = bearer_of(link.json()["url"])
        wrong = bearer[:-2] + ("AA" if not bearer.endswith("AA") else "QA")
        assert [made.ask("GET", "/v1/holder", wrong).status_code for _ in range(7)] == [401] * 5 + [429] * 2
        assert made.ask("GET", "/v1/holder", bearer).status_code == 200


def test_every_answer_of_a_share_may_be_read_elsewhere(tmp_path: Path) -> None:
    """A verifier on a disk is told too that there is no such share, or that it asks too often."""
    with site(tmp_path, replace(FREELY, anonymous_per_minute=2)) as made:
        for name, status in (("A" * 22, 404), ("short", 404), ("A" * 22, 429)):
            answer = made.ask("GET", f"/v1/shares/{name}", None)
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, "*")
        assert "access-control-allow-origin" not in made.ask("GET", "/v1/types", None).headers


def test_whose_link_it_is(graduate: Graduate) -> None:
    """An institution links to its own diplomas only; a national key makes a link of all, out of institutions' reach."""
    ask, body = graduate.site.ask, {"credentials": [graduate.ids[0]]}
    foreign = ask("POST", "/v1/holders", "other_registrar", json=body)
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/credentials/0")
    national = ask("POST", "/v1/holders", "ministry", json=body).json()
    assert national["issuer"] is None
    assert ask("GET", f"/v1/holders/{national['id']}", "registrar").status_code == 404
    own = ask("POST", "/v1/holders", "ministry", json={**body, "issuer": "SHB"}).json()
    assert ask("GET", f"/v1/holders/{own['id']}", "registrar").json()["issuer"] == "SHB"
    assert ask("POST", "/v1/holders", "ministry", json={**body, "issuer": "OTH"}).status_code == 422


def test_a_share_until_it_ends(graduate: Graduate) -> None:
    """It is opened as what it is for and until when; then its time is over, or it is withdrawn: 410, and why."""
    share_id, key, made = graduate.share(purpose="job", days=7)
    assert (made.status_code, made.json()["made_by"], made.json()["openings"]) == (201, "holder", 0)
    opened = graduate.open(share_id)
    plain = AESGCM(key).decrypt(opened.content[:12], opened.content[12:], share_id.encode())
    assert read_credential(plain)
    assert opened.headers["vanbang-share-purpose"] == "job"
    assert opened.headers["vanbang-share-expires"] == made.json()["expires_at"]
    ever, _, _ = graduate.share()
    assert not [name for name in graduate.open(ever).headers if name.startswith("vanbang-share")]
    clock = graduate.site.clock
    clock.now += 7 * DAY
    try:
        assert (graduate.open(share_id).status_code, graduate.open(share_id).json()["code"]) == (410, "share_expired")
        assert graduate.open(ever).status_code == 200
        for _ in range(2):
            assert graduate.ask("DELETE", f"/shares/{ever}").status_code == 204
        assert (graduate.open(ever).status_code, graduate.open(ever).json()["code"]) == (410, "share_withdrawn")
        assert {item["id"]: item["state"] for item in graduate.shares()}.items() >= {
            (share_id, "EXPIRED"),
            (ever, "WITHDRAWN"),
        }
    finally:
        clock.now -= 7 * DAY
    nothing = graduate.open("A" * 22)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")


def test_what_is_an_opening(graduate: Graduate) -> None:
    """A GET is; HEAD, a preview and a failure are not. The holder reads times, and a name if one was given."""
    share_id, _, _ = graduate.share(1)
    assert graduate.open(share_id, "HEAD").status_code == 200
    assert graduate.open(share_id, **{"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    visitor = {"json": {"name": "Công ty Sao Mai"}, "key": None}
    early = graduate.site.ask("POST", f"/v1/shares/{share_id}/visitor", None, **visitor)
    assert early.status_code == 409
    graduate.open(share_id, **{"User-Agent": "recruiter's browser"})
    graduate.site.clock.now += 60
    graduate.open(share_id)
    graduate.site.clock.now -= 60
    for _ in range(2):
        assert graduate.site.ask("POST", f"/v1/shares/{share_id}/visitor", None, **visitor).status_code == 204
    (share,) = [item for item in graduate.shares(1) if item["id"] == share_id]
    assert share["openings"] == 2
    openings = graduate.ask("GET", f"/shares/{share_id}/openings").json()["items"]
    assert [item["visitor"] for item in openings] == ["Công ty Sao Mai", None]
    assert openings[0]["at"] == share["last_opened_at"] > openings[1]["at"]
    graduate.ask("DELETE", f"/shares/{share_id}")
    assert next(item for item in graduate.shares(1) if item["id"] == share_id)["openings"] == 2
    for name in ("", "x" * 101, "a\nb"):
        told = {"json": {"name": name}, "key": None}
        assert graduate.site.ask("POST", f"/v1/shares/{share_id}/visitor", None, **told).status_code == 422
    assert graduate.site.ask("POST", f"/v1/shares/{'A' * 22}/visitor", None, **visitor).status_code == 404
    assert b"Sao Mai" not in files_of(graduate)


def test_the_registrar_reads_no_openings(graduate: Graduate) -> None:
    """An institution sees that there are shares and may withdraw one; how often they are opened is the holder's."""
    share_id, _, _ = graduate.share(purpose="abroad")
    path = f"/v1/credentials/{graduate.ids[0]}/shares"
    items = graduate.site.ask("GET", path, "registrar").json()["items"]
    (item,) = [item for item in items if item["id"] == share_id]
    assert (item["made_by"], item["purpose"], item["state"]) == ("holder", "abroad", "OPEN")
    assert not {"openings", "last_opened_at"} & item.keys()
    assert graduate.site.ask("DELETE", f"{path}/{share_id}", "registrar").status_code == 204
    assert graduate.open(share_id).status_code == 410


def test_what_is_no_share(graduate: Graduate) -> None:
    """A ciphertext longer than the diploma's, or too short to be one, and an id that is another share's."""
    share_id, _, made = graduate.share()
    assert made.status_code == 201
    for ciphertext in ("q" * 40 + "!", "q" * 36, text(os.urandom(200_000))):
        body = {"id": "B" * 22, "ciphertext": ciphertext}
        assert graduate.ask("POST", f"/credentials/{graduate.ids[0]}/shares", json=body).status_code == 422
    body = {"id": share_id, "ciphertext": text(os.urandom(100))}
    assert graduate.ask("POST", f"/credentials/{graduate.ids[1]}/shares", json=body).status_code == 409
    for other in ({"ciphertext": text(os.urandom(100))}, {"days": 3}):  # its own id again, for something else
        body = {"id": share_id, "ciphertext": text(os.urandom(100))} | other
        assert graduate.ask("POST", f"/credentials/{graduate.ids[0]}/shares", json=body).status_code == 409
    body = {"id": "C" * 22, "ciphertext": text(os.urandom(100)), "days": 0}
    assert graduate.ask("POST", f"/credentials/{graduate.ids[0]}/shares", json=body).status_code == 422


def test_a_pdf_of_a_share(graduate: Graduate) -> None:
    """It is printed with the proof URL that its key makes, from the ciphertext; a wrong key, or a stranger's bytes,
    print nothing."""
    share_id, key, _ = graduate.share()
    done = graduate.ask("POST", f"/shares/{share_id}/pdf", json={"key": text(key)}, key=None)
    assert (done.status_code, done.headers["content-type"]) == (200, "application/pdf")
    assert read_credential(done.content.removeprefix(b"%PDF "))
    assert graduate.printer.urls[-1] == f"https://vanbang.example/v/{share_id}#{text(key)}"
    wrong = graduate.ask("POST", f"/shares/{share_id}/pdf", json={"key": text(os.urandom(32))}, key=None)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/key")
    other = graduate.ask("GET", f"/credentials/{graduate.ids[1]}/file").content
    for plain in (b"no diploma at all", read_credential(other).extract([]).to_bytes()):
        strange, strange_key, _ = graduate.share(plain=plain)
        told = {"json": {"key": text(strange_key)}, "key": None}
        assert graduate.ask("POST", f"/shares/{strange}/pdf", **told).status_code == 422
    graduate.ask("DELETE", f"/shares/{share_id}")
    assert graduate.ask("POST", f"/shares/{share_id}/pdf", json={"key": text(key)}, key=None).status_code == 410


def test_a_correction_and_its_answer(graduate: Graduate) -> None:
    """The holder writes what is wrong, the institution reads and answers; nobody finds the words in the database."""
    words = "Ngày sinh đúng là 03/04/2003"
    body = {"credential": graduate.ids[1], "claim": "ngay_sinh", "words": words}
    asked = graduate.ask("POST", "/corrections", json=body).json()
    assert (asked["state"], asked["issuer"]) == ("ASKED", "SHB")
    listed = graduate.site.ask("GET", "/v1/corrections?state=ASKED", "registrar")
    assert words not in listed.text
    path = f"/v1/corrections/{asked['id']}"
    assert graduate.site.ask("GET", path, "registrar").json()["question"] == words
    for answer in ({"answer": "decline"}, {"answer": "decline", "words": ""}):
        assert graduate.site.ask("POST", f"{path}/answer", "registrar", json=answer).status_code == 422
    done = graduate.site.ask("POST", f"{path}/answer", "registrar", json={"answer": "accept"})
    assert done.json()["state"] == "ACCEPTED"
    late = graduate.site.ask("POST", f"{path}/answer", "registrar", json={"answer": "decline", "words": "Không."})
    assert late.status_code == 409
    (mine,) = [item for item in graduate.ask("GET", "/corrections").json()["items"] if item["id"] == asked["id"]]
    assert mine["question"] == words
    assert "cấp lại" in mine["answer"]
    assert words.encode() not in files_of(graduate)
    assert graduate.ask("POST", "/corrections", json={**body, "claim": "nothing"}).status_code == 422


def test_too_many(graduate: Graduate) -> None:
    """A sixth correction that would wait is refused in plain words, and another diploma's is not."""
    body = {"credential": graduate.ids[0], "claim": "ngay_sinh", "words": "Sai."}
    codes = [graduate.ask("POST", "/corrections", json=body).status_code for _ in range(6)]
    assert codes == [201] * 5 + [409]
    refused = graduate.ask("POST", "/corrections", json=body).json()
    assert (refused["code"], "no more than 5" in refused["detail"]) == ("too_many", True)


def test_an_erased_diploma(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It is behind no link any more, its shares read as withdrawn, and what was written about it is gone."""
    with site(tmp_path_factory.mktemp("erased"), FREELY) as made:
        made.issue(3)
        ids = [credential_id(KIND, row.cells) for row in rows(3)]
        link = made.ask("POST", "/v1/holders", "registrar", json={"credentials": ids[:2]}).json()["url"]
        graduate = Graduate(made, ids, link, Printer())
        share_id, _, _ = graduate.share()
        graduate.open(share_id)
        graduate.ask("POST", "/corrections", json={"credential": ids[0], "claim": "ngay_sinh", "words": "Sai."})
        record = made.store.find(bytes.fromhex(ids[0]))
        assert record is not None
        made.store.erase(record.id, made.clock.now)
        assert [item["id"] for item in graduate.ask("GET", "").json()["credentials"]] == [ids[1]]
        assert graduate.open(share_id).json()["code"] == "share_withdrawn"
        assert made.ask("GET", "/v1/corrections", "registrar").json()["items"] == []
        assert graduate.ask("GET", f"/credentials/{ids[0]}/file").status_code == 404


def test_counting_never_stands_in_the_way(graduate: Graduate, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database cannot count an opening just now, the diploma is shown all the same."""
    share_id, _, _ = graduate.share()
    monkeypatch.setattr(type(graduate.site.store), "open_share", busy)
    assert graduate.open(share_id).status_code == 200


def busy(*_: object) -> None:
    raise StoreBusy("the database could not do this now: try again")


def files_of(graduate: Graduate) -> bytes:
    """The database's files, byte for byte."""
    name = graduate.site.store._engine.url.database
    return b"".join(Path(f"{name}{end}").read_bytes() for end in ("", "-wal"))


def test_why_a_diploma_is_on_hold(graduate: Graduate) -> None:
    """The holder reads why and by which decision the standing of a diploma changed, and nothing of what was not
    approved; the public list tells the standing alone."""
    ask = graduate.site.ask
    told = {"credential": graduate.ids[1], "status": "suspended", "reason": "under_review", "decision": "QĐ 9"}
    change = ask("POST", "/v1/status-changes", "registrar", json=told).json()
    assert _changes(graduate) == []
    ask("POST", f"/v1/status-changes/{change['id']}/decision", "officer", json={"decision": "approve"})
    (found,) = _changes(graduate)
    assert {name: found[name] for name in ("edition", "status", "reason", "reason_vi", "decision")} == {
        "edition": 1,
        "status": "suspended",
        "reason": "under_review",
        "reason_vi": "Đang xem xét",
        "decision": "QĐ 9",
    }


def _changes(graduate: Graduate) -> list[dict[str, Any]]:
    """What the holder is told of the second diploma."""
    mine = graduate.ask("GET", "").json()["credentials"]
    return next(item["changes"] for item in mine if item["id"] == graduate.ids[1])
