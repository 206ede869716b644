"""status: what a diploma's status is, and changes of it: one person proposes, another approves."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from vanbang.adapters.files.changes_csv import ChangeLine, read_changes
from vanbang.bootstrap import House, open_house
from vanbang.cli.options import EditionOption, HomeOption, JsonOption, TypeOption
from vanbang.cli.output import Exit, console, errors, print_json
from vanbang.cli.persons import KeyFileOption, NotAllowed, who_orders
from vanbang.cli.status_asked import change_asked, record_named, show_refused
from vanbang.cli.status_view import (
    credential_facts,
    facts,
    show_changes,
    show_credential,
    wait_until_final,
)
from vanbang.core.errors import FormatError
from vanbang.notary.changing_status import REASONS, ChangesRefused, decide_all, propose_all
from vanbang.notary.following import whereabouts
from vanbang.notary.publishing import NotIssued
from vanbang.ports import ApiKey, StatusChange, Store
from vanbang.settings import home_folder
from vanbang.web.rights import Right

status_app = typer.Typer(help="Tình trạng văn bằng / status of diplomas", no_args_is_help=True)

STATES = ("PROPOSED", "APPROVED", "APPLIED", "REJECTED")
MOST = 10_000
"""Changes that a command shows or decides at once."""

SerialArgument = Annotated[str | None, typer.Argument(help="Số hiệu văn bằng / the diploma's serial number")]
IssuerOption = Annotated[str | None, typer.Option("--issuer", help="Mã đơn vị / the institution's code")]
IdOption = Annotated[str | None, typer.Option("--id", help="Thay cho số hiệu: id của API / the credential's id")]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Đợi tới khi vào sổ, tự làm việc còn lại / work until it is in the registry")
]


@status_app.command("show")
def show(
    serial: SerialArgument = None,
    code: IssuerOption = None,
    credential: IdOption = None,
    edition: EditionOption = None,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Một văn bằng đang ở tình trạng nào, và các thay đổi đã tới đâu / a diploma's status, and where changes are."""
    with open_house(home_folder(home), patient=True) as house:
        named = {"serial": serial or "", "issuer": code or "", "type": type_name, "edition": str(edition or "")}
        record = record_named(house, named, credential)
        batch = house.store.batch(record.batch_id)
        if batch is None:
            raise NotIssued("its batch is not in the database any more")
        told = credential_facts(house, record, batch)
    if as_json:
        print_json(told)
    else:
        show_credential(told)


@status_app.command("list")
def list_changes(
    state: Annotated[
        str | None, typer.Option("--state", help="PROPOSED | APPROVED | APPLIED | REJECTED; bỏ trống: tất cả / all")
    ] = None,
    code: IssuerOption = None,
    decision: Annotated[str | None, typer.Option("--decision", help="Theo quyết định này / resting on this")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="Nhiều nhất / at most")] = 100,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Các đề nghị đổi tình trạng / changes of status."""
    if state is not None and state.upper() not in STATES:
        raise FormatError("--state", f"not one of {', '.join(STATES)}")
    with open_house(home_folder(home), patient=True) as house:
        iss = house.institution(code).iss if code else None
        states = (state.upper(),) if state else ()
        found = house.store.changes(iss, states, limit=limit, decision=decision)
        told = [facts(house, change, whereabouts(house.store, house.objects, change)) for change in found]
    if as_json:
        print_json(told)
    elif told:
        show_changes("Thay đổi tình trạng / changes of status", told)
    else:
        console.print("Không có / none.")


@status_app.command("propose")
def propose(
    serial: SerialArgument = None,
    code: IssuerOption = None,
    credential: IdOption = None,
    status: Annotated[
        str, typer.Option("--status", help="revoked | suspended | valid (phục hồi / reinstate) | superseded")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Mã lý do / code: " + ", ".join(REASONS))] = "",
    decision: Annotated[str, typer.Option("--decision", help="Số quyết định / the decision it rests on")] = "",
    edition: EditionOption = None,
    type_name: TypeOption = "vn-diploma",
    many: Annotated[
        Path | None, typer.Option("--from", help="Nhiều thay đổi trong một tệp CSV / many changes, as CSV")
    ] = None,
    key_file: KeyFileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đề nghị đổi tình trạng; người khác phải duyệt / propose a change; another person must approve it."""
    given = {"serial": serial, "issuer": code, "status": status, "reason": reason, "decision": decision}
    defaults = {name: value or "" for name, value in given.items()}
    defaults |= {"edition": str(edition or ""), "type": type_name}
    lines = [ChangeLine(0, {})] if many is None else read_changes(many)
    if many is not None and (serial or credential):
        raise FormatError("--from", "names the diplomas itself: give no serial number beside it")
    with open_house(home_folder(home), patient=True) as house:
        now = int(time.time())
        who = who_orders(house.store, key_file, Right("status_changes", "write"), now)
        changes = [change_asked(house, who, line, defaults, credential, now) for line in lines]
        try:
            stored = propose_all(house.store.acting_as(f"api:{who.id}"), changes)
        except ChangesRefused as error:
            show_refused(error, lines, as_json)
            raise typer.Exit(Exit.REFUSED) from error
        told = [facts(house, change) for change in stored]
    if as_json:
        print_json(told)
        return
    show_changes("Đã đề nghị / proposed", told)
    console.print("Một người khác phải duyệt / another person must approve: `vanbang status approve`")


@status_app.command("approve")
def approve(
    ids: Annotated[list[str] | None, typer.Argument(help="Id của đề nghị / ids of changes")] = None,
    all_of: Annotated[
        str | None, typer.Option("--all-of", help="Mọi đề nghị theo quyết định này / all that rest on this decision")
    ] = None,
    code: IssuerOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại / do not ask")] = False,
    wait: WaitOption = False,
    key_file: KeyFileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Duyệt đề nghị của người khác / approve what another person proposed."""
    _decide("APPROVED", ids or (), all_of, code, key_file, home, yes=yes, wait=wait, as_json=as_json)


@status_app.command("reject")
def reject(
    ids: Annotated[list[str] | None, typer.Argument(help="Id của đề nghị / ids of changes")] = None,
    all_of: Annotated[
        str | None, typer.Option("--all-of", help="Mọi đề nghị theo quyết định này / all that rest on this decision")
    ] = None,
    code: IssuerOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại / do not ask")] = False,
    key_file: KeyFileOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bác đề nghị của người khác / reject what another person proposed."""
    _decide("REJECTED", ids or (), all_of, code, key_file, home, yes=yes, wait=False, as_json=as_json)


def _decide(
    state: Literal["APPROVED", "REJECTED"],
    ids: Sequence[str],
    all_of: str | None,
    code: str | None,
    key_file: Path | None,
    home: Path | None,
    *,
    yes: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Decides exactly the changes that were shown: what is proposed meanwhile is not among them."""
    if bool(ids) == (all_of is not None):
        raise FormatError("approve, reject", "name changes by their ids, or all of a decision by --all-of, not both")
    with open_house(home_folder(home), patient=True) as house:
        who = who_orders(house.store, key_file, Right("decisions", "write"), int(time.time()))
        changes = _named(house, who, ids) if ids else _all_of(house, who, all_of or "", code)
        if not (yes or as_json):
            show_changes("Đề nghị / proposed", [facts(house, change) for change in changes])
            question = "Duyệt tất cả / approve all?" if state == "APPROVED" else "Bác tất cả / reject all?"
            typer.confirm(question, abort=True, err=True)
        by = f"api:{who.id}"
        names = [change.id for change in changes]
        done = decide_all(house.store.acting_as(by), names, state, by, int(time.time()))
        if wait:
            wait_until_final(house, done)
            done = [house.store.change(change.id) or change for change in done]
        told = [facts(house, change, whereabouts(house.store, house.objects, change)) for change in done]
        left = all_of is not None and are_left(house.store, changes[0].iss, all_of)
    if left:
        errors.print("Theo quyết định này vẫn còn đề nghị chưa xét: hãy chạy lại lệnh.", markup=False)
        errors.print("More proposals rest on this decision: give the command again.", markup=False)
    if as_json:
        print_json(told)
    else:
        show_changes("Đã duyệt / approved" if state == "APPROVED" else "Đã bác / rejected", told)


def are_left(store: Store, iss: str, decision: str) -> bool:
    """Whether proposals that rest on a decision wait still: there were more than MOST, or new ones have come."""
    return bool(store.changes(iss, ("PROPOSED",), limit=1, decision=decision))


def _named(house: House, who: ApiKey, ids: Sequence[str]) -> Sequence[StatusChange]:
    found = []
    for name in dict.fromkeys(ids):
        change = house.store.change(name)
        if change is None or who.iss not in (None, change.iss):
            raise FormatError(name, "there is no such change: see `vanbang status list`")
        found.append(change)
    return found


def _all_of(house: House, who: ApiKey, decision: str, code: str | None) -> Sequence[StatusChange]:
    iss = house.institution(code).iss if code else who.iss
    if iss is None:
        raise FormatError("--issuer", "say whose changes: a decision's number may occur at several institutions")
    if who.iss not in (None, iss):
        raise NotAllowed("this API key is another institution's")
    found = house.store.changes(iss, ("PROPOSED",), limit=MOST, decision=decision)
    if not found:
        raise FormatError(decision, "no proposed change rests on this decision: see `vanbang status list`")
    return found
