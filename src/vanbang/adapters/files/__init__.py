"""Readers of graduation lists as registrars have them, and the writer of the same sheet with what was found in it."""

from vanbang.adapters.files.findings_sheet import write_findings
from vanbang.adapters.files.opening import open_list

__all__ = ["open_list", "write_findings"]
