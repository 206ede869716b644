"""Readers of graduation lists as registrars have them, and the writer of the same sheet with what was found in it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vanbang.adapters.files.findings_sheet import write_findings
    from vanbang.adapters.files.opening import open_list

__all__ = ["open_list", "write_findings"]

_PLACES = {"open_list": "opening", "write_findings": "findings_sheet"}


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: a worker process that takes rows of text apart needs no reader of workbooks."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"vanbang.adapters.files.{_PLACES[name]}"), name)
