"""demo: the whole way on the embedded chain, from a graduation list to a verified proof URL."""

import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from vanbang.adapters.http.proof_url import open_proof_url
from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.cli.auditing import EXITS, Subject, audited
from vanbang.cli.bars import stage_named
from vanbang.cli.checking import show_report
from vanbang.cli.engine import engine_running
from vanbang.cli.issuing import (
    accept,
    batches_of,
    bring_to_final,
    credential_of_stored,
    transaction_hash,
)
from vanbang.cli.options import DepthOption, RpcOption
from vanbang.cli.output import EXIT_OF_VERDICT, Exit, console
from vanbang.cli.serving import ListenerLost, listening, server
from vanbang.cli.setting_up import pause, sending
from vanbang.core.errors import FormatError
from vanbang.core.verification import Report
from vanbang.notary.auditing.report import Holding
from vanbang.notary.holding import make_holder
from vanbang.notary.publishing import share
from vanbang.notary.registering import register_institution
from vanbang.notary.verifying import verify
from vanbang.ports import Batch, Institution

LIST = Path(str(files("vanbang.catalog").joinpath("data", "sample-diplomas.csv")))
INSTITUTION = Institution(
    "https://songhong.edu.vn", "SHB", "Trường Đại học Bách khoa Sông Hồng", "shb", "Trần Quốc Hưng", "Hiệu trưởng"
)
MARKER = ".vanbang-demo"


class Stages:
    """Prints each stage with the seconds it took."""

    def __init__(self) -> None:
        self._since = self._start = time.perf_counter()

    def done(self, words: str, seconds: float | None = None) -> None:
        now = time.perf_counter()
        console.print(f"[green]✓[/] {now - self._since if seconds is None else seconds:6.2f} s  {words}")
        self._since = now

    @property
    def total(self) -> float:
        return time.perf_counter() - self._start


def demo(
    once: Annotated[bool, typer.Option("--once", help="Dừng sau khi kiểm tra / stop after verifying")] = False,
    home: Annotated[
        Path, typer.Option(help="Thư mục riêng của bản trình diễn, làm mới mỗi lần / the demo's own folder, made anew")
    ] = Path("var/demo"),
    rpc: RpcOption = None,
    depth: DepthOption = None,
    path: Annotated[Path, typer.Option("--list", help="Danh sách khác / another list")] = LIST,
    port: Annotated[int, typer.Option(help="Cổng của trang / the site's port")] = 8000,
) -> None:
    """Trình diễn trọn đường / the whole way: a list of 1,200 diplomas, validated, sealed, anchored, verified."""
    stages = Stages()
    fresh_folder(home)
    port = free_port(port)
    set_up(home, tuple(rpc or ()), None, f"http://127.0.0.1:{port}", pause, depth)
    stages.done("Lập cài đặt, triển khai sổ trên chuỗi / set up, registry deployed")
    with open_house(home) as house:
        with sending(house) as alone:
            register_institution(alone.store, alone.ledger, alone.keys, INSTITUTION, pause)
        stages.done(f"Đăng ký đơn vị và khóa / registered: {INSTITUTION.name}")
        batch = issue(house, path, stages)
        with site(house, port) as ended:
            report = show_and_verify(house, batch, stages)
            holding = show_audit(house, stages)
            console.print(f"Tổng cộng / in all: {stages.total:.2f} s")
            console.print(f"VERDICT: {report.verdict.value}")
            if not once:
                stay(ended)
    raise typer.Exit(EXIT_OF_VERDICT[report.verdict] or EXITS[holding])


def issue(house: House, path: Path, stages: Stages) -> Batch:
    """Takes in, seals and anchors the list."""
    quiet = not sys.stderr.isatty()
    upload, report = accept(house, path, INSTITUTION, "vn-diploma", accept_valid=False, quiet=quiet)
    if upload.state != "ACCEPTED":
        show_report(report or {}, as_json=False)
        raise typer.Exit(Exit.REFUSED)
    (batch,) = batches_of(house, upload)
    stages.done(f"Kiểm tra và nhận danh sách / checked and taken in: {batch.rows} văn bằng / diplomas")
    batch, seconds = bring_to_final(house, batch, quiet)
    for stage, spent in seconds.items():
        stages.done(stage_named(stage), spent)
    return batch


def show_and_verify(house: House, batch: Batch, stages: Stages) -> Report:
    """Prints what a person needs to check one diploma for himself, and checks it by its proof URL."""
    stored = next(house.store.records(batch.id))
    file = credential_of_stored(house, stored)
    target = house.settings.home / "sample.vanbang.json"
    target.write_bytes(file.to_bytes())
    url = share(house.store, stored.id, file, int(time.time())).url(house.settings.base_url)
    stages.done("Xuất tệp văn bằng, tạo đường dẫn kiểm tra / exported, proof URL made")
    pdf = target.with_name("sample.pdf")
    pdf.write_bytes(house.printer.diploma(file.to_bytes(), url))
    private = make_holder(house.store, INSTITUTION.iss, [stored.key], int(time.time()))
    stages.done("In PDF, tạo đường dẫn riêng của người học / PDF printed, graduate's private link made")
    report = verify(open_proof_url(url), house.settings.trust(), house.witness, int(time.time()))
    stages.done("Kiểm tra qua đường dẫn / verified by the proof URL")
    console.print(f"root:        {batch.root.hex() if batch.root else ''}")
    console.print(f"transaction: {transaction_hash(house, batch)}")
    console.print(f"proof URL:   {url}")
    console.print(f"credential:  {target}")
    console.print(f"PDF:         {pdf}")
    console.print(f"graduate:    {private.url(house.settings.base_url)}")
    rpc = " ".join(f"--rpc {shlex.quote(endpoint)}" for endpoint in house.settings.endpoints)
    console.print(
        f"verify:      {shlex.quote(command())} verify {shlex.quote(str(target))} {rpc} "
        f"--registry {house.settings.registry} --public {shlex.quote(str(house.settings.home / 'public'))}"
    )
    return report


def show_audit(house: House, stages: Stages) -> Holding:
    """Rebuilds everything from chain, public files and database, as an auditor would."""
    trust = house.settings.trust()
    report, _ = audited(Subject(trust, None, house.store, None), quiet=True)
    counts = report.counts
    stages.done(
        f"Kiểm toán từ chuỗi, tệp công khai và cơ sở dữ liệu / audited: {counts.events} sự kiện / events, "
        f"{counts.leaves} lá / leaves"
    )
    console.print(
        f"audit:       {shlex.quote(command())} audit --home {shlex.quote(str(house.settings.home))} --database"
    )
    console.print(f"AUDIT: {report.holding.value}")
    for finding in report.findings:
        console.print(f"  {finding.code} {finding.place} {finding.detail}", markup=False)
    return report.holding


def command() -> str:
    """The command this process was started as, so that what is printed can be pasted."""
    started = Path(sys.argv[0])
    try:
        return str(started.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(started)


@contextmanager
def site(house: House, port: int) -> Iterator[threading.Event]:
    """The site, in the background until the block ends; the event is set if it ends before. Raises FormatError."""
    running, ended = server(house, "127.0.0.1", port), threading.Event()

    def run() -> None:
        try:
            running.run([listener])
        except ListenerLost:
            return  # the log has it, and whoever waits for the event tells it
        finally:
            ended.set()

    thread = threading.Thread(target=run, name="site", daemon=True)
    with listening("127.0.0.1", port) as listener, engine_running(house):
        thread.start()
        while not running.started and not ended.wait(0.01):
            pass
        try:
            yield ended
        finally:
            running.should_exit = True
            thread.join()


def stay(ended: threading.Event) -> None:
    """Waits for Ctrl-C. Raises ListenerLost when the site has ended by itself."""
    console.print("Đang phục vụ; Ctrl-C để dừng / serving; Ctrl-C to stop.")
    try:
        ended.wait()
    except KeyboardInterrupt:
        console.print("Đã dừng / stopped.")
    else:
        raise ListenerLost


def fresh_folder(home: Path) -> None:
    """An empty folder for the demo; only a folder that a demo made is ever removed. Raises FormatError."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise FormatError("--home", f"{home} holds something that is not a demo's: name another folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARKER).touch()
