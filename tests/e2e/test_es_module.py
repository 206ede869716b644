"""docs/es-module.md: its examples run in node against a running service, and its types hold."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from e2e.demo_service import Demo
from e2e.page_site import ROOT
from tools import npm_file, program
from vanbang.adapters.pdf.printing import TypstPrinter

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/es-module.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```(?:js|ts)\n// (\S+)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"https://vanbang\.example/v/[\w-]{22}#[\w-]{43}")


@pytest.fixture
def folder(shared_demo: Demo, tmp_path: Path) -> Path:
    """What the page speaks of: the module and its types from the site, its trust, a diploma and its PDF."""
    base = f"http://127.0.0.1:{shared_demo.port}"
    for name in ("vanbang-verifier.mjs", "vanbang-verifier.d.mts", "trust.json"):
        (tmp_path / name).write_bytes(requests.get(f"{base}/{name}", timeout=20).content)
    credential = shared_demo.file.read_bytes()
    (tmp_path / "diploma.vanbang.json").write_bytes(credential)
    (tmp_path / "diploma.pdf").write_bytes(TypstPrinter().diploma(credential, shared_demo.url))
    for name, source, _ in EXAMPLE.findall(PAGE):
        text = LINK.sub(shared_demo.url, source).replace("https://vanbang.example", base)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def told(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_example_prints_what_is_shown(folder: Path) -> None:
    """Each example with an output runs in node, and in deno where there is one, and prints it."""
    shown = [(name, output) for name, _, output in EXAMPLE.findall(PAGE) if output]
    assert len(shown) == 2
    for name, output in shown:
        assert told(folder, program("node"), name) == output
        if deno := shutil.which("deno"):
            assert told(folder, deno, "run", "--allow-net", "--allow-read", "--no-check", name) == output


def test_the_types_hold(folder: Path) -> None:
    """The TypeScript compiler accepts the declarations and the example, and refuses a program that misuses them."""
    tsc = (program("node"), str(npm_file("typescript/bin/tsc")), "--noEmit", "--strict", "--module", "nodenext")
    target = ("--target", "es2022", "--lib", "es2022,dom")
    told(folder, *tsc, *target, "check-grade.mts")
    wrong = 'import { verify } from "./vanbang-verifier.mjs";\nif ((await verify("text", 1)).verdict) {}\n'
    (folder / "wrong.mts").write_text(wrong)
    refused = subprocess.run([*tsc, *target, "wrong.mts"], cwd=folder, capture_output=True, timeout=60, check=False)
    assert refused.returncode != 0


def test_the_declared_names_are_those_there_are(folder: Path) -> None:
    """What the declarations give as values is what the module gives."""
    types = (folder / "vanbang-verifier.d.mts").read_text("utf-8")
    declared = re.findall(r"^export declare (?:class|function) (\w+)", types, re.MULTILINE)
    ask = 'import("./vanbang-verifier.mjs").then((all) => console.log(...Object.keys(all)))'
    names = told(folder, program("node"), "-e", ask)
    assert sorted(declared) == sorted(names.split())
