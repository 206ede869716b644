"""What commands share that give orders to the registry: who sends, what is asked before, what is said afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

from vanbang.bootstrap import House, open_house
from vanbang.cli.options import HomeOption
from vanbang.cli.output import console, errors, plain, print_json
from vanbang.cli.setting_up import pause, sending
from vanbang.core.encoding import account
from vanbang.core.errors import FormatError
from vanbang.notary.governing import Office
from vanbang.notary.seats import KeyElsewhere
from vanbang.ports import Transaction
from vanbang.settings import home_folder

CodeOption = Annotated[str, typer.Option("--code", help="Mã đơn vị / institution code")]
YesOption = Annotated[bool, typer.Option("--yes", help="Không hỏi lại / do not ask")]
NOW = "now"


@contextmanager
def office(home: HomeOption) -> Iterator[tuple[House, Office]]:
    """The installation as the only one that sends, and what orders are given with."""
    with open_house(home_folder(home)) as opened, sending(opened) as house:
        yield house, Office(house.store, house.ledger, house.keys, pause)


@contextmanager
def told_elsewhere(chain_id: int, *, as_json: bool) -> Iterator[None]:
    """A call that somebody else has to send is printed, to be signed where the key is: that is all there is to do."""
    try:
        yield
    except KeyElsewhere as error:
        call = error.call
        to_send = {
            "from": "0x" + error.sender.hex(),
            "to": "0x" + (call.target or b"").hex(),
            "data": "0x" + call.data.hex(),
            "value": call.value,
            "chain_id": chain_id,
            "purpose": call.purpose,
        }
        if as_json:
            print_json({"done": False, "send": to_send})
            return
        console.print(
            "Khóa không ở đây: hãy gửi giao dịch này từ nơi giữ khóa, rồi chạy lại lệnh.\n"
            "The key is not here: send this transaction from where it is kept, then run the command again."
        )
        console.print("\n".join(f"{name:>9}: {plain(str(value))}" for name, value in to_send.items()), markup=False)


def say(before: str) -> None:
    """What is about to be done, in both languages: on standard error, so that --json stays one document."""
    errors.print(plain(before), markup=False)


def confirm(yes: bool) -> None:
    """Asks unless --yes was given. Raises Abort: nothing was done."""
    if not yes:
        typer.confirm("Làm tiếp? / Go on?", abort=True, err=True)


def report(done: Transaction | None, after: str, *, as_json: bool, **facts: Any) -> None:
    """What was done: a sentence for people, one object for machines; `done` None: it was so already."""
    if as_json:
        print_json({"done": True, "transaction": _hash(done), "block": _block(done), **facts})
        return
    again = " (đã như vậy từ trước / it was so already)" if done is None else ""
    console.print(plain(after) + again, markup=False)
    if done is not None:
        console.print(f"Giao dịch / transaction: {_hash(done)}, khối / block {_block(done)}", markup=False)


def _hash(done: Transaction | None) -> str | None:
    return None if done is None or done.receipt is None else "0x" + done.receipt.transaction_hash.hex()


def _block(done: Transaction | None) -> int | None:
    return None if done is None or done.receipt is None else done.receipt.block


def moment(text: str, now: int, where: str = "--since") -> int:
    """Unix seconds of a time with its offset (2026-11-01T08:00:00+07:00), or of `now`. Raises FormatError."""
    if text == NOW:
        return now
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.timestamp() < 1:
        raise FormatError(where, "not a time with its offset, like 2026-11-01T08:00:00+07:00 or ...Z, nor `now`")
    return int(found.timestamp())


def address_of(text: str, where: str) -> bytes:
    """The 20 bytes of an account, in whatever case wallets write it. Raises FormatError."""
    return account(text.strip().lower(), where)
