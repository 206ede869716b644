"""export: one diploma as a credential file, with its proof URL, and as a PDF; or all of an institution."""

import time
from pathlib import Path
from typing import Annotated

import typer

from vanbang.bootstrap import open_house
from vanbang.catalog import type_by_name
from vanbang.cli.exporting_many import (
    AllOption,
    BatchOption,
    ContinueOption,
    FormOption,
    ListOption,
    Order,
    ProofsOption,
    SinceOption,
    export_many,
)
from vanbang.cli.issuing import credential_of_stored, find
from vanbang.cli.options import EditionOption, ExecutorOption, HomeOption, JsonOption, TypeOption
from vanbang.cli.output import console, plain, print_json
from vanbang.core.errors import FormatError
from vanbang.core.extract import chosen, extract, pieces
from vanbang.notary.publishing import share
from vanbang.settings import home_folder


def export(
    serial: Annotated[
        str | None,
        typer.Argument(help="Số hiệu; mã định danh học bạ / serial number; a transcript's identifier"),
    ] = None,
    code: Annotated[str | None, typer.Option("--issuer", help="Mã đơn vị cấp bằng / the institution's code")] = None,
    out: Annotated[
        str | None, typer.Option("--out", "-o", help="Tệp ghi ra; với --all: - là đầu ra chuẩn / the file; -: stdout")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Ghi cả bản PDF có mã QR / a PDF with a QR code as well")
    ] = None,
    claims: Annotated[
        list[str] | None,
        typer.Option("--claim", help="Chỉ tiết lộ mục này, như --keep của extract / only these, as extract --keep"),
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Bỏ chữ ký, chỉ dựa vào sổ / the anchor alone")] = False,
    type_name: TypeOption = "vn-diploma",
    edition: EditionOption = None,
    every: AllOption = False,
    batch: BatchOption = None,
    upload: ListOption = None,
    since: SinceOption = None,
    form: FormOption = "ndjson",
    go_on: ContinueOption = False,
    proofs: ProofsOption = False,
    executor: ExecutorOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xuất tệp văn bằng, đường dẫn kiểm tra, PDF / write a credential file, make its proof URL, print a PDF."""
    if every:
        if serial is not None or pdf or claims or unsigned or edition is not None:
            raise typer.BadParameter(
                "--issuer, --batch, --list, --since, --format, --continue or --proofs go with --all"
            )
        order = Order(code, batch, upload, since, form, out, go_on, proofs, as_json)
        with open_house(home_folder(home), patient=True, executor=executor) as house:
            raise typer.Exit(export_many(house, order))
    if serial is None or code is None:
        raise typer.BadParameter("a serial number and --issuer CODE; or --all")
    with open_house(home_folder(home)) as house:
        file = credential_of_stored(house, stored := find(house, code, type_by_name(type_name), serial, edition))
        if claims:
            file = extract(file, chosen(claims, pieces(file)))
        if unsigned:
            file = file.unsigned()
        url = share(house.store, stored.id, file, int(time.time())).url(house.settings.base_url)
        # Printed before anything is written: a certificate that cannot be opened leaves no file, only a share.
        printed = house.printer.diploma(file.to_bytes(), url) if pdf else b""
        target = Path(out) if out else Path(f"{safe_name(serial)}.vanbang.json")
        write_private(target, file.to_bytes())
        if pdf:
            write_private(pdf, printed)
    _tell(target, pdf, url, as_json)


def _tell(target: Path, pdf: Path | None, url: str, as_json: bool) -> None:
    if as_json:
        print_json({"file": str(target), "proof_url": url, **({"pdf": str(pdf)} if pdf else {})})
        return
    console.print(f"Tệp / file: {plain(str(target))}", markup=False)
    if pdf:
        console.print(f"PDF: {plain(str(pdf))}", markup=False)
    console.print(f"Đường dẫn kiểm tra / proof URL: {url}", markup=False)


def write_private(target: Path, data: bytes) -> None:
    """Writes a file for its holder to pass on, not for everybody on this machine. Raises FormatError."""
    try:
        target.touch(mode=0o600)
        target.write_bytes(data)
    except OSError as error:
        raise FormatError(str(target), f"cannot be written: {error.strerror}") from error


def safe_name(serial: str) -> str:
    """A serial number as a file name."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in serial)
