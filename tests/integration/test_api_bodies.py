"""Bodies that are too long, too slow, of the wrong kind or not strict; and clients that ask too often."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from api_site import Site, site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from small_house import INSTITUTION, KIND
from vanbang.web.app import all_endpoints
from vanbang.web.endpoints import PATTERNS, Endpoint, NoBody
from vanbang.web.limits import Limits

pytestmark = pytest.mark.slow

OCTETS = {"Content-Type": "application/octet-stream"}
OCTETS_RAW = {"content-type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
SMALL = Limits(
    keyed_per_minute=10**6,
    anonymous_per_minute=10**6,
    max_body_bytes=2_000,
    max_part_bytes=1_000,
    max_upload_bytes=2_500,
    max_parts=5,
    parts_at_once=2,
)
HASTY = replace(SMALL, body_seconds=0.6, part_seconds=0.6)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, SMALL) as made:
        yield made


@pytest.fixture
def upload(api: Site) -> str:
    return api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv", "type": KIND.name}).json()["id"]


def chunked(data: bytes) -> Iterator[bytes]:
    """A body without a length."""
    yield from (data[i : i + 100] for i in range(0, len(data), 100))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name": "a", "name": "b"}', 400, "json"),
        (b'{"name": NaN}', 400, "json"),
        (b'{"name": 1.5}', 400, "json"),
        (b'{"name": -1}', 400, "json"),
        (b'{"name": "\\ud800"}', 400, "json"),
        (b'{"name": "\xff"}', 400, "json"),
        (b"\xef\xbb\xbf{}", 400, "json"),
        (b"[" * 900, 400, "json"),
        (b"", 400, "json"),
        (b'{"name": "a"} {}', 400, "json"),
        (b"null", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b'{"name": 7}', 422, "invalid"),
        (b'{"name": "a", "accept_valid": "true"}', 422, "invalid"),
        (b'{"name": "a", "accept_valid": 1}', 422, "invalid"),
        (b'{"name": "a", "nome": "b"}', 422, "invalid"),
        (b'{"name": " "}', 422, "invalid"),
        (b'{"name": "a\\u0000b"}', 422, "invalid"),
        ('{"name": "a\u202eb"}'.encode(), 422, "invalid"),
        (b'{"name": "a", "type": "no-type"}', 422, "invalid"),
        (b'{"name": "a", "issuer": "NOBODY"}', 422, "invalid"),
        (b'{"name": "' + b"a" * 301 + b'"}', 422, "invalid"),
    ],
)
def test_json_is_strict(api: Site, body: bytes, status: int, code: str) -> None:
    """What is not strict JSON is 400, what is not the body asked for is 422, with a pointer; nothing is made."""
    answer = api.ask("POST", "/v1/uploads", "registrar", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if code == "invalid":
        fault = answer.json()["errors"][0]
        assert fault.keys() == {"pointer", "code", "detail_vi", "detail_en"}
        assert fault["detail_vi"]
    assert api.ask("GET", "/v1/uploads").json()["items"] == []


def test_faults_repeat_nothing(api: Site) -> None:
    """A refused body's values are not in the answer: they may be anybody's."""
    body = {"name": 7, "issuer": "secret value", "citizen 012345678901": "Nguyễn Văn A"}
    answer = api.ask("POST", "/v1/uploads", "registrar", json=body)
    assert answer.status_code == 422
    assert "secret value" not in answer.text
    assert "Nguyễn" not in answer.text


def test_texts_are_composed(api: Site) -> None:
    """A decomposed text is stored composed (NFC), without the spaces around it."""
    made = api.ask("POST", "/v1/uploads", "registrar", json={"name": "  To\u0302\u0301t.csv "}).json()
    assert made["name"] == "Tốt.csv"


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json"]
)
def test_json_must_say_so(api: Site, kind: str | None) -> None:
    """A JSON body under another content type is 415."""
    headers = {} if kind is None else {"Content-Type": kind}
    answer = api.ask("POST", "/v1/uploads", "registrar", content=b'{"name": "a"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=UTF-8"])
def test_json_may_say_its_encoding(api: Site, kind: str) -> None:
    """JSON is UTF-8, and may say so."""
    answer = api.ask("POST", "/v1/uploads", "registrar", content=b'{"name": "a"}', headers={"Content-Type": kind})
    assert answer.status_code == 201


def test_parts_are_bytes(api: Site, upload: str) -> None:
    """A part under another content type is 415; an empty one is refused."""
    path = f"/v1/uploads/{upload}/parts/1"
    assert api.ask("PUT", path, "registrar", content=b"a", headers=JSON).status_code == 415
    assert api.ask("PUT", path, "registrar", content=b"", headers=OCTETS).status_code == 422


@pytest.mark.parametrize("whole", [True, False])
def test_oversized(api: Site, upload: str, whole: bool) -> None:
    """A body over the limit is 413, whether it names its length or not; one at the limit is taken."""
    part = f"/v1/uploads/{upload}/parts/1"

    def send(method: str, path: str, data: bytes, headers: Any) -> int:
        content = data if whole else chunked(data)
        answer = api.ask(method, path, "registrar", content=content, headers=headers)
        if answer.status_code == 413:
            assert answer.headers["connection"] == "close"
        return answer.status_code

    assert send("PUT", part, b"a" * 1_000, OCTETS) == 200
    assert send("PUT", part, b"a" * 1_001, OCTETS) == 413
    padded = b'{"name": "a"' + b" " * 1_987 + b"}"
    assert send("POST", "/v1/uploads", padded, JSON) == 201
    assert send("POST", "/v1/uploads", padded + b" ", JSON) == 413


def test_an_announced_length_is_believed_at_once(api: Site) -> None:
    """A client that announces too much is refused before it sends anything."""
    for length in ("2001", "9" * 30):
        answer = asyncio.run(_raw(api, [], {"content-length": length, **{k.lower(): v for k, v in JSON.items()}}))
        assert answer["status"] == 413


def test_whole_uploads_have_a_limit(api: Site, upload: str) -> None:
    """Parts together may not be longer than a list may be, nor more than allowed; replacing one is not adding one."""
    for number in (1, 2, 2, 1):
        part = api.ask("PUT", f"/v1/uploads/{upload}/parts/{number}", "registrar", content=b"a" * 1_000, headers=OCTETS)
        assert part.status_code == 200
    third = f"/v1/uploads/{upload}/parts/3"
    assert api.ask("PUT", third, "registrar", content=b"a" * 501, headers=OCTETS).status_code == 413
    assert api.ask("PUT", third, "registrar", content=b"a" * 500, headers=OCTETS).status_code == 200
    sixth = f"/v1/uploads/{upload}/parts/6"
    assert api.ask("PUT", sixth, "registrar", content=b"a", headers=OCTETS).status_code == 413


def test_content_digest(api: Site, upload: str) -> None:
    """A Content-Digest that is not the body's is 400; others' algorithms are ignored."""
    path = f"/v1/uploads/{upload}/parts/1"
    digest = base64.b64encode(sha256(b"abc").digest()).decode()

    def put(named: str) -> int:
        headers = {**OCTETS, "Content-Digest": named}
        return api.ask("PUT", path, "registrar", content=b"abc", headers=headers).status_code

    assert put(f"sha-256=:{digest}:") == 200
    assert put(f"sha-512=:AAAA:, sha-256=:{digest}:") == 200
    assert put("sha-512=:AAAA:") == 200
    assert put(f"sha-256=:{digest[:-4]}AAA=:") == 400
    assert put("sha-256=:%%%:") == 400


def test_slow_bodies(tmp_path: Path) -> None:
    """A body that does not come to its end in time is 408, and the connection goes with it."""
    headers = {"content-length": "100", "content-type": "application/json"}
    with site(tmp_path, HASTY) as api:
        answer = asyncio.run(_raw(api, [b'{"name"'], headers))
        path = api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv"}).headers["location"]
        part = asyncio.run(_raw(api, [b"a"], OCTETS_RAW, "PUT", f"{path}/parts/1"))
    assert [answer["status"], part["status"]] == [408, 408]
    assert answer["body"]["code"] == "body_timeout"
    assert answer["headers"]["connection"] == "close"


def test_a_body_where_none_is_taken(api: Site) -> None:
    """An operation without a body takes none, and a write has no parameters."""
    path = f"/v1/api-keys/{'0' * 16}"
    assert api.ask("DELETE", path, content=b"{}", headers=JSON).status_code == 415
    assert api.ask("POST", "/v1/uploads?limit=1", "registrar", json={"name": "a"}).status_code == 400


def test_who_may_not_is_not_read(api: Site) -> None:
    """Without a good key not a byte of the body is asked for."""
    answer = asyncio.run(_raw(api, [b"x"], {"content-type": "application/json"}, who=None))
    assert (answer["status"], answer["asked"]) == (401, 0)


def test_rate_limits(tmp_path: Path) -> None:
    """Each key and each address has its own allowance; who has none left is told when to come back, and then may."""
    limits = Limits(keyed_per_minute=3, anonymous_per_minute=2)
    with site(tmp_path, limits) as api:
        answers = [api.ask("GET", "/v1/batches", "reader") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"keyed";q=3;w=60'
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
        assert 1 <= int(answers[3].headers["retry-after"]) <= 20
        assert answers[3].json()["code"] == "rate_limited"
        assert api.ask("GET", "/v1/batches", "officer").status_code == 200
        assert [api.ask("GET", "/v1/types", None).status_code for _ in range(3)] == [200, 200, 429]


def test_guessing_keys_is_slow(tmp_path: Path) -> None:
    """An address that comes with bad keys has no more tries than an address without one, and good keys go on."""
    with site(tmp_path, Limits(anonymous_per_minute=3)) as api:
        api.ask("GET", "/v1/batches", "reader")
        tried = [api.ask("GET", "/v1/batches", f"vb_{number:016x}_{'A' * 43}").status_code for number in range(5)]
        assert tried == [401, 401, 401, 429, 429]
        assert api.ask("GET", "/v1/batches", "reader").status_code == 200
        assert api.ask("GET", "/v1/types", None).status_code == 200


def test_few_parts_at_a_time(tmp_path: Path) -> None:
    """No more parts than allowed are held in memory: others are told to come again."""
    with site(tmp_path, SMALL) as api:
        made = api.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv"}).json()["id"]
        path = f"/v1/uploads/{made}/parts/1"

        async def together() -> tuple[list[int], list[int]]:
            room = asyncio.Event()
            asked = [asyncio.create_task(_raw(api, [b"a"], OCTETS_RAW, "PUT", path, rest=room)) for _ in range(4)]
            first_to_end = asyncio.as_completed(asked)
            refused = [await next(first_to_end) for _ in range(2)]
            room.set()
            all_of_them = await asyncio.gather(*asked)
            return [answer["status"] for answer in refused], sorted(answer["status"] for answer in all_of_them)

        assert asyncio.run(together()) == ([503, 503], [200, 200, 503, 503])


async def _raw(
    api: Site,
    chunks: list[bytes],
    headers: dict[str, str],
    method: str = "POST",
    path: str = "/v1/uploads",
    who: str | None = "registrar",
    rest: asyncio.Event | None = None,
) -> dict[str, Any]:
    """A request whose body begins with these chunks and never ends, or does when `rest` is set."""
    given = {"host": "testserver", "idempotency-key": "raw", **headers}
    if who:
        given["authorization"] = f"Bearer {api.keys[who]}"
    answer: dict[str, Any] = {"asked": 0, "raw": b""}
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        answer["asked"] += 1
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": True}
        await (rest or asyncio.Event()).wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["headers"] = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer["raw"] += message["body"]

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("192.0.2.1", 1),
        "server": ("testserver", 80),
    }
    await api.client.app(scope, receive, send)
    return {**answer, "body": json.loads(answer["raw"])}


JSON_ENDPOINTS = [
    endpoint
    for endpoint in all_endpoints()
    if endpoint.method != "GET" and not endpoint.octets and endpoint.takes is not NoBody
]
PATH = {name: example for name, (_, example) in PATTERNS.items()}


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("roomy")) as made:
        yield made


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS, ids=lambda endpoint: endpoint.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_breaks_it(roomy: Site, endpoint: Endpoint, data: st.DataObject) -> None:
    """Whatever bytes come, and whatever JSON comes near to what is taken, the answer is no fault of ours."""
    members = sorted(endpoint.takes.model_fields)
    value = st.recursive(
        st.none() | st.booleans() | st.integers(0, 2**53 - 1) | st.text(st.characters(codec="utf-8"), max_size=8),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(members), inner, max_size=3),
        max_leaves=6,
    )
    near = st.dictionaries(st.sampled_from(members), value, max_size=len(members)).map(
        lambda item: json.dumps(item).encode()
    )
    body = data.draw(st.binary(max_size=60) | near)
    who = roomy.who_may(endpoint.access)
    path = endpoint.path.format(**{**PATH, "code": INSTITUTION.code})
    answer = roomy.ask(endpoint.method, path, who, content=body, headers={**JSON, "If-Match": "*"})
    assert answer.status_code < 500
    assert answer.status_code != 403
