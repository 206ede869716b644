"""Endpoints as the resources declare them. Each names the right it needs or says that it is public: there is no third.

`Call` is what a handler gets of the request; a handler returns an `Answer` and knows nothing of ASGI.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel

from vanbang.core.strict_json import canonical
from vanbang.ports import ApiKey, Institution, Store
from vanbang.web.answers import Answer, shown
from vanbang.web.desk import Desk
from vanbang.web.fields import Given, NoQuery, Paging, Shown
from vanbang.web.office import Office
from vanbang.web.problems import Refused
from vanbang.web.repeating import Repeating
from vanbang.web.rights import Right

OCTETS: Final = "application/octet-stream"
EVENTS: Final = "text/event-stream"

PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "address": (r"0x[0-9a-f]{40}", "0x" + "5a" * 20),
    "batch_id": (r"[0-9a-z-]{1,64}", "0d" * 16),
    "change_id": (r"[0-9a-f]{32}", "2c" * 16),
    "code": (r"[A-Za-z0-9Đđ._-]{1,64}", "SHB"),
    "credential_id": (r"[0-9a-f]{64}", "c3" * 32),
    "key_id": (r"[0-9a-f]{16}", "a7" * 8),
    "name": (r"[a-z0-9-]{1,40}", "vn-diploma"),
    "number": (r"[1-9][0-9]{0,5}", "1"),
    "operation_id": (r"[0-9a-f]{32}", "0f" * 16),
    "path": (r".{1,300}", "manifests/" + "3b" * 32),
    "request_id": (r"[0-9a-f]{64}", "9f" * 32),
    "share_id": (r"[A-Za-z0-9_-]{22}", "SmhHmzQGosbrmiNtsexLYg"),
    "upload_id": (r"[0-9a-f]{32}", "b1" * 16),
}
"""What each parameter of a path looks like, with an example. What does not look so is not found."""


class Public(Enum):
    """Says that an endpoint is for everybody: counted by address, or (FILES) not at all, as caches fetch them."""

    COUNTED = "counted"
    FILES = "files"


class NoBody(Given):
    """Nothing is sent."""


Pace = Literal["quick", "usual", "slow"]
"""Where a handler runs. quick: at once, for a few reads by key cost less than handing them to a thread and wait for no
writer. usual: in one of the threads that share the store. slow: in a thread beside them, as it asks other servers and
not the store."""

Handler = Callable[["Call", Any], Any]
Row = TypeVar("Row")
Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path. `takes`: query of a GET, JSON body of the others; `octets`: a body of any bytes instead,
    `most` of them, or else as many as a part may have.

    `gives`: the model of the answer, or its media types. `writes`: it needs an Idempotency-Key. `problems` are the
    codes it may answer with beside those that follow from the rest.
    """

    method: str
    path: str
    access: Right | Public
    handler: Handler
    takes: type[Given]
    gives: type[BaseModel] | tuple[str, ...]
    status: int = 200
    octets: tuple[str, ...] = ()
    most: int | None = None
    writes: bool = False
    if_match: bool = False
    pace: Pace = "usual"
    problems: tuple[str, ...] = ()
    area: str = ""

    @property
    def name(self) -> str:
        """The operationId."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """First line of the handler's docstring: Vietnamese / English."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0]

    @property
    def is_stream(self) -> bool:
        return self.gives == (EVENTS,)


@dataclass(slots=True)
class Endpoints:
    """The endpoints of one resource, collected by its module."""

    area: str
    all: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, access: Right | Public, **told: Any) -> Callable[[Handler], Handler]:
        """A reading: `takes` is its query."""
        return self._add("GET", path, access, {"takes": NoQuery, **told})

    def write(self, method: str, path: str, access: Right | Public, **told: Any) -> Callable[[Handler], Handler]:
        """A change: it needs an Idempotency-Key, and `takes` is its JSON body."""
        return self._add(method, path, access, {"takes": NoBody, "writes": True, **told})

    def put_bytes(self, path: str, access: Right | Public, **told: Any) -> Callable[[Handler], Handler]:
        """A body of any bytes, put where its path says: sent again it has the same effect, so it needs no key."""
        return self._add("PUT", path, access, {"takes": NoBody, **told})

    def ask(self, path: str, access: Right | Public, **told: Any) -> Callable[[Handler], Handler]:
        """A question whose particulars must not stand in an address: POST, and yet nothing changes."""
        return self._add("POST", path, access, {"takes": NoBody, **told})

    def _add(
        self, method: str, path: str, access: Right | Public, told: Mapping[str, Any]
    ) -> Callable[[Handler], Handler]:
        def kept(handler: Handler) -> Handler:
            self.all.append(Endpoint(method, path, access, handler, area=self.area, **told))
            return handler

        return kept


class Page(Shown, Generic[Item]):
    """A page of a list; `next` is null on the last."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets of a request. `key` is None for public endpoints, `repeating` for what does not write."""

    office: Office
    store: Store
    key: ApiKey | None
    address: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    now: int
    repeating: Repeating | None = None

    @property
    def desk(self) -> Desk:
        return self.office.desk

    @property
    def actor(self) -> ApiKey:
        """The API key of a keyed endpoint."""
        if self.key is None:
            raise Refused("unauthorized")
        return self.key

    def secret_for(self, purpose: str) -> bytes:
        """32 secret bytes for what a write makes, the same when the request is sent again."""
        if self.repeating is None:
            raise Refused("no_idempotency_key")
        return self.repeating.secret(purpose)

    def new_id(self) -> str:
        """The id of what a write makes: 32 hex digits, the same when the request is sent again."""
        return self.secret_for("id").hex()[:32]

    def reaches(self, iss: str | None) -> bool:
        """Whether the key may know that something of this institution (None: of all together) exists."""
        return self.actor.iss is None or self.actor.iss == iss

    def institution(self, code: str) -> Institution:
        """The institution as it is stored now. Raises Refused: an unknown one and another one's key look the same."""
        for item in self.store.institutions():
            if item.code == code and self.reaches(item.iss):
                return item
        raise Refused("not_found")

    def known_institution(self, code: str) -> Institution:
        """As `institution`, from memory: for what is looked up often, and needs iss and code only."""
        found = self.office.institutions().get(code)
        if found is None:
            return self.institution(code)
        if not self.reaches(found.iss):
            raise Refused("not_found")
        return found

    def code_of(self, iss: str | None) -> str | None:
        """The code of an institution, None for none."""
        if iss is None:
            return None
        for item in self.office.institutions().values():
            if item.iss == iss:
                return item.code
        return next((item.code for item in self.store.institutions() if item.iss == iss), None)

    def place(self, query: Paging) -> list[Any] | None:
        """Where the page begins, None for the first. Raises Refused (400)."""
        return None if query.cursor is None else self.office.cursors.read(self._listed(query), query.cursor)

    def page(
        self,
        shape: type[Page[Item]],
        query: Paging,
        rows: Sequence[Row],
        show: Callable[[Row], Item],
        place: Callable[[Row], list[str | int]],
    ) -> Answer:
        """A page of `rows`, of which one more than the limit was read to know whether another page follows."""
        kept = rows[: query.limit]
        more = len(rows) > query.limit
        following = self.office.cursors.write(self._listed(query), place(kept[-1])) if more else None
        return shown(shape(items=[show(row) for row in kept], next=following))

    def _listed(self, query: Paging) -> str:
        filters = query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        return f"{self.address}\0{self.actor.iss or ''}\0{canonical(filters).decode()}"


@dataclass(frozen=True, slots=True)
class Follow:
    """What an event stream shows: `look` gives the representation now, and whether it will never change again."""

    look: Callable[[], tuple[bytes, bool]]


def grouped(endpoints: Sequence[Endpoint]) -> Iterator[tuple[str, dict[str, Endpoint]]]:
    """Endpoints by path and method. Raises ValueError for two of the same."""
    paths: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        methods = paths.setdefault(endpoint.path, {})
        if endpoint.method in methods:
            raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
        methods[endpoint.method] = endpoint
    yield from paths.items()
