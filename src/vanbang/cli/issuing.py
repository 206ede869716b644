"""issue, export: from a list to anchored diplomas, and to the file and proof URL of one of them."""

import hashlib
import time
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from vanbang.bootstrap import House, open_house
from vanbang.catalog import TYPES, CredentialType, type_by_name
from vanbang.catalog.credential_type import KEY_SEPARATOR
from vanbang.cli.checking import ListArgument, rows_of, show_report
from vanbang.cli.options import HomeOption, JsonOption, TypeOption
from vanbang.cli.output import Exit, console, errors, plain, print_json
from vanbang.core.credential import CredentialFile
from vanbang.notary.checking import CheckReport
from vanbang.notary.intake import Intake, ListRefused, blind_key
from vanbang.notary.issuing import Issuing
from vanbang.notary.publishing import NotIssued, credential_of, share
from vanbang.ports import Batch, Institution, StoredRecord
from vanbang.settings import home_folder

STAGES = {
    "sealing": "Niêm phong / sealing",
    "endorsing": "Ký xác nhận / endorsing",
    "anchoring": "Ghi sổ / anchoring",
    "final": "Đã vào sổ / final",
}


class Watching:
    """A progress bar on standard error, and the seconds each stage took."""

    def __init__(self, total: int, quiet: bool) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=errors, transient=True, disable=quiet)
        self._task = self._progress.add_task("", total=total)
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", time.perf_counter()
        self._doubt = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = now - self._since
        self._stage, self._since = name, now
        self._progress.update(self._task, description=STAGES[name])

    def sealed(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def wait(self, doubt: str) -> None:
        if doubt and doubt != self._doubt:
            errors.print(f"Đang đợi / waiting: {plain(doubt)}", markup=False)
        self._doubt = doubt
        time.sleep(0.2)


def issue(
    path: ListArgument,
    code: Annotated[str, typer.Option("--issuer", help="Mã đơn vị cấp bằng / the institution's code")],
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cấp bằng cho cả danh sách / issue a whole list. The same list again goes on where it stopped."""
    kind = type_by_name(type_name)
    with open_house(home_folder(home)) as house:
        batch, report = accept(house, path, kind, house.institution(code))
        if batch is None:
            show_report(report, as_json)
            raise typer.Exit(Exit.REFUSED)
        batch, seconds = bring_to_final(house, batch, as_json)
        show_batch(house, batch, seconds, as_json)


def accept(
    house: House, path: Path, kind: CredentialType, institution: Institution
) -> tuple[Batch | None, CheckReport]:
    """The stored batch of a list, or None with the report that says what is wrong with it."""
    report = CheckReport(kind.name)
    rows = rows_of(path, kind, report)
    with path.open("rb") as stream:
        body = hashlib.file_digest(stream, "sha256").digest()
    try:
        taken = Intake(house.store, house.index_key).accept(institution, kind, rows, body, report, int(time.time()))
    except ListRefused as refused:
        return None, refused.report
    return taken, report


def bring_to_final(house: House, batch: Batch, quiet: bool) -> tuple[Batch, dict[str, float]]:
    """Seals, endorses and anchors a batch, showing progress; gives it with the seconds of each stage."""
    work = Issuing(house.store, house.objects, house.keys, house.ledger, lambda: int(time.time()))
    with Watching(batch.rows, quiet) as watching:
        return work.bring_to_final(batch, watching), watching.seconds


def show_batch(house: House, batch: Batch, seconds: dict[str, float], as_json: bool) -> None:
    """What became of a batch."""
    facts = {
        "batch": batch.id,
        "rows": str(batch.rows),
        "root": (batch.root or b"").hex(),
        "registry": house.settings.registry,
        "transaction": transaction_hash(house, batch),
        "block": str(batch.block),
    }
    if as_json:
        print_json({**facts, "rows": batch.rows, "block": batch.block, "seconds": seconds})
        return
    for name, value in facts.items():
        console.print(f"{name:>12}: {value}")
    for stage, spent in seconds.items():
        console.print(f"{STAGES[stage]:>24}: {spent:.2f} s")


def transaction_hash(house: House, batch: Batch) -> str:
    """The hash of the transaction that anchored the batch; empty when somebody else relayed it."""
    if batch.transaction is None:
        return ""
    receipt = house.store.transaction(batch.transaction).receipt
    return "0x" + receipt.transaction_hash.hex() if receipt else ""


def export(
    serial: Annotated[str, typer.Argument(help="Số hiệu văn bằng / the diploma's serial number")],
    code: Annotated[str, typer.Option("--issuer", help="Mã đơn vị cấp bằng / the institution's code")],
    out: Annotated[Path | None, typer.Option("--out", help="Tệp ghi ra / the file to write")] = None,
    claims: Annotated[
        list[str] | None, typer.Option("--claim", help="Chỉ tiết lộ mục này, dùng nhiều lần được / disclose only these")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Bỏ chữ ký, chỉ dựa vào sổ / the anchor alone")] = False,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xuất tệp văn bằng và đường dẫn kiểm tra / write a credential file and make its proof URL."""
    with open_house(home_folder(home)) as house:
        file = credential(house, code, type_by_name(type_name), serial)
        if claims:
            file = file.extract(claims)
        if unsigned:
            file = file.unsigned()
        target = out or Path(f"{safe_name(serial)}.vanbang.json")
        target.touch(mode=0o600)  # personal: for the holder to pass on, not for everybody on this machine
        target.write_bytes(file.to_bytes())
        url = share(house.store, file, int(time.time())).url(house.settings.base_url)
    if as_json:
        print_json({"file": str(target), "proof_url": url})
    else:
        console.print(f"Tệp / file: {target}\nĐường dẫn kiểm tra / proof URL: {url}")


def credential(house: House, code: str, kind: CredentialType, serial: str) -> CredentialFile:
    """The signed credential file of a diploma by its serial number. Raises NotIssued."""
    stored = house.store.find(blind_key(house.index_key, kind, KEY_SEPARATOR.join((code, serial))))
    if stored is None:
        raise NotIssued(f"{code} has issued no diploma with the serial number {serial}")
    return credential_of_stored(house, stored)


def credential_of_stored(house: House, stored: StoredRecord) -> CredentialFile:
    """The signed credential file of a stored record."""
    batch = house.store.batch(stored.batch_id)
    if batch is None:
        raise NotIssued("its batch is not in the database any more")
    institution = next(item for item in house.store.institutions() if item.iss == batch.iss)
    jwk = house.keys.es256(f"{institution.slug}/credential")
    return credential_of(house.objects, TYPES[batch.vct], batch, stored, jwk)


def safe_name(serial: str) -> str:
    """A serial number as a file name."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in serial)
