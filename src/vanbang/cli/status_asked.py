"""Which diploma a command or a line of a file means, and which change of its status it asks for."""

import uuid
from collections.abc import Mapping, Sequence

from vanbang.adapters.files.changes_csv import ChangeLine
from vanbang.bootstrap import House
from vanbang.catalog import type_by_name
from vanbang.cli.issuing import find
from vanbang.cli.output import errors, plain, print_json
from vanbang.cli.persons import NotAllowed
from vanbang.cli.status_view import status_name
from vanbang.core.errors import FormatError
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import ChangesRefused
from vanbang.notary.publishing import NotIssued
from vanbang.ports import ApiKey, StatusChange, StoredRecord


def change_asked(
    house: House, who: ApiKey, line: ChangeLine, defaults: Mapping[str, str], credential: str | None, now: int
) -> StatusChange:
    """The change that a line of a file asks for, or the command line alone. Raises FormatError, NotIssued."""
    told = {name: line[name] or value for name, value in defaults.items()}
    try:
        record = record_named(house, told, credential)
        batch = house.store.batch(record.batch_id)
        if batch is None or who.iss not in (None, batch.iss):
            raise NotAllowed(f"this API key is not of {told['issuer'] or 'the institution that issued this'}")
        status = _status(told["status"])
    except (FormatError, NotIssued, NotAllowed) as error:
        if line.row:
            raise FormatError(f"row {line.row}", str(error)) from error
        raise
    proposed_by = f"api:{who.id}"
    return StatusChange(
        uuid.uuid4().hex, batch.iss, record.id, int(status), told["reason"], told["decision"], proposed_by, now
    )


def _status(name: str) -> CredentialStatus:
    names = {status_name(status): status for status in CredentialStatus}
    if name not in names:
        raise FormatError("--status", f"not one of {', '.join(names)}")
    return names[name]


def record_named(house: House, named: Mapping[str, str], credential: str | None) -> StoredRecord:
    """The sealed record that a serial number or an id names. Raises FormatError, NotIssued."""
    edition = _edition(named["edition"])
    if credential is None:
        if not (named["serial"] and named["issuer"]):
            raise FormatError("serial, --issuer", "say which diploma: its serial number and its institution's code")
        return find(house, named["issuer"], type_by_name(named["type"]), named["serial"], edition)
    try:
        record = house.store.find(bytes.fromhex(credential), edition)
    except ValueError as error:
        raise FormatError("--id", "not 64 hex digits") from error
    if record is None:
        raise NotIssued("there is no credential with this id")
    return record


def _edition(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise FormatError("edition", f"{plain(text)} is no number")
    return int(text) if text else None


def show_refused(error: ChangesRefused, lines: Sequence[ChangeLine], as_json: bool) -> None:
    """Every change that stands in the way, by its row: none of them was stored."""
    told = [{"row": lines[place].row, "vi": vi, "en": en} for place, (vi, en) in error.obstacles.items()]
    if as_json:
        print_json({"code": error.code, "refused": told})
        return
    errors.print("[bold red]Chưa đề nghị gì / nothing was proposed[/]")
    for item in told:
        where = f"dòng / row {item['row']}: " if item["row"] else ""
        errors.print(f"{where}{item['vi']} / {item['en']}", markup=False)
