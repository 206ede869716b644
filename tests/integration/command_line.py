"""The `vanbang` command as a user starts it, and installations to start it in."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from unittest.mock import patch
from urllib.error import URLError
from urllib.request import urlopen

from forked_commands import Forked

from ports import free_port
from vanbang.catalog.sampling import institutions, sample_rows, write_csv
from vanbang.cli.main import main

VANBANG = Path(sys.executable).parent / "vanbang"
SAMPLE = institutions()[0]
SECONDS = 90


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.status == 0 or self.out, self
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """A home folder, and what `vanbang` is run with."""

    home: Path
    options: tuple[str, ...] = ()
    inside: bool = False
    """Whether commands run in this process: quicker, but not quite as a user starts them."""

    def __call__(self, *arguments: str | Path) -> Done:
        """Runs a command that must not show a stack trace, whatever it says."""
        done = (run_inside if self.inside else run)(*arguments, home=self.home)
        assert "Traceback" not in done.out + done.err, done.err
        return done

    def good(self, *arguments: str | Path) -> Done:
        """A command that succeeds."""
        done = self(*arguments)
        assert done.status == 0, f"{arguments}: {done}"
        return done

    @property
    def settings(self) -> dict[str, Any]:
        return json.loads((self.home / "vanbang.json").read_text())

    @property
    def rpc(self) -> str:
        rpc: list[str] = self.settings["rpc"]
        return rpc[0] if rpc else f"http://127.0.0.1:{self.settings['chain_port']}"

    def trust(self, **changes: str) -> list[str]:
        """The options by which a verifier believes this installation's registry and public files."""
        chosen = {"rpc": self.rpc, "registry": self.settings["registry"], "public": f"{self.home}/public"} | changes
        return [word for name, value in chosen.items() for word in (f"--{name}", value)] + list(self.options)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VANBANG")}
    return kept | {"VANBANG_HOME": str(home), "COLUMNS": "200"}


def run(*arguments: str | Path, home: Path) -> Done:
    """A command in a process of its own, forked off one that has imported it; `run_as_installed` is the whole of it."""
    with TemporaryFile() as out, TemporaryFile() as err:
        process = Forked(arguments, environment(home), out.fileno(), err.fileno())
        try:
            process.wait(SECONDS)
        finally:
            process.kill()
        for stream in (out, err):
            stream.seek(0)
        return Done(process.wait(), out.read().decode(), err.read().decode())


def run_as_installed(*arguments: str | Path, home: Path) -> Done:
    """The script that installing puts on the path, from its first line."""
    done = subprocess.run(
        [VANBANG, *arguments], env=environment(home), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def run_inside(*arguments: str | Path, home: Path) -> Done:
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    told = patch.dict(os.environ, environment(home)), patch.object(sys, "argv", ["vanbang", *map(str, arguments)])
    status = 0
    with told[0], told[1], redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    written = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Done(status, *written)


def start(*arguments: str | Path, home: Path, log: Path, **variables: str) -> Forked:
    """A command that goes on, under these variables, its words in `log`."""
    with log.open("ab") as sink:
        return Forked(arguments, environment(home) | variables, sink.fileno(), sink.fileno())


@contextmanager
def serving(home: Path, log: Path) -> Iterator[tuple[str, Forked]]:
    """`vanbang serve` on a free port, killed at the end."""
    port = free_port()
    process = start("serve", "--port", str(port), home=home, log=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes] | Forked, log: Path, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"it did not start:\n{log.read_text(errors='replace')[-2000:]}")


def installed(home: Path, *options: str, base_url: str = "http://127.0.0.1:1", inside: bool = False) -> Installation:
    """A new installation with the sample institution; an embedded chain gets a port of its own."""
    depth = options[options.index("--depth") :][:2] if "--depth" in options else ()
    made = Installation(home, tuple(depth), inside)
    made.good("init", "--base-url", base_url, *options)
    if not made.settings["rpc"]:
        (home / "vanbang.json").write_text(json.dumps(made.settings | {"chain_port": free_port()}))
    made.good(
        *("issuer", "add", "--iss", SAMPLE.iss, "--code", SAMPLE.code, "--name", SAMPLE.name),
        *("--officer", SAMPLE.head, "--title", "Hiệu trưởng"),
    )
    return made


def write_list(path: Path, count: int, seed: str, after: int = 0) -> list[dict[str, str]]:
    """A graduation list of the sample institution, and its rows; serial numbers follow `after` earlier ones."""
    rows = list(sample_rows(after + count, seed, (SAMPLE.code,)))[after:]
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv(rows, stream)
    return rows
