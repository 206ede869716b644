"""Exports as lines."""

import json
from pathlib import Path

from vanbang.adapters.gathering import Found, gather
from vanbang.adapters.handing_out import ExportLines
from vanbang.notary.export_items import Exported, LeftOut


def test_files_and_notes(tmp_path: Path) -> None:
    """A file a line, a note where one is left out and for the end; verifying reads the files and no notes."""
    made = ExportLines()
    items = [Exported("n", b'{"a":1}'), LeftOut("b", "c", "erased"), LeftOut("d", "", "not_endorsed", 40)]
    lines = made.put(items) + made.put([Exported("m", b'{"a":2}')]) + b"".join(made.end())
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"a": 1},
        {"export": {"left_out": {"batch": "b", "credential": "c", "reason": "erased", "records": 1}}},
        {"export": {"left_out": {"batch": "d", "reason": "not_endorsed", "records": 40}}},
        {"a": 2},
        {"export": {"files": 2, "left_out": 41}},
    ]
    assert made.tally.done == 43
    path = tmp_path / "a.ndjson"
    path.write_bytes(lines)
    with gather(str(path)) as found:
        assert list(found.items) == [Found("#1", b'{"a":1}'), Found("#4", b'{"a":2}')]


def test_an_export_of_nothing_has_an_end() -> None:
    """The last line is there all the same: who does not see it has not seen all."""
    assert b"".join(ExportLines().end()) == b'{"export":{"files":0,"left_out":0}}\n'
