"""`vanbang verifier build`: the file and its hash, or a sentence and neither."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from vanbang.cli.main import main
from vanbang.core.trust import Trust, trusted_registry

REGISTRY = "eip155:88:0x" + "a1" * 20
ASKED = ["--registry", REGISTRY, "--rpc", "https://rpc.example", "--public", "https://mirror.example/files"]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["vanbang", "verifier", "build", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(str(ended.value.code))


def test_the_file_and_its_hash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file believes what the options say, and its SHA-256 is printed and written beside it."""
    file = tmp_path / "kiem-tra.html"
    assert run(monkeypatch, "-o", str(file), *ASKED, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    data = file.read_bytes()
    assert told == {"file": str(file), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert (tmp_path / "kiem-tra.html.sha256").read_text() == f"{told['sha256']}  kiem-tra.html\n"
    assert b'"endpoints":["https://rpc.example"]' in data
    assert b'"public":["https://mirror.example/files/"]' in data


def test_a_trust_configuration_gives_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Built from a trust configuration twice, it is the same file."""
    trust = tmp_path / "trust.json"
    trust.write_bytes(Trust(trusted_registry(REGISTRY, ("https://rpc.example",))).to_bytes())
    for name in ("a.html", "b.html"):
        assert run(monkeypatch, "-o", str(tmp_path / name), "--trust", str(trust)) == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--registry", REGISTRY], 64, "go together"),
        ([*ASKED, "--public", "var/public"], 1, "not an http or https address"),
        (["--registry", "eip155:88:0x1", "--rpc", "https://rpc.example"], 1, "registry"),
        (["--home", "nowhere"], 1, "no installation"),
    ],
)
def test_what_cannot_be_built_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    told: str,
) -> None:
    """Options that lack something, or name what no browser can ask, are told, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == status
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that does not exist is named."""
    assert run(monkeypatch, "-o", str(tmp_path / "none" / "v.html"), *ASKED) == 1
    assert f"no folder {tmp_path / 'none'}" in capsys.readouterr().err


def test_the_module_and_its_types(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The module is one file that imports nothing, with its TypeScript declarations beside it."""
    monkeypatch.setattr(sys, "argv", ["vanbang", "verifier", "module", "-o", str(tmp_path / "kiem-tra.mjs"), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    data = (tmp_path / "kiem-tra.mjs").read_bytes()
    assert json.loads(capsys.readouterr().out)["sha256"] == hashlib.sha256(data).hexdigest()
    assert b"\nimport " not in data
    names = b"EvidenceCache, Malformed, Problem, credentialIn, openProofUrl, readTrust, verify"
    assert data.endswith(b"export const { " + names + b" } = $vanbang_js;\n")
    assert b"declare function verify" in (tmp_path / "kiem-tra.d.mts").read_bytes()
