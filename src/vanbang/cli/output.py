"""What commands print: words and tables for people, JSON for machines, and exit statuses."""

import json
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.table import Table

from vanbang.core.errors import VanbangError
from vanbang.core.verification import Verdict


class Exit(IntEnum):
    """Exit statuses (docs/format.md section 14)."""

    OK = 0
    REFUSED = 1
    INVALID = 10
    UNDETERMINED = 11
    USAGE = 64
    CRASH = 70


EXIT_OF_VERDICT = {Verdict.VALID: Exit.OK, Verdict.INVALID: Exit.INVALID, Verdict.UNDETERMINED: Exit.UNDETERMINED}

console = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table for people."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def print_error(error: VanbangError) -> None:
    """One plain sentence on standard error."""
    errors.print(f"[bold red]Lỗi / Error[/] ({error.code}): ", end="")
    errors.print(str(error), markup=False)
