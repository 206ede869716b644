"""key rotate, key compromise: planned and emergency changes of keys."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from vanbang.bootstrap import House, clock
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.orders import YesOption, address_of, confirm, moment, office, say, told_elsewhere
from vanbang.cli.output import console, errors, plain, print_json
from vanbang.cli.setting_up import key_app
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.compromising import Deed, Theft, declare, deeds_of, look_into
from vanbang.notary.governing import Office
from vanbang.notary.key_names import key_name, own_name
from vanbang.notary.rotating import DAY, SEAT_ROLES, Rotation, rotate_admin, rotate_key, rotate_owner, rotate_relayer
from vanbang.ports import Institution

WHAT = {
    "anchor": ("neo đợt cấp", "anchor"),
    "revocation": ("thu hồi cả đợt", "revocation of a batch"),
    "status_root": ("công bố tình trạng", "status root"),
    "endorsement": ("xác nhận đợt cấp", "endorsement"),
}


@key_app.command("rotate")
def key_rotate(
    role: Annotated[str, typer.Option(help="anchor | status | officer | admin | owner | relayer")],
    code: Annotated[str | None, typer.Option(help="Mã đơn vị / institution code; none for owner, relayer")] = None,
    name: Annotated[str | None, typer.Option(help="Tên khóa mới / the new key's name, e.g. anchor-2")] = None,
    old: Annotated[str | None, typer.Option(help="Khóa thôi dùng / the name of the key that ends")] = None,
    overlap: Annotated[int, typer.Option(min=0, max=3650, help="Số ngày cả hai cùng có hiệu lực / days")] = 7,
    to: Annotated[str | None, typer.Option(help="Giao cho tài khoản 0x... / hand a seat to an account")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thay khóa theo kế hoạch / replace a key as planned: the new one is final before the old one ends."""
    key_name(role, code, name)  # refuses what cannot be, before anything is opened
    if to is not None and role not in ("admin", "owner"):
        raise FormatError("--to", "only the seats admin and owner are handed to an account elsewhere")
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        say(f"Thay khóa {role} {code or ''}. / The {role} key {f'of {code} ' if code else ''}is to be replaced.")
        institution = None if code is None else house.institution(code)
        done = _rotated(desk, institution, role, name, old, overlap, to)
        _tell_rotation(done, role, as_json=as_json)


def _rotated(
    desk: Office, institution: Institution | None, role: str, name: str | None, old: str | None, overlap: int,
    to: str | None,
) -> Rotation:  # fmt: skip
    account = None if to is None else address_of(to, "--to")
    if institution is None:
        return rotate_relayer(desk, name) if role == "relayer" else rotate_owner(desk, name, account)
    full = None if name is None else own_name(institution, name)
    if role in SEAT_ROLES:
        return rotate_admin(desk, institution, full, account)
    ending = None if old is None else own_name(institution, old)
    return rotate_key(desk, institution, role, full, ending, overlap * DAY)


def _tell_rotation(done: Rotation, role: str, *, as_json: bool) -> None:
    until = None if done.until is None else time_text(done.until)
    before = ["0x" + address.hex() for address in done.before]
    if as_json:
        address = "0x" + done.address.hex()
        print_json(
            {"done": True, "role": role, "name": done.name, "address": address, "before": before, "until": until}
        )
        return
    console.print(f"Khóa mới / new key: {done.name} (0x{done.address.hex()})", markup=False)
    if until is not None:
        console.print(f"Khóa cũ còn hiệu lực đến / the old one is good until: {until}", markup=False)


@key_app.command("compromise")
def key_compromise(
    code: Annotated[str, typer.Option(help="Mã đơn vị / institution code")],
    since: Annotated[
        str, typer.Option(help="Bị lộ từ lúc nào, kèm múi giờ / since when, e.g. 2026-11-01T08:00:00+07:00; or now")
    ],
    name: Annotated[str | None, typer.Option(help="Tên khóa / the key's name, e.g. anchor")] = None,
    address: Annotated[str | None, typer.Option(help="Hoặc tài khoản 0x... / or its account")] = None,
    as_owner: Annotated[
        bool, typer.Option("--as-owner", help="Do chủ sổ hoặc cơ quan quản lý / as owner or registrar: any time back")
    ] = False,
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Khai khóa bị lộ / declare a key compromised: what it signed since then is void, and ours is anchored again."""
    if (name is None) == (address is None):
        raise FormatError("--name", "or --address: give one of them")
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        account = _account(house, institution, name, address)
        at = moment(since, house.ledger.horizon().latest_time)
        theft = look_into(desk, house.chronicle(), institution, account, at, as_owner=as_owner)
        if not as_json:
            _foretell(institution, theft)
        confirm(yes)
        done = declare(desk, institution, theft, as_owner=as_owner, now=clock())
        # What was final only after the first look, the thief's last deeds among it, is in the second.
        deeds = deeds_of(house.store, house.chronicle(), institution, account, at)
        if as_json:
            print_json(_as_json(done, deeds))
        else:
            _tell_theft(institution, done, deeds)


def _account(house: House, institution: Institution, name: str | None, address: str | None) -> bytes:
    if address is not None:
        return address_of(address, "--address")
    return house.keys.signer(own_name(institution, name or "")).address


def _foretell(institution: Institution, theft: Theft) -> None:
    when = time_text(theft.since)
    lines = [f"Khóa / key: {theft.role} 0x{theft.address.hex()} ({institution.code})"]
    if theft.replacement == "":
        lines.append("Tạo và đăng ký khóa mới trước / a new key is made and registered first")
    elif theft.replacement is None:
        lines.append(
            "Đơn vị giữ khóa ở nơi khác và phải tự thêm khóa mới / "
            "the institution keeps its keys elsewhere: it has to add a new one itself"
        )
    lines.append(f"Mọi điều khóa này ký từ {when} mất giá trị / all it signed since {when} counts for nothing:")
    say("\n".join(lines))
    _table(theft.deeds, errors_too=True)


def _tell_theft(institution: Institution, done: Theft, deeds: Sequence[Deed]) -> None:
    console.print(f"Đã khai / declared: 0x{done.address.hex()}, {time_text(done.key.compromised_since)}", markup=False)
    _table(deeds)
    rogue = [deed for deed in deeds if deed.what == "anchor" and deed.batch is None]
    ours = [deed for deed in deeds if deed.what == "anchor" and deed.batch is not None]
    if done.role in ROLES and (ours or any(deed.what == "status_root" for deed in deeds)):
        console.print(
            "`vanbang serve` hoặc `vanbang worker --once` ghi lại phần của ta / does ours again.", markup=False
        )
    if rogue:
        console.print(f"[red]Đợt lạ, đã vô hiệu / anchors of somebody else, void now: {len(rogue)}[/]")
    if any(deed.what == "revocation" for deed in deeds):
        console.print("Thu hồi cả đợt mất hiệu lực; làm lại lần đúng / revocations are undone; repeat true ones:\n"
                      f"vanbang batch revoke --code {institution.code} --batch ...", markup=False)  # fmt: skip
    if any(deed.what == "endorsement" for deed in deeds):
        console.print("Các đợt có xác nhận ấy không qua kiểm tra nữa / batches endorsed with it fail the check: see "
                      "docs/key-emergencies.md", markup=False)  # fmt: skip


def _table(deeds: Sequence[Deed], *, errors_too: bool = False) -> None:
    """Two lines each: roots are copied, and no table on a narrow terminal leaves them whole."""
    if errors_too and not deeds:
        errors.print("Chưa làm gì / nothing so far", markup=False)
    elif deeds:
        console.print("Khóa này đã làm / what this key did:")
    for deed in deeds:
        of = f"đợt / batch {deed.batch}" if deed.batch else _stranger(deed)
        console.print(f"  {time_text(deed.time)}  {' / '.join(WHAT[deed.what])}, khối / block {deed.block}: {of}")
        console.print(f"    {plain(deed.subject)}", markup=False)


def _stranger(deed: Deed) -> str:
    return plain("không phải của ta / not ours") if deed.what == "anchor" else "-"


def _as_json(done: Theft, deeds: Sequence[Deed]) -> dict[str, Any]:
    return {
        "done": True,
        "role": done.role,
        "address": "0x" + done.address.hex(),
        "compromised_since": time_text(done.key.compromised_since),
        "replacement": done.replacement,
        "deeds": [
            {"what": deed.what, "subject": deed.subject, "at": time_text(deed.time), "block": deed.block,
             "batch": deed.batch, "ours": deed.batch is not None}
            for deed in deeds
        ],
    }  # fmt: skip
