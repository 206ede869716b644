"""The quality report of a list as one HTML file: no script, nothing loaded from elsewhere, fit for print and telephone.

The page holds personal data (values of cells, as they are), except citizen numbers, which are masked.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from vanbang.adapters.render import quality_view as view

VIETNAM: Final = timezone(timedelta(hours=7))
"""No daylight saving since 1975: the offset is enough."""


def quality_page(report: Mapping[str, Any], name: str, made_at: int) -> bytes:
    """The page, UTF-8, the same bytes for the same arguments.

    `report` is what `CheckReport.as_json` gives (KeyError when parts are missing), `name` the list's name as its
    owner knows it, `made_at` Unix seconds.
    """
    moment = datetime.fromtimestamp(made_at, UTC).astimezone(VIETNAM)
    page = _template().render(
        policy=quality_page_policy(),
        style=Markup(_style()),  # noqa: S704 - a file of this package
        name=view.shown(name),
        written=f"{moment:%d/%m/%Y %H:%M}",
        stamp=moment.isoformat(timespec="minutes"),
        report=report,
        verdict=view.verdict(report),
        facts=view.facts(report),
        gauges=view.gauges(report),
        charts=view.charts(report),
        groups=view.groups(report),
        tables=view.tables(report),
    )
    return page.encode()


@cache
def quality_page_policy() -> str:
    """The page's Content-Security-Policy. A server that sends a policy of its own must send this one with the page,
    for a browser obeys both."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return _file("quality.css")


@cache
def _template() -> Template:
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["counted"] = view.counted
    page.globals.update(column_label=view.column_label, rule_name=view.rule_name, shown=view.shown)
    return page.from_string(_file("quality.html"))


def _file(name: str) -> str:
    return files("vanbang.adapters.render").joinpath("templates", name).read_text("utf-8")
