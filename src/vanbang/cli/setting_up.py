"""init, issuer, key: an installation, its institutions and their keys."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final
from unicodedata import normalize

import typer

from vanbang.bootstrap import House, bind_key, open_house, set_up
from vanbang.cli.options import DepthOption, HomeOption, JsonOption, RpcOption
from vanbang.cli.output import console, errors, plain, print_json, print_table
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id, short_text
from vanbang.notary.acting_keys import ROLES, statement_keys
from vanbang.notary.key_names import key_name, own_name
from vanbang.notary.operations import slug_of
from vanbang.notary.registering import OPEN_END, PATIENCE, add_key, end_key, register_institution
from vanbang.ports import Institution
from vanbang.settings import home_folder

issuer_app = typer.Typer(help="Đơn vị cấp bằng / institutions", no_args_is_help=True)
key_app = typer.Typer(help="Khóa ký / keys", no_args_is_help=True)
ROLE_NAMES = {bit: role for role, bit in ROLES.items()}
MOMENT: Final = 0.2
"""Seconds between two looks at the chain: short beside a block, and no burden on an endpoint that many ask."""


def pause() -> None:
    """A moment between two looks at the chain."""
    time.sleep(MOMENT)


@contextmanager
def sending(house: House) -> Iterator[House]:
    """The house as the only one of the installation that sends; waits until a worker has ended its step with the chain.

    Raises WorkElsewhere after a long wait.
    """
    name = f"chain:{house.ledger.chain_id}"
    with house.leases.holding(name) as store:
        if store is not None:
            yield house.working_on(store)
            return
    lease = house.store.lease(name)
    errors.print(f"Đang đợi tiến trình khác / waiting for another worker: {plain(lease.holder if lease else '')}")
    with house.leases.waiting_for(name, PATIENCE) as store:
        yield house.working_on(store)


def init(
    home: HomeOption = None,
    rpc: RpcOption = None,
    registry: Annotated[
        str | None, typer.Option(help="Sổ đã có, dạng eip155:<id>:<địa chỉ> / an existing registry; else deploy one")
    ] = None,
    base_url: Annotated[str, typer.Option(help="Địa chỉ trang web / the site's address")] = "http://127.0.0.1:8000",
    depth: DepthOption = None,
    page_rpc: Annotated[
        list[str] | None,
        typer.Option(help="JSON-RPC công khai cho trang / endpoints the page is told of"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Lập cài đặt mới / set up an installation: keys, database, registry."""
    settings = set_up(
        home_folder(home), tuple(rpc or ()), registry, base_url.rstrip("/"), pause, depth, tuple(page_rpc or ())
    )
    if as_json:
        print_json({"home": str(settings.home), "registry": settings.registry, "rpc": list(settings.endpoints)})
        return
    console.print(f"Đã cài đặt / set up: {settings.home}\nSổ đăng ký / registry: {settings.registry}")
    if not settings.rpc:
        console.print("[yellow]Chuỗi phát triển, không có giá trị thật / a development chain: worth nothing.[/]")


@issuer_app.command("add")
def issuer_add(
    iss: Annotated[str, typer.Option(help="Tên không đổi, thường là địa chỉ web / a name that never changes")],
    code: Annotated[str, typer.Option(help="Mã đơn vị / institution code")],
    name: Annotated[str, typer.Option(help="Tên đơn vị / institution name")],
    officer: Annotated[str, typer.Option(help="Người ký / who endorses")],
    title: Annotated[str, typer.Option(help="Chức danh / his or her title")] = "Hiệu trưởng",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đăng ký một đơn vị và tạo khóa / register an institution and make its keys."""
    iss, code, name, officer, title = (normalize("NFC", text.strip()) for text in (iss, code, name, officer, title))
    institution = Institution(short_text(iss, "--iss"), code, name, slug_of(code), officer, title)
    with open_house(home_folder(home)) as opened, sending(opened) as house:
        names = register_institution(house.store, house.ledger, house.keys, institution, pause)
    if as_json:
        print_json({"iss": iss, "issuer_id": issuer_id(iss).hex(), "code": code, "keys": names})
    else:
        console.print(f"Đã đăng ký / registered: {name} ({code})\nKhóa / keys: {', '.join(names)}")


@issuer_app.command("list")
def issuer_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Các đơn vị / institutions."""
    with open_house(home_folder(home)) as house:
        found = house.store.institutions()
    if as_json:
        print_json([{"iss": item.iss, "code": item.code, "name": item.name} for item in found])
    else:
        rows = [(item.code, item.name, item.iss, f"{item.officer_name}, {item.officer_title}") for item in found]
        print_table("Đơn vị / institutions", ("Mã / code", "Tên / name", "iss", "Người ký / officer"), rows)


@key_app.command("list")
def key_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Khóa và hiệu lực trên sổ / keys, and what the registry says of them."""
    with open_house(home_folder(home)) as house:
        rows = [row for item in house.store.institutions() for row in _key_rows(house, item)]
    columns = ("name", "address", "role", "from", "until", "compromised")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("Khóa / keys", columns, rows)


@key_app.command("add")
def key_add(
    code: Annotated[str, typer.Option(help="Mã đơn vị / institution code")],
    role: Annotated[str, typer.Option(help="anchor | status | officer")],
    name: Annotated[str, typer.Option(help="Tên khóa mới, chữ thường / the new key's name, e.g. officer-2")],
    home: HomeOption = None,
) -> None:
    """Tạo và đăng ký một khóa / make a key and register it."""
    if role not in ROLES:
        raise FormatError("--role", f"not one of {', '.join(ROLES)}")
    with open_house(home_folder(home)) as opened, sending(opened) as house:
        institution = house.institution(code)
        full = own_name(institution, name)
        if full not in house.keys.names():
            house.keys.create(full)
        address = house.keys.signer(full).address
        add_key(house.store, house.ledger, house.keys, institution, address, ROLES[role], pause)
    console.print(f"Đã thêm khóa / added: {full} ({role})")


@key_app.command("bind")
def key_bind(
    role: Annotated[str, typer.Option(help="owner | relayer | admin | anchor | status | officer")],
    code: Annotated[str | None, typer.Option(help="Mã đơn vị / institution code; none for owner, relayer")] = None,
    name: Annotated[str | None, typer.Option(help="Tên khóa / the key's name, e.g. anchor-2; else the role")] = None,
    kms: Annotated[str | None, typer.Option(help="Khóa trong AWS KMS: ARN, alias/... / a key in AWS KMS")] = None,
    region: Annotated[str | None, typer.Option(help="Vùng của AWS, nếu không có trong ARN / AWS region")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Địa chỉ KMS riêng / a private endpoint of KMS")] = None,
    pkcs11: Annotated[str | None, typer.Option(help="Thư viện của HSM / the HSM's library, its whole path")] = None,
    token: Annotated[str | None, typer.Option(help="Nhãn của token / the token's label")] = None,
    label: Annotated[str | None, typer.Option(help="Nhãn của khóa trên token / the key's label on it")] = None,
    pin_file: Annotated[str | None, typer.Option(help="Tệp chứa PIN / file with the PIN; VANBANG_PKCS11_PIN")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Gắn một khóa giữ ở AWS KMS hoặc HSM / bind a key that is kept in AWS KMS or an HSM, once it has signed."""
    if bool(kms) == bool(pkcs11):
        raise FormatError("--kms", "or --pkcs11 says where the key is kept: give one of them")
    there = {"key": kms, "region": region, "endpoint": endpoint, "module": pkcs11, "token": token, "pin_file": pin_file}
    if not kms:
        there["key"] = label
    place = {member: text for member, text in there.items() if text is not None}
    full = key_name(role, code, name)
    address = "0x" + bind_key(home_folder(home), full, {"kms" if kms else "pkcs11": place}).hex()
    if as_json:
        print_json({"name": full, "address": address})
    else:
        console.print(f"Đã gắn khóa / bound: {full} ({address})")


@key_app.command("end")
def key_end(
    code: Annotated[str, typer.Option(help="Mã đơn vị / institution code")],
    name: Annotated[str, typer.Option(help="Tên khóa / the key's name")],
    home: HomeOption = None,
) -> None:
    """Kết thúc hiệu lực một khóa từ bây giờ / end a key's window now; what it signed stays good."""
    with open_house(home_folder(home)) as opened, sending(opened) as house:
        institution = house.institution(code)
        full = own_name(institution, name)
        end_key(house.store, house.ledger, house.keys, institution, house.keys.signer(full).address, pause)
    console.print(f"Đã kết thúc khóa / ended: {full}")


def _key_rows(house: House, institution: Institution) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, signer in statement_keys(house.keys, institution):
        key = house.ledger.key(issuer_id(institution.iss), signer.address)
        open_end = key.not_after >= OPEN_END
        rows.append(
            (
                name,
                "0x" + signer.address.hex(),
                ROLE_NAMES.get(key.role, "-"),
                time_text(key.not_before) if key.role else "-",
                "-" if open_end or not key.role else time_text(key.not_after),
                time_text(key.compromised_since) if key.compromised_since else "-",
            )
        )
    return rows
