"""Ports for servers that a test starts: what is free when it is asked for is still free when the server takes it."""

import os
import socket
from contextlib import suppress
from itertools import count
from typing import Final

FIRST: Final = 11_000
AS_MANY: Final = 9_000
"""All below those that systems give to outgoing connections and to servers that take any port, and that new
installations take for their chain."""
STEP: Final = 1_009
"""Between the beginnings of two test processes whose ids follow each other: more than one of them takes."""

_turns = count(os.getpid() * STEP)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has, and that this process and its neighbours do not give again for long."""
    while True:
        port = FIRST + next(_turns) % AS_MANY
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
