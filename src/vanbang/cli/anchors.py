"""anchors watch, anchors list: what is on its way to the registry, live, and what is there for good."""

import json
import sys
import time
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.text import Text

from vanbang.bootstrap import House, open_house
from vanbang.catalog import TYPES
from vanbang.cli.anchors_view import Look, look, view
from vanbang.cli.issuing import MANY, transaction_hash
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import console, errors, print_error, print_json, print_table
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.waiting import OPEN_STATES
from vanbang.ports import Batch, StoreError
from vanbang.settings import home_folder

HASH = 64
"""Digits of a hash."""
HASH_SHOWN = 12

anchors_app = typer.Typer(help="Việc ghi sổ / anchors in the registry", no_args_is_help=True)


@anchors_app.command("watch")
def watch(
    every: Annotated[float, typer.Option("--every", min=0.2, help="Số giây giữa hai lần nhìn / seconds")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Một lần rồi thôi / look once only")] = False,
    home: HomeOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Mỗi lần nhìn một dòng JSON / print JSON, one object a line for each look")
    ] = False,
) -> None:
    """Xem trực tiếp việc ghi sổ / watch what is on its way to the registry; changes nothing."""
    with open_house(home_folder(home), patient=True) as house:
        if as_json:
            _print_lines(house, every, once)
        elif once:
            console.print(view(look(house)))
        else:
            _show_live(house, every)


def _print_lines(house: House, every: float, once: bool) -> None:
    try:
        while True:
            sys.stdout.write(json.dumps(look(house).to_json(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
            if once:
                return
            time.sleep(every)
    except KeyboardInterrupt:
        errors.print("Đã dừng / stopped.")


def _show_live(house: House, every: float) -> None:
    """On a terminal the newest look only; elsewhere one below the other."""
    live = Live(Text(), console=console, auto_refresh=False, screen=True) if console.is_terminal else None
    with live or nullcontext():
        try:
            while True:
                found = _looked(house)
                if live is not None and found is not None:
                    live.update(view(found), refresh=True)
                elif found is not None:
                    console.print(view(found))
                time.sleep(every)
        except KeyboardInterrupt:
            pass
    errors.print("Đã dừng / stopped.")


def _looked(house: House) -> Look | None:
    """A look, None while the database is away: the last one stays on the screen."""
    try:
        return look(house)
    except StoreError as error:
        print_error(error)
        return None


@anchors_app.command("list")
def listed(
    state: Annotated[str, typer.Option("--state", help=f"FINAL | {' | '.join(OPEN_STATES)}")] = "FINAL",
    code: Annotated[str | None, typer.Option("--issuer", help="Chỉ đơn vị này / this institution's only")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Các đợt cấp đã vào sổ / batches that are in the registry for good, or in another state."""
    if state not in ("FINAL", *OPEN_STATES):
        raise FormatError("--state", f"not one of FINAL, {', '.join(OPEN_STATES)}")
    with open_house(home_folder(home), patient=True) as house:
        iss = house.institution(code).iss if code else None
        found = house.store.batches_page(iss=iss, states=(state,), upload=None, after=None, limit=MANY)
        codes = {item.iss: item.code for item in house.store.institutions()}
        facts = [_facts(house, batch, codes[batch.iss]) for batch in found]
    if as_json:
        print_json(facts)
        return
    shown = ("accepted_at", "issuer", "type", "rows", "block", "root", "transaction")
    rows = [tuple(_short(str(fact[name] or "-")) for name in shown) for fact in facts]
    heads = ("Nhận lúc / accepted", "Đơn vị", "Loại / type", "Số bản / rows", "Khối / block", "Gốc / root", "Giao dịch")
    print_table(f"{state}: {len(rows)}", heads, rows)


def _short(text: str) -> str:
    """The beginning of a hash: whoever wants to copy one takes it from --json."""
    return text if len(text) < HASH else f"{text[:HASH_SHOWN]}…"


def _facts(house: House, batch: Batch, code: str) -> dict[str, Any]:
    sent, explorer = transaction_hash(house, batch), house.ledger.chain.explorer_transaction
    return {
        "batch": batch.id,
        "issuer": code,
        "type": TYPES[batch.vct].name if batch.vct in TYPES else batch.vct,
        "state": batch.state,
        "rows": batch.rows,
        "accepted_at": time_text(batch.accepted_at),
        "root": batch.root.hex() if batch.root else None,
        "registry": house.ledger.registry,
        "transaction": sent or None,
        "explorer": explorer.format(sent) if explorer and sent else None,
        "block": batch.block,
    }
