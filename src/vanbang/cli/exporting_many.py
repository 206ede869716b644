"""export --all: every diploma of an institution, a batch or a list, as lines or a ZIP, to a file or a pipe.

Lines go on where they stopped, behind the last whole one: nothing but the file itself is needed for that.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIG_DFL, SIGHUP, SIGTERM, default_int_handler, getsignal, signal
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from vanbang.adapters.handing_out import FORMATS, Tally
from vanbang.adapters.handing_out.target import STDOUT, Begun, begun_in, writing
from vanbang.bootstrap import House
from vanbang.cli.output import Exit, console, errors, plain, print_json
from vanbang.core.credential import read_credential
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.notary.export_log import noted
from vanbang.notary.exporting_many import (
    Export,
    Position,
    Selection,
    counted,
    is_endorsed,
    position_of,
    proof_lines,
    selected,
    since_of,
)

REASONS: Final = {
    "erased": ("đã xóa", "erased"),
    "damaged": ("dữ liệu lưu đã bị sửa", "not what was sealed any more: see `vanbang audit --database`"),
    "not_endorsed": ("chưa ký xác nhận", "not endorsed yet"),
}
"""Why there is no file, Vietnamese and English."""


AllOption = Annotated[
    bool, typer.Option("--all", help="Mọi văn bằng của đơn vị, đợt cấp hay danh sách / every one that is chosen")
]
BatchOption = Annotated[str | None, typer.Option("--batch", help="Với --all: một đợt cấp / of one batch")]
ListOption = Annotated[str | None, typer.Option("--list", help="Với --all: một danh sách / of one list, by its id")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Với --all: niêm phong từ ngày YYYY-MM-DD / sealed since that day")
]
FormOption = Annotated[str, typer.Option("--format", help="Với --all: ndjson | zip")]
ContinueOption = Annotated[
    bool, typer.Option("--continue", help="Với --all: làm tiếp tệp dở dang / go on behind its last whole line")
]
ProofsOption = Annotated[
    bool, typer.Option("--proofs", help="Với --all: chỉ bằng chứng thuộc cây / the proofs alone, without diplomas")
]


@dataclass(frozen=True, slots=True)
class Order:
    """What `export --all` was told."""

    issuer: str | None
    batch: str | None
    upload: str | None
    since: str | None
    form: str
    out: str | None
    go_on: bool
    proofs: bool
    as_json: bool


def export_many(house: House, order: Order) -> Exit:
    """Exports what was ordered. Raises FormatError, StoreError and others."""
    if order.out is None:
        raise typer.BadParameter("-o FILE: where to, or - for standard output")
    if order.proofs and (order.go_on or order.form != "ndjson"):
        raise typer.BadParameter("--proofs are lines, begun anew each time: no --continue and no other --format")
    check_form(order.form, order.out, go_on=order.go_on)
    iss = house.institution(order.issuer).iss if order.issuer else None
    if order.batch is not None and house.store.batch(order.batch) is None:
        raise FormatError("--batch", f"{order.batch}: there is no such batch")
    since = since_of(order.since, "--since") if order.since else None
    chosen = Selection(iss, order.batch, order.upload, since)
    with ending_in_order(order.out):
        if order.proofs:
            return export_proofs(house, chosen, order.out, as_json=order.as_json)
        return export_all(house, chosen, order.form, order.out, go_on=order.go_on, as_json=order.as_json)


def export_all(house: House, chosen: Selection, form: str, target: str, *, go_on: bool, as_json: bool) -> Exit:
    """Writes all files chosen to `target`, `-` for standard output. Raises FormatError, StoreError and others."""
    begun = begun_in(Path(target)) if go_on else Begun()
    behind = place_behind(house, chosen, begun.last, target) if begun.last else None
    shaped = FORMATS[form]()
    shaped.tally = begun.tally
    facts: dict[str, str | int] = {"format": form, "continued": int(behind is not None)}
    with noted(house.store, chosen, facts, lambda: shaped.tally.files), writing(target, begun.size, form) as out:
        export = Export(house.store, house.objects, house.keys, house.executor)
        with shown(counted(house.store, chosen), begun.tally, quiet=as_json) as bar:
            with closing(export.files(chosen, behind)) as units:
                for unit in units:
                    out.write(shaped.put(unit))
                    bar()
            for piece in shaped.end():
                out.write(piece)
    tell(shaped.tally, target, as_json)
    return Exit.REFUSED if shaped.tally.left_out["damaged"] else Exit.OK


def export_proofs(house: House, chosen: Selection, target: str, *, as_json: bool) -> Exit:
    """Writes the proof of every leaf chosen as lines, from the public tiles alone."""
    tally = Tally()
    with writing(target, 0, "ndjson") as out, shown(counted(house.store, chosen), tally, quiet=as_json) as bar:
        for batch in selected(house.store, chosen):
            if not is_endorsed(batch):
                tally.left_out["not_endorsed"] += batch.rows
                continue
            for lines, number in proof_lines(house.objects, batch):
                out.write(lines)
                tally.files += number
                bar()
    tell(tally, target, as_json)
    return Exit.OK


@contextmanager
def ending_in_order(target: str) -> Iterator[None]:
    """SIGTERM, and a terminal that is closed, end the block as Ctrl-C does: what was begun is closed and noted."""
    numbers = [number for number in (SIGTERM, SIGHUP) if getsignal(number) is SIG_DFL]  # nohup ignores one of them
    for number in numbers:
        signal(number, default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if target == STDOUT:  # what is left in its buffer would wait for a reader that may be stuck
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with suppress(OSError):  # nobody reads it on a terminal that was closed
            errors.print("Đã dừng / Stopped.")
        raise
    finally:
        for number in numbers:
            signal(number, SIG_DFL)


def check_form(form: str, target: str, *, go_on: bool) -> None:
    """Raises BadParameter for options that do not go together, FormatError rather than write over a file."""
    if form not in FORMATS:
        raise typer.BadParameter(f"--format {form}: one of {', '.join(FORMATS)}")
    if go_on and (form != "ndjson" or target == STDOUT):
        raise typer.BadParameter("--continue goes on with a file of lines: --format ndjson -o FILE")
    if target != STDOUT and not go_on and Path(target).exists():
        further = "--continue goes on with it, or name another file" if form == "ndjson" else "name another file"
        raise FormatError(target, f"is there already: {further}")


def place_behind(house: House, chosen: Selection, last: bytes, target: str) -> Position:
    """Where to go on behind a credential file. Raises FormatError: it is none, or none of those chosen."""
    try:
        proof = read_credential(last).proof
    except FormatError as error:
        raise FormatError(target, f"is no export: its last whole line is no credential file ({error})") from error
    found = position_of(house.store, chosen, digest_of(proof.manifest_bytes), proof.leaf_index) if proof else None
    if found is None:
        raise FormatError(
            target, "its last file is none of those asked for now: name the institution or batch it is of"
        )
    return found


@contextmanager
def shown(total: int, tally: Tally, *, quiet: bool) -> "Iterator[_Bar]":
    """A bar on standard error: how many, how fast, how long still."""
    columns = BarColumn(), TextColumn("{task.completed:,.0f}/{task.total:,.0f} tệp / files"), _Rate()
    progress = Progress(*columns, TimeRemainingColumn(), console=errors, transient=True, disable=quiet)
    progress.start()
    try:
        yield _Bar(progress, total, tally)
    finally:
        with suppress(OSError):  # a terminal that was closed is no reason why an export ends
            progress.stop()


class _Bar:
    """Moves the bar to where the tally is. What was done by an earlier run says nothing of how fast this one is."""

    def __init__(self, progress: Progress, total: int, tally: Tally) -> None:
        self._progress, self._tally = progress, tally
        self._task = progress.add_task("", total=total, completed=tally.done)

    def __call__(self) -> None:
        self._progress.update(self._task, completed=self._tally.done)


class _Rate(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


def tell(tally: Tally, target: str, as_json: bool) -> None:
    """What was written, and what was not; on standard error if standard output has the files."""
    if as_json:
        if target != STDOUT:
            print_json({"file": target, "files": tally.files, "left_out": dict(sorted(tally.left_out.items()))})
        return
    out = errors if target == STDOUT else console
    out.print(f"Đã xuất / exported: {tally.files:,} → {plain(target)}", markup=False)
    for reason, number in sorted(tally.left_out.items()):
        vietnamese, english = REASONS[reason]
        out.print(f"Bỏ qua / left out: {number:,}: {vietnamese} / {english}", markup=False)
