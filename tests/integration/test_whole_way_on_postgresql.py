"""The whole way on PostgreSQL, by the commands a person gives: set up, issue, serve, verify, audit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

import command_line
import pytest
from command_line import SAMPLE, Installation, environment, installed, serving, write_list

from private_postgres import Server, running_postgres
from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer

pytestmark = pytest.mark.slow

DATABASE = "school"


@dataclass(frozen=True)
class Issued:
    """An installation on a server, with a list issued."""

    vanbang: Installation
    server: Server
    folder: Path

    def sql(self, statement: str) -> None:
        self.server.run(statement, database=DATABASE)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    folder = tmp_path_factory.mktemp("whole")
    with (
        running_postgres(folder, durable=True) as server,
        DevChainServer(DevChain(heartbeat=None)) as chain,
        pytest.MonkeyPatch.context() as patch,
    ):
        address = {"VANBANG_DATABASE": server.create(DATABASE)}
        patch.setattr(command_line, "environment", lambda home: environment(home) | address)
        vanbang = replace(installed(folder / "home", "--rpc", chain.url), inside=True)
        write_list(folder / "list.csv", 30, "first")
        vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
        yield Issued(vanbang, server, folder)


def test_a_list_is_issued_and_a_diploma_verified(issued: Issued) -> None:
    """A list goes from file to FINAL, and a diploma of it is VALID; everything is on the server, nothing in a file."""
    issued.vanbang.good("issue", issued.folder / "list.csv", "--issuer", SAMPLE.code)
    (batch,) = issued.vanbang.good("anchors", "list", "--json").json()
    assert (batch["state"], batch["rows"]) == ("FINAL", 30)
    serial = write_list(issued.folder / "same.csv", 30, "first")[7]["so_hieu_vbcc"]
    credential = issued.folder / "diploma.json"
    issued.vanbang.good("export", serial, "--issuer", SAMPLE.code, "--out", credential)
    assert issued.vanbang("verify", credential, *issued.vanbang.trust(), "--json").json()["verdict"] == "VALID"
    assert not list(issued.vanbang.home.glob("*.sqlite*"))


def test_a_list_beside_a_running_site(issued: Issued) -> None:
    """While the site runs on the same server, a list is issued from a command; both survive a crash of the server."""
    write_list(issued.folder / "second.csv", 5, "first", after=30)
    with serving(issued.vanbang.home, issued.folder / "serve.log") as (url, _):
        issued.vanbang.good("issue", issued.folder / "second.csv", "--issuer", SAMPLE.code)
        assert len(issued.vanbang.good("anchors", "list", "--json").json()) == 2
        issued.server.restart(immediate=True)
        assert json.load(urlopen(url + "/readyz", timeout=10))["status"] == "ready"
        assert issued.vanbang.good("anchors", "watch", "--once", "--json").json()["waiting"] == []


DAMAGE = {
    "UPDATE batch SET block = block + 1": "batch_block",
    "UPDATE record SET ciphertext = decode(repeat('00', 300), 'hex') WHERE id = (SELECT min(id) FROM record)": (
        "records_differ"
    ),
    "UPDATE audit_log SET facts = '{}' WHERE seq = 2": "audit_log",
    "DELETE FROM record_key WHERE record = (SELECT max(id) FROM record)": "entries_differ",
}


def test_the_audit(issued: Issued) -> None:
    """The server's rows hold; one that was changed there is told."""
    assert issued.vanbang.good("audit", "--database", "--json").json()["findings"] == []
    for statement, code in DAMAGE.items():
        issued.sql(statement)
        done = issued.vanbang("audit", "--database", "--json")
        assert done.status == 1
        assert code in done.json()["codes"]
