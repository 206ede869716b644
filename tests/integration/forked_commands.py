"""The `vanbang` command in processes forked off one that has imported everything: real processes, each with its own
connections, streams and end, that start at once instead of after the two seconds that importing takes.

Run as a script, this is what they are forked off: one for each process of tests, and it ends with that.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock
from typing import Any, Final

ALSO: Final = ("psycopg", "uvicorn", "vanbang.adapters.pdf.printing", "vanbang.adapters.sql.migrating")
"""What commands import only when they need it."""
_one_order_at_a_time = Lock()


class Forked:
    """A running command, with as much of `subprocess.Popen` as tests use. `out` and `err` are descriptors of files."""

    def __init__(self, arguments: Sequence[str | Path], environment: Mapping[str, str], out: int, err: int) -> None:
        order = [[str(each) for each in arguments], dict(environment), os.getcwd()]
        data = json.dumps(order).encode()
        # Messages, not a stream: a command may have ended before its id was read.
        self._report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, _one_order_at_a_time:
            socket.send_fds(_orders(), [len(data).to_bytes(4, "big")], [theirs.fileno(), out, err])
            _orders().sendall(data)
        self.pid = int(self._report.recv(16))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, -9 if by signal 9; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """How it ended. Raises subprocess.TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("vanbang", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing happens if it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # its end was taken by what it was forked off, between these two lines
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it without a word."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and wait([self._report], timeout):
            self.returncode = int(self._report.recv(16))
            self._report.close()
        return self.returncode


@cache
def _orders() -> socket.socket:
    """The way to what commands are forked off."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", __file__, str(theirs.fileno())]
        # The width of what is printed is read when that is imported.
        subprocess.Popen(command, env=os.environ | {"COLUMNS": "200"}, pass_fds=[theirs.fileno()], close_fds=True)
    return ours


def _forking(orders: socket.socket) -> tuple[Any, int, int]:
    """Forks for each order and tells how that ended. Returns in the forked process, with the order and its streams."""
    running: dict[int, socket.socket] = {}
    ended, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    while True:
        ready = wait([orders, ended])
        if ended in ready:
            ended.recv(4_096)
            _tell_ends(running)
        if orders not in ready:
            continue
        head, given, _, _ = socket.recv_fds(orders, 4, 3)
        if not head:
            os._exit(0)
        report, *streams = given
        order = json.loads(orders.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        running[0] = socket.socket(fileno=report)
        if not (pid := os.fork()):
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (orders, ended, wake, *running.values()):
                each.close()
            return order, streams[0], streams[1]
        for stream in streams:
            os.close(stream)
        running[pid] = running.pop(0)
        running[pid].sendall(b"%d" % pid)


def _tell_ends(running: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            with running.pop(found[0]) as report, suppress(OSError):
                report.sendall(b"%d" % os.waitstatus_to_exitcode(found[1]))


def _be(order: Any, out: int, err: int) -> None:
    """Becomes the process that was ordered."""
    arguments, environment, folder = order
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(ours, theirs)
        os.close(ours)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["vanbang", *arguments]


def _import_everything() -> None:
    from vanbang.cli.main import COMMANDS

    for name in (*(f"vanbang.cli.{module}" for module, _ in COMMANDS.values()), *ALSO):
        import_module(name)
    sys.path.append(str(Path(__file__).parents[1]))
    import_module("unhurt_disks").trust_the_machine()
    gc.freeze()


if __name__ == "__main__":
    _import_everything()
    _be(*_forking(socket.socket(fileno=int(sys.argv[1]))))
    from vanbang.cli.main import main

    main()
