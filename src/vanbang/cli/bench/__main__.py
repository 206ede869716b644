"""scripts/bench [NAME ...] [--rows N] ...: measures and prints JSON lines; `--help` names what can be measured."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from vanbang.cli.bench.measuring import Line

Form = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Bench:
    """Where a bench is, and the options it wants. What it does not need is not loaded: it would count as its memory."""

    module: str
    options: tuple[str, ...] = ("rows",)


BENCHES: Final = {
    "tree": Bench("tree"),
    "verify": Bench("diplomas", ()),
    "verify-million": Bench("diplomas"),
    "verify-http": Bench("checking"),
    "verify-batch": Bench("checking"),
    "issue": Bench("diplomas", ()),
    "seal": Bench("seal"),
    "proofs": Bench("exports"),
    "export": Bench("exports"),
    "look-up": Bench("exports"),
    "intake": Bench("intake"),
    "public": Bench("public"),
    "api": Bench("api"),
    "pdf": Bench("pdf"),
    "anchoring": Bench("anchoring"),
    "growth": Bench("growth", ("rows", "full", "form", "out")),
    "load": Bench("load"),
    "index": Bench("index"),
    "gas": Bench("gas", ("gas_price", "coin_price", "as_json")),
    "page": Bench("page", ()),
    "simulate": Bench("simulate", ("seeds", "start", "seed")),
}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    what: Annotated[list[str] | None, typer.Argument(help=f"{', '.join(BENCHES)}; all if none is named")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="leaves of the tree, rows sealed or taken in")] = None,
    gas_price: Annotated[float | None, typer.Option(min=0, help="gas: gwei a unit; with --coin-price")] = None,
    coin_price: Annotated[float | None, typer.Option(min=0, help="gas: US dollars of the chain's coin")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="simulate: how many schedules")] = None,
    start: Annotated[int | None, typer.Option("--from", min=0, help="simulate: the first one's seed")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="simulate: this one schedule again")] = None,
    full: Annotated[bool, typer.Option("--full", help="growth: ten million rows as well")] = False,
    form: Annotated[Form, typer.Option(help="growth: of the list")] = "csv",
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="growth: the folder that gets table and picture")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="nothing beside the JSON lines")] = False,
) -> None:
    """Measures what is asked for; JSON lines on standard output."""
    if (gas_price is None) != (coin_price is None):
        raise typer.BadParameter("--gas-price and --coin-price go together")
    options = {"rows": rows, "gas_price": gas_price, "coin_price": coin_price, "as_json": as_json,
               "seeds": seeds, "start": start, "seed": seed, "full": full, "form": form, "out": out}  # fmt: skip
    for name in what or BENCHES:
        if name not in BENCHES:
            raise typer.BadParameter(f"{name}: one of {', '.join(BENCHES)}")
        for line in lines(name, options):
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def lines(name: str, options: dict[str, Any]) -> Iterator[Line]:
    """Runs one bench with those of the options that it wants."""
    bench = BENCHES[name]
    run: Callable[..., Iterator[Line]] = getattr(
        import_module(f"vanbang.cli.bench.{bench.module}"), name.replace("-", "_")
    )
    return run(**{option: options[option] for option in bench.options})


if __name__ == "__main__":
    app()
