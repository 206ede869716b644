"""The same list once more, with a column that says of each row what was found in it: to be corrected and handed in.

Names and texts stay as they were written, in the same format; our readers pass over the added column.
"""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from vanbang.adapters.files.opening import open_list
from vanbang.adapters.files.sheet_writers import WRITERS
from vanbang.adapters.files.table import Record
from vanbang.notary.lists import Finding, ListForm, ListUnreadable


def write_findings(
    source: Path | BinaryIO,
    form: ListForm,
    target: Path | BinaryIO,
    findings: Iterable[Finding],
    only_refused: bool = False,
) -> None:
    """Writes the list in `source`, which was opened as `form`, to `target` with the findings of its rows.

    `findings` come in the order of their rows, as the checks give them; they and the rows stream by. Those of the file
    as a whole (row 0) and of the header have no place in the sheet. `only_refused` leaves out rows without an error.
    What stands above the header, blank rows and other sheets are left out; where the list breaks off, an empty row says
    so, which no check will accept: the rest is not forgotten. Raises OSError; `target` then holds a part.
    """
    with (
        open_list(source, form.kinds) as opened,
        target.open("wb") if isinstance(target, Path) else nullcontext(target) as out,
        WRITERS[opened.form.format](out, opened.written, opened.form.separator) as writer,
    ):
        try:
            for record, found in with_findings(opened.records(), findings):
                if not only_refused or any(finding.severity == "error" for finding in found):
                    writer.add(record.written, told(found))
        except ListUnreadable as error:
            writer.add([""] * len(opened.written) or {}, told(error.findings))


def with_findings(records: Iterator[Record], findings: Iterable[Finding]) -> Iterator[tuple[Record, list[Finding]]]:
    """Each record with its findings; both in the order of rows."""
    waiting = iter(findings)
    following = next(waiting, None)
    for record in records:
        found = []
        while following is not None and following.row <= record.row.number:
            if following.row == record.row.number:
                found.append(following)
            following = next(waiting, None)
        yield record, found


def told(findings: Iterable[Finding]) -> str:
    """The cell for a row: what to do, in Vietnamese, with the value that would pass; then the rules' codes."""
    found = list(findings)
    sentences = [
        finding.message_vi if finding.suggestion is None else f"{finding.message_vi} → “{finding.suggestion}”"
        for finding in found
    ]
    codes = ", ".join(dict.fromkeys(finding.rule for finding in found))
    return f"{' '.join(sentences)} [{codes}]" if found else ""
