"""Keeping what is stored: the audit log, erasing, and the drill of losing everything and putting it back."""

import json
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import command_line
import pytest
from command_line import SAMPLE, Installation, environment, installed, serving, write_list

from ports import free_port
from vanbang.adapters.sql.database import REVISIONS

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery staple"
WORDS = ("--issuer", SAMPLE.code)


@dataclass(frozen=True)
class Issued:
    """An installation on the embedded chain, with a list of four issued, and one diploma of it."""

    vanbang: Installation
    serials: list[str]
    file: Path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    folder = tmp_path_factory.mktemp("keeping")
    vanbang = replace(installed(folder / "home"), inside=True)
    rows = write_list(folder / "list.csv", 4, "keeping")
    vanbang.good("issue", folder / "list.csv", *WORDS)
    serials = [row["so_hieu_vbcc"] for row in rows]
    vanbang.good("export", serials[0], *WORDS, "--out", folder / "diploma.json")
    return Issued(vanbang, serials, folder / "diploma.json")


@pytest.fixture
def issued(original: Issued, tmp_path: Path) -> Issued:
    """A copy, which the test may damage."""
    home = tmp_path / "home"
    shutil.copytree(original.vanbang.home, home)
    (home / "vanbang.json").write_text(json.dumps(original.vanbang.settings | {"chain_port": free_port()}))
    return replace(original, vanbang=Installation(home, inside=True))


def use_password(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """Gives commands a backup's password, in their environment."""
    monkeypatch.setattr(
        command_line, "environment", lambda home: environment(home) | {"VANBANG_BACKUP_PASSWORD": password}
    )


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    use_password(monkeypatch, PASSWORD)


def sql(issued: Issued, statement: str) -> None:
    with closing(sqlite3.connect(issued.vanbang.home / "vanbang.sqlite")) as connection, connection:
        connection.execute(statement)


def verdict(vanbang: Installation, file: Path, tmp_path: Path) -> str:
    """What a verifier says of a file while the installation serves."""
    with serving(vanbang.home, tmp_path / "serve.log"):
        report = vanbang("verify", file, *vanbang.trust(), "--json").json()
    said: str = report["verdict"]
    return said


def test_the_audit_log(issued: Issued) -> None:
    """It holds, says so in words and in JSON, still holds the head noted down, and shows its lines."""
    vanbang = issued.vanbang
    first = vanbang.good("audit-log", "verify", "--json").json()
    assert first["holds"]
    assert first["wrong"] is None
    assert first["head"] in vanbang.good("audit-log", "verify").out
    vanbang.good("export", issued.serials[1], *WORDS, "--out", vanbang.home / "x.json")
    again = vanbang.good("audit-log", "verify", "--head", first["head"], "--json").json()
    assert again["lines"] == first["lines"] + 1
    lines = vanbang.good("audit-log", "show", "--json", "--limit", "1000").json()
    assert len(lines) == again["lines"]
    assert [line["action"] for line in lines[-3:]] == ["batch.final", "share.added", "share.added"]
    assert vanbang.good("audit-log", "show", "--json", "--subject", SAMPLE.iss).json() == lines[:1]
    assert vanbang.good("audit-log", "show", "--json", "--since", "2999-01-01").json() == []
    text = json.dumps(lines, ensure_ascii=False)
    assert all(serial not in text for serial in issued.serials)


def test_a_forged_audit_log(issued: Issued) -> None:
    """A changed line, and a log that was cut, are told with exit status 10."""
    vanbang = issued.vanbang
    head = vanbang.good("audit-log", "verify", "--json").json()["head"]
    sql(issued, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 3")
    done = vanbang("audit-log", "verify", "--json")
    assert (done.status, done.json()["wrong"]) == (10, {"line": 3, "what": "changed"})
    assert "line 3" in vanbang("audit-log", "verify").out
    sql(issued, "DELETE FROM audit_log WHERE seq >= 3")
    assert vanbang("audit-log", "verify").status == 0
    done = vanbang("audit-log", "verify", "--head", head, "--json")
    assert (done.status, done.json()["wrong"]["what"]) == (10, "cut")
    assert vanbang("audit-log", "verify", "--head", "nonsense").status == 1


def test_erasing(issued: Issued) -> None:
    """One record goes for good, may be erased again, and is told as erased; the others can still be exported."""
    vanbang, serial = issued.vanbang, issued.serials[0]
    sealed = [*WORDS, "--serial", serial, "--reason", "court-order"]
    assert vanbang("erase", *sealed).status == 1
    for shares in (1, 0):
        done = vanbang.good("erase", *sealed, "--yes", "--json").json()
        assert (done["shares_withdrawn"], done["rebuilt"] is not None) == (shares, True)
    refused = vanbang("export", serial, *WORDS, "--out", vanbang.home / "x.json")
    assert (refused.status, "(erased)" in refused.err, (vanbang.home / "x.json").exists()) == (1, True, False)
    vanbang.good("export", issued.serials[1], *WORDS, "--out", vanbang.home / "y.json")
    assert not any((vanbang.home / "uploads").iterdir())
    lines = vanbang.good("audit-log", "show", "--json").json()
    ordered = [line["facts"] for line in lines if line["action"] == "erasure.ordered"]
    assert ordered == ['{"reason":"court-order"}']
    assert vanbang.good("audit-log", "verify")


@pytest.mark.parametrize("words", [("--serial", "no-such"), ("--reason", "Ông Nguyễn Văn An"), ("--issuer", "NOBODY")])
def test_what_is_not_erased(issued: Issued, words: tuple[str, str]) -> None:
    """Another serial number, a reason that may name somebody, another institution: refused, nothing is changed."""
    given = {"--issuer": SAMPLE.code, "--serial": issued.serials[2], "--reason": "court-order"} | dict([words])
    before = issued.vanbang.good("audit-log", "verify", "--json").json()
    assert issued.vanbang("erase", *(word for pair in given.items() for word in pair), "--yes").status == 1
    assert issued.vanbang.good("audit-log", "verify", "--json").json() == before


def test_erasing_the_last_one(issued: Issued) -> None:
    """When all of a batch is erased there is nobody left to rebuild, and the tree still folds."""
    for serial in issued.serials:
        done = issued.vanbang.good("erase", *WORDS, "--serial", serial, "--reason", "x", "--yes", "--json").json()
    assert done["rebuilt"] is None


def test_damaged_tiles_are_noticed(issued: Issued) -> None:
    """Erasing ends with an error when the batch's tree does not fold any more."""
    (tile,) = (issued.vanbang.home / "public" / "tiles").glob("*/0/0")
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    done = issued.vanbang("erase", *WORDS, "--serial", issued.serials[0], "--reason", "x", "--yes")
    assert (done.status, "(root_mismatch)" in done.err) == (1, True)


def test_the_drill(issued: Issued, tmp_path: Path) -> None:
    """Backed up, destroyed, restored: a diploma is VALID, the log holds, and another list can be issued."""
    backup = tmp_path / "backup"
    made = issued.vanbang.good("backup", "--out", backup, "--json").json()
    assert (made["secrets"], made["key_password"], stat.S_IMODE(backup.stat().st_mode)) == (True, True, 0o600)
    shutil.rmtree(issued.vanbang.home)
    new = Installation(tmp_path / "new", inside=True)
    restored = new.good("restore", backup, "--home", new.home, "--json").json()
    assert restored["audit_log"]["holds"]
    assert (restored["audit_log"]["head"], restored["files"]) == (made["audit_head"], made["files"])
    assert verdict(new, issued.file, tmp_path) == "VALID"
    new.good("export", issued.serials[3], *WORDS, "--out", tmp_path / "restored.json")
    write_list(tmp_path / "more.csv", 2, "keeping", after=4)
    new.good("issue", tmp_path / "more.csv", *WORDS)
    assert verdict(new, tmp_path / "restored.json", tmp_path) == "VALID"
    assert new.good("audit-log", "verify", "--head", made["audit_head"])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp")) == []


def test_a_damaged_backup(issued: Issued, tmp_path: Path) -> None:
    """A flipped byte, a cut, another password: refused, and nothing is left where it should have gone."""
    backup, new = tmp_path / "backup", tmp_path / "new"
    issued.vanbang.good("backup", "--out", backup)
    data = backup.read_bytes()
    middle = len(data) // 2
    for changed in (data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], data[:-1], b"", b"nonsense"):
        backup.write_bytes(changed)
        done = issued.vanbang("restore", backup, "--home", new)
        assert (done.status, "(backup_damaged)" in done.err) == (1, True), done
    assert not new.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]


def test_restoring_over_something(issued: Issued, tmp_path: Path) -> None:
    """A folder that holds anything is left as it is; an empty one is used."""
    backup = tmp_path / "backup"
    issued.vanbang.good("backup", "--out", backup)
    before = {path: path.stat().st_mtime_ns for path in issued.vanbang.home.rglob("*") if path.is_file()}
    done = issued.vanbang("restore", backup, "--home", issued.vanbang.home)
    assert (done.status, "(already_set_up)" in done.err) == (1, True), done
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (tmp_path / "new").mkdir()
    issued.vanbang.good("restore", backup, "--home", tmp_path / "new")
    again = issued.vanbang("backup", "--out", backup)
    assert (again.status, "replaces nothing" in again.err) == (1, True)


def test_a_plain_backup(issued: Issued, tmp_path: Path) -> None:
    """Only --plain writes one that is not sealed; it leaves the key store's password out, and says so."""
    backup, new = tmp_path / "backup.tar.gz", Installation(tmp_path / "new", inside=True)
    told = issued.vanbang.good("backup", "--out", backup, "--plain").out
    assert "keys/.password" in told
    restored = issued.vanbang.good("restore", backup, "--home", new.home)
    assert "put keys/.password back" in restored.out
    assert not (new.home / "keys" / ".password").exists()
    shutil.copy(issued.vanbang.home / "keys" / ".password", new.home / "keys")
    assert new.good("export", issued.serials[0], *WORDS, "--out", tmp_path / "x.json")


def test_a_backup_that_names_a_database_elsewhere(issued: Issued, tmp_path: Path) -> None:
    """A plain backup that somebody wrote anew cannot have another file of this machine opened as its database."""
    backup, forged, other = tmp_path / "b.tar.gz", tmp_path / "forged.tar.gz", tmp_path / "other.sqlite"
    issued.vanbang.good("backup", "--plain", "--out", backup)
    other.write_bytes((issued.vanbang.home / "vanbang.sqlite").read_bytes())
    before = other.read_bytes()
    with tarfile.open(backup) as old, tarfile.open(forged, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream
            data = stream.read()
            if member.name == "manifest.json":
                manifest = json.loads(data)
                manifest["facts"]["database"] = str(other)
                data = json.dumps(manifest).encode()
                member.size = len(data)
            new.addfile(member, BytesIO(data))
    refused = issued.vanbang("restore", forged, "--home", tmp_path / "new")
    assert refused.status == 1
    assert "backup_damaged" in refused.err
    assert other.read_bytes() == before
    assert not (tmp_path / "new").exists()


def test_a_backup_without_secrets(issued: Issued, tmp_path: Path) -> None:
    """It holds batches and the log, and opens no record."""
    backup, new = tmp_path / "backup", Installation(tmp_path / "new", inside=True)
    issued.vanbang.good("backup", "--out", backup, "--without-secrets")
    assert "nothing can be exported" in issued.vanbang.good("restore", backup, "--home", new.home).out
    done = new("export", issued.serials[0], *WORDS, "--out", tmp_path / "x.json")
    assert (done.status, "(erased)" in done.err) == (1, True)
    assert new.good("audit-log", "verify")


def test_a_backup_while_it_runs(issued: Issued, tmp_path: Path) -> None:
    """The embedded chain is held by `serve`: that is told, and nothing is written."""
    with serving(issued.vanbang.home, tmp_path / "serve.log"):
        done = issued.vanbang("backup", "--out", tmp_path / "backup")
        assert (done.status, "(chain_in_use)" in done.err) == (1, True), done
        home = issued.vanbang.home / "vanbang.json"
        home.write_text(json.dumps(issued.vanbang.settings | {"rpc": [issued.vanbang.rpc]}))
        shutil.move(issued.vanbang.home / "chain", tmp_path / "chain")  # as if the chain were somebody else's
        issued.vanbang.good("backup", "--out", tmp_path / "backup")
    assert issued.vanbang.good("restore", tmp_path / "backup", "--home", tmp_path / "new")


def test_a_weak_password(issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short password is refused before anything is written."""
    use_password(monkeypatch, "short")
    done = issued.vanbang("backup", "--out", tmp_path / "backup")
    assert (done.status, "12 characters" in done.err, (tmp_path / "backup").exists()) == (1, True, False)


def test_migrating(issued: Issued) -> None:
    """A database of another version is refused by every command; `migrate` tells what it found and did."""
    vanbang = issued.vanbang
    assert vanbang.good("migrate", "--json").json() == {"before": REVISIONS[-1], "after": REVISIONS[-1]}
    sql(issued, "UPDATE alembic_version SET version_num = '9999'")
    for command in (("issuer", "list"), ("audit-log", "verify"), ("migrate",)):
        done = vanbang(*command)
        assert (done.status, "(schema_differs)" in done.err, "9999" in done.err) == (1, True, True), done
