"""GET /v1/exports/credentials: every credential file in one answer."""

import json
import socket
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPResponse, IncompleteRead
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from api_site import FREELY, NOW, OTHER, Site, on_wire, site

from small_house import INSTITUTION, KIND, accept, rows
from vanbang.core.credential import read_credential
from vanbang.notary import exporting_many
from vanbang.notary.access import make_key, text_of
from vanbang.notary.publishing import credential_of
from vanbang.notary.sealing import tile_path
from vanbang.ports import Batch
from vanbang.web.resource import Shortcut

pytestmark = pytest.mark.slow

PATH = "/v1/exports/credentials"
FIRST, SECOND = 12, 5


@dataclass
class Issued:
    """A site with two batches that are final and one that is not sealed."""

    site: Site
    batches: list[Batch]

    def get(self, query: str = "", who: str = "registrar") -> Any:
        return self.site.ask("GET", PATH + query, who)

    def spoil(self, batch: Batch) -> "Spoilt":
        return Spoilt(self.site.desk.objects, tile_path(batch.root or b"", 0, 0))


class Spoilt:
    """Public files, one of them changed for as long as the block lasts."""

    def __init__(self, objects: Any, path: str) -> None:
        self._files, self._path = objects._files, path

    def __enter__(self) -> str:
        self._good = self._files[self._path]
        self._files[self._path] = self._good[::-1]
        return self._path

    def __exit__(self, *_: object) -> None:
        self._files[self._path] = self._good


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    with site(tmp_path_factory.mktemp("exports"), replace(FREELY, write_seconds=5.0)) as made:
        given = rows(FIRST + SECOND + 1)
        lists = (given[:FIRST], given[FIRST : FIRST + SECOND], given[FIRST + SECOND :])
        batches = [accept(made.store, some, str(number)) for number, some in enumerate(lists)]
        final = [made.finish(batch) for batch in batches[:2]]
        yield Issued(made, sorted(final, key=lambda batch: (batch.accepted_at, batch.id)) + batches[2:])


def one_by_one(issued: Issued) -> list[bytes]:
    desk, store = issued.site.desk, issued.site.store
    jwk = desk.keys.es256("shb/credential")
    return [
        credential_of(desk.objects, KIND, batch, record, jwk).to_bytes()
        for batch in issued.batches[:2]
        for record in store.records(batch.id)
    ]


def files_of(body: bytes) -> list[bytes]:
    return [line for line in body.splitlines() if not line.startswith(b'{"export":')]


def test_lines(issued: Issued) -> None:
    """A file a line, the same bytes as one by one; a note for the batch that is not endorsed; the counts at the end."""
    answer = issued.get()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert answer.headers["content-disposition"] == 'attachment; filename="vanbang.ndjson"'
    assert files_of(answer.content) == one_by_one(issued)
    notes = [json.loads(line) for line in answer.content.splitlines() if line.startswith(b'{"export":')]
    waiting = {"batch": issued.batches[2].id, "reason": "not_endorsed", "records": 1}
    assert notes == [{"export": {"left_out": waiting}}, {"export": {"files": FIRST + SECOND, "left_out": 1}}]


def test_a_zip(issued: Issued) -> None:
    """The same files in an archive that other programs open, with MISSING.csv."""
    answer = issued.get("?format=zip", "ministry")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.content)) as read:
        assert read.testzip() is None
        *names, last = read.namelist()
        assert [read.read(name) for name in names] == one_by_one(issued)
        assert (last, len(read.read(last).splitlines())) == ("MISSING.csv", 2)


def test_it_goes_on_behind_the_last_whole_line(issued: Issued) -> None:
    """`after` is made from a line alone, and gives what follows; from the last one there is nothing but the end."""
    files = one_by_one(issued)
    for number in (0, FIRST, len(files) - 1):
        proof = read_credential(files[number]).proof
        assert proof is not None
        after = f"{sha256(proof.manifest_bytes).hexdigest()}.{proof.leaf_index}"
        assert files_of(issued.get(f"?after={after}").content) == files[number + 1 :]


def test_a_part_of_it(issued: Issued) -> None:
    """One batch, one list, or what was sealed since a day."""
    first, second, _ = issued.batches
    number = {batch.id: batch.rows for batch in issued.batches}
    for query, expected in (
        (f"?batch={second.id}", number[second.id]),
        (f"?upload={first.upload}", number[first.id]),
        (f"?issuer={INSTITUTION.code}", FIRST + SECOND),
        ("?since=2026-06-01", FIRST + SECOND),
        ("?since=2099-01-01", 0),
        (f"?upload={'0' * 32}", 0),
    ):
        assert len(files_of(issued.get(query).content)) == expected, query


def test_only_what_the_key_reaches(issued: Issued) -> None:
    """Another institution finds nothing, and not that there is something; officers and readers are refused."""
    empty = b'{"export":{"files":0,"left_out":0}}\n'
    assert issued.get(who="other_registrar").content == empty
    assert issued.get(f"?issuer={OTHER.code}", "ministry").content == empty
    assert issued.get(f"?upload={issued.batches[0].upload}", "other_registrar").content == empty
    for query in (f"?issuer={INSTITUTION.code}", f"?batch={issued.batches[0].id}", f"?batch={'0' * 32}"):
        assert issued.get(query, "other_registrar").status_code == 404
    for who in ("officer", "reader", "other_reader"):
        assert issued.get(who=who).status_code == 403


@pytest.mark.parametrize("query", ["since=2026-02-30", "format=pdf", "batch=1", "after=x", f"after={'0' * 64}.0"])
def test_what_cannot_be_asked(issued: Issued, query: str) -> None:
    """A day that is none, an unknown form, a place that is none of these: 400, and no line of the audit log."""
    before = len(issued.site.store.audit_entries(0, 10_000))
    assert issued.get(f"?{query}").status_code == 400
    assert len(issued.site.store.audit_entries(0, 10_000)) == before


def test_it_is_noted(issued: Issued) -> None:
    """Who exported what stands in the audit log, how many files, and that all of them went out."""
    for form in ("ndjson", "zip"):
        issued.get(f"?format={form}")
        begun, ended = issued.site.store.audit_entries(0, 10_000)[-2:]
        assert (begun.action, begun.subject, ended.action) == ("export.begun", "issuer/SHB", "export.ended")
        assert begun.actor == ended.actor
        assert begun.actor.startswith("api:")
        assert json.loads(begun.facts) == {"format": form, "continued": 0}
        assert json.loads(ended.facts) == {"files": FIRST + SECOND, "why": "whole"}


def test_a_damaged_tile(issued: Issued) -> None:
    """In the first batch it is a problem with a status; in a later one the last line, and there the answer is cut. How
    many went out before, and that a tile is broken, is noted."""
    with issued.spoil(issued.batches[0]):
        assert issued.get().status_code == 503
        assert ended(issued) == {"files": 0, "why": "tile_broken"}
    with issued.spoil(issued.batches[1]), on_wire(issued.site.client.app) as port, connected(port, issued) as line:
        with pytest.raises(IncompleteRead) as cut:
            line.read()
        *lines, last = cut.value.partial.splitlines()
        assert len(lines) == issued.batches[0].rows
        assert json.loads(last)["export"]["problem"]["code"] == "store"
        assert ended(issued) == {"files": issued.batches[0].rows, "why": "tile_broken"}
        with connected(port, issued, "?format=zip") as archive, pytest.raises(IncompleteRead):
            archive.read()
        assert ended(issued) == {"files": issued.batches[0].rows, "why": "tile_broken"}
    assert len(files_of(issued.get().content)) == FIRST + SECOND


def test_who_leaves_frees_his_seat(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an export is under way its key gets no second one; a client that leaves ends his, and it is noted."""
    monkeypatch.setattr(exporting_many, "UNIT", 1)
    monkeypatch.setattr(exporting_many, "sign_es256", slowly(exporting_many.sign_es256))
    with on_wire(issued.site.client.app) as port:
        answer = connected(port, issued)
        assert answer.readline().startswith(b'{"header":')
        with connected(port, issued) as second:
            assert second.status == 503
        answer.close()
        give_up = time.monotonic() + 60
        while issued.site.store.audit_entries(0, 10_000)[-1].action != "export.ended":
            assert time.monotonic() < give_up
            time.sleep(0.02)
    facts = ended(issued)
    assert facts["why"] == "client_left"
    assert 0 < facts["files"] < FIRST + SECOND


def test_one_institution_does_not_take_all_seats(issued: Issued) -> None:
    """However many keys an institution has, a few exports are all that they have together; others get theirs."""
    shortcut = next(route for route in issued.site.client.app.router.routes if isinstance(route, Shortcut))  # type: ignore[attr-defined]
    exports = next(iter(shortcut.resources))._office.exports
    with ExitStack() as taken:
        for number in range(FREELY.exports_of_institution):
            taken.enter_context(exports.taken_by(f"api:{number}", INSTITUTION.iss))
        begun = len(issued.site.store.audit_entries(0, 10_000))
        assert issued.get().status_code == 503
        assert len(issued.site.store.audit_entries(0, 10_000)) == begun
        for who in ("other_registrar", "ministry"):
            assert issued.get("?since=2099-01-01", who).status_code == 200
    assert issued.get("?since=2099-01-01").status_code == 200


def test_no_export_outlives_its_key(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is ended while its export is under way gets no further file, and is told why."""
    monkeypatch.setattr(exporting_many, "UNIT", 1)
    monkeypatch.setattr(exporting_many, "sign_es256", slowly(exporting_many.sign_es256))
    store, secret = issued.site.store, sha256(b"stolen").digest()
    key = make_key(store, "5e" * 8, secret, INSTITUTION.iss, "registrar", "stolen", NOW - 10, 30)
    with on_wire(issued.site.client.app) as port, connected(port, issued, key=text_of(key.id, secret)) as answer:
        answer.readline()
        store.end_api_key(key.id, NOW - 1)
        with pytest.raises(IncompleteRead) as cut:
            answer.read()
    *files, last = cut.value.partial.splitlines()
    assert len(files) < 5
    assert json.loads(last)["export"]["problem"]["code"] == "unauthorized"
    assert ended(issued) == {"files": 1 + len(files), "why": "unauthorized"}


def ended(issued: Issued) -> dict[str, Any]:
    """What the newest line of the audit log says, which is the end of an export."""
    line = issued.site.store.audit_entries(0, 10_000)[-1]
    assert line.action == "export.ended"
    facts: dict[str, Any] = json.loads(line.facts)
    return facts


def slowly(function: Any) -> Any:
    """The function, a second at each call but the first: what goes on meanwhile has its time."""
    calls = count()

    def waits(*arguments: Any) -> Any:
        time.sleep(1 if next(calls) else 0)
        return function(*arguments)

    return waits


def connected(port: int, issued: Issued, query: str = "", key: str = "") -> HTTPResponse:
    """The answer to an export on a connection of its own, which is closed with it."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    key = key or issued.site.keys["registrar"]
    connection.sendall(f"GET {PATH}{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    answer = HTTPResponse(connection)
    connection.close()  # the answer holds it open
    answer.begin()
    return answer
