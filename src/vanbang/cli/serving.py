"""serve, devchain: the site, and the embedded development chain on its own."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer
from vanbang.bootstrap import House, open_house
from vanbang.cli.options import HomeOption
from vanbang.cli.output import console
from vanbang.core.errors import FormatError, VanbangError
from vanbang.notary.anchoring import Reconciler
from vanbang.settings import home_folder
from vanbang.web.app import create_app

LOOK_EVERY = 5.0
"""Seconds between two looks of the anchoring engine at what is not final."""

HostOption = Annotated[str, typer.Option(help="Địa chỉ lắng nghe / address to listen on")]
PortOption = Annotated[int, typer.Option(min=0, max=65_535, help="Cổng / port")]


def serve(home: HomeOption = None, host: HostOption = "127.0.0.1", port: PortOption = 8000) -> None:
    """Chạy trang kiểm tra, API và việc ghi sổ / run the proof page, the API and the anchoring engine."""
    with open_house(home_folder(home)) as house, anchoring(house):
        console.print(f"vanbang: http://{host}:{port}/  (Ctrl-C để dừng / to stop)")
        server(house, host, port).run()


def devchain(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Nơi lưu chuỗi; bỏ trống thì chỉ trong bộ nhớ / where to keep it")
    ] = None,
    port: PortOption = 8545,
    chain_id: Annotated[int, typer.Option(min=1, help="Chain id")] = 31337,
    heartbeat: Annotated[float, typer.Option(help="Giây tối đa giữa hai khối khi có người hỏi / 0: off")] = 12.0,
) -> None:
    """Chạy chuỗi phát triển / run the embedded development chain alone."""
    chain = DevChain(folder, chain_id=chain_id, heartbeat=heartbeat or None)
    try:
        running = DevChainServer(chain, port=port)
    except OSError as error:
        chain.close()
        raise FormatError("--port", f"{port} is taken by another program: {error.strerror}") from error
    console.print(f"JSON-RPC: {running.url}  chain id {chain_id}")
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        console.print("Đã dừng / stopped.")
    finally:
        running.stop()


def server(house: House, host: str, port: int) -> uvicorn.Server:
    """The site's server, not yet running. Request paths are not logged: nobody needs to know who looked at what."""
    app = create_app(house.store, house.objects, house.witness, house.settings.page_trust(), house.settings.trust())
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    return uvicorn.Server(config)


@contextmanager
def anchoring(house: House) -> Iterator[None]:
    """Runs the anchoring engine beside the site until the block ends."""
    stop = threading.Event()
    log = logging.getLogger("vanbang")

    def work() -> None:
        while not stop.wait(LOOK_EVERY):
            try:
                progress = Reconciler(house.store, house.ledger, house.keys).step(int(time.time()))
            except VanbangError as error:
                log.warning("anchoring waits: %s", error)
                continue
            for iss, trouble in progress.troubles.items():
                log.warning("anchoring for %s waits: %s", iss, trouble)

    thread = threading.Thread(target=work, name="anchoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
