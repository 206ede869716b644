"""issue: from a list to anchored diplomas, and one of them found again."""

import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Annotated, Any

import typer

from vanbang.bootstrap import House, open_house
from vanbang.catalog import TYPES, CredentialType
from vanbang.catalog.credential_type import KEY_SEPARATOR
from vanbang.cli.bars import Watching, stage_named
from vanbang.cli.checking import FileState, ListArgument, ListTypeOption, open_file, show_report
from vanbang.cli.options import ExecutorOption, HomeOption, JsonOption
from vanbang.cli.output import Exit, console, errors, plain, print_json
from vanbang.core.credential import CredentialFile
from vanbang.core.record_keys import SECRET_SIZE
from vanbang.notary.intake import kinds_named
from vanbang.notary.lists import ListChanged
from vanbang.notary.publishing import NotIssued, credential_of
from vanbang.notary.records import blind_key
from vanbang.notary.uploading import HashDiffers
from vanbang.ports import Batch, Institution, StoredRecord, Upload
from vanbang.settings import home_folder

LOOK_EVERY = 0.5
"""Seconds between two looks at work that another process does."""
MANY = 100_000
"""More batches than one list can make: there are some 1,500 institutions and a handful of types."""


def issue(
    path: ListArgument,
    code: Annotated[
        str | None,
        typer.Option("--issuer", help="Chỉ nhận dòng của đơn vị này / take rows of this institution only"),
    ] = None,
    type_name: ListTypeOption = "",
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Cấp các dòng đúng, bỏ các dòng lỗi / issue good rows, refuse others")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="Nơi ghi các dòng bị từ chối / where refused rows go, with findings"),
    ] = None,
    executor: ExecutorOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cấp bằng cho cả danh sách / issue a whole list. The same list again goes on where it stopped."""
    with open_house(home_folder(home), executor=executor) as house:
        institution = house.institution(code) if code else None
        upload, report = accept(house, path, institution, type_name, accept_valid, as_json)
        written = write_sheet(house, upload, sheet or path.with_name(f"{path.stem}.findings{path.suffix}"), bool(sheet))
        if upload.state == "REFUSED":
            show_report(report or {}, as_json)
            if not as_json:
                show_written(written)
            raise typer.Exit(Exit.REFUSED)
        done = [bring_to_final(house, batch, as_json) for batch in batches_of(house, upload)]
        show_issued(house, upload, done, written, as_json)


def accept(
    house: House, path: Path, institution: Institution | None, type_name: str, accept_valid: bool, quiet: bool
) -> tuple[Upload, dict[str, Any] | None]:
    """The list as an upload that was checked, with its report. A list accepted before is taken up where it is."""
    iss = institution.iss if institution else None
    with open_file(path) as source:
        opened = FileState.of(source, path)
        body = hashlib.file_digest(source, "sha256").digest()
        opened.check(source)
        source.seek(0)
        upload = house.store.accepted_upload(iss, body) or _waiting(house, iss, body)
        if upload is None:
            upload = _send_in(house, source, opened, iss, type_name, accept_valid, body)
    with Watching(quiet) as watching:
        while upload.state == "RECEIVED":
            with house.leases.holding(f"upload:{upload.id}") as store:
                upload = house.store.upload(upload.id) or upload
                if store and upload.state == "RECEIVED":
                    intake = house.working_on(store).intake
                    tell_of_earlier(intake.stored_before(upload), quiet)
                    upload, _ = intake.process(upload, watching)
            if not store:  # `serve` or a worker does it, or another command, which leaves it to us
                time.sleep(LOOK_EVERY)
    return upload, house.uploads.report(upload)


def _waiting(house: House, iss: str | None, body: bytes) -> Upload | None:
    """The same list, sent in by a command that did not come to its end."""
    after: tuple[int, str] | None = None
    while page := house.store.uploads(states=("RECEIVED",), after=after):
        for upload in page:
            if (upload.body_sha256, upload.iss) == (body, iss):
                return upload
        after = page[-1].created_at, page[-1].id
    return None


def tell_of_earlier(rows: int, quiet: bool) -> None:
    """Says that a list was being taken in when the process ended."""
    if rows and not quiet:
        errors.print(f"Đã lưu {rows:,} dòng từ lần trước, làm tiếp / {rows:,} rows are stored from before: going on")


def _send_in(
    house: House,
    source: BufferedReader,
    opened: FileState,
    iss: str | None,
    type_name: str,
    accept_valid: bool,
    body: bytes,
) -> Upload:
    """Raises ListChanged, and leaves nothing to be checked, unless the file is still the one with SHA-256 `body`."""
    kinds_named(type_name)
    new = Upload(
        id=uuid.uuid4().hex,
        iss=iss,
        created_by="cli",
        created_at=int(time.time()),
        name=opened.path.name,
        secret=token_bytes(SECRET_SIZE),
        type_name=type_name,
        accept_valid=accept_valid,
    )
    upload = house.uploads.begin(new)
    house.uploads.take_parts(upload, _parts(source, opened.size, house.settings.max_part_bytes))
    opened.check(source)
    try:
        return house.uploads.complete(upload, body, int(time.time()))
    except HashDiffers as error:
        raise ListChanged(opened.path.name) from error


def _parts(source: BufferedReader, size: int, longest: int) -> Iterator[bytes]:
    """The first `size` bytes, for a file that grows would never end; of an empty one a part without any."""
    yield (part := source.read(min(size, longest)))
    while part and (part := source.read(min(size := size - len(part), longest))):
        yield part


def batches_of(house: House, upload: Upload) -> Sequence[Batch]:
    """The batches that came out of an upload, oldest first."""
    return house.store.batches_page(iss=None, states=(), upload=upload.id, after=None, limit=MANY)


def bring_to_final(house: House, batch: Batch, quiet: bool) -> tuple[Batch, dict[str, float]]:
    """Seals, endorses and anchors a batch, showing progress; gives it with the seconds of each stage."""
    with Watching(quiet) as watching:
        return house.issuing.bring_to_final(batch, watching), watching.seconds


def write_sheet(house: House, upload: Upload, target: Path, is_named: bool) -> Path | None:
    """Writes the rows that were refused, with what is wrong with them; gives where. A file that is there already is
    replaced only if it was named."""
    pieces = house.uploads.sheet(upload)
    if pieces is None or (upload.state == "REFUSED" and not is_named):
        return None
    while target.exists() and not is_named:
        target = target.with_name(f"{target.stem}-{token_hex(2)}{target.suffix}")
    target.touch(mode=0o600)
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return target


def show_written(written: Path | None) -> None:
    """Where the sheet is, or how to get one."""
    if written:
        console.print(f"Dòng bị từ chối / refused rows: {plain(str(written))}", markup=False)
    else:
        console.print("Thêm --sheet TỆP để nhận lại danh sách kèm phát hiện / --sheet FILE: the list with findings.")


def show_issued(
    house: House, upload: Upload, done: Sequence[tuple[Batch, dict[str, float]]], written: Path | None, as_json: bool
) -> None:
    """What became of a list."""
    if as_json:
        batches = [{**batch_facts(house, batch), "seconds": seconds} for batch, seconds in done]
        facts = {"upload": upload.id, "rows": upload.rows, "accepted": upload.accepted, "batches": batches}
        print_json({**facts, "refused_rows": str(written) if written else None})
        return
    for batch, seconds in done:
        show_batch(house, batch, seconds)
    if upload.rows > upload.accepted:
        console.print(f"{upload.rows - upload.accepted} dòng bị từ chối / rows refused")
        show_written(written)


def batch_facts(house: House, batch: Batch) -> dict[str, Any]:
    """A batch for machines and people."""
    return {
        "batch": batch.id,
        "issuer": next(item.code for item in house.store.institutions() if item.iss == batch.iss),
        "type": TYPES[batch.vct].name,
        "rows": batch.rows,
        "root": (batch.root or b"").hex(),
        "registry": house.settings.registry,
        "transaction": transaction_hash(house, batch),
        "block": batch.block,
    }


def show_batch(house: House, batch: Batch, seconds: dict[str, float]) -> None:
    """What became of a batch."""
    for name, value in batch_facts(house, batch).items():
        console.print(f"{name:>12}: {value}", markup=False)
    for stage, spent in seconds.items():
        console.print(f"{stage_named(stage):>24}: {spent:.2f} s")


def transaction_hash(house: House, batch: Batch) -> str:
    """The hash of the transaction that anchored the batch; empty when somebody else relayed it."""
    if batch.transaction is None:
        return ""
    receipt = house.store.transaction(batch.transaction).receipt
    return "0x" + receipt.transaction_hash.hex() if receipt else ""


def find(house: House, code: str, kind: CredentialType, serial: str, edition: int | None = None) -> StoredRecord:
    """The record of a diploma by its serial number, of the newest edition unless one is named. Raises NotIssued."""
    stored = house.store.find(blind_key(house.index_key, kind, KEY_SEPARATOR.join((code, serial))), edition)
    if stored is None:
        which = "" if edition is None else f", edition {edition}"
        raise NotIssued(f"{code} has issued no {kind.name} whose {', '.join(kind.key)} is {serial}{which}")
    return stored


def credential_of_stored(house: House, stored: StoredRecord) -> CredentialFile:
    """The signed credential file of a stored record."""
    batch = house.store.batch(stored.batch_id)
    if batch is None:
        raise NotIssued("its batch is not in the database any more")
    institution = next(item for item in house.store.institutions() if item.iss == batch.iss)
    jwk = house.keys.es256(f"{institution.slug}/credential")
    return credential_of(house.objects, TYPES[batch.vct], batch, stored, jwk)
