"""The report of an audit as one HTML file: no script, nothing loaded from elsewhere, fit for print and telephone.

Nothing in it is personal: registry, institutions' public names, counts, hashes, places.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from vanbang.adapters.render.quality_page import VIETNAM
from vanbang.adapters.render.timeline import KINDS, LANE, WIDTH, day_text, timeline
from vanbang.core.encoding import time_text
from vanbang.notary.auditing.findings import WORDS, Weight
from vanbang.notary.auditing.report import AuditReport, Holding

TONES: Final = {Holding.HOLDS: "valid", Holding.WRONG: "invalid", Holding.UNCHECKED: "unsure"}
HEADLINES: Final = {
    Holding.HOLDS: ("Mọi thứ khớp", "All holds"),
    Holding.WRONG: ("Có sai lệch", "Something is wrong"),
    Holding.UNCHECKED: ("Chưa kiểm hết được", "Not all could be checked"),
}
REASONS: Final = {
    Holding.HOLDS: (
        "Mọi sự kiện của sổ, mọi trạng thái và mọi tệp đã công bố đều khớp nhau.",
        "Every event of the registry, its state and every published file agree.",
    ),
    Holding.WRONG: (
        "Xem các phát hiện dưới đây, mỗi mục kèm nơi xảy ra.",
        "See the findings below, each with its place.",
    ),
    Holding.UNCHECKED: (
        "Không có gì sai, nhưng có thứ chưa công bố hoặc chưa hỏi được.",
        "Nothing is wrong, but something is not published or could not be asked.",
    ),
}
WEIGHTS: Final = {
    Weight.WRONG: ("Sai", "Wrong"),
    Weight.MISSING: ("Thiếu", "Missing"),
    Weight.UNCHECKED: ("Chưa kiểm", "Unchecked"),
    Weight.NOTE: ("Lưu ý", "Note"),
}
KIND_WORDS: Final = {
    "anchor": ("neo đợt cấp", "anchors"),
    "status": ("gốc trạng thái", "status roots"),
    "key": ("khóa", "keys"),
    "revocation": ("thu hồi cả đợt", "batch revocations"),
    "administration": ("quản trị", "administration"),
}
STANDINGS: Final = {
    0: ("không rõ", "unknown"),
    1: ("hoạt động", "active"),
    2: ("tạm dừng", "suspended"),
    3: ("đã đóng", "closed"),
}


def audit_page(report: AuditReport) -> bytes:
    """The page, UTF-8, the same bytes for the same report."""
    moment = datetime.fromtimestamp(report.checked_at, UTC).astimezone(VIETNAM)
    page = _template().render(
        policy=audit_page_policy(),
        style=Markup(_style()),  # noqa: S704 - files of this package
        report=report,
        tone=TONES[report.holding],
        headline=HEADLINES[report.holding],
        reason=REASONS[report.holding],
        block_time=time_text(report.block.time),
        counts=_counts(report),
        weights=report.weights,
        timeline=timeline(report.issuers),
        left_out=sum(report.by_code.values()) - len(report.findings),
        written=f"{moment:%d/%m/%Y %H:%M}",
        stamp=moment.isoformat(timespec="minutes"),
    )
    return page.encode()


@cache
def audit_page_policy() -> str:
    """The page's Content-Security-Policy."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _counts(report: AuditReport) -> Mapping[tuple[str, str], int]:
    counts = report.counts
    return {
        ("Đơn vị", "Issuers"): counts.issuers,
        ("Sự kiện", "Events"): counts.events,
        ("Khóa", "Keys"): counts.keys,
        ("Đợt đã neo", "Anchors"): counts.anchors,
        ("Còn giá trị", "Standing"): counts.standing,
        ("Văn bằng", "Diplomas"): counts.diplomas,
        ("Thu hồi cả đợt", "Batch revocations"): counts.revocations,
        ("Gốc trạng thái", "Status roots"): counts.status_roots,
        ("Lá đã tính lại", "Leaves folded"): counts.leaves,
    }


@cache
def _style() -> str:
    return _file("quality.css") + _file("audit.css")


@cache
def _template() -> Template:
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters.update(counted=lambda number: f"{number:,}".replace(",", "."), day=day_text)
    page.globals.update(
        words=WORDS, weight_words=WEIGHTS, kinds=KIND_WORDS, standings=STANDINGS, width=WIDTH, height=LANE * len(KINDS)
    )
    return page.from_string(_file("audit.html"))


def _file(name: str) -> str:
    return files("vanbang.adapters.render").joinpath("templates", name).read_text("utf-8")
