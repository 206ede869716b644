"""api-key: who may use the API. Needs the database only, neither chain nor signing keys."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast, get_args
from unicodedata import normalize

import typer

from vanbang.adapters.sql import opened_store
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import console, print_json, print_table
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.access import make_key, new_id, new_secret, replace_key, text_of
from vanbang.ports import ApiKey, Role, Store
from vanbang.settings import Settings, home_folder, load

api_key_app = typer.Typer(help="Khóa API / API keys", no_args_is_help=True)
ALL = 10_000

KeyIdOption = Annotated[str, typer.Argument(help="Mã của khóa / the key's id")]
DaysOption = Annotated[
    int | None, typer.Option(min=1, max=3_650, help="Số ngày hiệu lực / days that it is good [VANBANG_API_KEY_DAYS]")
]


@api_key_app.command("create")
def create(
    role: Annotated[str, typer.Option(help="ministry | registrar | officer | reader")],
    label: Annotated[str, typer.Option(help="Ai dùng, ở đâu / who uses it, where")],
    code: Annotated[
        str | None, typer.Option(help="Mã đơn vị; bỏ trống: mọi đơn vị / institution code; none: all of them")
    ] = None,
    days: DaysOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tạo khóa API; bí mật chỉ hiện một lần / make an API key; its secret is shown this once."""
    if role not in get_args(Role):
        raise FormatError("--role", f"not one of {', '.join(get_args(Role))}")
    label = normalize("NFC", label.strip())
    if not 1 <= len(label) <= 100:
        raise FormatError("--label", "not 1 to 100 characters")
    with _opened(home) as (store, settings):
        iss, secret, now = _iss(store, code), new_secret(), int(time.time())
        days = days or settings.api_key_days
        key = make_key(store, new_id(), secret, iss, cast(Role, role), label, now, days)
        _print_new(store, key, secret, as_json=as_json)


@api_key_app.command("list")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Các khóa API, không có bí mật / API keys, without their secrets."""
    with _opened(home) as (store, _):
        rows = [_row(store, key) for key in store.api_keys(limit=ALL)]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "role", "issuer", "label", "expires", "state")
        print_table("Khóa API / API keys", columns, [tuple(str(row[name] or "-") for name in columns) for row in rows])


@api_key_app.command("rotate")
def rotate(
    key_id: KeyIdOption,
    overlap: Annotated[int, typer.Option(min=0, help="Khóa cũ còn dùng mấy giây / seconds the old one goes on")] = 0,
    days: DaysOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thay khóa API bằng khóa mới / replace an API key by a new one with the same role and reach."""
    with _opened(home) as (store, settings):
        old, secret, days = _key(store, key_id), new_secret(), days or settings.api_key_days
        key = replace_key(store, old, new_id(), secret, int(time.time()), overlap, days)
        _print_new(store, key, secret, as_json=as_json)


@api_key_app.command("end")
def end(key_id: KeyIdOption, home: HomeOption = None) -> None:
    """Chấm dứt khóa API ngay / end an API key now; a running site forgets it within two seconds."""
    with _opened(home) as (store, _):
        store.end_api_key(_key(store, key_id).id, int(time.time()))
    console.print(f"Đã chấm dứt / ended: {key_id}")


@contextmanager
def _opened(home: HomeOption) -> Iterator[tuple[Store, Settings]]:
    settings = load(home_folder(home))
    with opened_store(settings.database_at) as store:
        yield store.acting_as("cli"), settings


def _iss(store: Store, code: str | None) -> str | None:
    if code is None:
        return None
    for item in store.institutions():
        if item.code == code:
            return item.iss
    raise FormatError(code, "there is no institution with this code: see `vanbang issuer list`")


def _key(store: Store, key_id: str) -> ApiKey:
    key = store.api_key(key_id)
    if key is None:
        raise FormatError(key_id, "there is no API key with this id: see `vanbang api-key list`")
    return key


def _row(store: Store, key: ApiKey) -> dict[str, str | None]:
    codes = {item.iss: item.code for item in store.institutions()}
    state = "good" if key.is_good(int(time.time())) else "ended" if key.ended_at is not None else "expired"
    return {
        "id": key.id,
        "role": key.role,
        "issuer": None if key.iss is None else codes.get(key.iss, key.iss),
        "label": key.label,
        "created": time_text(key.created_at),
        "expires": time_text(key.expires_at),
        "ended": None if key.ended_at is None else time_text(key.ended_at),
        "state": state,
        "replaced_by": key.replaced_by,
    }


def _print_new(store: Store, key: ApiKey, secret: bytes, *, as_json: bool) -> None:
    if as_json:
        print_json({**_row(store, key), "key": text_of(key.id, secret)})
        return
    console.print(f"Khóa API / API key: {text_of(key.id, secret)}", markup=False)
    console.print("Chỉ hiện lần này; hãy cất kỹ / shown this once: keep it safe.")
