"""The clients' look-up of a person and their exports, against a running server."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from api_server import on_a_port
from api_site import FREELY, OTHER, Site, credential_id, site
from both_clients import KINDS, Either, either

from small_house import INSTITUTION, KIND, accept, rows
from vanbang.client import LeftOut, ServerProblem
from vanbang.core.credential import read_credential
from vanbang.notary.sealing import tile_path
from vanbang.ports import Batch

pytestmark = pytest.mark.slow

GIVEN = rows(9)
PERSON = next(row.cells for row in GIVEN if row.cells["so_ddcn"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str, list[Batch]]]:
    """A site with two batches that are final and one that is not sealed."""
    with site(tmp_path_factory.mktemp("exports"), FREELY) as made, on_a_port(made.client.app) as base:
        lists = (GIVEN[:5], GIVEN[5:8], GIVEN[8:])
        batches = [accept(made.store, some, str(number)) for number, some in enumerate(lists)]
        final = [made.finish(batch) for batch in batches[:2]]
        yield made, base, sorted(final, key=lambda batch: (batch.accepted_at, batch.id)) + batches[2:]


@pytest.fixture(params=sorted(KINDS))
def client_as(
    request: pytest.FixtureRequest, served: tuple[Site, str, list[Batch]]
) -> Iterator[Callable[[str], Either]]:
    """A client with the key of one of the site's roles."""
    api, base, _ = served
    with ExitStack() as stack:
        yield lambda who: stack.enter_context(either(request.param, base, api.keys[who]))


def test_a_person(client_as: Callable[[str], Either]) -> None:
    """Found by either number, within what the key reaches; no number, or both, is refused with the place."""
    ministry, registrar, other = (client_as(who) for who in ("ministry", "registrar", "other_registrar"))
    for number in ({"citizen": PERSON["so_ddcn"]}, {"learner": PERSON["ma_nguoi_hoc"]}):
        (found,) = ministry.credentials_of(**number).items
        assert registrar.credentials_of(**number, issuer=INSTITUTION.code).items == (found,)
        assert found == ministry.credential(credential_id(KIND, PERSON))
        nothing = other.credentials_of(**number)
        assert nothing == ministry.credentials_of(**number, issuer=OTHER.code)
        assert (nothing.items, nothing.unreadable) == ((), 0)
    for wrong in ({}, {"citizen": PERSON["so_ddcn"], "learner": "1"}):
        with pytest.raises(ServerProblem) as refused:
            ministry.credentials_of(**wrong)
        assert (refused.value.status, refused.value.faults[0].pointer) == (422, "/learner")
        assert PERSON["so_ddcn"] not in str(refused.value)


def test_an_export(served: tuple[Site, str, list[Batch]], client_as: Callable[[str], Either], tmp_path: Path) -> None:
    """One by one, as lines and as an archive it is the same files; each part of it is a part of them."""
    client, batches = client_as("registrar"), served[2]
    *files, left_out = client.export()
    assert left_out == LeftOut(batches[2].id, "", "not_endorsed", 1)
    assert len({read_credential(file).payload_bytes for file in files}) == 8
    assert list(client.export(after=files[3])) == [*files[4:], left_out]
    assert list(client.export(batch=batches[1].id)) == files[batches[0].rows :]
    assert list(client.export(upload=batches[2].upload)) == [left_out]
    assert list(client.export(since="2099-01-01", issuer=INSTITUTION.code)) == [left_out]
    tally = client.export_to(tmp_path / "all.ndjson")
    assert (tally.files, tally.left_out) == (8, {"not_endorsed": 1})
    whole = (tmp_path / "all.ndjson").read_bytes()
    assert whole == served[0].ask("GET", "/v1/exports/credentials", "registrar").content
    (tmp_path / "all.ndjson").write_bytes(whole[: len(whole) // 2])
    assert client.export_to(tmp_path / "all.ndjson", go_on=True).files == 8
    assert (tmp_path / "all.ndjson").read_bytes() == whole
    assert client.export_zip(tmp_path / "all.zip") == (tmp_path / "all.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "all.zip") as read:
        assert [read.read(name) for name in read.namelist()][:-1] == files


def test_what_stops_an_export(served: tuple[Site, str, list[Batch]], client_as: Callable[[str], Either]) -> None:
    """A damaged tile of the second batch: what was good is given, then the server's reason; who may not is refused."""
    api, _, batches = served
    files, path = api.desk.objects._files, tile_path(batches[1].root or b"", 0, 0)
    good, files[path] = files[path], files[path][::-1]
    items = client_as("ministry").export()
    try:
        got = [next(items) for _ in range(batches[0].rows)]
        with pytest.raises(ServerProblem) as refused:
            next(items)
    finally:
        files[path] = good
    assert all(isinstance(item, bytes) for item in got)
    assert refused.value.problem == "store"
    with pytest.raises(ServerProblem, match="403 forbidden"):
        list(client_as("officer").export())
