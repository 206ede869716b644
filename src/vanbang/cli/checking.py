"""template, check: a list before anything is issued. Needs no installation and no network."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from vanbang.adapters.files import read_rows
from vanbang.catalog import CredentialType, type_by_name
from vanbang.cli.options import JsonOption, TypeOption
from vanbang.cli.output import Exit, console, plain, print_json, print_table, two_languages
from vanbang.core.errors import FormatError
from vanbang.notary.checking import CheckReport, Finding, Row, check_rows

ListArgument = Annotated[
    Path, typer.Argument(help="Danh sách tốt nghiệp (CSV) / the graduation list", show_default=False)
]
SHOWN = 50


def template(
    type_name: TypeOption = "vn-diploma",
    schema: Annotated[bool, typer.Option("--schema", help="JSON Schema thay cho CSV / instead of CSV")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Ghi ra tệp / write to a file")] = None,
) -> None:
    """Mẫu danh sách / the list's template: header and one example row."""
    kind = type_by_name(type_name)
    if schema:
        print_json(kind.json_schema())
    elif out:
        out.write_bytes(kind.csv_template())
        console.print(f"Đã ghi / written: {out}")
    else:
        sys.stdout.buffer.write(kind.csv_template())


def check(path: ListArgument, type_name: TypeOption = "vn-diploma", as_json: JsonOption = False) -> None:
    """Kiểm tra danh sách, không cần tài khoản / check a list; no account needed."""
    kind = type_by_name(type_name)
    report = CheckReport(kind.name)
    check_rows(rows_of(path, kind, report), kind, report)
    show_report(report, as_json)
    if not report.is_clean:
        raise typer.Exit(Exit.REFUSED)


def rows_of(path: Path, kind: CredentialType, report: CheckReport) -> Iterator[Row]:
    """The rows of a list; rows that cannot be taken apart go to the report. Raises FormatError if there is no file."""
    if not path.is_file():
        raise FormatError(str(path), "is a folder" if path.is_dir() else "there is no such file")
    return read_rows(path, kind, report.refuse_row)


def show_report(report: CheckReport, as_json: bool) -> None:
    """The report as JSON, or as a table with the first findings."""
    if as_json:
        print_json(report.as_json())
        return
    verdict = "[green]sạch / clean[/]" if report.is_clean else "[red]có lỗi / has errors[/]"
    console.print(
        f"{report.rows} dòng / rows, {report.accepted} đạt / accepted, "
        f"{report.errors} lỗi / errors, {report.warnings} cảnh báo / warnings: {verdict}"
    )
    if report.findings:
        rows = [_row(finding) for finding in report.findings[:SHOWN]]
        columns = ("Dòng / row", "Cột / column", "Giá trị / value", "Quy tắc / rule", "Cần làm / what to do")
        print_table("Phát hiện / findings", columns, rows)
        if len(report.findings) > SHOWN:
            console.print(f"... và {report.errors + report.warnings - SHOWN} phát hiện nữa / more: --json")


def _row(finding: Finding) -> tuple[str | Text, ...]:
    words = two_languages(finding.message_vi, finding.message_en)
    if finding.suggestion is not None:
        words.append(f"\n→ {plain(finding.suggestion)}")
    return str(finding.row or "-"), finding.column, finding.value[:40], finding.rule, words
