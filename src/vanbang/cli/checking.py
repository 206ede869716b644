"""template, check: what a registrar does before anything is uploaded. Both work without an installation."""

import os
import sys
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Self

import typer
from rich.text import Text

from vanbang.adapters import files
from vanbang.adapters.files.register_csv import read_registers
from vanbang.adapters.render.quality_page import quality_page
from vanbang.catalog import type_by_name
from vanbang.catalog.problems import Dimension
from vanbang.cli.bars import Watching
from vanbang.cli.options import ExecutorOption, JsonOption, TypeOption
from vanbang.cli.output import Exit, console, plain, print_json, print_table, two_languages
from vanbang.core.errors import FormatError
from vanbang.executing import executor_at
from vanbang.notary.checking import check_list
from vanbang.notary.intake import FindingLog, kinds_named
from vanbang.notary.lists import Finding, ListChanged, ListUnreadable
from vanbang.notary.quality import DIMENSIONS, CheckReport
from vanbang.notary.registers import Registers
from vanbang.settings import executor as executor_from_environment

ListArgument = Annotated[
    Path,
    typer.Argument(help="Danh sách tốt nghiệp / the graduation list: CSV, XLSX, Parquet, JSONL", show_default=False),
]
ListTypeOption = Annotated[
    str,
    typer.Option(
        "--type", help="Loại văn bằng; bỏ trống thì nhận theo từng dòng / credential type; empty: found row by row"
    ),
]
SheetOption = Annotated[
    Path | None,
    typer.Option("--sheet", help="Ghi lại danh sách, thêm cột phát hiện / the list again, with a column of findings"),
]
SHOWN = 50
WORDS: dict[Dimension, str] = {
    "accurate": "Đúng / accurate",
    "complete": "Đủ / complete",
    "clean": "Sạch / clean",
    "live": "Sống / live",
}


def template(
    type_name: TypeOption = "vn-diploma",
    schema: Annotated[bool, typer.Option("--schema", help="JSON Schema thay cho CSV / instead of CSV")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Ghi ra tệp / write to a file")] = None,
) -> None:
    """Mẫu danh sách / the list's template: header and one example row, for transcripts one line of JSON Lines."""
    kind = type_by_name(type_name)
    if schema:
        print_json(kind.json_schema())
    elif out:
        if kind.nests and out.suffix == ".csv":
            raise FormatError(str(out), f"lists of {kind.name} are JSON Lines: name the file .jsonl")
        out.write_bytes(kind.template())
        console.print(f"Đã ghi / written: {out}")
    else:
        sys.stdout.buffer.write(kind.template())


def check(
    path: ListArgument,
    type_name: ListTypeOption = "",
    registers: Annotated[
        Path | None,
        typer.Option("--registers", help="Danh mục ngành và người ký (CSV) / programmes and signers, for “live”"),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Ghi báo cáo có biểu đồ / the report as a page with charts")
    ] = None,
    sheet: SheetOption = None,
    executor: ExecutorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra danh sách, không cần tài khoản, không cần mạng / check a list; no account, no network needed."""
    known = Registers(read_registers(registers) if registers else {})
    log = FindingLog()
    report = CheckReport(sink=log.add)
    pool = executor_at(executor or executor_from_environment())
    with pool, open_file(path) as source:
        opened = FileState.of(source, path)
        read(source, type_name, report, known, pool, as_json)
        opened.check(source)
        if sheet and report.form:
            source.seek(0)
            with sheet.open("wb") as target:
                files.write_findings(source, report.form, target, iter(log), only_refused=False)
    log.close()
    if page:
        page.write_bytes(quality_page(report.as_json(), path.name, int(time.time())))
    show_report(report.as_json(), as_json)
    if not as_json:
        for written in (page, sheet if report.form else None):
            if written:
                console.print(f"Đã ghi / written: {plain(str(written))}", markup=False)
    if not report.is_clean:
        raise typer.Exit(Exit.REFUSED)


def open_file(path: Path) -> BufferedReader:
    """The list, open for reading. Raises FormatError if there is none."""
    if not path.is_file():
        raise FormatError(str(path), "is a folder" if path.is_dir() else "there is no such file")
    try:
        return path.open("rb")
    except OSError as error:
        raise FormatError(str(path), f"cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class FileState:
    """How long a list is and when it was last written to, as it was opened."""

    path: Path
    size: int
    written_at: int

    @classmethod
    def of(cls, source: BufferedReader, path: Path) -> Self:
        """The state now."""
        found = os.fstat(source.fileno())
        return cls(path, found.st_size, found.st_mtime_ns)

    def check(self, source: BufferedReader) -> None:
        """Raises ListChanged if it was written to since, be it longer now, shorter or as long as before."""
        if self.of(source, self.path) != self:
            raise ListChanged(self.path.name)


def read(
    source: BinaryIO, type_name: str, report: CheckReport, registers: Registers, pool: Executor, quiet: bool
) -> CheckReport:
    """Reads the list to its end, showing how far it is, and fills the report."""
    with Watching(quiet) as watching:
        watching.stage("checking")
        try:
            with files.open_list(source, kinds_named(type_name)) as listed:
                check_list(listed, report, (registers.check,), pool, watching)
        except ListUnreadable as error:
            report.refuse_list(error)
    return report


def show_report(report: dict[str, Any], as_json: bool) -> None:
    """The report as JSON, or as tables with the scores and the first findings."""
    if as_json:
        print_json(report)
        return
    verdict = "[green]sạch / clean[/]" if report["clean"] else "[red]có lỗi / has errors[/]"
    console.print(
        f"{report['rows']} dòng / rows, {report['accepted']} đạt / accepted, "
        f"{report['errors']} lỗi / errors, {report['warnings']} cảnh báo / warnings: {verdict}"
    )
    print_table("Chất lượng / quality", ("", "Điểm / score", "Lỗi / errors", "Cảnh báo / warnings"), _scores(report))
    findings = [Finding(**finding) for finding in report["findings"]]
    if findings:
        columns = ("Dòng / row", "Cột / column", "Giá trị / value", "Quy tắc / rule", "Cần làm / what to do")
        print_table("Phát hiện / findings", columns, [_row(finding) for finding in findings[:SHOWN]])
    left_out = report["errors"] + report["warnings"] - SHOWN
    if left_out > 0:
        console.print(f"... và {left_out} phát hiện nữa / more: --sheet, --html, --json")


def _scores(report: dict[str, Any]) -> list[tuple[str | Text, ...]]:
    rows: list[tuple[str | Text, ...]] = []
    for name in DIMENSIONS:
        entry = report["scores"][name]
        score = "chưa xét / not checked" if entry["score"] is None else f"{entry['score']:.1f} %"
        rows.append((WORDS[name], score, str(entry["errors"]), str(entry["warnings"])))
    return rows


def _row(finding: Finding) -> tuple[str | Text, ...]:
    words = two_languages(finding.message_vi, finding.message_en)
    if finding.suggestion is not None:
        words.append(f"\n→ {plain(finding.suggestion)}")
    return str(finding.row or "-"), finding.column, finding.value[:40], finding.rule, words
