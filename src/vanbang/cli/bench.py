"""scripts/bench: measures, and prints JSON lines: what, n, seconds, per_second, peak_rss_mib, limit, ratio.

`ratio` is measured over limit, so 1 and less is good. Best of several runs, for other work on the machine only adds.
"""

import gc
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from vanbang.bootstrap import House, free_port, open_house, set_up
from vanbang.catalog import type_by_name
from vanbang.cli.demo import INSTITUTION, LIST
from vanbang.cli.issuing import accept, bring_to_final, credential_of_stored
from vanbang.cli.output import console
from vanbang.cli.setting_up import pause
from vanbang.core.credential import CredentialFile
from vanbang.core.merkle import TreeBuilder
from vanbang.core.verification import Verdict
from vanbang.notary.registering import register_institution
from vanbang.notary.verifying import EvidenceCache, verify

RUNS = 5
TREE_TIMES_BARE = 2.0
VERIFY_SECONDS = 250e-6
VERIFY_SIGNED_SECONDS = 350e-6
DEMO_SECONDS = 20.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    what: Annotated[list[str] | None, typer.Argument(help="tree, verify, issue; all if none is named")] = None,
    rows: Annotated[int, typer.Option(min=1, help="leaves of the tree")] = 1_000_000,
) -> None:
    """Measures what is asked for; JSON lines on standard output."""
    benches: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "tree": lambda: tree(rows),
        "verify": verification,
        "issue": issuing,
    }
    for name in what or benches:
        if name not in benches:
            raise typer.BadParameter(f"{name}: one of {', '.join(benches)}")
        for line in benches[name]():
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def line(what: str, n: int, seconds: float, measured: float, limit: float) -> dict[str, Any]:
    """One result; `measured` and `limit` are in the same unit."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "what": what,
        "n": n,
        "seconds": round(seconds, 4),
        "per_second": round(n / seconds),
        "peak_rss_mib": round(peak, 1),
        "limit": limit,
        "ratio": round(measured / limit, 3),
    }


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs. What the benchmark itself keeps is not for the collector to walk."""
    gc.collect()
    gc.freeze()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def tree(rows: int) -> Iterator[dict[str, Any]]:
    """The tree builder, tiles included, against a bare loop of hashlib over the same nodes."""
    leaves = os.urandom(32 * rows)

    def bare() -> None:
        level = leaves
        while len(level) > 32:
            whole = len(level) & ~63
            above = b"".join([sha256(level[i : i + 64]).digest() for i in range(0, whole, 64)])
            level = above + level[whole:]

    def ours() -> None:
        builder = TreeBuilder(lambda level, number, tile: None)
        builder.append(leaves)
        builder.finish()

    seconds = best(ours)
    yield line("tree, times a bare hashlib loop", rows, seconds, seconds / best(bare), TREE_TIMES_BARE)


def verification() -> Iterator[dict[str, Any]]:
    """The library on 1,200 diplomas of one batch: chain answers, type metadata and status list cached."""
    with issued() as (house, files, _):
        now, trust, cache = int(time.time()), house.settings.trust(), EvidenceCache(max_age=3600)
        for what, limit, batch in (
            ("verify without step 8, seconds each", VERIFY_SECONDS, [f.unsigned().to_bytes() for f in files]),
            ("verify with step 8, seconds each", VERIFY_SIGNED_SECONDS, [f.to_bytes() for f in files]),
        ):

            def work(batch: list[bytes] = batch) -> None:
                for data in batch:
                    if verify(data, trust, house.witness, now, cache).verdict is not Verdict.VALID:
                        raise AssertionError("a diploma of the demo is not VALID")

            seconds = best(work)
            yield line(what, len(batch), seconds, seconds / len(batch), limit)


def issuing() -> Iterator[dict[str, Any]]:
    """The demo's work: set-up, 1,200 diplomas from the list to a final anchor, all exported."""
    start = time.perf_counter()
    with issued() as (_, files, stages):
        seconds = time.perf_counter() - start
        yield line("demo, list to credential files, seconds", len(files), seconds, seconds, DEMO_SECONDS)
        for stage, spent in stages.items():
            yield line(f"demo, {stage}, seconds", len(files), spent, spent, DEMO_SECONDS)


@contextmanager
def issued() -> Iterator[tuple[House, list[CredentialFile], dict[str, float]]]:
    """A new installation on the embedded chain with the sample list issued; its files, and each stage's seconds."""
    console.quiet = True
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        set_up(home, (), None, f"http://127.0.0.1:{free_port(8000)}", pause)
        with open_house(home) as house:
            register_institution(house.store, house.ledger, house.keys, INSTITUTION, pause)
            batch, _ = accept(house, LIST, type_by_name("vn-diploma"), INSTITUTION)
            if batch is None:
                raise AssertionError("the sample list was refused")
            batch, stages = bring_to_final(house, batch, quiet=True)
            yield house, [credential_of_stored(house, record) for record in house.store.records(batch.id)], stages


if __name__ == "__main__":
    app()
