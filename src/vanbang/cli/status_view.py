"""Changes of status as commands show them: words and tables for people, JSON for machines."""

import time
from collections.abc import Sequence
from typing import Any, Final

from vanbang.bootstrap import House
from vanbang.catalog import TYPES
from vanbang.cli.engine import engine_running
from vanbang.cli.output import console, errors, plain, print_table
from vanbang.core.encoding import time_text
from vanbang.core.status import CredentialStatus
from vanbang.notary.changing_status import REASONS, STATUSES, status_of
from vanbang.notary.following import STEPS, Whereabouts, whereabouts
from vanbang.notary.progress import first_of, trouble_said
from vanbang.ports import Batch, StatusChange, StoredRecord

LOOK_EVERY: Final = 0.5
"""Seconds between two looks whether a change is final."""
IN_WORDS: Final = 5
"""Changes up to this many are told in full; more in a table, of SHOWN lines at most. `--json` has all."""
SHOWN: Final = 50


def facts(house: House, change: StatusChange, where: Whereabouts | None = None) -> dict[str, Any]:
    """A change for machines; where it is, if that was looked for."""
    record = house.store.record(change.record)
    told = {
        "id": change.id,
        "credential": record.key.hex() if record else None,
        "edition": record.edition if record else None,
        "issuer": code_of(house, change.iss),
        "status": status_name(change.status),
        "reason": change.reason,
        "decision": change.decision,
        "state": change.state,
        "proposed_by": change.proposed_by,
        "proposed_at": time_text(change.proposed_at),
        "decided_by": change.approved_by or None,
        "decided_at": None if change.approved_at is None else time_text(change.approved_at),
    }
    return told if where is None else told | {"step": where.step, "epoch": where.epoch, "block": where.block}


def credential_facts(house: House, record: StoredRecord, batch: Batch) -> dict[str, Any]:
    """A credential, its status and every change of it, for machines."""
    store = house.store
    return {
        "credential": record.key.hex(),
        "issuer": code_of(house, batch.iss),
        "type": TYPES[batch.vct].name,
        "edition": record.edition,
        "editions": [item.edition for item in store.editions(record.key)],
        "status": status_name(status_of(store, record)),
        "batch": batch.id,
        "batch_state": batch.state,
        "changes": [
            facts(house, change, whereabouts(store, house.objects, change)) for change in store.changes_of([record.id])
        ],
    }


def show_credential(told: dict[str, Any]) -> None:
    """A credential and its changes, for people."""
    status = CredentialStatus[told["status"].upper()]
    console.print(f"{told['issuer']} · {told['type']} · lần cấp / edition {told['edition']}/{told['editions'][-1]}")
    console.print(f"Tình trạng / status: {' / '.join(STATUSES[status])}", markup=False)
    if told["changes"]:
        show_changes("Các thay đổi / changes", told["changes"])


def show_changes(title: str, told: Sequence[dict[str, Any]]) -> None:
    """Changes one below the other; of many a table with a line for each, and of very many the first ones."""
    if len(told) > IN_WORDS:
        columns = ("id", "status", "quyết định / decision", "đến đâu / where")
        rows = [(item["id"], item["status"], item["decision"], STEPS[step_of(item)][0]) for item in told[:SHOWN]]
        print_table(f"{title}: {len(told)}", columns, rows)
        if len(told) > SHOWN:
            console.print(f"... và {len(told) - SHOWN} thay đổi nữa / and {len(told) - SHOWN} more: --json")
        return
    console.print(f"{title}:", markup=False)
    for item in told:
        console.print("\n".join(_lines(item)), markup=False)


def _lines(item: dict[str, Any]) -> Sequence[str]:
    decided = f"{item['decided_by']}, {item['decided_at']}" if item["decided_by"] else "-"
    place = [f"gốc / root {item['epoch']}"] if item.get("epoch") else []
    place += [f"khối / block {item['block']}"] if item.get("block") else []
    where = " / ".join(STEPS[step_of(item)]) + (f" ({', '.join(place)})" if place else "")
    return [
        f"{item['id']}  {item['status']}",
        f"  {REASONS.get(item['reason'], item['reason'])} · {plain(item['decision'])}",
        f"  đề nghị / proposed: {item['proposed_by']}, {item['proposed_at']}",
        f"  quyết định / decided: {decided}",
        f"  {where}",
    ]


def step_of(item: dict[str, Any]) -> str:
    """How far a change is, as far as it was looked for."""
    step: str = item.get("step") or item["state"]
    return step if step in STEPS else "LISTED"


def wait_until_final(house: House, changes: Sequence[StatusChange]) -> None:
    """Works as a worker does until the registry has all these approved changes for good, saying what it waits for."""
    waiting, said = list(changes), ""
    with engine_running(house):
        while waiting:
            now = house.store.change(waiting[0].id) or waiting[0]
            where = whereabouts(house.store, house.objects, now)
            if where.step == "FINAL":
                waiting.pop(0)
                continue
            trouble = first_of(house.store.troubles(), (f"status:{now.iss}", f"issuer:{now.iss}"))
            words = " / ".join(STEPS[where.step] if trouble is None else trouble_said(trouble))
            if words != said:
                errors.print(f"Đang đợi / waiting: {plain(words)}", markup=False)
            said = words
            time.sleep(LOOK_EVERY)


def code_of(house: House, iss: str) -> str:
    """An institution's code."""
    return next((item.code for item in house.store.institutions() if item.iss == iss), iss)


def status_name(status: int) -> str:
    """The word for a status that commands and the API use."""
    return CredentialStatus(status).name.lower()
