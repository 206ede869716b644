"""`vanbang verify --many` as people run it: a folder, a ZIP and a pipe, with endpoints and mirrors that answer."""

import json
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import VANBANG, environment, run_inside

from endpoint_servers import honest, mirror, serving
from vanbang.core.trust import Trust, trusted_registry
from world import HOME, Chain, World

pytestmark = pytest.mark.slow

WORLD = World(chain=Chain(time=int(time.time()) - 30))
GOOD = WORLD.credential()
BAD = GOOD.replace(b'"leaf_index":', b'"leaf_index":99999')
PDF = b"%%PDF-1.7\n1 0 obj\n<</Type /EmbeddedFile /Length %d>>\nstream\n%b\nendstream\nendobj\n" % (len(GOOD), GOOD)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    evidence, path = WORLD.evidence(), tmp_path_factory.mktemp("trust") / "trust.json"
    with serving(honest(evidence, HOME)) as rpc, serving(mirror(evidence)) as files:
        path.write_bytes(Trust(trusted_registry(HOME, (rpc.url,)), (), (files.url,)).to_bytes())
        yield path


def test_an_applicants_folder(trust: Path, tmp_path: Path) -> None:
    """Files, a PDF and something else in folders are judged and told, the bad first; all of it is in the CSV."""
    folder = tmp_path / "in"
    for name, data in {"a.vanbang.json": GOOD, "b/c.pdf": PDF, "b/sua.json": BAD, "b/kho.zip": b"PK\x03\x04"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    done = run_inside("verify", "--many", folder, "--trust", trust, "--csv", tmp_path / "kq.csv", home=tmp_path)
    assert done.status == 10, done
    assert "4 tệp / files: 2 HỢP LỆ / VALID, 1 KHÔNG HỢP LỆ / INVALID" in done.out
    assert done.out.index("sua.json") < done.out.index("kho.zip") < done.out.index("a.vanbang.json")
    assert "DSH" in done.out
    assert len((tmp_path / "kq.csv").read_text("utf-8-sig").splitlines()) == 5


def test_an_archive_and_a_broken_one(trust: Path, tmp_path: Path) -> None:
    """Every file of a ZIP is judged; one that was cut off is an error with its reason and no verdict."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"ho-so/{number}.json", GOOD)
    done = run_inside("verify", "--many", tmp_path / "a.zip", "--trust", trust, home=tmp_path)
    assert done.status == 0, done
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-30])
    done = run_inside("verify", "--many", tmp_path / "b.zip", "--trust", trust, "--json", home=tmp_path)
    assert (done.status, done.out) == (1, "")
    assert "this is no ZIP archive, or it was cut off" in done.err


def test_a_pipe(trust: Path, tmp_path: Path) -> None:
    """Lines from standard input are answered by lines on standard output, in order, by processes beside it."""
    lines = b"\n".join([GOOD, b"", BAD, GOOD])
    command = [VANBANG, "verify", "--many", "-", "--trust", trust, "--json"]
    done = subprocess.run(command, input=lines, env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["number"], line["verdict"]) for line in told] == [
        *((1, "VALID"), (2, "INVALID"), (3, "INVALID"), (4, "VALID"))
    ]
    assert (done.returncode, done.stderr) == (10, b"")


def test_options_that_go_with_many(trust: Path, tmp_path: Path) -> None:
    """A CSV of one file is refused, and so is a trust that is left out."""
    (tmp_path / "a.json").write_bytes(GOOD)
    done = run_inside("verify", tmp_path / "a.json", "--trust", trust, "--csv", tmp_path / "o.csv", home=tmp_path)
    assert (done.status, (tmp_path / "o.csv").exists()) == (64, False)
    assert "--many" in done.err
    assert run_inside("verify", "--many", tmp_path, home=tmp_path).status == 64
