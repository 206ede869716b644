"""Credential files as lines, and beside them notes, which begin with `{"export":` and are no credential files."""

from collections.abc import Iterable, Iterator

from vanbang.adapters.handing_out.tally import Tally
from vanbang.core.strict_json import JsonValue, canonical
from vanbang.notary.export_items import NOTE, Exported, LeftOut


class ExportLines:
    """A file a line, a note for each that is left out, and a last note with the counts: without it there is no end."""

    suffix = ".ndjson"
    media_type = "application/x-ndjson"

    def __init__(self) -> None:
        self.tally = Tally()

    def put(self, unit: Iterable[Exported | LeftOut]) -> bytes:
        """The lines of some files."""
        items = list(unit)
        self.tally.add(items)
        return b"".join([item.data + b"\n" if isinstance(item, Exported) else _left_out(item) for item in items])

    def end(self) -> Iterator[bytes]:
        """The last line."""
        yield _note({"files": self.tally.files, "left_out": self.tally.left_out.total()})


def _left_out(item: LeftOut) -> bytes:
    told: dict[str, JsonValue] = {"batch": item.batch, "reason": item.reason, "records": item.records}
    return _note({"left_out": {**told, "credential": item.credential} if item.credential else told})


def _note(told: JsonValue) -> bytes:
    return NOTE + canonical(told) + b"}\n"
