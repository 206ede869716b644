"""The site as a process: killed without warning, and killed in the middle of issuing."""

import json
from pathlib import Path
from random import Random
from time import sleep
from urllib.request import Request, urlopen

import pytest
from command_line import SAMPLE, Installation, installed, serving, start, write_list

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vanbang(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("serve") / "home")


def verify_by_http(base: str, file: Path) -> dict[str, object]:
    with urlopen(Request(f"{base}/v1/verify", file.read_bytes()), timeout=20) as answer:
        return json.load(answer)


def test_killed_and_started_again(vanbang: Installation, tmp_path: Path) -> None:
    """After kill -9 the same share, root and anchor are served, and the diploma is VALID as before."""
    rows = write_list(tmp_path / "list.csv", 6, "serve")
    vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
    file, reports, log = tmp_path / "d.json", [], tmp_path / "log"
    words = ("export", rows[2]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file, "--json")
    share = vanbang.good(*words).json()["proof_url"].split("/v/")[1]
    for _ in range(2):
        with serving(vanbang.home, log) as (base, _process):
            by_url = vanbang.good("verify", f"{base}/v/{share}", *vanbang.trust(), "--json").json()
            by_http = verify_by_http(base, file)
        assert by_url["verdict"] == by_http["verdict"] == "VALID"
        assert by_url["credential"] == by_http["credential"]
        reports.append((by_http["credential"], by_http["anchor"], by_http["status"]))
    assert reports[0] == reports[1]
    assert share.partition("#")[2] not in log.read_text()


def test_killed_while_issuing(vanbang: Installation, tmp_path: Path) -> None:
    """Killed at random moments of `issue` and run again, a list ends with one good anchor and provable diplomas."""
    drawn = Random(20_261_121)
    rows = write_list(tmp_path / "list.csv", 60, "killed", after=6)
    command = ("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
    for _ in range(5):
        process = start(*command, home=vanbang.home, log=tmp_path / "log")
        sleep(drawn.uniform(0.9, 2.6))
        process.kill()
        process.wait()
    issued = vanbang.good(*command, "--json").json()
    assert issued["rows"] == 60
    again = vanbang.good(*command, "--json").json()
    assert (issued["block"], issued["transaction"]) == (again["block"], again["transaction"])
    inside = Installation(vanbang.home, inside=True)
    with serving(vanbang.home, tmp_path / "log") as (base, _):
        for number in drawn.sample(range(60), 6):
            file = tmp_path / f"{number}.json"
            inside.good("export", rows[number]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file)
            report = verify_by_http(base, file)
            assert report["verdict"] == "VALID"
            assert report["credential"]["batch"]["root"] == issued["root"]  # type: ignore[index]
            assert report["anchor"]["block"] == issued["block"]  # type: ignore[index]
    assert "Traceback" not in (tmp_path / "log").read_text()
