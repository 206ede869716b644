"""holder: private links for graduates. share: proof URLs of a diploma. correction: what graduates say is wrong."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from vanbang.bootstrap import House, open_house
from vanbang.catalog import TYPES, type_by_name
from vanbang.cli.issuing import find
from vanbang.cli.options import HomeOption, JsonOption, TypeOption
from vanbang.cli.output import console, print_json, print_table
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.holding import PrivateLink, make_holder, opened_text, renew_holder, sealed_text
from vanbang.notary.records import decrypt_record
from vanbang.ports import Correction, CorrectionState, Holder, StoredRecord
from vanbang.settings import home_folder

holder_app = typer.Typer(help="Đường dẫn riêng của người học / private links of graduates", no_args_is_help=True)
share_app = typer.Typer(help="Đường dẫn kiểm tra / proof URLs of a diploma", no_args_is_help=True)
correction_app = typer.Typer(help="Đề nghị đính chính / corrections asked for", no_args_is_help=True)

ALL = 10_000
IssuerOption = Annotated[str, typer.Option("--issuer", help="Mã đơn vị cấp bằng / the institution's code")]
SerialsOption = Annotated[
    list[str],
    typer.Option(
        "--serial",
        help="Số hiệu, mã định danh học bạ; dùng nhiều lần được / serial number, identifier; repeatable",
    ),
]
SerialOption = Annotated[
    str,
    typer.Option("--serial", help="Số hiệu; mã định danh học bạ / serial number; a transcript's identifier"),
]
HolderArgument = Annotated[str, typer.Argument(help="Mã của đường dẫn riêng / the link's id")]
CorrectionArgument = Annotated[str, typer.Argument(help="Mã của đề nghị / the correction's id")]


@holder_app.command("create")
def create(
    code: IssuerOption,
    serials: SerialsOption,
    national: Annotated[
        bool, typer.Option("--national", help="Của mọi đơn vị, do Bộ tạo / for diplomas of several institutions")
    ] = False,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tạo đường dẫn riêng tới mọi văn bằng của một người; chỉ hiện một lần / make a private link, shown this once."""
    with open_house(home_folder(home)) as house:
        keys = _keys(house, code, type_name, serials)
        iss = None if national else house.institution(code).iss
        link = make_holder(house.store.acting_as("cli"), iss, keys, int(time.time()))
        _print_link(house, link, as_json=as_json)


@holder_app.command("add")
def add(
    holder_id: HolderArgument,
    code: IssuerOption,
    serials: SerialsOption,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thêm văn bằng vào một đường dẫn riêng / add diplomas to a private link."""
    with open_house(home_folder(home)) as house:
        holder, keys = _holder(house, holder_id), _keys(house, code, type_name, serials)
        if holder.iss not in (None, house.institution(code).iss):
            raise FormatError(holder_id, "this link is of another institution; a national one may lead to several")
        house.store.acting_as("cli").hold(holder.id, keys, int(time.time()))
        _print_holder(house, holder.id, as_json=as_json)


@holder_app.command("list")
def list_holders(
    code: Annotated[str | None, typer.Option("--issuer", help="Chỉ của đơn vị này / of one institution")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Các đường dẫn riêng, không có khóa / private links, without their keys."""
    with open_house(home_folder(home)) as house:
        iss = None if code is None else house.institution(code).iss
        rows = [_facts(house, holder) for holder in house.store.holders(iss, limit=ALL)]
    _print_rows("Đường dẫn riêng / private links", ("id", "issuer", "diplomas", "created", "state"), rows, as_json)


@holder_app.command("renew")
def renew(holder_id: HolderArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Đổi khóa, đường dẫn cũ hết dùng được ngay / the same link with a new key; the old one is dead at once."""
    with open_house(home_folder(home)) as house:
        holder = _holder(house, holder_id)
        link = renew_holder(house.store.acting_as("cli"), holder.id, int(time.time()))
        _print_link(house, link, as_json=as_json)


@holder_app.command("withdraw")
def withdraw(holder_id: HolderArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Thu hồi đường dẫn riêng ngay; các chia sẻ đã tạo vẫn còn / withdraw a private link; its shares stay."""
    with open_house(home_folder(home)) as house:
        holder = _holder(house, holder_id)
        house.store.acting_as("cli").end_holder(holder.id, int(time.time()))
        _print_holder(house, holder.id, as_json=as_json)


@share_app.command("list")
def list_shares(
    code: IssuerOption,
    serial: SerialOption,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Các đường dẫn kiểm tra của một văn bằng / proof URLs of a diploma, without their keys."""
    now = int(time.time())
    with open_house(home_folder(home)) as house:
        found = house.store.shares(_keys(house, code, type_name, [serial])[0])
    rows = [
        {
            "id": share.id,
            "purpose": share.purpose,
            "made_by": share.maker or "registrar",
            "created": time_text(share.created_at),
            "expires": _time(share.expires_at),
            "withdrawn": _time(share.withdrawn_at),
            "state": "OPEN" if share.is_open(now) else "WITHDRAWN" if share.withdrawn_at else "EXPIRED",
        }
        for share in found
    ]
    columns = ("id", "purpose", "made_by", "created", "expires", "state")
    _print_rows("Đường dẫn kiểm tra / proof URLs", columns, rows, as_json)


@share_app.command("withdraw")
def withdraw_share(
    share_id: Annotated[str, typer.Option("--id", help="Mã của đường dẫn / the share's id, as `share list` shows it")],
    code: IssuerOption,
    serial: SerialOption,
    type_name: TypeOption = "vn-diploma",
    home: HomeOption = None,
) -> None:
    """Thu hồi một đường dẫn kiểm tra / withdraw a proof URL: whoever opens it reads that it was withdrawn."""
    with open_house(home_folder(home)) as house:
        (key,) = _keys(house, code, type_name, [serial])
        house.store.acting_as("cli").withdraw_share(key, share_id, int(time.time()))
    console.print(f"Đã thu hồi / withdrawn: {share_id}", markup=False)


@correction_app.command("list")
def list_corrections(
    code: Annotated[str | None, typer.Option("--issuer", help="Chỉ của đơn vị này / of one institution")] = None,
    answered: Annotated[bool, typer.Option("--all", help="Cả đã trả lời / answered ones too")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Các đề nghị đính chính đang chờ / corrections that wait for an answer, with what graduates wrote."""
    with open_house(home_folder(home)) as house:
        iss = None if code is None else house.institution(code).iss
        found = house.store.corrections(iss, () if answered else ("ASKED",), None, ALL)
        rows = [_correction_facts(house, item) for item in found]
        for item in found:
            house.store.acting_as("cli").note("correction.read", item.id, {"record": item.record})
    columns = ("id", "issuer", "serial", "claim", "state", "question")
    _print_rows("Đề nghị đính chính / corrections", columns, rows, as_json)


@correction_app.command("answer")
def answer(
    correction_id: CorrectionArgument,
    words: Annotated[str, typer.Option("--words", help="Lời đáp, người học đọc được / what the graduate reads")],
    accept: Annotated[bool, typer.Option("--accept/--decline", help="Chấp nhận hay từ chối / yes or no")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Trả lời một đề nghị; chấp nhận thì cấp bản thay thế / answer; what is accepted is mended by a new edition."""
    state: CorrectionState = "ACCEPTED" if accept else "DECLINED"
    if not 1 <= len(words.strip()) <= 1_000:
        raise FormatError("--words", "not 1 to 1,000 characters")
    with open_house(home_folder(home)) as house:
        found = house.store.correction(correction_id)
        record = house.store.record(found.record) if found else None
        if found is None or record is None or not record.secret:
            raise FormatError(correction_id, "there is no such correction: see `vanbang correction list`")
        sealed = sealed_text(record, "answer", found.id, words.strip())
        done = house.store.acting_as("cli").answer_correction(found.id, state, sealed, int(time.time()))
        _print_facts(_correction_facts(house, done), as_json)


def _keys(house: House, code: str, type_name: str, serials: Sequence[str]) -> list[bytes]:
    """The blind keys of issued diplomas. Raises NotIssued, UnknownCredentialType."""
    kind = type_by_name(type_name)
    return [find(house, code, kind, serial).key for serial in serials]


def _holder(house: House, holder_id: str) -> Holder:
    holder = house.store.holder(holder_id)
    if holder is None:
        raise FormatError(holder_id, "there is no private link with this id: see `vanbang holder list`")
    return holder


def _facts(house: House, holder: Holder) -> dict[str, Any]:
    codes = {item.iss: item.code for item in house.store.institutions()}
    return {
        "id": holder.id,
        "issuer": None if holder.iss is None else codes.get(holder.iss, holder.iss),
        "diplomas": len(house.store.held(holder.id)),
        "created": time_text(holder.created_at),
        "renewed": _time(holder.renewed_at),
        "withdrawn": _time(holder.ended_at),
        "state": "OPEN" if holder.ended_at is None else "WITHDRAWN",
    }


def _correction_facts(house: House, item: Correction) -> dict[str, Any]:
    codes = {found.iss: found.code for found in house.store.institutions()}
    record = house.store.record(item.record)
    said = None if record is None else opened_text(record, "question", item.id, item.question)
    return {
        "id": item.id,
        "issuer": codes.get(item.iss, item.iss),
        **_named(house, record),
        "claim": item.claim,
        "asked": time_text(item.asked_at),
        "state": item.state,
        "answered": _time(item.answered_at),
        "question": said,
    }


def _named(house: House, record: StoredRecord | None) -> dict[str, str | None]:
    """Of which diploma something is, as the other commands name it; nothing of one that was erased."""
    batch = None if record is None else house.store.batch(record.batch_id)
    if record is None or batch is None or not record.secret:
        return {"type": None, "serial": None}
    kind = TYPES[batch.vct]
    return {"type": kind.name, "serial": decrypt_record(kind, record).__dict__[kind.key[0]]}


def _print_link(house: House, link: PrivateLink, *, as_json: bool) -> None:
    holder = _holder(house, link.id)
    url = link.url(house.settings.base_url)
    if as_json:
        print_json({**_facts(house, holder), "url": url})
        return
    console.print(f"Đường dẫn riêng / private link: {url}", markup=False)
    console.print(
        "Chỉ hiện lần này. Trao tận tay người học, không gửi qua nơi người khác đọc được: ai có nó xem được tất cả.\n"
        "Shown this once. Hand it to the graduate, by no way that others read: whoever has it sees everything."
    )


def _print_holder(house: House, holder_id: str, *, as_json: bool) -> None:
    _print_facts(_facts(house, _holder(house, holder_id)), as_json)


def _print_facts(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        console.print(f"{name:>10}: {'-' if value is None else value}", markup=False)


def _print_rows(title: str, columns: tuple[str, ...], rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(list(rows))
    else:
        print_table(
            title, columns, [tuple("-" if row[name] is None else str(row[name]) for name in columns) for row in rows]
        )


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else time_text(seconds)
