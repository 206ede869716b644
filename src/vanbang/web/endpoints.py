"""Endpoints as the resources declare them. Each names the right it needs, or says that it is public or a holder's.

A handler takes a `Call` and what was given, returns an `Answer` and knows nothing of ASGI.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from pydantic import BaseModel

from vanbang.web.call import Call
from vanbang.web.fields import Given, NoQuery
from vanbang.web.rights import Right

OCTETS: Final = "application/octet-stream"
EVENTS: Final = "text/event-stream"

PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "address": (r"0x[0-9a-f]{40}", "0x" + "5a" * 20),
    "batch_id": (r"[0-9a-z-]{1,64}", "0d" * 16),
    "change_id": (r"[0-9a-f]{32}", "2c" * 16),
    "code": (r"[A-Za-z0-9Đđ._-]{1,64}", "SHB"),
    "correction_id": (r"[0-9a-f]{32}", "c0" * 16),
    "credential_id": (r"[0-9a-f]{64}", "c3" * 32),
    "holder_id": (r"[A-Za-z0-9_-]{22}", "Qm9vayBvZiBncmFkdWF0ZQ"),
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


class Holding(Enum):
    """Says that an endpoint is for graduates: with the token of a private link, for what that holder has (OWN)."""

    OWN = "own"


Access = Right | Public | Holding


class NoBody(Given):
    """Nothing is sent."""


Pace = Literal["quick", "reads", "writes", "slow"]
"""Where a handler runs. quick: at once, for a few reads by key cost less than handing them to a thread and wait for no
writer. reads, writes: in one of the threads for that, so that readers never wait behind those who wait for a writer;
to note in the audit log is to write. slow: in a thread beside them, as it asks other servers and not the store."""

Handler = Callable[[Call, Any], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path. `takes`: query of a GET, JSON body of the others; `octets`: a body of any bytes instead,
    `most` of them, or else as many as a part may have.

    `optional`: the body may be left out, and is then what all its members are without being named.
    `at_once`: the handler for what can be answered without waiting for anybody; where it gives None, `handler` is run.
    `flows`: the handler gives a Flow, whose pieces go out as they are made.
    `by_line`: the body is read line by line, and answered so by the ByLine that the handler gives.
    `anywhere`: pages of other sites may read its answers, refusals too.
    `ranges`: a part of the answer may be asked for.
    `gives`: the model of the answer, or its media types. `writes`: it needs an Idempotency-Key. `problems` are the
    codes it may answer with beside those that follow from the rest.
    """

    method: str
    path: str
    access: Access
    handler: Handler
    takes: type[Given]
    gives: type[BaseModel] | tuple[str, ...]
    status: int = 200
    octets: tuple[str, ...] = ()
    most: int | None = None
    writes: bool = False
    if_match: bool = False
    optional: bool = False
    pace: Pace = "reads"
    at_once: Handler | None = None
    by_line: bool = False
    flows: bool = False
    anywhere: bool = False
    ranges: bool = False
    problems: tuple[str, ...] = ()
    area: str = ""

    @property
    def name(self) -> str:
        """The operationId."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """First sentence of the handler's docstring: Vietnamese / English."""
        first, more, _ = self._words.partition(". ")
        return first + more.strip()

    @property
    def details(self) -> str:
        """What the docstring says beyond that; empty as a rule."""
        return self._words.partition(". ")[2]

    @property
    def _words(self) -> str:
        return " ".join((self.handler.__doc__ or "").split())

    @property
    def is_stream(self) -> bool:
        return self.gives == (EVENTS,)


@dataclass(slots=True)
class Endpoints:
    """The endpoints of one resource, collected by its module."""

    area: str
    all: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, access: Access, **told: Any) -> Callable[[Handler], Handler]:
        """A reading: `takes` is its query."""
        return self._add("GET", path, access, {"takes": NoQuery, **told})

    def write(self, method: str, path: str, access: Access, **told: Any) -> Callable[[Handler], Handler]:
        """A change: it needs an Idempotency-Key, and `takes` is its JSON body."""
        return self._add(method, path, access, {"takes": NoBody, "writes": True, "pace": "writes", **told})

    def put_bytes(self, path: str, access: Access, **told: Any) -> Callable[[Handler], Handler]:
        """A body of any bytes, put where its path says: sent again it has the same effect, so it needs no key."""
        return self._add("PUT", path, access, {"takes": NoBody, "pace": "writes", **told})

    def ask(self, path: str, access: Access, **told: Any) -> Callable[[Handler], Handler]:
        """A question whose particulars must not stand in an address: POST, and yet nothing changes."""
        return self._add("POST", path, access, {"takes": NoBody, **told})

    def _add(self, method: str, path: str, access: Access, told: Mapping[str, Any]) -> Callable[[Handler], Handler]:
        def kept(handler: Handler) -> Handler:
            self.all.append(Endpoint(method, path, access, handler, area=self.area, **told))
            return handler

        return kept


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
