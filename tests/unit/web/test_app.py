"""The HTTP face: headers on everything, the same 404 for everybody, and no body that breaks it."""

import base64
import logging
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vanbang.adapters.objects import MemoryStore
from vanbang.adapters.objects.spool import MemorySpool
from vanbang.adapters.pdf.printing import TypstPrinter
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.encoding import digest_of
from vanbang.core.quorum import Failure
from vanbang.core.trust import Trust, trusted_registry
from vanbang.ports import ObjectStore, StoredShare, StoreError
from vanbang.web.app import create_app
from vanbang.web.desk import Desk
from vanbang.web.limits import Limits
from world import NOW, World

SHARE = "SmhHmzQGosbrmiNtsexLYg"
HEADERS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
SHOWN = Trust(
    trusted_registry("eip155:88:0x" + "a1" * 20, ("https://rpc.example/key", "http://127.0.0.1:8545")),
    (),
    ("/public/", "https://mirror.example/files/"),
)


GOOD = World().credential()


class Shares:
    """As much of a record store as the site asks for."""

    def share(self, share_id: str) -> tuple[StoredShare, bytes] | None:
        return (StoredShare(SHARE, 1, NOW), b"ciphertext") if share_id == SHARE else None

    def open_share(self, _: str, __: int) -> None:
        """An opening is counted."""


class Truthful:
    """A witness in the world of the test."""

    def __init__(self, world: World) -> None:
        self._evidence = world.evidence()

    def chain_answer(self, _: Any, question: str) -> Any:
        return self._evidence[question]

    def file_answer(self, _: Any, path: str) -> Any:
        return self._evidence.get(f"file {path}", Failure("absent"))


def desk(store: Any, objects: ObjectStore) -> Desk:
    """As much of a desk as the public part of the site works with."""
    world = World()
    return Desk(
        store=store,
        objects=objects,
        spool=MemorySpool(),
        keys=None,  # type: ignore[arg-type]
        ledger=None,  # type: ignore[arg-type]
        witness=Truthful(world),
        printer=TypstPrinter(),
        index_key=bytes(32),
        shown=SHOWN,
        own=world.trust(),
        base_url="https://vanbang.example",
        limits=Limits(anonymous_per_minute=10**6),
        clock=lambda: NOW,
    )


@pytest.fixture(scope="module")
def site() -> TestClient:
    objects, world = MemoryStore(), World()
    objects.put(f"types/{digest_of(world.metadata).hex()}", world.metadata)
    return TestClient(create_app(desk(Shares(), objects)), raise_server_exceptions=False)


TYPE = f"/public/types/{digest_of(World().metadata).hex()}"
PATHS = [
    ("/", 200),
    (f"/v/{SHARE}", 200),
    ("/trust.json", 200),
    ("/healthz", 200),
    ("/v1/openapi.json", 200),
    ("/static/verifier/app.js", 200),
    (f"/v1/shares/{SHARE}", 200),
    (TYPE, 200),
    ("/nothing", 404),
    ("/static/nothing.js", 404),
    ("/v1/shares/nothing", 404),
    ("/public/types/nothing", 404),
    ("/v1/verify", 405),
]


@pytest.mark.parametrize(("path", "status"), PATHS)
def test_headers(site: TestClient, path: str, status: int) -> None:
    """Every answer, errors included, carries the policy and the headers that keep browsers from talking."""
    answer = site.get(path)
    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert all(policy[of] == "'self'" or policy[of].startswith("'sha256-") for of in ("script-src", "style-src"))
    assert policy["connect-src"] == "'self' http://127.0.0.1:8545 https://mirror.example https://rpc.example"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "cache-control" in answer.headers
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_the_page_runs_what_its_policy_names(site: TestClient) -> None:
    """The page has the scripts and the style whose hashes its policy names, and no other script, style or handler."""
    answer = site.get("/v/" + SHARE)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    for of, tag in (("script-src", "script"), ("style-src", "style")):
        inside = re.findall(f"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        hashed = [base64.b64encode(digest_of(text.encode())).decode() for text in inside]
        assert policy[of] == " ".join(f"'sha256-{each}'" for each in hashed)
    assert not re.search(r"<script src|<[^>]+ style=|<[^>]+ on[a-z]+=", answer.text)
    assert "/static/verifier/" not in answer.text


def test_pages_are_small_and_told_apart(site: TestClient) -> None:
    """Pages and static files go out compressed, under a tag that spares a second transfer; a plain client gets them
    plain."""
    for path in ("/", "/static/verifier/messages.js", "/vanbang-verifier.html", TYPE):
        small = site.get(path, headers={"accept-encoding": "br;q=1, gzip;q=0.5"})
        assert small.headers["content-encoding"] == "gzip"
        refused = site.get(path, headers={"accept-encoding": "identity, gzip;q=0"})
        assert path.startswith("/static/") or "content-encoding" not in refused.headers
        if path == TYPE:
            assert small.content == refused.content
            continue
        assert small.headers["cache-control"] == "no-cache"
        tag = {"accept-encoding": "gzip", "if-none-match": small.headers["etag"]}
        assert site.get(path, headers=tag).status_code == 304
        plain = site.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == small.content


def test_the_file_to_keep_is_served_beside_its_hash(site: TestClient) -> None:
    """The single-file verifier is a download, with the site's trust made whole, and its SHA-256 next to it."""
    kept = site.get("/vanbang-verifier.html")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert site.get("/vanbang-verifier.html.sha256").text == f"{digest_of(kept.content).hex()}  vanbang-verifier.html\n"
    assert '"public":["https://vanbang.example/public/","https://mirror.example/files/"]' in kept.text


def test_what_pages_of_other_sites_may_read(site: TestClient) -> None:
    """Shares, also those that are not there, the trust configuration, public files and the module are for everybody."""
    for path in (f"/v1/shares/{SHARE}", f"/v1/shares/{'A' * 22}", "/trust.json", TYPE, "/vanbang-verifier.mjs"):
        assert site.get(path).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in site.get("/").headers


def test_shares(site: TestClient) -> None:
    """A share is bytes that nobody stores; unknown and malformed ids get the very same answer."""
    found = site.get(f"/v1/shares/{SHARE}")
    assert found.content == b"ciphertext"
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-type"] == "application/octet-stream"
    unknown = [site.get(f"/v1/shares/{bad}") for bad in ("A" * 22, "x", "%00", "%ff%fe", "'; --", "A" * 5_000)]
    assert {(answer.status_code, answer.content) for answer in unknown} == {(404, unknown[0].content)}


@pytest.mark.parametrize(
    "path",
    [
        "../vanbang.sqlite",
        "..%2fvanbang.sqlite",
        "types/../../keys/.password",
        "types/%2e%2e/%2e%2e/vanbang.json",
        "types//etc/passwd",
        "types/..%5c..%5cvanbang.json",
        "%2fetc%2fpasswd",
        "types/a%00b",
        "types/.hidden",
        "keys/relayer",
        "types",
        "types/",
        "",
        "types/" + "a" * 5_000,
    ],
)
def test_no_way_out_of_the_public_folder(site: TestClient, path: str) -> None:
    """Only the five public folders are served, and nothing above or beside them."""
    answer = site.get(f"/public/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_public_files(site: TestClient) -> None:
    """A public file is served for ever, to every origin, under its type."""
    answer = site.get(TYPE)
    assert answer.content == World().metadata
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "immutable" in answer.headers["cache-control"]


def test_verify(site: TestClient) -> None:
    """A good credential is VALID, a spoilt one INVALID, both with status 200 and a report."""
    assert site.post("/v1/verify", content=GOOD).json()["verdict"] == "VALID"
    spoilt = site.post("/v1/verify", content=GOOD[:-5])
    assert (spoilt.status_code, spoilt.json()["verdict"]) == (200, "INVALID")


def test_too_large(site: TestClient) -> None:
    """The largest body is judged, one byte more is refused; streamed bodies without a length too."""
    assert site.post("/v1/verify", content=b"a" * MAX_CREDENTIAL_BYTES).status_code == 200
    for body in (b"a" * (MAX_CREDENTIAL_BYTES + 1), iter([b"a" * 65_536] * 17)):
        answer = site.post("/v1/verify", content=body)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert HEADERS.items() <= dict(answer.headers).items()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | st.integers(0, len(GOOD) - 1).map(lambda i: GOOD[:i]))
def test_random_bodies(site: TestClient, body: bytes) -> None:
    """Whatever is posted, the answer is 200 with the verdict INVALID."""
    answer = site.post("/v1/verify", content=body)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "INVALID")


@pytest.mark.parametrize("error", [StoreError("the disk at /var/secret is gone"), RuntimeError("secret"), OSError()])
def test_faults_of_ours(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """A broken store is told as a problem without its particulars, under the same headers."""
    shares = Shares()

    def share(_: str) -> bytes:
        raise error

    shares.share = share  # type: ignore[method-assign]
    app = create_app(desk(shares, MemoryStore()))
    with caplog.at_level(logging.DEBUG):
        answer = TestClient(app, raise_server_exceptions=False).get(f"/v1/shares/{SHARE}")
    assert answer.status_code == (503 if isinstance(error, StoreError) else 500)
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert HEADERS.items() <= dict(answer.headers).items()
