"""Who gives an order that takes two people, on the command line."""

from pathlib import Path

import pytest

from small_house import INSTITUTION, new_store
from vanbang.adapters.sql import SqlStore
from vanbang.cli.persons import NotAllowed, key_text, who_orders
from vanbang.core.errors import FormatError
from vanbang.notary.access import make_key, text_of
from vanbang.ports import Role
from vanbang.web.rights import Right

PROPOSE, DECIDE = Right("status_changes", "write"), Right("decisions", "write")
NOW, SECRET = 1_000_000, b"s" * 32


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """An empty database."""
    return new_store(tmp_path)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key in the environment, whatever it is where the tests run."""
    for name in ("VANBANG_API_KEY", "VANBANG_API_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def key_file(store: SqlStore, folder: Path, role: Role, form: str = "{}\n") -> Path:
    """A file with a new key of this role."""
    number = f"{len(store.api_keys()):016x}"
    key = make_key(store, number, SECRET, INSTITUTION.iss, role, role, NOW - 10, 1)
    path = folder / role
    path.write_text(form.format(text_of(key.id, SECRET)))
    return path


def test_two_people_by_two_keys(store: SqlStore, tmp_path: Path) -> None:
    """A registrar's key proposes and does not decide; an officer's decides and does not propose."""
    registrar, officer = key_file(store, tmp_path, "registrar"), key_file(store, tmp_path, "officer")
    proposing, deciding = who_orders(store, registrar, PROPOSE, NOW), who_orders(store, officer, DECIDE, NOW)
    assert (proposing.role, deciding.role, proposing.id == deciding.id) == ("registrar", "officer", False)
    for path, right, role in ((registrar, DECIDE, "officer"), (officer, PROPOSE, "registrar")):
        with pytest.raises(NotAllowed, match=f"with the role {role} may"):
            who_orders(store, path, right, NOW)


def test_nobody_known(store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, with a stranger's, or with one that has expired nothing is ordered; the variable names one too."""
    with pytest.raises(NotAllowed, match="--key-file"):
        who_orders(store, None, PROPOSE, NOW)
    path = key_file(store, tmp_path, "registrar")
    stranger = tmp_path / "stranger"
    stranger.write_text(text_of("f" * 16, SECRET))
    for given, now in ((stranger, NOW), (path, NOW + 90_000)):
        with pytest.raises(NotAllowed, match="not known here, or not good any more"):
            who_orders(store, given, PROPOSE, now)
    monkeypatch.setenv("VANBANG_API_KEY_FILE", str(path))
    assert who_orders(store, None, PROPOSE, NOW).role == "registrar"


def test_a_key_as_it_was_printed(store: SqlStore, tmp_path: Path) -> None:
    """The file may be what `api-key create --json` printed; what is neither is told by its name."""
    path = key_file(store, tmp_path, "registrar", '{{"id": "x", "key": "{}"}}')
    assert who_orders(store, path, PROPOSE, NOW).role == "registrar"
    for text in ('{"id": "x"}', "{"):
        path.write_text(text)
        with pytest.raises(FormatError, match="api-key create"):
            key_text(path)
    with pytest.raises(FormatError, match="cannot be read"):
        key_text(tmp_path / "nothing")
