"""API keys: made, listed, replaced, ended. The secret of a key is shown once, in the answer that made it."""

from typing import Annotated, Literal

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.access import MAX_OVERLAP, make_key, replace_key, text_of
from vanbang.ports import ApiKey
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import Endpoints, NoBody
from vanbang.web.fields import Code, Given, Line, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right

api = Endpoints("API keys")

READ, WRITE = Right("api_keys", "read"), Right("api_keys", "write")
RoleName = Annotated[Literal["ministry", "registrar", "officer", "reader"], Field(examples=["registrar"])]
Days = Annotated[int, Field(ge=1, le=3_650, examples=[365])]
SECRET = "vb_" + "a7" * 8 + "_" + "uq2mB7Hhd1Rr0bU1cUlcZ3mO6vQ9a6FZ0n8O8mE0o5A"


class NewApiKey(Given):
    """A key for one institution, or for all (no `issuer`). `label` says to people who uses it where."""

    role: RoleName
    label: Annotated[Line, Field(max_length=100, examples=["Phòng Đào tạo, máy chủ 1"])]
    issuer: Code | None = None
    days: Days | None = None


class Rotation(Given):
    """For how many seconds more the old key is good beside the new one."""

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP, examples=[3600])] = 0
    days: Days | None = None


class ApiKeyShown(Shown):
    """An API key without its secret, which nobody has but its holder."""

    id: Annotated[str, Field(examples=["a7" * 8])]
    issuer: Code | None
    role: RoleName
    label: Annotated[str, Field(examples=["Phòng Đào tạo, máy chủ 1"])]
    created_at: Time
    expires_at: Time
    ended_at: Annotated[Time | None, Field(examples=[None])]
    replaced_by: Annotated[str | None, Field(examples=[None])]


class NewApiKeyShown(ApiKeyShown):
    """A new API key with its secret: shown this once."""

    key: Annotated[str, Field(examples=[SECRET])]


class ApiKeyPage(Page[ApiKeyShown]):
    """API keys by id."""


class ApiKeyQuery(Paging):
    """Which API keys."""

    issuer: Code | None = None


@api.get("/v1/api-keys", READ, takes=ApiKeyQuery, gives=ApiKeyPage)
def list_api_keys(call: Call, query: ApiKeyQuery) -> Answer:
    """Các khóa API / API keys."""
    place = call.place(query)
    iss = None if query.issuer is None else call.institution(query.issuer).iss
    found = call.store.api_keys(iss=iss, after=place[0] if place else "", limit=query.limit + 1)
    return call.page(ApiKeyPage, query, found, lambda item: _shown(call, item), lambda item: [item.id])


@api.write("POST", "/v1/api-keys", WRITE, takes=NewApiKey, gives=NewApiKeyShown, status=201, problems=("key_refused",))
def make_api_key(call: Call, new: NewApiKey) -> Answer:
    """Tạo khóa API / make an API key."""
    iss = None if new.issuer is None else call.institution_in_body(new.issuer).iss
    secret = call.secret_for("api key")
    days = new.days or call.desk.limits.api_key_days
    made = make_key(call.store, call.new_id()[:16], secret, iss, new.role, new.label, call.now, days)
    return _shown_once(call, made, secret)


@api.get("/v1/api-keys/{key_id}", READ, gives=ApiKeyShown)
def read_api_key(call: Call, _: NoQuery) -> Answer:
    """Một khóa API / an API key, without its secret."""
    return shown(_shown(call, _key(call)))


@api.write(
    "POST",
    "/v1/api-keys/{key_id}/rotation",
    WRITE,
    takes=Rotation,
    gives=NewApiKeyShown,
    status=201,
    problems=("conflict",),
)
def rotate_api_key(call: Call, given: Rotation) -> Answer:
    """Thay khóa API / replace an API key by a new one with the same role and reach."""
    secret = call.secret_for("api key")
    days = given.days or call.desk.limits.api_key_days
    old, new_id = _key(call), call.new_id()[:16]
    made = replace_key(call.store, old, new_id, secret, call.now, given.overlap_seconds, days)
    call.office.gate.forget(old.id)
    return _shown_once(call, made, secret)


@api.write("DELETE", "/v1/api-keys/{key_id}", WRITE, gives=(), status=204)
def end_api_key(call: Call, _: NoBody) -> Answer:
    """Chấm dứt khóa API / end an API key now."""
    call.store.end_api_key(_key(call).id, call.now)
    call.office.gate.forget(call.path["key_id"])
    return Answer(204)


def _key(call: Call) -> ApiKey:
    key = call.store.api_key(call.path["key_id"])
    if key is None:
        raise Refused("not_found")
    return key


def _shown_once(call: Call, key: ApiKey, secret: bytes) -> Answer:
    whole = NewApiKeyShown(**dict(_shown(call, key)), key=text_of(key.id, secret))
    return shown(whole, 201, location=f"/v1/api-keys/{key.id}", kept=False)


def _shown(call: Call, key: ApiKey) -> ApiKeyShown:
    return ApiKeyShown(
        id=key.id,
        issuer=call.code_of(key.iss),
        role=key.role,
        label=key.label,
        created_at=time_text(key.created_at),
        expires_at=time_text(key.expires_at),
        ended_at=None if key.ended_at is None else time_text(key.ended_at),
        replaced_by=key.replaced_by,
    )
