"""`vanbang export --all` as people run it: to files and pipes, broken off and gone on with, and verified."""

import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path

import pytest
from command_line import SAMPLE, SECONDS, VANBANG, Installation, environment, installed, serving, write_list
from forked_commands import Forked

from vanbang.core.credential import read_credential

pytestmark = pytest.mark.slow

ROWS = 40


@pytest.fixture(scope="module")
def vanbang(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, list[str]]]:
    folder = tmp_path_factory.mktemp("exporting")
    made = installed(folder / "home", inside=True)
    serials = [row["so_hieu_vbcc"] for row in write_list(folder / "list.csv", ROWS, "exported")]
    made.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
    with serving(made.home, folder / "serve.log"):  # the chain, for all commands of these tests
        yield made, serials


def noted(made: Installation) -> list[tuple[str, dict[str, str | int]]]:
    """The two newest lines of the audit log: what was done, and its facts."""
    lines = made.good("audit-log", "show", "--json", "--limit", "2").json()
    return [(line["action"], json.loads(line["facts"])) for line in lines]


def test_lines_and_an_archive_verify(vanbang: tuple[Installation, list[str]], tmp_path: Path) -> None:
    """Every file of both forms is VALID by the verifier of many, is the one of single export, and only ours to read."""
    made, serials = vanbang
    lines, archive, single = tmp_path / "all.ndjson", tmp_path / "all.zip", tmp_path / "one.json"
    told = made.good("export", "--all", "--issuer", SAMPLE.code, "-o", lines, "--json").json()
    assert told == {"file": str(lines), "files": ROWS, "left_out": {}}
    done = made.good("export", "--all", "-o", archive, "--format", "zip")
    assert f"{ROWS} →" in done.out
    assert lines.stat().st_mode & 0o777 == archive.stat().st_mode & 0o777 == 0o600
    for source in (lines, archive):
        verified = made.good("verify", "--many", source, *made.trust())
        assert f"{ROWS} tệp / files: {ROWS} HỢP LỆ / VALID" in verified.out
    made.good("export", serials[3], "--issuer", SAMPLE.code, "--out", single)
    with zipfile.ZipFile(archive) as read:
        names = {f"{SAMPLE.code}/vn-diploma/{serial}.vanbang.json" for serial in serials}
        assert set(read.namelist()) == names
        assert read.read(f"{SAMPLE.code}/vn-diploma/{serials[3]}.vanbang.json") == single.read_bytes()
        assert sorted(map(read.read, read.namelist())) == sorted(lines.read_bytes().splitlines()[:-1])


@pytest.mark.parametrize("kept", [0, 1, 5_000, 0.3, 0.5, 0.99, 1.0])
def test_what_broke_off_goes_on(vanbang: tuple[Installation, list[str]], tmp_path: Path, kept: float) -> None:
    """However many bytes a kill has left, --continue makes the same file of it as one that was not stopped."""
    made, _ = vanbang
    whole, part = tmp_path / "whole.ndjson", tmp_path / "part.ndjson"
    made.good("export", "--all", "-o", whole)
    begun = {"format": "ndjson", "continued": 0}
    assert noted(made) == [("export.begun", begun), ("export.ended", {"files": ROWS, "why": "whole"})]
    data = whole.read_bytes()
    part.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    made.good("export", "--all", "-o", part, "--continue")
    assert part.read_bytes() == data
    there = data[: int(kept * len(data)) if isinstance(kept, float) else kept].count(b"}\n")
    there = min(there, ROWS)  # its last line has the counts
    begun["continued"] = int(there > 0)
    assert noted(made) == [("export.begun", begun), ("export.ended", {"files": ROWS - there, "why": "whole"})]


def test_a_pipe(vanbang: tuple[Installation, list[str]]) -> None:
    """With -o - files go to standard output and words to standard error; a reader that stops ends it quietly."""
    made, _ = vanbang
    done = made.good("export", "--all", "-o", "-")
    lines = done.out.encode().splitlines()
    assert len([read_credential(line) for line in lines[:-1]]) == ROWS
    assert json.loads(lines[-1]) == {"export": {"files": ROWS, "left_out": 0}}
    assert "Đã xuất / exported" in done.err
    command = [VANBANG, "export", "--all", "-o", "-"]
    with subprocess.Popen(command, env=environment(made.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as piped:
        assert piped.stdout is not None
        assert piped.stderr is not None
        piped.stdout.read(100)
        piped.stdout.close()
        assert b"Traceback" not in piped.stderr.read()
    assert noted(made)[1] == ("export.ended", {"files": ROWS, "why": "EPIPE"})


def test_a_command_that_is_ended(vanbang: tuple[Installation, list[str]], tmp_path: Path) -> None:
    """SIGTERM while nobody reads the pipe ends it at once and in order: the log has its end, and why."""
    made, _ = vanbang
    read, write = os.pipe()
    with (tmp_path / "words").open("wb") as words:
        process = Forked(("export", "--all", "-o", "-"), environment(made.home), write, words.fileno())
    os.close(write)
    assert os.read(read, 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 130
    os.close(read)
    assert "Đã dừng / Stopped" in (tmp_path / "words").read_text()
    assert noted(made)[1] == ("export.ended", {"files": ROWS, "why": "stopped"})


def test_a_full_disk(vanbang: tuple[Installation, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and noted by its name, of a ZIP as of lines; a file that cannot be written at all has no files."""
    made, _ = vanbang

    def full(_: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        for form in ("ndjson", "zip"):
            assert "No space left" in made("export", "--all", "-o", tmp_path / form, "--format", form).err
            assert noted(made)[1] == ("export.ended", {"files": ROWS, "why": "ENOSPC"})
    made("export", "--all", "-o", tmp_path / "no" / "folder")
    assert noted(made)[1] == ("export.ended", {"files": 0, "why": "ENOENT"})


def test_proofs_alone(vanbang: tuple[Installation, list[str]], tmp_path: Path) -> None:
    """With --proofs each line is a leaf's proof, and nothing in it is personal."""
    made, _ = vanbang
    path = tmp_path / "proofs.ndjson"
    made.good("export", "--all", "--proofs", "-o", path)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["leaf_index"] for line in lines] == list(range(ROWS))
    assert {tuple(line) for line in lines} == {("leaf", "leaf_index", "path", "root", "tree_size")}


def test_what_cannot_be_is_told(vanbang: tuple[Installation, list[str]], tmp_path: Path) -> None:
    """A file that is there is not written over; a foreign one is not gone on with; options that do not go together
    are named, and nothing is written for any of them."""
    made, _ = vanbang
    there, foreign, absent = tmp_path / "there", tmp_path / "foreign", tmp_path / "absent"
    there.write_bytes(b"mine")
    foreign.write_bytes(b'{"a":1}\n')
    for status, words, arguments in (
        (1, "is there already", ("-o", there)),
        (1, "no export", ("-o", foreign, "--continue")),
        (64, "--format pdf", ("-o", absent, "--format", "pdf")),
        (64, "--continue goes on", ("-o", absent, "--format", "zip", "--continue")),
        (64, "--proofs are lines", ("-o", absent, "--proofs", "--continue")),
        (64, "-o FILE", ()),
        (64, "go with --all", ("SHB1", "-o", absent)),
        (1, "not a day", ("-o", absent, "--since", "1/6/2026")),
        (1, "no such batch", ("-o", absent, "--batch", "0" * 32)),
        (1, "no institution with this code", ("-o", absent, "--issuer", "NO")),
        (1, "cannot be written", ("-o", tmp_path / "no" / "folder")),
    ):
        done = made("export", "--all", *arguments)
        assert done.status == status, done
        assert words in done.err, done
    assert there.read_bytes() == b"mine"
    assert foreign.read_bytes() == b'{"a":1}\n'
    assert not absent.exists()
