"""api-key on the command line: made, shown once, listed, replaced and ended, in the database alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from small_house import INSTITUTION, new_store
from vanbang.adapters.sql import SqlStore
from vanbang.cli.api_keys import api_key_app
from vanbang.core.errors import VanbangError
from vanbang.notary.access import Gate
from vanbang.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Settings(tmp_path, "eip155:1:0x" + "a1" * 20, ("https://rpc.example",), 1, "http://127.0.0.1:1").save()
    new_store(tmp_path)
    return tmp_path


def run(home: Path, *arguments: str) -> Any:
    """What the command prints as JSON. Raises what it raises."""
    done = CliRunner().invoke(api_key_app, [*arguments, "--home", str(home), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def enters(home: Path, text: str, now: int | None = None) -> bool:
    """Whether the API lets this key in."""
    store: SqlStore = new_store(home)
    key = store.api_key(text.split("_")[1])
    assert key is not None
    return Gate(store).enter(text, now or key.created_at) is not None


def test_create_and_list(home: Path) -> None:
    """A made key lets its holder in; the list shows role and reach, and no secret."""
    made = run(home, "create", "--role", "registrar", "--label", " Phòng Đào tạo ", "--code", INSTITUTION.code)
    assert enters(home, made["key"])
    (listed,) = run(home, "list")
    assert (listed["role"], listed["issuer"], listed["label"]) == ("registrar", INSTITUTION.code, "Phòng Đào tạo")
    assert listed["state"] == "good"
    assert made["key"].split("_", 2)[2] not in json.dumps(listed)


def test_rotate_and_end(home: Path) -> None:
    """A replaced key is out when the overlap is over, an ended one at once."""
    old = run(home, "create", "--role", "ministry", "--label", "x", "--days", "5")
    new = run(home, "rotate", old["id"], "--overlap", "100")
    assert new["role"] == "ministry"
    assert enters(home, old["key"])
    assert not enters(home, old["key"], 2**40)
    done = CliRunner().invoke(api_key_app, ["end", new["id"], "--home", str(home)], catch_exceptions=False)
    assert (done.exit_code, new["id"] in done.stdout) == (0, True)
    assert {row["id"]: row["state"] for row in run(home, "list")}[new["id"]] == "ended"
    actors = {line.actor for line in new_store(home).audit_entries(0, 100) if line.action.startswith("api_key")}
    assert actors == {"cli"}


def test_for_people(home: Path) -> None:
    """For people the secret stands on a line of its own, with the advice to keep it."""
    arguments = ["create", "--role", "reader", "--label", "x", "--home", str(home)]
    done = CliRunner().invoke(api_key_app, arguments, catch_exceptions=False)
    assert "vb_" in done.stdout
    assert "keep it safe" in done.stdout
    table = CliRunner().invoke(api_key_app, ["list", "--home", str(home)], catch_exceptions=False)
    assert "reader" in table.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "--role", "king", "--label", "x"),
        ("create", "--role", "reader", "--label", " "),
        ("create", "--role", "reader", "--label", "x", "--code", "NOBODY"),
        ("create", "--role", "ministry", "--label", "x", "--code", INSTITUTION.code),
        ("rotate", "0" * 16),
    ],
)
def test_refused(home: Path, arguments: tuple[str, ...]) -> None:
    """An unknown role, institution or key, and a ministry's key for one institution, are refused with a sentence."""
    with pytest.raises(VanbangError):
        run(home, *arguments)
    assert run(home, "list") == []
