"""How time, memory and work grow with the number of diplomas: one SVG that needs nothing else, for light and dark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Final

from vanbang.adapters.render.charts import decades, log_percent

WIDTH: Final = 960
PANEL: Final = 360
"""Width of each of the two upper panels."""
HEIGHT: Final = 230
TOP: Final = 96
LEFTS: Final = (80, 560)
BAR: Final = 26
BARS_TOP: Final = 470
BARS_LEFT: Final = 150
BARS_WIDTH: Final = 770
LEGEND_COLUMNS: Final = 3
STYLE: Final = """
svg { background: #fffdf8; color: #1f2530; font: 13px system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
text { fill: currentColor; } .soft { fill: #59616e; } .head { font-size: 15px; font-weight: 600; }
.grid { stroke: #ddd5c4; } .limit { stroke: #a2211c; stroke-dasharray: 6 4; fill: none; } .told { fill: #a2211c; }
.line { stroke: #0d6846; stroke-width: 2.5; fill: none; } .dot { fill: #0d6846; }
.s0 { fill: #1f6f8b; } .s1 { fill: #0d8a5f; } .s2 { fill: #b27410; } .s3 { fill: #8a5a9e; } .s4 { fill: #b3524b; }
.s5 { fill: #6c7480; } .s6 { fill: #4d6fc4; }
@media (prefers-color-scheme: dark) {
svg { background: #1d2128; color: #ece8de; } .soft { fill: #a6adb8; } .grid { stroke: #373d48; }
.limit { stroke: #f39a90; } .told { fill: #f39a90; } .line { stroke: #6fd0a5; } .dot { fill: #6fd0a5; }
.s0 { fill: #58b0cf; } .s1 { fill: #45c796; } .s2 { fill: #d9a04a; } .s3 { fill: #b98fcb; } .s4 { fill: #e28a83; }
.s5 { fill: #98a0ac; } .s6 { fill: #8aa6ee; }
}"""
COLOURS: Final = 7


@dataclass(frozen=True, slots=True)
class GrownTo:
    """One size: rows, seconds from the list to provable, MiB of all processes together, and processor microseconds a
    diploma by stage, in the stages' order."""

    rows: int
    seconds: float
    resident_mib: float
    stages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture in the picture: both axes logarithmic, from a power of ten to another."""

    left: int
    heading: str
    unit: str
    xs: tuple[float, float]
    ys: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point stands, in pixels."""
        across, up = log_percent(x, *self.xs), log_percent(y, *self.ys)
        return round(self.left + PANEL * across / 100, 1), round(TOP + HEIGHT * (1 - up / 100), 1)


def growth_picture(points: Sequence[GrownTo], seconds_each: float, mib: float) -> str:
    """The picture; `seconds_each` a diploma and `mib` in all are the limits drawn beside. One size at least."""
    rows = decades([point.rows for point in points])
    times = [point.seconds for point in points] + [point.rows * seconds_each for point in points]
    memory = [point.resident_mib for point in points]
    left = Panel(LEFTS[0], "Thời gian · time", "giây · seconds", rows, decades(times))
    right = Panel(LEFTS[1], "Bộ nhớ của mọi tiến trình · memory of all processes", "MiB", rows, decades([*memory, mib]))
    body = [
        *_panel(left, [(point.rows, point.seconds) for point in points], is_below=False),
        *_limit(
            left, seconds_each * rows[0], seconds_each * rows[1], f"giới hạn · limit: {1e6 * seconds_each:,.0f} s / 1 M"
        ),
        *_panel(right, [(point.rows, point.resident_mib) for point in points], is_below=True),
        *_limit(right, mib, mib, f"giới hạn · limit: {mib:,.0f} MiB"),
        *_bars(points),
    ]
    height = BARS_TOP + len(points) * (BAR + 12) + 75
    title = "Từ danh sách đến văn bằng kiểm chứng được · from a list to provable diplomas"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">'
    return "\n".join([
        head, f'<title id="title">{escape(title)}</title>', f"<style>{STYLE}</style>",
        f'<text class="head" x="20" y="32">{escape(title)}</text>', *body, "</svg>\n",
    ])  # fmt: skip


def _panel(panel: Panel, points: Sequence[tuple[float, float]], *, is_below: bool) -> Iterator[str]:
    yield _text(panel.left - 60, TOP - 28, panel.heading, "head")
    yield _text(panel.left - 60, TOP - 10, panel.unit, "soft")
    yield from _grid(panel)
    placed = [panel.at(*point) for point in points]
    yield f'<polyline class="line" points="{" ".join(f"{x},{y}" for x, y in placed)}"/>'
    for (x, y), (rows, value) in zip(placed, points, strict=True):
        yield f'<circle class="dot" cx="{x}" cy="{y}" r="4.5"><title>{_short(rows)}: {value:,.1f}</title></circle>'
        told = f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
        # Left of the first stands the axis, and right of the last the frame.
        is_right = x < panel.left + PANEL and (is_below or x == panel.left)
        yield _text(x + (8 if is_right else -8), y + (20 if is_below or is_right else -10), told,
                    anchor="start" if is_right else "end")  # fmt: skip


def _grid(panel: Panel) -> Iterator[str]:
    x0, x1 = panel.left, panel.left + PANEL
    for value in _powers(*panel.ys):
        y = panel.at(panel.xs[0], value)[1]
        yield f'<line class="grid" x1="{x0}" x2="{x1}" y1="{y}" y2="{y}"/>'
        yield _text(x0 - 8, y + 4, f"{value:,g}", "soft", "end")
    for value in _powers(*panel.xs):
        x = panel.at(value, panel.ys[0])[0]
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{TOP + HEIGHT}"/>'
        yield _text(x, TOP + HEIGHT + 18, _short(value), "soft", "middle")
    yield _text((x0 + x1) / 2, TOP + HEIGHT + 38, "văn bằng · diplomas", "soft", "middle")


def _limit(panel: Panel, first: float, last: float, told: str) -> Iterator[str]:
    """A straight line, cut where the panel ends."""
    low, high = panel.ys
    slope = (last / first) / (panel.xs[1] / panel.xs[0])
    begin, end = panel.xs
    if slope == 1 and first < low:
        begin, first = begin * low / first, low
    if slope == 1 and last > high:
        end, last = end * high / last, high
    (x1, y1), (x2, y2) = panel.at(begin, first), panel.at(end, last)
    yield f'<line class="limit" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
    yield _text(panel.left + PANEL - 6, TOP + HEIGHT - 10 if slope == 1 else y2 - 8, told, "told", "end")


def _bars(points: Sequence[GrownTo]) -> Iterator[str]:
    names = list(dict.fromkeys(name for point in points for name in point.stages))
    longest = max(sum(point.stages.values()) for point in points)
    yield _text(20, BARS_TOP - 44, "Thời gian bộ xử lý cho một văn bằng · processor time of a diploma", "head")
    yield _text(20, BARS_TOP - 26, "µs, mọi tiến trình cộng lại · µs, all processes added up", "soft")
    for number, point in enumerate(points):
        y = BARS_TOP + number * (BAR + 12)
        yield _text(BARS_LEFT - 12, y + BAR / 2 + 5, _short(point.rows), anchor="end")
        values = [point.stages.get(name, 0.0) for name in names]
        for index, (value, end) in enumerate(zip(values, accumulate(values), strict=True)):
            x, width = BARS_LEFT + BARS_WIDTH * (end - value) / longest * 0.9, BARS_WIDTH * value / longest * 0.9
            yield (
                f'<rect class="s{index % COLOURS}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}">'
                f"<title>{escape(names[index])}: {value:,.1f} µs</title></rect>"
            )
        total = sum(values)
        yield _text(BARS_LEFT + BARS_WIDTH * total / longest * 0.9 + 8, y + BAR / 2 + 5, f"{total:,.0f}")
    yield from _legend(names, BARS_TOP + len(points) * (BAR + 12) + 18)


def _legend(names: Sequence[str], top: int) -> Iterator[str]:
    for index, name in enumerate(names):
        x, y = BARS_LEFT + index % LEGEND_COLUMNS * 265, top + index // LEGEND_COLUMNS * 24
        yield f'<rect class="s{index % COLOURS}" x="{x}" y="{y - 11}" width="13" height="13"/>'
        yield _text(x + 20, y, name)


def _powers(low: float, high: float) -> Iterator[float]:
    value = low
    while value <= high * 1.001:
        yield value
        value *= 10


def _short(value: float) -> str:
    """A number of rows as people say it: 10 k, 1 M."""
    for unit, letter in ((1_000_000, " M"), (1_000, " k")):
        if value >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
