"""From a request to a handler and back: who asks, may they, how much, is it well formed, was it answered before."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from vanbang.core.errors import VanbangError
from vanbang.notary.holding import known_holder
from vanbang.ports import ApiKey, Holder
from vanbang.web.answers import Answer, is_unchanged
from vanbang.web.bodies import CLOSE, JSON, check_digest, check_media_type, read_body, read_json, read_query
from vanbang.web.call import Call
from vanbang.web.endpoints import PATTERNS, Endpoint, Follow, Holding, NoBody, Public, grouped
from vanbang.web.events import event_stream
from vanbang.web.flows import FlowAnswer
from vanbang.web.limits import Allowance
from vanbang.web.lines import LineAnswer
from vanbang.web.office import Office, client_of
from vanbang.web.problems import KINDS, Refused, problem_of
from vanbang.web.repeating import Repeating, check_idempotency_key, of_response

_PATTERNS: Final = {name: re.compile(pattern + r"\Z") for name, (pattern, _) in PATTERNS.items()}
_MAX_PARAMETERS: Final = 20


class Resource:
    """All methods of one path, as an ASGI application."""

    def __init__(self, office: Office, path: str, endpoints: Mapping[str, Endpoint]) -> None:
        self.path = path
        self.endpoints = endpoints
        self._office = office
        heads = "GET" in endpoints and not _has_no_head(endpoints["GET"])
        allowed = [*endpoints, *(["HEAD"] if heads else [])]
        self._allow = {"Allow": ", ".join(sorted(allowed))}
        self._anywhere = any(endpoint.anywhere for endpoint in endpoints.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # for the log and the metrics, which name the template and never a path
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except VanbangError as error:
            response = problem_of(error)
        if self._anywhere:
            response.headers["Access-Control-Allow-Origin"] = "*"
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        endpoint = self.endpoints.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None or (request.method == "HEAD" and _has_no_head(endpoint)):
            raise Refused("method", headers=self._allow)
        who, allowance = await self._admitted(request, endpoint)
        try:
            response = await self._answered(request, endpoint, who)
        except VanbangError as error:
            response = problem_of(error)
        if allowance is not None:
            response.headers.update(allowance.headers())
        return response

    async def _admitted(self, request: Request, endpoint: Endpoint) -> tuple[ApiKey | Holder | None, Allowance | None]:
        """Who asks, after a token was taken from their bucket. Raises Refused: 401, 403, 429."""
        if endpoint.access is Public.FILES:
            return None, None
        if isinstance(endpoint.access, Public):
            return None, self._office.anonymous.take(_client(request))
        if isinstance(endpoint.access, Holding):
            holder = await self._holder(request)
            request.state.actor = f"holder:{holder.id}"
            return holder, self._office.keyed.take(holder.id)
        key = await self._authenticated(request)
        request.state.actor = f"api:{key.id}"
        allowance = self._office.keyed.take(key.id)
        if not endpoint.access.belongs_to(key):
            raise Refused("forbidden", headers=allowance.headers())
        return key, allowance

    async def _authenticated(self, request: Request) -> ApiKey:
        office = self._office
        text = _bearer(request)
        now = office.desk.clock()
        if office.gate.remembers(text):
            key = office.gate.enter(text, now)
        else:
            if not office.gate.has_met(text):
                # Who has failed often enough is not worth another question to the store.
                office.failures.check(_client(request))
            key = await office.reading(office.gate.enter, text, now)
        if key is None:
            raise self._nobody(request, text)
        return key

    async def _holder(self, request: Request) -> Holder:
        # Looked up however often this address has failed: a stranger must not shut a whole campus out of its links.
        office, text = self._office, _bearer(request)
        holder = await office.reading(known_holder, office.desk.store, text)
        if holder is None:
            raise self._nobody(request, text)
        return holder

    def _nobody(self, request: Request, text: str) -> Refused:
        self._office.failures.take(_client(request))
        error = ', error="invalid_token"' if text else ""
        return Refused("unauthorized", headers={"WWW-Authenticate": f'Bearer realm="vanbang"{error}'})

    async def _answered(self, request: Request, endpoint: Endpoint, who: ApiKey | Holder | None) -> Response:
        office, limits = self._office, self._office.desk.limits
        path = _checked_path(request.path_params)
        holder, key = (who, None) if isinstance(who, Holder) else (None, who)
        actor = f"holder:{holder.id}" if holder else f"api:{key.id}" if key else ""
        repeating = self._repeating(request, endpoint, holder.id if holder else key.id if key else "")
        if endpoint.if_match and "if-match" not in request.headers:
            raise Refused("no_if_match")
        store = office.desk.store.acting_as(actor) if actor else office.desk.store
        address = request.scope["path"]
        is_head = request.method == "HEAD"
        call = Call(office, store, key, address, path, request.headers, office.desk.clock(), repeating, holder, is_head)
        if endpoint.by_line:
            _check_unpacked(request)
            return LineAnswer(endpoint.handler(call, NoBody()), office, _client(request))
        if endpoint.octets and not isinstance(endpoint.access, Public):
            with office.parts:
                given, raw = await self._given(request, endpoint)
                return (await office.writing(_perform, endpoint, call, given, raw)).response()
        given, raw = await self._given(request, endpoint)
        if endpoint.is_stream:
            follow = await office.reading(endpoint.handler, call, given)
            first = await office.reading(follow.look)
            last_id = request.headers.get("last-event-id", "")
            look = partial(office.reading, _looked, office, key, follow)
            return event_stream(look, first, last_id, limits, office.streams)
        if endpoint.flows:
            seat = (actor, (key.iss if key else None) or "")
            office.exports.check_for(*seat)
            flow = await office.writing(endpoint.handler, call, given)
            return FlowAnswer(flow, office, *seat)
        answer = await self._done(endpoint, call, given, raw)
        if is_unchanged(request.headers.get("if-none-match"), answer):
            return Response(None, 304, dict(answer.headers))
        return answer.response()

    async def _done(self, endpoint: Endpoint, call: Call, given: Any, raw: bytes) -> Answer:
        if endpoint.at_once is not None:
            known: Answer | None = endpoint.at_once(call, given)
            if known is not None:
                return known
        if endpoint.pace == "quick":
            return _perform(endpoint, call, given, raw)
        if endpoint.pace == "slow":
            return await run_in_threadpool(_perform, endpoint, call, given, raw)
        threads = self._office.writing if endpoint.pace == "writes" else self._office.reading
        return await threads(_perform, endpoint, call, given, raw)

    def _repeating(self, request: Request, endpoint: Endpoint, scope: str) -> Repeating | None:
        if not endpoint.writes or not scope:
            return None
        idempotency_key = check_idempotency_key(request.headers.get("idempotency-key"))
        return Repeating(self._office.desk.store, self._office.desk.index_key, scope, idempotency_key)

    async def _given(self, request: Request, endpoint: Endpoint) -> tuple[Any, bytes]:
        """What the handler takes, and the bytes of the body. Raises Refused, JsonError."""
        query = _query(request)
        if endpoint.method == "GET":
            return read_query(query, endpoint.takes), b""
        if query:
            raise Refused("query")
        limits, headers = self._office.desk.limits, request.headers
        if endpoint.octets:
            if not isinstance(endpoint.access, Public):
                check_media_type(headers.get("content-type"), endpoint.octets[0])
            most, seconds = limits.max_part_bytes, limits.part_seconds
            if endpoint.most is not None:
                most, seconds = endpoint.most, limits.body_seconds
            data = await read_body(request, most, seconds)
            check_digest(headers.get("content-digest"), data)
            return data, data
        left_out = endpoint.optional and "content-type" not in headers
        if endpoint.takes is not NoBody and not left_out:
            check_media_type(headers.get("content-type"), JSON)
        data = await read_body(request, limits.max_body_bytes, limits.body_seconds)
        if endpoint.takes is NoBody:
            if data:
                raise Refused("media_type", headers=CLOSE)
            return NoBody(), b""
        if left_out and not data:
            return endpoint.takes(), b""
        return read_json(data, endpoint.takes), data


class Shortcut(BaseRoute):
    """Paths without parameters, found at once. Routes are tried one after the other, and there are many."""

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self._resources = resources

    @property
    def resources(self) -> Collection[Resource]:
        """Those it leads to."""
        return self._resources.values()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """FULL for one of the paths, whatever the method: a resource refuses those it has not."""
        known = scope["type"] == "http" and scope["path"] in self._resources
        return (Match.FULL, {"path_params": {}}) if known else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The resource's answer."""
        await self._resources[scope["path"]](scope, receive, send)


def routes(office: Office, endpoints: Sequence[Endpoint]) -> list[BaseRoute]:
    """A route for each path, and a shortcut to many before them; those that must be quick come next."""
    ordered = sorted(grouped(endpoints), key=lambda item: all(one.pace != "quick" for one in item[1].values()))
    resources = {path: Resource(office, path, methods) for path, methods in ordered}
    fixed = Shortcut({path: resource for path, resource in resources.items() if "{" not in path})
    return [fixed, *(Route(path, resource, include_in_schema=False) for path, resource in resources.items())]


def _has_no_head(endpoint: Endpoint) -> bool:
    """Whether its answer is made while it goes out."""
    return endpoint.is_stream or endpoint.flows


def _client(request: Request) -> str:
    return client_of(request.client.host if request.client else None)


def _bearer(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _check_unpacked(request: Request) -> None:
    """Raises Refused: a query (400), or lines that are packed (415)."""
    if _query(request):
        raise Refused("query", headers=CLOSE)
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused("media_type", headers={"Accept-Encoding": "identity", **CLOSE})


def _looked(office: Office, key: ApiKey | None, follow: Follow) -> tuple[bytes, bool]:
    """What a stream shows now, to a key that is still good. Raises Refused: no stream outlives its key."""
    if key is not None:
        found = office.desk.store.api_key(key.id)
        if found is None or not found.is_good(office.desk.clock()):
            raise Refused("unauthorized")
    return follow.look()


def _perform(endpoint: Endpoint, call: Call, given: Any, raw: bytes) -> Answer:
    """The handler's answer; for a write the one that was given before, or that is kept from now on."""
    work = partial(endpoint.handler, call, given)
    if call.repeating is None:
        answer: Answer = work()
        return answer
    request = f"{endpoint.method} {call.address}\n".encode() + raw
    return call.repeating.answer(request, call.now, partial(_final, work))


def _final(work: Any) -> Answer:
    """The answer, or the problem as one: what a write was refused for is kept as well."""
    try:
        answer: Answer = work()
    except VanbangError as error:
        problem = problem_of(error)
        if problem.status_code >= KINDS["internal"].status:
            raise
        return of_response(problem)
    return answer


def _checked_path(parameters: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in parameters.items():
        if not _PATTERNS[name].match(value):
            raise Refused("not_found")
    return parameters


def _query(request: Request) -> list[tuple[str, str]]:
    raw = request.scope["query_string"].decode("latin-1")
    if not raw:
        return []
    try:
        return parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        raise Refused("query") from error
