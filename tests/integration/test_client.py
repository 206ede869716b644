"""The client, blocking and on asyncio, against a running server: one suite for both."""

import asyncio
import csv
import inspect
import io
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from api_server import check_lists, on_a_port
from api_site import FREELY, Site, credential_id, site
from both_clients import KINDS, Either, either

from small_house import INSTITUTION, KIND, rows
from vanbang.client import AsyncClient, Client, ServerProblem, Upload, Verdict
from vanbang.client.sources import contents
from vanbang.core.credential import read_credential
from vanbang.core.errors import FormatError
from world import World

pytestmark = pytest.mark.slow

GOOD = World().credential()
MANY = 1_200
BAD = GOOD.replace(b'"leaf_index":', b'"leaf_index":99999')


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    with site(tmp_path_factory.mktemp("client"), FREELY) as made, on_a_port(made.client.app) as base:
        made.issue(3, "client")
        yield made, base


@pytest.fixture(params=sorted(KINDS))
def client_as(request: pytest.FixtureRequest, served: tuple[Site, str]) -> Iterator[Callable[[str], Either]]:
    """A client with the key of one of the site's roles."""
    api, base = served
    with ExitStack() as stack:
        yield lambda who: stack.enter_context(either(request.param, base, api.keys.get(who)))


def csv_list(client: Either, first: int, **changed: str) -> bytes:
    """Four rows that no other list has; `changed` cells stand in the first."""
    first += 10 if isinstance(client.client, AsyncClient) else 0
    listed = [dict(row.cells) for row in rows(first + 4, "client")[first:]]
    listed[0] |= changed
    text = io.StringIO()
    writer = csv.DictWriter(text, [spec.name for spec in KIND.fields])
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()


def test_verifying(client_as: Callable[[str], Either], tmp_path: Path) -> None:
    """Bytes and a file are judged by the server; the report tells verdict, claims, who vouches and why not."""
    client = client_as("nobody")
    good = client.verify(GOOD)
    assert good.verdict is Verdict.VALID
    assert good.claims["ho_va_ten"] == "Nguyễn Thị Ánh Đào"
    assert good.issuer_name == "Trường Đại học Sông Hồng"
    assert good.reasons == []
    (tmp_path / "bad.vanbang.json").write_bytes(BAD)
    bad = client.verify(tmp_path / "bad.vanbang.json")
    assert bad.verdict is Verdict.INVALID
    assert [step.code for step in bad.reasons] == ["index_out_of_range"]
    with pytest.raises(FormatError):
        client.verify(tmp_path / "khong-co")


def test_many_at_once(client_as: Callable[[str], Either]) -> None:
    """Far more than fits into both sides' buffers goes through one connection, a report for each file in its order."""
    taken = 0

    def files() -> Iterator[bytes]:
        nonlocal taken
        for number in range(MANY):
            taken += 1
            yield {3: BAD, 5: b"", 7: b"a\nb", 8: b"x" * 1_100_000}.get(number, GOOD)

    ahead, verdicts = 0, []
    for report in client_as("nobody").verify_many(files()):
        verdicts.append(report.verdict)
        ahead = max(ahead, taken - len(verdicts))
    expected = [Verdict.VALID] * MANY
    expected[3] = expected[5] = expected[7] = expected[8] = Verdict.INVALID
    assert verdicts == expected
    assert ahead < MANY


def test_a_run_that_is_given_up(client_as: Callable[[str], Either]) -> None:
    """Who needs no more reports stops, and neither files nor connection are held any longer."""
    client, ended = client_as("nobody"), []

    def files() -> Iterator[bytes]:
        try:
            while True:
                yield GOOD
        finally:
            ended.append(True)

    reports = client.verify_many(files())
    assert [next(reports).verdict for _ in range(3)] == [Verdict.VALID] * 3
    reports.close()
    assert ended


def test_who_asks_one_at_a_time_is_answered(served: tuple[Site, str]) -> None:
    """An answer does not wait for further files: a next one may depend on it."""

    async def conversation() -> int:
        answered, number = asyncio.Event(), 0

        async def files() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield GOOD
                await answered.wait()
                answered.clear()

        async with AsyncClient(served[1]) as client:
            async for _ in client.verify_many(files()):
                number += 1
                answered.set()
        return number

    assert asyncio.run(conversation()) == 3


def test_many_inside_a_loop() -> None:
    """Where a loop runs already the blocking client says which one to use."""

    async def inside() -> None:
        with Client("http://127.0.0.1:1") as client, pytest.raises(RuntimeError, match="AsyncClient"):
            client.verify_many([])

    asyncio.run(inside())


def test_what_the_caller_s_files_raise_comes_through(client_as: Callable[[str], Either]) -> None:
    """An error of the generator of files is the caller's own, unchanged; so is the end of an empty one."""

    def files() -> Iterator[bytes]:
        yield GOOD
        raise KeyError("mine")

    client = client_as("nobody")
    with pytest.raises(KeyError, match="mine"):
        list(client.verify_many(files()))
    assert list(client.verify_many([])) == []


def test_a_credential_from_serial_number_to_file(served: tuple[Site, str], client_as: Callable[[str], Either]) -> None:
    """Found by its serial number, read by its id, fetched whole and as an extract."""
    serial = rows(3, "client")[1].cells["so_hieu_vbcc"]
    client = client_as("registrar")
    found = client.lookup(INSTITUTION.code, KIND.name, serial)
    assert (found.state, found.status) == ("FINAL", "valid")
    assert client.credential(found.id) == found
    file = read_credential(client.credential_file(found.id))
    assert "ho_va_ten" in {item.name for item in file.disclosures}
    extract = read_credential(client.extract(found.id, ["ho_va_ten"]))
    assert [item.name for item in extract.disclosures] == ["ho_va_ten"]


def test_shares(served: tuple[Site, str], client_as: Callable[[str], Either]) -> None:
    """A share is made, opened by its proof URL, listed and withdrawn."""
    client = client_as("registrar")
    found = credential_id(KIND, rows(3, "client")[0].cells)
    made = client.make_share(found, key="share-of-" + type(client.client).__name__)
    assert client.make_share(found, key="share-of-" + type(client.client).__name__) == made
    assert made.url.partition("#")[2]
    assert made.url not in repr(made)
    opened = read_credential(contents(made.url.replace("https://vanbang.example", served[1])))
    assert {item.name for item in opened.disclosures} >= {"ho_va_ten", "xep_loai"}
    assert made.id in [share.id for share in client.shares(found)]
    client.withdraw_share(found, made.id)
    assert made.id not in [share.id for share in client.shares(found) if share.state == "OPEN"]


def test_what_a_graduate_gets(client_as: Callable[[str], Either]) -> None:
    """A PDF holds the file, or what was chosen of it; a private link has its key shown once, and is withdrawn."""
    client = client_as("registrar")
    found = credential_id(KIND, rows(3, "client")[0].cells)
    pdf = client.print_pdf(found, claims=["xep_loai"], days=7)
    assert [item.name for item in read_credential(contents(pdf)).disclosures] == ["xep_loai"]
    link = client.make_private_link([found])
    assert link.credentials == (found,)
    assert link.url.partition("#")[2]
    assert link.url not in repr(link)
    client.withdraw_private_link(link.id)


def test_a_list_from_its_parts_to_the_registry(
    served: tuple[Site, str], client_as: Callable[[str], Either], tmp_path: Path
) -> None:
    """Sent in parts, followed until it is accepted, and its batch until it is final."""
    api, _ = served
    client = client_as("registrar")
    (tmp_path / "list.csv").write_bytes(csv_list(client, 100))
    sent = client.upload(tmp_path / "list.csv", issuer=INSTITUTION.code, type=KIND.name, part_bytes=1_000)
    assert sent.state == "RECEIVED"
    assert len(sent.parts) > 2
    threading.Timer(0.2, check_lists, [api]).start()
    states = [upload.state for upload in client.follow_upload(sent.id)]
    assert states in (["RECEIVED", "ACCEPTED"], ["ACCEPTED"])
    (batch,) = client.upload_state(sent.id).batches
    known = api.store.batch(batch)
    assert known is not None
    threading.Timer(0.2, api.finish, [known]).start()
    followed = list(client.follow_batch(batch))
    assert followed[-1].state == "FINAL"
    assert client.batch(batch) == followed[-1]


def test_an_upload_goes_on_where_it_stopped(served: tuple[Site, str], client_as: Callable[[str], Either]) -> None:
    """Under the same key only the parts that are missing are sent, and a list that has changed is refused."""
    api, _ = served
    client = client_as("registrar")
    seed, data = "resume" + type(client.client).__name__, csv_list(client, 120)
    begin = {"content": b'{"name": "l.csv", "accept_valid": false}', "headers": {"Content-Type": "application/json"}}
    begun = api.ask("POST", "/v1/uploads", "registrar", key=seed, **begin).json()
    part = f"/v1/uploads/{begun['id']}/parts/"
    octets = {"Content-Type": "application/octet-stream"}
    api.ask("PUT", f"{part}1", "registrar", content=data[:1_000], headers=octets)
    api.ask("PUT", f"{part}2", "registrar", content=b"half", headers=octets)
    done = client.upload(data, name="l.csv", part_bytes=1_000, key=seed)
    assert (done.id, done.sha256) == (begun["id"], sha256(data).hexdigest())
    assert client.upload(data, name="l.csv", part_bytes=1_000, key=seed).id == done.id
    with pytest.raises(ServerProblem) as refused:
        client.upload(data + b"x", name="l.csv", part_bytes=1_000, key=seed)
    assert refused.value.problem in ("conflict", "idempotency_key_reused")


def test_a_list_with_faults(served: tuple[Site, str], client_as: Callable[[str], Either]) -> None:
    """A refused list says what was found in it, row by row."""
    api, _ = served
    client = client_as("registrar")
    sent = client.upload(csv_list(client, 140, ngay_sinh="31/02/2003"), name="l.csv", type=KIND.name)
    check_lists(api)
    refused: Upload = list(client.follow_upload(sent.id))[-1]
    assert (refused.state, refused.errors > 0) == ("REFUSED", True)
    found = list(client.findings(sent.id))
    assert any(item.column == "ngay_sinh" and item.severity == "error" for item in found)
    assert "31/02/2003" not in repr(found)


def test_a_status_changes_by_two_people(client_as: Callable[[str], Either]) -> None:
    """One key proposes, another decides; who proposed cannot; both are found in the list."""
    registrar, officer = client_as("national_registrar"), client_as("officer")
    found = credential_id(KIND, rows(3, "client")[2].cells)
    proposed = registrar.propose_status(found, "suspended", "under_review", "QĐ 1/2026")
    assert (proposed.state, proposed.credential) == ("PROPOSED", found)
    with pytest.raises(ServerProblem) as refused:
        registrar.decide_status(proposed.id, approve=True)
    assert (refused.value.status, refused.value.problem) == (403, "forbidden")
    assert officer.decide_status(proposed.id, approve=False).state == "REJECTED"
    assert proposed.id in [change.id for change in registrar.status_changes(state="REJECTED")]


def test_problems_tell_what_to_mend(client_as: Callable[[str], Either]) -> None:
    """A refusal carries its code, a sentence in each language, and a pointer to each fault."""
    with pytest.raises(ServerProblem) as refused:
        client_as("registrar").propose_status("00" * 32, "revoked", "fraud", "QĐ 2/2026")
    problem = refused.value
    assert (problem.status, problem.problem) == (422, "invalid")
    assert problem.detail_vi == "Nội dung có chỗ chưa đúng."
    assert [(fault.pointer, fault.detail_vi) for fault in problem.faults] == [("/credential", "Không có văn bằng này.")]
    with pytest.raises(ServerProblem, match="401 unauthorized"):
        client_as("nobody").credential("00" * 32)


def test_secrets_show_nowhere(
    served: tuple[Site, str], client_as: Callable[[str], Either], caplog: pytest.LogCaptureFixture
) -> None:
    """An API key and a proof URL's key are in no repr and in no log, httpx's own included."""
    api, _ = served
    client = client_as("registrar")
    with caplog.at_level(logging.DEBUG):
        made = client.make_share(credential_id(KIND, rows(3, "client")[0].cells))
        client.withdraw_share(credential_id(KIND, rows(3, "client")[0].cells), made.id)
    secret = api.keys["registrar"]
    told = " ".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    shown = f"{told} {client.client!r} {vars(client.client)!r} {made!r}"
    assert secret not in shown
    assert secret.split("_", 2)[2] not in shown
    assert made.url.partition("#")[2] not in shown


def test_both_clients_have_the_same_methods() -> None:
    """Each method of one is a method of the other, with the same parameters and defaults."""

    def methods(kind: type) -> dict[str, list[Any]]:
        found = {name: each for name, each in vars(kind).items() if inspect.isfunction(each) and name[0] != "_"}
        return {
            name: [(p.name, p.kind, p.default) for p in inspect.signature(each).parameters.values()]
            for name, each in found.items()
        }

    assert methods(Client) == methods(AsyncClient)
    assert all(getattr(Client, name).__doc__ for name in methods(Client))


def test_a_key_stays_off_open_lines() -> None:
    """An API key is not taken for an http address of another machine, nor is an address with a user or a query."""
    for base in ("http://vanbang.example", "https://a:b@vanbang.example", "https://vanbang.example/?a=b", "ftp://x"):
        with pytest.raises(FormatError):
            Client(base, "vb_secret")
    with Client("http://vanbang.example", "vb_secret", allow_http=True) as client:
        assert "secret" not in repr(client)
    with pytest.raises(FormatError, match="not an API key"):
        Client("https://vanbang.example", "vb\nX: y")
