"""serve, devchain: the site, and the embedded development chain on its own."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, ClassVar, Final

import typer
import uvicorn

from vanbang.adapters.ethereum.devchain import DevChain, DevChainServer
from vanbang.bootstrap import House, open_house
from vanbang.cli.chain_look import looking_at_chain
from vanbang.cli.engine import engine_running
from vanbang.cli.options import ExecutorOption, HomeOption, LogFormatOption, log_format_of
from vanbang.cli.output import console
from vanbang.cli.standing import parts, standing
from vanbang.core.errors import FormatError, VanbangError
from vanbang.settings import home_folder, load
from vanbang.web.app import create_app
from vanbang.web.connections import Connection
from vanbang.web.desk import Desk
from vanbang.web.limits import Limits
from vanbang.web.logs import set_up_logging
from vanbang.web.metrics import Metrics
from vanbang.web.operating import Operating, Readiness

BACKLOG: Final = 2_048
"""Connections that wait while the process is busy starting; the system may allow fewer."""

__all__ = ["devchain", "serve", "server"]

log = logging.getLogger("vanbang.serving")

HostOption = Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe / address to listen on [VANBANG_HOST]")]
PortOption = Annotated[int | None, typer.Option(min=0, max=65_535, help="Cổng / port [VANBANG_PORT]")]
ChainPortOption = Annotated[int, typer.Option(min=0, max=65_535, help="Cổng / port")]


def serve(
    home: HomeOption = None,
    host: HostOption = None,
    port: PortOption = None,
    executor: ExecutorOption = "",
    log_format: LogFormatOption = None,
) -> None:
    """Chạy trang kiểm tra, API và việc ghi sổ / run the proof page, the API and the anchoring engine.

    With the setting `engine` off, the engine is left to `vanbang worker`. SIGTERM or Ctrl-C ends it in good order: no
    longer ready, no new connections, requests finished, exit status 0.
    """
    settings = load(home_folder(home))
    host, port = host or settings.host, settings.port if port is None else port
    set_up_logging(settings.log_level, log_format_of(log_format, settings.log_format))
    with listening(host, port) as listener, open_house(settings.home, executor=executor, is_service=True) as house:
        port, has_engine = listener.getsockname()[1], settings.engine == "on"
        site = server(house, host, port)
        metrics = site.operating.metrics
        with looking_at_chain(house, metrics), engine_running(house, metrics) if has_engine else nullcontext():
            console.print(f"vanbang: http://{host}:{port}/  (Ctrl-C để dừng / to stop)")
            log.info("serving", extra={"fields": {"host": host, "port": port, "engine": settings.engine}})
            site.run([listener])
    log.info("stopped")


def devchain(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Nơi lưu chuỗi; bỏ trống thì chỉ trong bộ nhớ / where to keep it")
    ] = None,
    port: ChainPortOption = 8545,
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


class ListenerLost(VanbangError):
    """Something in the process closed the socket that connections come to: nobody could reach the site any more."""

    code: ClassVar[str] = "listener_lost"

    def __init__(self) -> None:
        super().__init__("the site's listening socket is gone, so the process ends: start it again")


class Site(uvicorn.Server):
    """The HTTP server. Told to stop, it first says so on /readyz, takes connections for `drain` seconds more, then
    finishes what it is answering. It returns afterwards: uvicorn's own would raise the signal again and die of it.
    It raises ListenerLost within a second when its socket does not listen any more, of which no event loop would tell.
    """

    def __init__(self, config: uvicorn.Config, operating: Operating, drain: float) -> None:
        super().__init__(config)
        self.operating = operating
        self._drain = drain
        self._drained = 0.0
        self._addresses: list[Any] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens; what it listens on is remembered."""
        await super().startup(sockets)
        self._addresses = self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the end, the second waits for nothing any more."""
        if self.should_exit:
            self._drained, self.force_exit = 0.0, True
            return
        self.operating.readiness.stop()
        self._drained = time.monotonic() + self._drain
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop accepting. Raises ListenerLost."""
        if await super().on_tick(counter):
            return time.monotonic() >= self._drained
        if counter % 10 == 0 and self._listening() != self._addresses:
            log.critical("the listening socket is gone: ending")
            raise ListenerLost
        return False

    def _listening(self) -> list[Any]:
        """The addresses at which the kernel takes connections for this server. A descriptor that was closed behind
        its back may be another file's by now."""
        sockets = [each for server in self.servers for each in server.sockets if each is not None]
        try:
            return [each.getsockname() for each in sockets if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)]
        except OSError:
            return []


def server(house: House, host: str, port: int) -> Site:
    """The site's server, not yet running. Request paths are not logged: nobody needs to know who looked at what."""
    settings = house.settings
    operating = Operating(
        Metrics(lambda: standing(house)), Readiness(*parts(house)), metrics_token=settings.metrics_token
    )
    config = uvicorn.Config(
        create_app(desk_of(house, operating)),
        host=host,
        port=port,
        http=Connection,
        backlog=BACKLOG,
        lifespan="off",  # what lives as long as the site is opened and closed by `serve`
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.grace_seconds,
    )
    return Site(config, operating, settings.drain_seconds)


def desk_of(house: House, operating: Operating) -> Desk:
    """The installation as the HTTP face sees it."""
    settings = house.settings
    limits = Limits(
        keyed_per_minute=settings.keyed_per_minute,
        anonymous_per_minute=settings.anonymous_per_minute,
        batch_lines_per_minute=settings.batch_lines_per_minute,
        max_body_bytes=settings.max_body_bytes,
        max_part_bytes=settings.max_part_bytes,
        max_upload_bytes=settings.max_upload_bytes,
        api_key_days=settings.api_key_days,
    )
    return Desk(
        store=house.store,
        objects=house.objects,
        spool=house.spool,
        keys=house.keys,
        ledger=house.ledger,
        witness=house.witness,
        printer=house.printer,
        index_key=house.index_key,
        shown=settings.page_trust(),
        own=settings.trust(),
        base_url=settings.base_url,
        limits=limits,
        operating=operating,
        executor=house.executor,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens already: who connects while the installation is opened waits. Raises FormatError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise FormatError("--host, --port", f"cannot listen on {host} port {port}: {error.strerror}") from error
    with listener:
        yield listener
