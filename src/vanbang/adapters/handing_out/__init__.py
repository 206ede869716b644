"""What is exported, on its way out: lines (NDJSON) or a ZIP, made piece by piece; nothing of it is kept.

The inverse of `vanbang.adapters.gathering`, which reads both.
"""

from collections.abc import Mapping
from typing import Final

from vanbang.adapters.handing_out.lines import ExportLines
from vanbang.adapters.handing_out.tally import Tally
from vanbang.adapters.handing_out.zip_stream import ExportZip

FORMATS: Final[Mapping[str, type[ExportLines] | type[ExportZip]]] = {"ndjson": ExportLines, "zip": ExportZip}

__all__ = ["FORMATS", "ExportLines", "ExportZip", "Tally"]
