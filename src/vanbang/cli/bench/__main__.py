"""scripts/bench [tree|verify|issue|seal|intake|api ...] [--rows N]."""

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated

import typer

from vanbang.cli.bench.measuring import Line

BENCHES = {"tree": "tree", "verify": "diplomas", "issue": "diplomas", "seal": "seal", "intake": "intake", "api": "api"}
"""Each bench's module: what a bench does not need is not loaded, for it would count as its memory."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    what: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(BENCHES)}; all if none is named")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="leaves of the tree, rows sealed or taken in")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, which they are anyway")] = True,
) -> None:
    """Measures what is asked for; JSON lines on standard output."""
    for name in what or BENCHES:
        if name not in BENCHES:
            raise typer.BadParameter(f"{name}: one of {', '.join(BENCHES)}")
        bench: Callable[[int | None], Iterator[Line]] = getattr(
            import_module(f"vanbang.cli.bench.{BENCHES[name]}"), name
        )
        for line in bench(rows):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    app()
