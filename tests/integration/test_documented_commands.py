"""The papers: every `$` command in them runs as shown and prints what is shown, and what they name is there."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from chains import anvil_binary

from ports import free_port
from tools import program

ROOT = Path(__file__).resolve().parents[2]
RUNNABLE = ("README.md", "docs/api.md", "docs/operations.md", "docs/audit.md", "docs/key-emergencies.md",
            "hardhat-free-local-chain.md")  # fmt: skip
PAPERS = (
    *RUNNABLE,
    "docs/client.md",
    "docs/corrections.md",
    "docs/es-module.md",
    "docs/lists.md",
    "docs/static-tree.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/glossary.md",
    "docs/threat-model.md",
)
DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/decisions/*.md"))
ANVIL = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
PORTS = ("8000", "8545", "8546", "8547")
"""As the papers have them; each run takes free ones in their place, in commands and in what is shown."""
PATIENCE = 300.0
"""Seconds for one paper, ten times what the longest takes on two idle cores."""


@dataclass(frozen=True)
class Command:
    """One `$` of a ```sh block; `> ` goes on with it, and what follows is its output, `...` for anything."""

    text: str
    shown: str

    @property
    def in_background(self) -> bool:
        return self.text.endswith("&")

    def gives(self, output: str) -> bool:
        """Whether this is the output shown; of a command that goes on in the background, its beginning."""
        pattern = ".*?".join(re.escape(piece) for piece in self.shown.split("..."))
        matches = re.match if self.in_background else re.fullmatch
        return matches(pattern, output.rstrip("\n"), flags=re.S) is not None


def commands(page: str, ports: dict[str, str]) -> Iterator[Command]:
    text = (ROOT / page).read_text(encoding="utf-8")
    text = re.sub(rf"\b({'|'.join(PORTS)})\b", lambda found: ports[found[0]], text)
    for fenced in re.findall(r"^```sh\n(.*?)^```$", text, flags=re.M | re.S):
        for entry in re.split(r"^\$ ", fenced, flags=re.M)[1:]:
            lines = entry.splitlines()
            rest = next((i for i, line in enumerate(lines[1:], 1) if not line.startswith("> ")), len(lines))
            yield Command("\n".join([lines[0], *(line[2:] for line in lines[1:rest])]), "\n".join(lines[rest:]))


def run(found: list[Command], folder: Path, logs: Path) -> int:
    """Runs them in one bash, in order, each with its output in files of its own; the first that fails ends it."""
    script = "".join(
        f'{{ {command.text}\n}} >"{logs}/{number}.out" 2>"{logs}/{number}.err" </dev/null || exit 1\n'
        for number, command in enumerate(found)
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ours = {name: value for name, value in os.environ.items() if not name.startswith("VANBANG_")}
    environment = {**ours, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "120", "NO_COLOR": "1"}
    bash = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, start_new_session=True)
    try:
        bash.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        pass  # told below, by the command that has not ended
    finally:
        with suppress(ProcessLookupError):
            os.killpg(bash.pid, signal.SIGKILL)
        status = bash.wait()
    return status


def compare(found: list[Command], logs: Path, status: int) -> None:
    for number, command in enumerate(found):
        errors, output = logs / f"{number}.err", logs / f"{number}.out"
        told = errors.read_text(errors="replace") if errors.exists() else ""
        printed = output.read_text(errors="replace") if output.exists() else ""
        last = not (logs / f"{number + 1}.out").exists()
        assert command.gives(printed), f"$ {command.text}\nprinted\n{printed}{told}instead of\n{command.shown}"
        assert not last or (number + 1 == len(found) and status == 0), f"$ {command.text}\nfailed\n{printed}{told}"


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("pages", [RUNNABLE[:2], RUNNABLE[2:]], ids=["papers", "local-chain"])
def test_every_command_of_the_papers_prints_what_is_shown(pages: tuple[str, ...], tmp_path: Path) -> None:
    """Run in order, as if in the project's folder, each command ends with status 0 and the output shown."""
    program("curl")
    found = {page: list(commands(page, {port: str(free_port()) for port in PORTS})) for page in pages}
    assert all(found.values()), "a paper shows no command"
    for page in pages:
        (tmp_path / page / "logs").mkdir(parents=True)
        (tmp_path / page / "project" / ANVIL).parent.mkdir(parents=True)
        if any(command.text.startswith(ANVIL) for command in found[page]):
            (tmp_path / page / "project" / ANVIL).symlink_to(anvil_binary())
    with ThreadPoolExecutor() as pool:  # they mostly wait for blocks and for imports
        done = [pool.submit(run, found[page], tmp_path / page / "project", tmp_path / page / "logs") for page in pages]
    for page, status in zip(pages, done, strict=True):
        compare(found[page], tmp_path / page / "logs", status.result())


@pytest.mark.parametrize("page", [*PAPERS, *DECISIONS])
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of a paper names a file or folder of the project."""
    targets = re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not ((ROOT / page).parent / t).exists()]
    assert missing == []


def test_the_tests_that_the_threat_model_names_exist() -> None:
    """Each defence points to a test that is there, under the name given."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")))
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    known = {name for source in sources for name in re.findall(r"def (test_\w+)\(", source)}
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert named
    assert named <= known | files


def test_every_decision_is_found_from_the_readme() -> None:
    """The README links each decision record."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page for page in DECISIONS if page not in readme] == []
