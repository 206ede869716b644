"""The JSON lines of `growth` as tables for people, in a marked place of a page, and as the points of a picture."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from vanbang.adapters.render.growth_picture import GrownTo
from vanbang.cli.bench.measuring import Line

BEGIN: Final = "<!-- growth: begin -->"
END: Final = "<!-- growth: end -->"
STAGE: Final = re.compile(r"growth, stage (.*), seconds")
WORDS: Final = {
    "checking": "kiểm tra · checking",
    "storing": "tiếp nhận · storing",
    "intake": "tiếp nhận · intake",
    "sealing": "niêm phong · sealing",
    "publishing": "công bố tệp · publishing",
    "endorsing": "ký xác nhận · endorsing",
    "anchoring": "ghi sổ · anchoring",
    "look-ups": "1.000 lượt tra cứu · 1,000 look-ups",
    "closing": "đóng cơ sở dữ liệu · closing the database",
}
"""Of stages, in both languages."""


def tables(lines: Sequence[Line]) -> str:
    """Markdown: the machine, what each size took, its stages, and the profile, as far as the lines tell."""
    parts = [_machine(lines), _sizes(lines), _stages(lines), _profile(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def filled(page: str, text: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The page with `text` between its marks. Raises ValueError if it has none."""
    before, begin, rest = page.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not end:
        raise ValueError(f"the page has no {marks[0]} followed by {marks[1]}")
    return f"{before}{begin}\n\n{text}\n{end}{after}"


def points(lines: Sequence[Line]) -> list[GrownTo]:
    """What the picture shows of each size."""
    return [
        GrownTo(
            rows,
            _of(lines, rows, "growth, list to provable, seconds")["seconds"],
            _of(lines, rows, "growth, resident MiB of all processes together")["measured"],
            {WORDS.get(name, name): 1e6 * line["cpu_seconds"] / rows for name, line in _stages_of(lines, rows)},
        )
        for rows in _rows(lines)
    ]


def _machine(lines: Sequence[Line]) -> str:
    machine = next((line for line in lines if line["what"] == "growth, machine"), None)
    if machine is None:
        return ""
    told = f"{machine['processor']}, {machine['cores']} × · {machine['memory_mib']:,} MiB · Python {machine['python']}"
    busy = f"tải lúc đầu · load before: {machine['load_before']}"
    return f"{told} · {machine['openssl']} · {machine['form'].upper()} · {busy}"


def _rows(lines: Sequence[Line]) -> list[int]:
    return [line["n"] for line in lines if line["what"] == "growth, list to provable, seconds"]


def _of(lines: Sequence[Line], rows: int, what: str) -> Line:
    return next(line for line in lines if line["what"] == what and line["n"] == rows)


def _stages_of(lines: Sequence[Line], rows: int, *, behind: bool = False) -> Iterator[tuple[str, Line]]:
    """Stages by name; those after the list is provable only if asked for."""
    for line in lines:
        stage = STAGE.fullmatch(line["what"])
        if stage and line["n"] == rows and (behind or stage[1] not in ("look-ups", "closing")):
            yield stage[1], line


COLUMNS: Final[Mapping[str, tuple[str, Callable[[Line], str]]]] = {
    "giây · seconds": ("growth, list to provable, seconds", lambda line: f"{line['seconds']:,.1f}"),
    "dòng/giây · rows/s": ("growth, list to provable, seconds", lambda line: f"{line['per_second']:,}"),
    "µs bộ xử lý/bằng · CPU µs each": (
        "growth, list to provable, seconds",
        lambda line: f"{1e6 * line['cpu_seconds'] / line['n']:,.0f}",
    ),
    "… của tiến trình chính · … the main one's": (
        "growth, list to provable, seconds",
        lambda line: f"{1e6 * line['own_cpu_seconds'] / line['n']:,.0f}",
    ),
    "RSS, MiB": ("growth, resident MiB of all processes together", lambda line: f"{line['peak_rss_mib']:,.0f}"),
    "PSS, MiB": ("growth, resident MiB of all processes together", lambda line: f"{line['peak_pss_mib']:,.0f}"),
    "byte CSDL/bằng · database": ("growth, bytes a diploma in the database", lambda line: f"{line['measured']:,.0f}"),
    "byte công khai · public": ("growth, bytes a diploma public", lambda line: f"{line['measured']:,.1f}"),
    "tra cứu p50/p99 · look-up, ms": ("growth, look-up, proof and file, p50, seconds", lambda line: ""),
}


def _sizes(lines: Sequence[Line]) -> str:
    found = []
    for rows in _rows(lines):
        cells = [show(_of(lines, rows, what)) for what, show in COLUMNS.values()]
        look_ups = [_of(lines, rows, f"growth, look-up, proof and file, p{share}, seconds") for share in (50, 99)]
        cells[-1] = " / ".join(f"{1_000 * line['measured']:.1f}" for line in look_ups)
        found.append([f"{rows:,}", *cells])
    limits = [f"{line['measured']:.3f} ({line['what'].removeprefix('growth, exponent of time ')})"
              for line in lines if line["what"].startswith("growth, exponent")]  # fmt: skip
    ending = f"\n\nSố mũ · exponent: {'; '.join(limits)}" if limits else ""
    return _table(["dòng · rows", *COLUMNS], found) + ending


def _stages(lines: Sequence[Line]) -> str:
    sizes = _rows(lines)
    names = dict.fromkeys(name for rows in sizes for name, _ in _stages_of(lines, rows, behind=True))
    found = []
    for name in names:
        of_size = [dict(_stages_of(lines, rows, behind=True)).get(name) for rows in sizes]
        cells = ["" if line is None else f"{line['seconds']:,.2f} / {line['cpu_seconds']:,.2f}" for line in of_size]
        found.append([WORDS.get(name, name), *cells])
    heads = [f"{rows:,}: giây / giây bộ xử lý · seconds / CPU seconds" for rows in sizes]
    return _table(["giai đoạn · stage", *heads], found)


def _profile(lines: Sequence[Line]) -> str:
    found, floors = [], []
    for line in lines:
        if "libraries" in line:
            alone = ", ".join(f"{name} {us:.2g}" for name, us in line["libraries"].items())
            name = line["what"].split(", ")[1]
            cells = [f"{line['measured']:.1f}", f"{line['alone']:.1f} ({alone})", f"{line['times']:.1f}"]
            found.append([WORDS.get(name, name), *cells])
        elif line["what"].startswith("profile, alone: "):
            name = line["what"].removeprefix("profile, alone: ")
            floors.append([name, f"{line['bytes']:,.0f}", f"{line['measured']:.2f}", f"{line['times']:,.0f}"])
    if not found:
        return ""
    heads = ["giai đoạn · stage", "µs bộ xử lý/bằng · CPU µs each", "riêng thư viện · libraries alone, µs",
             "gấp · times"]  # fmt: skip
    bottom = ["giới hạn vật lý · physical limit", "byte/bằng · bytes each", "µs/bằng · µs each",
              "cả chặng gấp · whole way, times"]  # fmt: skip
    return _table(heads, found) + "\n\n" + _table(bottom, floors)


def _table(heads: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    columns = list(heads)
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
