"""worker: the engine without the site; any number of them share the work of an installation."""

import logging
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Annotated, Final

import typer

from vanbang.bootstrap import open_house
from vanbang.cli.engine import engine_running
from vanbang.cli.options import ExecutorOption, HomeOption, LogFormatOption, log_format_of
from vanbang.cli.output import console, plain
from vanbang.core.errors import FormatError
from vanbang.notary.seats import relayer_of
from vanbang.settings import home_folder, load
from vanbang.web.logs import set_up_logging

NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,40}")
LOOK: Final = 0.2
"""Seconds between two looks whether a signal came."""

log = logging.getLogger("vanbang.worker")


@dataclass(slots=True)
class Signals:
    """SIGTERM and Ctrl-C: the first tells to end, and what was begun is finished; the second waits for nothing.

    Only counted where they come in: an Event that is set there could wait for itself.
    """

    count: int = 0

    def took(self, _number: int, _frame: FrameType | None) -> None:
        """A signal came."""
        self.count += 1


@contextmanager
def taking_signals() -> Iterator[Signals]:
    """Takes the signals that tell a process to end, as long as the block lasts."""
    signals = Signals()
    before = {number: signal.signal(number, signals.took) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Làm hết việc đang chờ rồi thôi / end when nothing goes on by itself")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", help="Tên để nhận ra trong `anchors watch` / what others see; else the machine's")
    ] = "",
    executor: ExecutorOption = "",
    home: HomeOption = None,
    log_format: LogFormatOption = None,
) -> None:
    """Chạy việc xử lý và ghi sổ, không có trang / run the engine without the site; several share the work.

    SIGTERM or Ctrl-C ends it in good order: the step it is in is finished or left, exit status 0.
    """
    if name and not NAME.fullmatch(name):
        raise FormatError("--name", "not 1 to 40 of the letters A-Z a-z 0-9 . _ -")
    settings = load(home_folder(home))
    set_up_logging(settings.log_level, log_format_of(log_format, settings.log_format))
    opening = open_house(settings.home, name, patient=True, executor=executor, is_service=True)
    with taking_signals() as signals, opening as house:
        relayer = relayer_of(house.keys).address  # what cannot be opened is said at once, not at the first anchor
        log.info("working", extra={"fields": {"holder": house.holder, "relayer": f"0x{relayer.hex()}", "once": once}})
        if not once:
            console.print(f"vanbang worker: {plain(house.holder)}  (Ctrl-C để dừng / to stop)", markup=False)
        with engine_running(house, once=once, hurry=lambda: signals.count > 1) as engine:
            while engine.is_alive() and not signals.count:
                engine.join(LOOK)
    log.info("stopped")
