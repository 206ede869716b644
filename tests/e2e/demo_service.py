"""The real service: `vanbang demo`, its chain, its site and its page, in a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from command_line import environment

from ports import free_port


@dataclass
class Demo:
    """A running demo and what it printed."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    port: int

    @property
    def file(self) -> Path:
        return self.home / "sample.vanbang.json"


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """`vanbang demo` on free ports, with a short list; killed at the end."""
    log, port = folder / "log", free_port()
    command = [Path(sys.executable).parent / "vanbang", "demo", "--home", folder / "home", "--port", str(port)]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment(folder))
    give_up = monotonic() + 180
    try:
        while b"Ctrl-C" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert monotonic() < give_up, log.read_text()
            sleep(0.1)
        (url,) = re.findall(r"proof URL:\s+(\S+)", log.read_text())
        yield Demo(process, folder / "home", url, port)
    finally:
        process.kill()
        process.wait()
