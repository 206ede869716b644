"""issuer suspend ... successor, batch revoke: what the registry's owner, a registrar and an admin may do."""

from typing import Annotated, Final

import typer

from vanbang.bootstrap import clock
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.orders import CodeOption, YesOption, address_of, confirm, moment, office, report, say, told_elsewhere
from vanbang.cli.output import console, print_json
from vanbang.cli.setting_up import issuer_app
from vanbang.core.chronicle.views import NOBODY, NOTHING
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.notary import governing
from vanbang.notary.revoking import Wanted, revoke_batch
from vanbang.notary.seats import names_of, next_name
from vanbang.ports import Institution

batch_app = typer.Typer(help="Đợt cấp / batches", no_args_is_help=True)
STANDINGS: Final = {
    "suspended": ("Đình chỉ", "suspended", "đơn vị không neo được đợt mới; văn bằng cũ vẫn còn giá trị"),
    "active": ("Phục hồi", "reinstated", "đơn vị lại neo được"),
    "closed": ("Đóng", "closed", "đơn vị không neo được đợt mới; văn bằng cũ vẫn còn giá trị"),
}


def _set_standing(code: str, standing: str, yes: bool, home: HomeOption, as_json: bool) -> None:
    verb, word, means = STANDINGS[standing]
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        say(f"{verb} {institution.name} ({code}): {means}. / {code} is to be {word}; old diplomas keep their worth.")
        if standing == "closed":
            confirm(yes)
        done = governing.set_standing(desk, institution, standing)
        report(done, f"Xong / done: {code} {word}", as_json=as_json, code=code, standing=standing)


@issuer_app.command("suspend")
def issuer_suspend(code: CodeOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Đình chỉ một đơn vị / stop an institution from anchoring; what it anchored stays good."""
    _set_standing(code, "suspended", True, home, as_json)


@issuer_app.command("reinstate")
def issuer_reinstate(code: CodeOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Phục hồi một đơn vị / let an institution anchor again."""
    _set_standing(code, "active", True, home, as_json)


@issuer_app.command("close")
def issuer_close(
    code: CodeOption, yes: YesOption = False, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Đóng một đơn vị (giải thể) / close an institution that is dissolved; what it anchored stays good."""
    _set_standing(code, "closed", yes, home, as_json)


@issuer_app.command("void")
def issuer_void(
    code: CodeOption,
    since: Annotated[
        str | None, typer.Option(help="Từ lúc nào, kèm múi giờ / since when, e.g. 2026-11-01T00:00:00+07:00; or now")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Gỡ tuyên bố / take it back")] = False,
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tuyên vô hiệu mọi văn bằng từ một lúc / declare that nothing counts that was anchored since a time."""
    if (since is None) != lift:
        raise FormatError("--since", "or --lift: give one of them")
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        at = 0 if since is None else moment(since, house.ledger.horizon().latest_time)
        if at:
            say(
                f"Mọi đợt cấp của {institution.name} ghi sổ từ {time_text(at)} sẽ không còn giá trị; ai cũng thấy. / "
                f"Nothing counts any more that {code} anchored since {time_text(at)}; everybody sees that."
            )
        else:
            say(f"Gỡ tuyên bố vô hiệu của {code}. / {code} is void no longer: what it anchored counts again.")
        confirm(yes or lift)
        done = governing.declare_void(desk, institution, at)
        report(done, f"Xong / done: {code}", as_json=as_json, code=code, void_since=time_text(at) if at else None)


@issuer_app.command("rename")
def issuer_rename(
    code: CodeOption,
    name: Annotated[str, typer.Option(help="Tên mới / the new name, in force from now on")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đổi tên một đơn vị / register a new name; diplomas anchored before keep the old one."""
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        say(f"{institution.name} từ nay mang tên {name}. / From now on {code} is called {name}.")
        report(governing.rename(desk, institution, name), f"Xong / done: {name}", as_json=as_json, code=code, name=name)


@issuer_app.command("replace-admin")
def issuer_replace_admin(
    code: CodeOption,
    to: Annotated[str | None, typer.Option(help="Tài khoản mới 0x... / the new account; else a new key here")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Rút lại / take it back")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thay quản trị khi khóa mất hoặc bị trộm / replace a lost or stolen admin, as the registrar: public and slow."""
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        account = NOBODY if withdraw else _new_admin(desk, f"{institution.slug}/admin", institution, to)
        say(f"Thay quản trị của {institution.name}. / The admin of {code} is to be replaced: 0x{account.hex()}.")
        start, done = governing.replace_admin(desk, institution, account)
        when = time_text(start) if start else "-"
        after = f"Nhận được từ / can be accepted from: {when} (vanbang issuer accept-admin --code {code})"
        facts = {"code": code, "admin": "0x" + account.hex(), "acceptable_from": time_text(start) if start else None}
        report(done, after if start else "Đã rút lại / withdrawn", as_json=as_json, **facts)


def _new_admin(desk: governing.Office, prefix: str, institution: Institution, to: str | None) -> bytes:
    """The account named, else the key here that waits to be accepted, else a new one."""
    if to is not None:
        return address_of(to, "--to")
    pending = desk.view(institution).pending_admin
    ours = [desk.keys.signer(name).address for name in names_of(desk.keys, prefix)]
    return pending if pending in ours else desk.keys.create(next_name(desk.keys, prefix)).address


@issuer_app.command("accept-admin")
def issuer_accept_admin(code: CodeOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Nhận làm quản trị / take over as the admin that was named."""
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        say(f"Nhận quản trị {institution.name}. / Taking over as the admin of {code}.")
        admin, done = governing.accept_admin(desk, institution)
        report(done, f"Quản trị / admin: 0x{admin.hex()}", as_json=as_json, code=code, admin="0x" + admin.hex())


@issuer_app.command("successor")
def issuer_successor(
    code: CodeOption,
    to: Annotated[str | None, typer.Option(help="Mã đơn vị kế thừa / the successor's code")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Rút lại / take it back")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Giao tình trạng văn bằng của đơn vị giải thể / let another institution run the statuses of a dissolved one."""
    if (to is None) != withdraw:
        raise FormatError("--to", "or --withdraw: give one of them")
    with office(home) as (house, desk), told_elsewhere(house.ledger.chain_id, as_json=as_json):
        institution = house.institution(code)
        successor = NOTHING if to is None else issuer_id(house.institution(to).iss)
        say(f"Đơn vị kế thừa của {institution.name}: {to or '-'}. / The successor of {code}: {to or 'nobody'}.")
        start, done = governing.appoint_successor(desk, institution, successor)
        when = time_text(start) if start else None
        report(done, f"Từ / from: {when or '-'}", as_json=as_json, code=code, successor=to, effective_from=when)


@batch_app.command("revoke")
def batch_revoke(
    code: CodeOption,
    batch: Annotated[str, typer.Option(help="Đợt cấp / the batch's id, as `anchors list` shows it")],
    signature: Annotated[str | None, typer.Option(help="Chữ ký 0x... từ nơi khác / one made elsewhere")] = None,
    deadline: Annotated[int | None, typer.Option(help="Hạn của chữ ký ấy / that signature's deadline")] = None,
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi cả một đợt cấp / revoke a whole batch for good, by the STATUS key's signature."""
    if (signature is None) != (deadline is None):
        raise FormatError("--signature", "and --deadline belong together")
    with office(home) as (house, desk):
        institution, found = house.institution(code), house.store.batch(batch)
        count = found.tree_size if found is not None and found.tree_size else 0
        say(
            f"Thu hồi vĩnh viễn cả đợt {batch} của {institution.name}: {count} văn bằng. / "
            f"All {count} diplomas of the batch {batch} of {code} are to be revoked, for good."
        )
        confirm(yes)
        signed = None if signature is None or deadline is None else (deadline, _bytes(signature))
        done = revoke_batch(desk, institution, batch, clock(), signed)
        if not isinstance(done, Wanted):
            report(done, f"Đã thu hồi / revoked: {batch}", as_json=as_json, code=code, batch=batch)
        elif as_json:
            print_json({"done": False, "sign": done.typed_data, "deadline": done.deadline})
        else:
            console.print("Khóa STATUS không ở đây: hãy ký dữ liệu sau rồi chạy lại với --signature và --deadline.")
            console.print("The STATUS key is not here: sign this, then run again with --signature and --deadline.")
            print_json(done.typed_data)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise FormatError("--signature", "not hex") from None
