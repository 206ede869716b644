"""Keys of an institution: what the registry says of them; making and ending them are operations."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from vanbang.core.encoding import account, time_text
from vanbang.core.payload import issuer_id
from vanbang.core.strict_json import canonical
from vanbang.notary.acting_keys import ROLES, statement_keys
from vanbang.notary.operations import ask
from vanbang.notary.registering import OPEN_END
from vanbang.ports import Institution, Operation, OperationKind
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints, NoBody
from vanbang.web.fields import Address, Given, NoQuery, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right
from vanbang.web.v1.operations import OperationShown, show_operation

api = Endpoints("keys")

READ, WRITE = Right("keys", "read"), Right("keys", "write")
_NAMES = {bit: name for name, bit in ROLES.items()}
KeyRole = Annotated[Literal["anchor", "status", "officer"], Field(examples=["officer"])]


class NewKey(Given):
    """A key to be added: one that is made here under a name, or the address of one that is kept elsewhere."""

    role: KeyRole
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["officer-2"])] | None = None
    address: Annotated[Address | None, Field(examples=[None])] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.name is None) == (self.address is None):
            told = {"vi": "Cần name hoặc address, không cả hai.", "en": "Give name or address, not both."}
            raise PydanticCustomError("rule", "name or address", told)
        return self


class KeyShown(Shown):
    """A key in our key store, and what the registry says of it; `role` null: it is not in the registry (yet)."""

    name: Annotated[str, Field(examples=["shb/officer"])]
    address: Address
    role: Annotated[Literal["anchor", "status", "officer"] | None, Field(examples=["officer"])]
    not_before: Time | None
    not_after: Annotated[Time | None, Field(examples=[None])]
    compromised_since: Annotated[Time | None, Field(examples=[None])]


class Keys(Shown):
    """All keys of an institution in our key store; those kept elsewhere are known to the registry alone."""

    items: list[KeyShown]


@api.get("/v1/issuers/{code}/keys", READ, gives=Keys)
def list_keys(call: Call, _: NoQuery) -> Answer:
    """Khóa của một đơn vị và hiệu lực trên sổ / keys of an institution, and what the registry says of them."""
    return shown(Keys(items=list(_keys(call, call.institution(call.path["code"])))))


@api.write("POST", "/v1/issuers/{code}/keys", WRITE, takes=NewKey, gives=OperationShown, status=202)
def add_key(call: Call, new: NewKey) -> Answer:
    """Thêm một khóa / add a key; an operation does it in the background."""
    given = {name: value for name, value in new.model_dump().items() if value is not None}
    return _asked(call, "add_key", given)


@api.write("POST", "/v1/issuers/{code}/keys/{address}/end", WRITE, gives=OperationShown, status=202)
def end_key(call: Call, _: NoBody) -> Answer:
    """Kết thúc hiệu lực một khóa / end a key's window now; what it signed stays good."""
    institution = call.institution(call.path["code"])
    address = account(call.path["address"], "address")
    if not call.desk.ledger.key(issuer_id(institution.iss), address).role:
        raise Refused("not_found")
    return _asked(call, "end_key", {"address": call.path["address"]})


def _asked(call: Call, kind: OperationKind, arguments: dict[str, str]) -> Answer:
    iss = call.institution(call.path["code"]).iss
    wanted = canonical(arguments).decode()
    operation = ask(call.store, Operation(call.new_id(), kind, iss, wanted, f"api:{call.actor.id}", call.now))
    return shown(show_operation(operation), 202, location=f"/v1/operations/{operation.id}")


def _keys(call: Call, institution: Institution) -> Iterator[KeyShown]:
    issuer = issuer_id(institution.iss)
    for name, signer in statement_keys(call.desk.keys, institution):
        address = signer.address
        key = call.desk.ledger.key(issuer, address)
        open_end = key.not_after >= OPEN_END
        yield KeyShown(
            name=name,
            address="0x" + address.hex(),
            role=_NAMES.get(key.role),
            not_before=time_text(key.not_before) if key.role else None,
            not_after=None if open_end or not key.role else time_text(key.not_after),
            compromised_since=time_text(key.compromised_since) if key.compromised_since else None,
        )
