"""From a list to a verified diploma by the commands a user gives, on each kind of chain."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chains import running_anvil
from command_line import SAMPLE, Installation, installed, run_as_installed, serving, write_list

REPORT = ["version", "verdict", "checked_at", "credential", "anchor", "status", "names", "endorsers", "as_of", "steps"]
CREDENTIAL = ["issuer", "vct", "claims", "undisclosed", "batch"]


@contextmanager
def on_embedded(folder: Path) -> Iterator[Installation]:
    made = installed(folder / "home")
    yield made


def without_seconds(issued: dict[str, Any]) -> dict[str, Any]:
    return issued | {"batches": [batch | {"seconds": 0} for batch in issued["batches"]]}


@contextmanager
def on_anvil(folder: Path, *options: str, depth: tuple[str, ...] = ()) -> Iterator[Installation]:
    with running_anvil(folder / "anvil.log", "--block-time", "0.3", *options) as url:
        yield replace(installed(folder / "home", "--rpc", url, *depth), inside=True)


@contextmanager
def on_legacy(folder: Path) -> Iterator[Installation]:
    with on_anvil(folder, "--hardfork", "istanbul", depth=("--depth", "2")) as made:
        yield made


CHAINS = {"embedded": on_embedded, "anvil": on_anvil, "legacy": on_legacy}


@pytest.mark.slow
@pytest.mark.parametrize("chain", CHAINS)
def test_the_whole_way(chain: str, tmp_path: Path) -> None:
    """init, issuer add, issue, export and verify: a diploma is VALID, and the same list again anchors nothing more."""
    with CHAINS[chain](tmp_path) as vanbang:
        serials = [row["so_hieu_vbcc"] for row in write_list(tmp_path / "list.csv", 30, chain)]
        first = vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, "--json").json()
        again = vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code, "--json").json()
        assert first["rows"] == 30
        assert without_seconds(first) == without_seconds(again)
        file = tmp_path / "diploma.vanbang.json"
        vanbang.good("export", serials[7], "--issuer", SAMPLE.code, "--out", file)
        with serving(vanbang.home, tmp_path / "serve.log") if chain == "embedded" else _nothing():
            said = vanbang.good("verify", file, *vanbang.trust())
            assert said.out.rstrip().endswith("VERDICT: VALID")
            check_report(vanbang.good("verify", file, *vanbang.trust(), "--json").json(), first["batches"][0])


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def check_report(report: dict[str, Any], issued: dict[str, Any]) -> None:
    """Section 14, member by member."""
    assert list(report) == REPORT
    assert list(report["credential"]) == CREDENTIAL
    assert list(report["credential"]["batch"]) == ["root", "tree_size", "leaf_index", "sealed_at"]
    assert report["credential"]["batch"]["root"] == issued["root"]
    assert list(report["anchor"]) == ["registry", "signer", "time", "block"]
    assert report["anchor"]["block"] == issued["block"]
    assert (report["verdict"], report["status"]["epoch"]) == ("VALID", 1)
    assert report["names"][-1]["name"] == report["credential"]["claims"]["don_vi_cap"]["don_vi_cap_bang"]
    assert [endorser["name"] for endorser in report["endorsers"]] == [SAMPLE.head]
    assert [step["step"] for step in report["steps"]] == list(range(1, 11))
    assert json.dumps(report["as_of"][0]["endpoints"]).count('"agreed"') == 1


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    """`vanbang demo --once` ends audited and VALID, twice in the same folder, and keeps away from others' folders."""
    for _ in range(2):
        done = run_as_installed("demo", "--once", "--home", tmp_path / "demo", home=tmp_path)
        assert done.status == 0, done
        assert "\nAUDIT: holds\n" in done.out
        assert done.out.rstrip().endswith("VERDICT: VALID")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refused = run_as_installed("demo", "--once", "--home", tmp_path / "mine", home=tmp_path)
    assert refused.status == 1
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
