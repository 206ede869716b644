"""settings and health on the command line: what is in force, and whether the running site is ready."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import run_inside

from endpoint_servers import Reply, serving
from vanbang.settings import PASSWORDS, TABLE, Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Settings(tmp_path, "eip155:1:0x" + "a1" * 20, ("https://rpc.example/geheim",), 1, "http://127.0.0.1:1").save()
    return tmp_path


def test_settings_as_json(home: Path) -> None:
    """Every setting is told with variable, value and source, in the table's order."""
    done = run_inside("settings", "--json", home=home)
    told = json.loads(done.out)
    assert [row["name"] for row in told] == [row.name for row in (*TABLE, *PASSWORDS)]
    assert {row["name"]: row["source"] for row in told if row["source"] == "file"}.keys() == {
        "registry",
        "rpc",
        "chain_port",
        "base_url",
    }
    assert "geheim" not in done.out


def test_settings_for_people(home: Path) -> None:
    """The table for people has names, values and sources, and no access key."""
    done = run_inside("settings", home=home)
    assert done.status == 0
    for part in ("grace_seconds", "default", "https://rpc.example/***", "Nguồn / source"):
        assert part in done.out
    assert "geheim" not in done.out


def test_settings_without_an_installation(tmp_path: Path) -> None:
    """Without an installation there is a sentence; the table of the papers needs none."""
    assert run_inside("settings", home=tmp_path).status == 1
    done = run_inside("settings", "--markdown", home=tmp_path)
    assert (done.status, done.out.splitlines()[1]) == (0, "|---|---|---|---|---|---|")


@pytest.fixture
def site(home: Path) -> Iterator[list[str]]:
    """A site that is alive and not ready, at the port of the settings; what it was asked for."""
    asked: list[str] = []

    def answer(_method: str, path: str, _body: bytes) -> Reply:
        asked.append(path)
        return Reply(b'{"status":"ok"}') if path == "/healthz" else Reply(b'{"status":"not_ready"}', 503)

    with serving(answer) as server:
        file = home / "vanbang.json"
        port = int(server.url.rstrip("/").rpartition(":")[2])
        file.write_text(json.dumps(json.loads(file.read_text()) | {"port": port, "host": "0.0.0.0"}))  # noqa: S104
        yield asked


def test_health(home: Path, site: list[str]) -> None:
    """Exit status 0 or 1 for ready or not, as the site on this machine says, whatever address it listens on."""
    ready, alive = run_inside("health", home=home), run_inside("health", "--alive", home=home)
    assert (ready.status, alive.status) == (1, 0)
    assert "not_ready" in ready.out
    assert site == ["/readyz", "/healthz"]


def test_health_of_nobody(home: Path) -> None:
    """Where nobody answers the exit status is 1, with a word about why and no stack trace."""
    file = home / "vanbang.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"port": 1}))
    done = run_inside("health", home=home)
    assert (done.status, done.err) == (1, "")
    assert "no answer" in done.out
