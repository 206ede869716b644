"""A node of its own for a bench: anvil, of package.json's tools or from PATH."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from vanbang.adapters.ethereum.devchain import DEV_MNEMONIC
from vanbang.adapters.ethereum.json_rpc import JsonRpc, RpcFailure
from vanbang.bootstrap import free_port

INSTALLED: Final = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
"""The binary itself: npm's wrapper would leave it running when it is ended."""
STARTED_IN: Final = 20.0
"""Seconds."""
BEGINNING: Final = 1_800_000_000
"""Unix time of the first block, always the same: the bytes of a deadline cost gas."""


@contextmanager
def running_node(*options: str) -> Iterator[JsonRpc]:
    """A node that mines each transaction at once, with a fixed clock, its development accounts unlocked."""
    with node_at("--timestamp", str(BEGINNING), *options) as url:
        yield JsonRpc(url)


@contextmanager
def node_at(*options: str) -> Iterator[str]:
    """The address of a node, ended with the block. Raises SystemExit where there is no anvil."""
    with TemporaryDirectory() as folder:
        log, port = Path(folder) / "anvil.log", str(free_port(0))
        command = [_binary(), "--port", port, "--mnemonic", DEV_MNEMONIC, *options]
        with log.open("wb") as sink:  # a pipe that nobody reads would stop it
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(JsonRpc(url), process, log)
            yield url
        finally:
            process.terminate()
            process.wait()


def _binary() -> str:
    found = shutil.which(INSTALLED) or shutil.which("anvil")
    if found is None:
        raise SystemExit("thiếu anvil: chạy scripts/setup dev\nanvil is not here: run scripts/setup dev")
    return found


def _wait_for(node: JsonRpc, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + STARTED_IN
    while time.monotonic() < give_up and process.poll() is None:
        try:
            node.request("eth_chainId", [])
            return
        except RpcFailure:
            time.sleep(0.05)
    raise SystemExit(f"anvil không chạy được · anvil did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
