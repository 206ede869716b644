"""Institutions, who endorses for them, and their registers of programmes and signers."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Literal

from pydantic import Field

from vanbang.core.errors import FormatError
from vanbang.core.payload import issuer_id
from vanbang.core.strict_json import JsonValue, canonical
from vanbang.notary.operations import ask, slug_of
from vanbang.notary.registers import checked_entry
from vanbang.ports import Conflict, Institution, Operation, RegisterEntry
from vanbang.web.answers import Answer, check_match, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Address, Code, Day, Given, Hex32, Line, NoQuery, Paging, Shown
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right
from vanbang.web.v1.operations import OperationShown, show_operation

api = Endpoints("issuers")

READ, WRITE = Right("issuers", "read"), Right("issuers", "write")
Name = Annotated[Line, Field(examples=["Trường Đại học Bách khoa Sông Hồng"])]
Person = Annotated[Line, Field(examples=["Trần Văn Minh"])]
Title = Annotated[Line, Field(examples=["Hiệu trưởng"])]
Iss = Annotated[
    Line, Field(max_length=255, examples=["https://songhong.edu.vn"], description="Tên không đổi / never changes")
]


class Officer(Given):
    """Who endorses the institution's batches."""

    name: Person
    title: Title


class KeysElsewhere(Given):
    """Addresses of keys that the institution keeps itself; for each role left out a key is made here."""

    anchor: Address | None = None
    status: Address | None = None
    officer: Address | None = None


class NewIssuer(Given):
    """An institution to be made known to the registry."""

    iss: Iss
    code: Code
    name: Name
    officer: Officer
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["shb"])] | None = None
    keys: KeysElsewhere = KeysElsewhere()


class IssuerChange(Given):
    """What may be changed of an institution: the rest stands in the registry."""

    officer: Officer


class IssuerShown(Shown):
    """An institution."""

    iss: Iss
    issuer_id: Hex32
    code: Code
    name: Name
    officer: Officer


class IssuerPage(Page[IssuerShown]):
    """Institutions by code."""


class EntryGiven(Given):
    """A programme (code, name) or a signer (name, title); days are inclusive, empty for without end."""

    kind: Annotated[Literal["programme", "signer"], Field(examples=["programme"])]
    name: Annotated[Line, Field(examples=["Công nghệ thông tin"])]
    code: Annotated[str, Field(max_length=60, examples=["7480201"])] = ""
    title: Annotated[str, Field(max_length=300, examples=[""])] = ""
    since: Day = ""
    until: Annotated[Day, Field(examples=[""])] = ""


class Register(Given):
    """The whole register of an institution."""

    entries: Annotated[list[EntryGiven], Field(max_length=5_000)]


@api.get("/v1/issuers", READ, takes=Paging, gives=IssuerPage)
def list_issuers(call: Call, query: Paging) -> Answer:
    """Các đơn vị cấp bằng / institutions, by code."""
    after = call.place(query)
    found = [
        item
        for item in sorted(call.store.institutions(), key=lambda item: item.code)
        if call.reaches(item.iss) and (after is None or item.code > after[0])
    ]
    return call.page(IssuerPage, query, found, _shown, lambda item: [item.code])


@api.write(
    "POST", "/v1/issuers", WRITE, takes=NewIssuer, gives=OperationShown, status=202, problems=("conflict", "invalid")
)
def register_issuer(call: Call, new: NewIssuer) -> Answer:
    """Đăng ký một đơn vị / make an institution known to the registry; an operation does it in the background."""
    if not call.reaches(None):
        raise Refused("forbidden")
    earlier = call.store.operation(call.new_id())
    if earlier is not None:  # this request, come again: the institution may be known by now because of it
        return _asked(earlier)
    slug = new.slug or _slug(new.code)
    for item in call.store.institutions():
        if new.iss == item.iss or new.code == item.code or slug == item.slug:
            raise Conflict("an institution with this iss, code or slug is known already")
    keys = {role: address for role, address in new.keys.model_dump().items() if address is not None}
    arguments: dict[str, JsonValue] = {
        "iss": new.iss,
        "code": new.code,
        "name": new.name,
        "slug": slug,
        "officer_name": new.officer.name,
        "officer_title": new.officer.title,
        "keys": keys,
    }
    wanted = canonical(arguments).decode()
    operation = ask(
        call.store,
        Operation(call.new_id(), "register_institution", new.iss, wanted, f"api:{call.actor.id}", call.now),
    )
    return _asked(operation)


@api.get("/v1/issuers/{code}", READ, gives=IssuerShown)
def read_issuer(call: Call, _: NoQuery) -> Answer:
    """Một đơn vị / one institution."""
    return shown(_shown(call.institution(call.path["code"])))


@api.write(
    "PATCH", "/v1/issuers/{code}", WRITE, takes=IssuerChange, gives=IssuerShown, if_match=True, problems=("conflict",)
)
def change_issuer(call: Call, change: IssuerChange) -> Answer:
    """Đổi người xác nhận / change who endorses."""
    old = call.institution(call.path["code"])
    new = replace(old, officer_name=change.officer.name, officer_title=change.officer.title)
    if new != old:  # else an earlier attempt got this far
        check_match(call.headers["if-match"], _shown(old))
        call.store.change_institution(old, new)
    return shown(_shown(new))


@api.get("/v1/issuers/{code}/register", Right("registers", "read"), gives=Register)
def read_register(call: Call, _: NoQuery) -> Answer:
    """Danh mục ngành và người ký / programmes and signers of an institution."""
    return shown(_register(call.store.register(call.institution(call.path["code"]).iss)))


@api.write(
    "PUT",
    "/v1/issuers/{code}/register",
    Right("registers", "write"),
    takes=Register,
    gives=Register,
    if_match=True,
    problems=("conflict",),
)
def replace_register(call: Call, given: Register) -> Answer:
    """Thay danh mục / replace the whole register."""
    iss = call.institution(call.path["code"]).iss
    old = call.store.register(iss)
    entries = sorted({_entry(item, index) for index, item in enumerate(given.entries)}, key=_place)
    if list(old) != entries:  # else an earlier attempt got this far
        check_match(call.headers["if-match"], _register(old))
        call.store.replace_register(iss, old, entries)
    return shown(_register(entries))


def _asked(operation: Operation) -> Answer:
    return shown(show_operation(operation), 202, location=f"/v1/operations/{operation.id}")


def _shown(item: Institution) -> IssuerShown:
    return IssuerShown(
        iss=item.iss,
        issuer_id=issuer_id(item.iss).hex(),
        code=item.code,
        name=item.name,
        officer=Officer.model_construct(name=item.officer_name, title=item.officer_title),
    )


def _register(entries: Sequence[RegisterEntry]) -> Register:
    # What is stored was checked when it came.
    return Register.model_construct(entries=[EntryGiven.model_construct(**asdict(entry)) for entry in entries])


def _slug(code: str) -> str:
    try:
        return slug_of(code)
    except FormatError as error:
        fault = Fault("/code", "form", "Cần ít nhất một chữ hay số ASCII.", "It needs an ASCII letter or digit.")
        raise Refused("invalid", [fault]) from error


def _entry(item: EntryGiven, index: int) -> RegisterEntry:
    try:
        return checked_entry(item.model_dump(), f"entries.{index}")
    except FormatError as error:
        fault = Fault("/" + error.where.replace(".", "/"), "rule", "Dòng này chưa đúng.", f"{error.reason}.")
        raise Refused("invalid", [fault]) from error


def _place(entry: RegisterEntry) -> tuple[str, str, str, str]:
    return (entry.kind, entry.code, entry.name, entry.since)
