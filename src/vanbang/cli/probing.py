"""health: asks a running `serve` on this machine, for containers and supervisors that have no other client."""

from http.client import HTTPConnection, HTTPException
from typing import Annotated, Final

import typer

from vanbang.cli.options import HomeOption
from vanbang.cli.output import Exit, console
from vanbang.settings import home_folder, load

PATIENCE: Final = 8.0
"""Seconds: /readyz may ask a slow chain first. Shorter than the limit of the container's check."""

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- what `serve` listens on; we ask on loopback


def health(
    home: HomeOption = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="Chỉ hỏi tiến trình còn sống / only whether the process is alive")
    ] = False,
) -> None:
    """Hỏi trang đang chạy có sẵn sàng không / ask the running site whether it is ready; exit status 0 or 1."""
    settings = load(home_folder(home))
    host = _ANYWHERE.get(settings.host, settings.host)
    connection = HTTPConnection(host, settings.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz" if alive else "/readyz")
        answer = connection.getresponse()
        console.print(answer.read(4_096).decode("utf-8", "replace"), markup=False)
        good = answer.status == 200
    except (OSError, HTTPException) as error:
        console.print(f"Không trả lời / no answer: {type(error).__name__}", markup=False)
        good = False
    finally:
        connection.close()
    raise typer.Exit(Exit.OK if good else Exit.REFUSED)
