"""Growth: the same list at 10 thousand, 100 thousand, a million and ten million rows, from its file to provable, each
in a process and an installation of its own; what it takes by stage, in time, memory and bytes, and how that grows."""

import json
import os
import platform
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from vanbang.adapters.render.growth_picture import growth_picture
from vanbang.cli.bench.growth_facts import INSTITUTION, Facts
from vanbang.cli.bench.growth_figures import filled, points, tables
from vanbang.cli.bench.growth_lines import MIB, SECONDS_EACH, Run, exponents, lines_of, profile
from vanbang.cli.bench.limits import floor
from vanbang.cli.bench.long_lists import Form, write_list
from vanbang.cli.bench.measuring import Line
from vanbang.cli.bench.nation import BEGIN, END, table
from vanbang.cli.bench.process_tree import MemoryWatch

SIZES: Final = (10_000, 100_000, 1_000_000)
FULL: Final = 10_000_000


def growth(rows: int | None, full: bool, form: Form, out: Path | None) -> Iterator[Line]:
    """Every size; `rows` only that one, `full` ten million as well. `out`: the folder that gets lines, table, picture.

    Raises SystemExit if a run fails.
    """
    found = []
    for each in _lines((rows,) if rows else (*SIZES, FULL) if full else SIZES, form):
        found.append(each)
        yield each
    if out is not None:
        write_out(found, out)


def _lines(sizes: Sequence[int], form: Form) -> Iterator[Line]:
    yield _machine(form)
    points = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="vanbang-growth-") as folder:
            run = measured(size, form, Path(folder))
            yield from lines_of(run)
            if size == sizes[-1] and run.facts is not None:
                yield from profile(run, floor(Path(folder, f"list.{form}"), size, run.facts, Path(folder)))
        points.append((run.rows, run.seconds))
    yield from exponents(points)


def write_out(found: Sequence[Line], out: Path) -> None:
    """growth.jsonl, growth.svg, and the tables: in the marked place of scale.md if the folder has one, else growth.md.

    Raises OSError, ValueError.
    """
    out.mkdir(parents=True, exist_ok=True)
    page = out / "scale.md"
    if page.exists():
        page.write_text(with_figures(page.read_text("utf-8"), found), "utf-8")
    else:
        (out / "growth.md").write_text(tables(found), "utf-8")
    (out / "growth.svg").write_text(growth_picture(points(found), SECONDS_EACH, MIB), "utf-8")
    (out / "growth.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), "utf-8")


def with_figures(page: str, found: Sequence[Line]) -> str:
    """The page with the tables of these lines in its marked places. Raises ValueError if it has none."""
    return filled(filled(page, tables(found)), table(found), (BEGIN, END))


def _machine(form: Form) -> Line:
    """What it ran on, and how busy that was with other things."""
    known = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    processor = next((text.partition(":")[2].strip() for text in known if text.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "what": "growth, machine",
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": memory,
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "load_before": round(os.getloadavg()[0], 1),
        "form": form,
    }


def measured(rows: int, form: Form, folder: Path) -> Run:
    """Writes the list, which is not measured, and runs it. Raises SystemExit if it fails."""
    path = folder / f"list.{form}"
    write_list(path, rows, form, INSTITUTION.code)
    run = Run(rows, form, path.stat().st_size)
    command = [sys.executable, "-m", "vanbang.cli.bench.growth_run", str(folder / "home"), str(path), str(rows)]
    environment = os.environ | {"VANBANG_MAX_UPLOAD_BYTES": str(2**36), "TMPDIR": str(folder)}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process,
        MemoryWatch(process.pid) as watch,
    ):
        for text in process.stdout or ():
            _take(run, json.loads(text), watch)
    if process.returncode or run.facts is None:
        raise SystemExit(
            f"{rows} dòng: tiến trình kết thúc với mã {process.returncode}, xem ở trên\n"
            f"{rows} rows: the process ended with status {process.returncode}, see above"
        )
    return run


def _take(run: Run, told: dict[str, Any], watch: MemoryWatch) -> None:
    if "facts" in told:
        run.facts = Facts(**told["facts"])
    elif "seconds" not in told:
        watch.stage = told["stage"]
    else:
        name = told["stage"]
        stage = run.stage(name)
        stage.seconds += told["seconds"]
        stage.cpu_seconds += told["cpu_seconds"]
        stage.own_cpu_seconds += told["own_cpu_seconds"]
        stage.resident_mib, stage.proportional_mib = watch.resident[name], watch.proportional[name]
        watch.stage = ""
