"""The arithmetic of a nation: what was measured on one machine, multiplied. No measurement of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from vanbang.cli.bench.growth_lines import JUDGED_FROM
from vanbang.cli.bench.index import levels
from vanbang.cli.bench.measuring import Line
from vanbang.notary.anchoring import GROUPS_IN_A_TRANSACTION

BEGIN: Final = "<!-- nation: begin -->"
END: Final = "<!-- nation: end -->"
LIST: Final = 131_072
"""Places of a status list, two bits each (docs/format.md section 11)."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed, not measured here. Gas and checks are the limits that `scripts/bench gas` and `verify-http` hold
    themselves to, on the newest rules and on one processor."""

    records: int = 100_000_000
    institutions: int = 1_500
    new_a_year: int = 10_000_000
    checks_a_second: int = 10_000
    working_days: int = 250
    checks_of_a_processor: int = 1_500
    anchor_gas: int = 53_000
    status_gas: int = 47_000
    batches_together: int = GROUPS_IN_A_TRANSACTION
    copies: int = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Of the largest run: seconds, processor seconds of the leading process, bytes, each of one diploma."""

    rows: int
    seconds: float
    own_seconds: float
    database: float
    public: float
    beside: float


def measured(lines: Sequence[Line]) -> Measured | None:
    """What the lines of `growth` tell; None if no run was large enough to be multiplied."""
    by_what = {(line["what"], line["n"]): line for line in lines if "n" in line}
    rows = max((n for what, n in by_what if what == "growth, list to provable, seconds"), default=0)
    if rows < JUDGED_FROM:
        return None
    whole = by_what["growth, list to provable, seconds", rows]
    sizes = [by_what[f"growth, bytes a diploma {place}", rows]["measured"]
             for place in ("in the database", "public", "kept beside them")]  # fmt: skip
    return Measured(rows, whole["seconds"] / rows, whole["own_cpu_seconds"] / rows, *sizes)


def arithmetic(found: Measured, assumed: Assumed) -> Iterator[tuple[str, str, str]]:
    """What is asked, the answer, and how it comes about."""
    records, new = assumed.records, assumed.new_a_year
    each = f"{1e6 * found.seconds:,.0f} µs"
    yield "cấp toàn bộ, một máy 2 lõi · issuing them all, one machine", _time(records * found.seconds), f"× {each}"
    yield "cấp cả năm, một máy · a year's, one machine", _time(new * found.seconds), f"{new:,} × {each}"
    wall = f"1 / {1e6 * found.own_seconds:,.0f} µs"
    yield (
        "bức tường đầu tiên: tiến trình chính · first wall: the leading process",
        f"{1 / found.own_seconds:,.0f}/s",
        wall,
    )
    yield "… toàn bộ, đủ tiến trình phụ · … all of them, workers enough", _time(records * found.own_seconds), ""
    yield from _storage(found, assumed)
    processors = ceil(assumed.checks_a_second / assumed.checks_of_a_processor)
    how = f"{assumed.checks_a_second:,}/s ÷ {assumed.checks_of_a_processor:,}/s"
    yield "kiểm tra tại máy chủ: số lõi · checks on our servers: processors", f"{processors}", how
    yield "kiểm tra tại trình duyệt · checks in browsers: processors of ours", "0", "trang tĩnh, CDN · static files"
    yield from _chain(assumed)


def _storage(found: Measured, assumed: Assumed) -> Iterator[tuple[str, str, str]]:
    records = assumed.records
    yield "cơ sở dữ liệu · database", _bytes(records * found.database), f"× {found.database:,.0f}"
    yield "danh sách gốc, mã hóa · lists as sent, encrypted", _bytes(records * found.beside), f"× {found.beside:,.0f}"
    yield "tệp công khai · public files", _bytes(records * found.public), f"× {found.public:,.1f}"
    total = records * (found.database + found.beside + found.public) * assumed.copies
    yield f"{assumed.copies} bản sao lưu · copies of everything", _bytes(total), "không nén · not compressed"
    lists = records // LIST + assumed.institutions
    how = f"{records:,} ÷ {LIST:,} + {assumed.institutions:,}"
    yield "danh sách trạng thái · status lists, none shared by institutions", f"{lists:,}", f"≤ {how}"
    yield "… nhiều nhất · … at most", _bytes(lists * LIST / 4 * 4 / 3), "32 KiB, base64"
    yield "tầng của chỉ mục · levels of an index", f"{levels(records)}", "trang 4 KiB · pages of 4 KiB"


def _chain(assumed: Assumed) -> Iterator[tuple[str, str, str]]:
    for words, times in (("hằng tháng · monthly", 12), ("mỗi ngày làm việc · every working day", assumed.working_days)):
        gas = assumed.institutions * times * assumed.anchor_gas
        how = f"{assumed.institutions:,} × {times} × {assumed.anchor_gas:,}"
        yield f"gas một năm, neo {words} · gas a year, anchors", f"{gas:,}", how
    gas = assumed.institutions * assumed.working_days * assumed.status_gas
    how = f"{assumed.institutions:,} × {assumed.working_days} × {assumed.status_gas:,}"
    yield "gas một năm, trạng thái mỗi ngày làm việc · gas a year, status every working day", f"{gas:,}", how
    transactions = ceil(assumed.institutions / assumed.batches_together)
    how = f"{assumed.institutions:,} ÷ {assumed.batches_together}"
    yield "giao dịch khi tất cả cùng neo · transactions when all anchor at once", f"{transactions}", how


def table(lines: Sequence[Line], assumed: Assumed | None = None) -> str:
    """Markdown; a sentence instead where nothing large enough was measured."""
    found = measured(lines)
    if found is None:
        return f"Chưa đo từ {JUDGED_FROM:,} dòng trở lên · nothing of {JUDGED_FROM:,} rows or more was measured yet.\n"
    assumed = assumed or Assumed()
    told = f"{assumed.records:,} văn bằng · diplomas, {assumed.institutions:,} đơn vị · institutions, " \
           f"{assumed.checks_a_second:,} lượt kiểm tra · checks/s, đo ở · measured at {found.rows:,}"  # fmt: skip
    rows = [f"| {what} | {answer} | {how} |" for what, answer, how in arithmetic(found, assumed)]
    return "\n".join([told, "", "| | | cách tính · how |", "|---|---:|---|", *rows]) + "\n"


def _time(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{seconds / 60:,.0f} min"


def _bytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
