"""Every endpoint by every role, for its own institution and another, without a key, with an ended and an expired one.

The table is written by hand: it says what is meant, and the code's own table must agree with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest
from api_site import FREELY, NOW, OTHER, Site, bearer_of, credential_id, holder_of, site

from small_house import INSTITUTION, KIND, rows
from vanbang.notary.access import make_key, text_of
from vanbang.web.app import all_endpoints
from vanbang.web.endpoints import Holding, Public
from vanbang.web.resource import Resource, Shortcut
from vanbang.web.rights import Right

pytestmark = pytest.mark.slow

NO_WAITING = replace(FREELY, stream_seconds=0.0)
"""A stream of events ends with what there is."""
M, R, O, D = "ministry", "registrar", "officer", "reader"  # noqa: E741 -- the columns of the table
NM_R, NM_O, NM_D = "national_registrar", "national_officer", "national_reader"
OT_R, OT_O, OT_D = "other_registrar", "other_officer", "other_reader"
ROLE_OF = {M: M, R: R, O: O, D: D, NM_R: R, NM_O: O, NM_D: D, OT_R: R, OT_O: O, OT_D: D}
NATIONAL = (M, NM_R, NM_O, NM_D)
ELSEWHERE = (OT_R, OT_O, OT_D)

ALL, FEW = (M, R, O, D), ()
OWN, LISTED, NATION = "own", "listed", "nation"
"""own: names something of one institution, 404 for another's key. listed: a list, in which each finds its own.
nation: not divided by institution, 403 for every institution's key."""

TABLE: Mapping[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("GET", "/v1/issuers"): (ALL, LISTED),
    ("POST", "/v1/issuers"): ((M,), LISTED),
    ("GET", "/v1/issuers/{code}"): (ALL, OWN),
    ("PATCH", "/v1/issuers/{code}"): ((M,), OWN),
    ("GET", "/v1/issuers/{code}/register"): (ALL, OWN),
    ("PUT", "/v1/issuers/{code}/register"): ((M, R), OWN),
    ("GET", "/v1/issuers/{code}/keys"): (ALL, OWN),
    ("POST", "/v1/issuers/{code}/keys"): ((M,), OWN),
    ("POST", "/v1/issuers/{code}/keys/{address}/end"): ((M,), OWN),
    ("GET", "/v1/operations/{operation_id}"): (ALL, OWN),
    ("GET", "/v1/uploads"): (ALL, LISTED),
    ("POST", "/v1/uploads"): ((M, R), LISTED),
    ("GET", "/v1/uploads/{upload_id}"): (ALL, OWN),
    ("PUT", "/v1/uploads/{upload_id}/parts/{number}"): ((M, R), OWN),
    ("POST", "/v1/uploads/{upload_id}/complete"): ((M, R), OWN),
    ("GET", "/v1/uploads/{upload_id}/findings"): (ALL, OWN),
    ("GET", "/v1/uploads/{upload_id}/report"): (ALL, OWN),
    ("GET", "/v1/uploads/{upload_id}/report.html"): (ALL, OWN),
    ("GET", "/v1/uploads/{upload_id}/sheet"): (ALL, OWN),
    ("GET", "/v1/uploads/{upload_id}/events"): (ALL, OWN),
    ("GET", "/v1/batches"): (ALL, LISTED),
    ("GET", "/v1/batches/{batch_id}"): (ALL, OWN),
    ("GET", "/v1/batches/{batch_id}/events"): (ALL, OWN),
    ("GET", "/v1/signing-requests"): (ALL, LISTED),
    ("POST", "/v1/signing-requests/{request_id}/signatures"): ((O,), OWN),
    ("POST", "/v1/credentials/lookup"): (ALL, OWN),
    ("GET", "/v1/credentials/{credential_id}"): (ALL, OWN),
    ("GET", "/v1/credentials/{credential_id}/file"): (ALL, OWN),
    ("POST", "/v1/credentials/{credential_id}/extract"): (ALL, OWN),
    ("POST", "/v1/persons/credentials"): ((M, R), LISTED),
    ("GET", "/v1/exports/credentials"): ((M, R), LISTED),
    ("GET", "/v1/credentials/{credential_id}/shares"): (ALL, OWN),
    ("POST", "/v1/credentials/{credential_id}/shares"): ((R,), OWN),
    ("POST", "/v1/credentials/{credential_id}/pdf"): ((R,), OWN),
    ("DELETE", "/v1/credentials/{credential_id}/shares/{share_id}"): ((R,), OWN),
    ("GET", "/v1/holders"): (ALL, LISTED),
    ("POST", "/v1/holders"): ((M, R), LISTED),
    ("GET", "/v1/holders/{holder_id}"): (ALL, OWN),
    ("POST", "/v1/holders/{holder_id}/credentials"): ((M, R), OWN),
    ("POST", "/v1/holders/{holder_id}/renewal"): ((M, R), OWN),
    ("DELETE", "/v1/holders/{holder_id}"): ((M, R), OWN),
    ("GET", "/v1/corrections"): (ALL, LISTED),
    ("GET", "/v1/corrections/{correction_id}"): (ALL, OWN),
    ("POST", "/v1/corrections/{correction_id}/answer"): ((R,), OWN),
    ("GET", "/v1/status-changes"): (ALL, LISTED),
    ("GET", "/v1/status-changes/{change_id}"): (ALL, OWN),
    ("POST", "/v1/status-changes"): ((R,), LISTED),
    ("POST", "/v1/status-changes/bulk"): ((R,), LISTED),
    ("POST", "/v1/status-changes/bulk-decision"): ((O,), LISTED),
    ("POST", "/v1/status-changes/{change_id}/decision"): ((O,), OWN),
    ("GET", "/v1/api-keys"): ((M,), NATION),
    ("POST", "/v1/api-keys"): ((M,), NATION),
    ("GET", "/v1/api-keys/{key_id}"): ((M,), NATION),
    ("POST", "/v1/api-keys/{key_id}/rotation"): ((M,), NATION),
    ("DELETE", "/v1/api-keys/{key_id}"): ((M,), NATION),
    ("GET", "/v1/audit-log"): ((M, D), NATION),
}
HOLDERS = {
    ("GET", "/v1/holder"),
    ("GET", "/v1/holder/credentials/{credential_id}/file"),
    ("GET", "/v1/holder/credentials/{credential_id}/shares"),
    ("POST", "/v1/holder/credentials/{credential_id}/shares"),
    ("DELETE", "/v1/holder/shares/{share_id}"),
    ("GET", "/v1/holder/shares/{share_id}/openings"),
    ("POST", "/v1/holder/shares/{share_id}/pdf"),
    ("GET", "/v1/holder/corrections"),
    ("POST", "/v1/holder/corrections"),
}
"""For the token of a private link only: no API key gets in, whatever its role."""
PUBLIC = {
    ("GET", "/v1/types"),
    ("GET", "/v1/types/{name}/schema"),
    ("GET", "/v1/types/{name}/template.csv"),
    ("GET", "/v1/types/{name}/template.jsonl"),
    ("GET", "/v1/shares/{share_id}"),
    ("POST", "/v1/shares/{share_id}/visitor"),
    ("GET", "/v1/incidents"),
    ("POST", "/v1/verify"),
    ("POST", "/v1/verify/batch"),
    ("GET", "/v1/openapi.json"),
    ("GET", "/public/{path:path}"),
}
BODIES: Mapping[tuple[str, str], Any] = {
    ("POST", "/v1/issuers"): {
        "iss": "https://new.edu.vn",
        "code": "NEW",
        "name": "Trường Mới",
        "officer": {"name": "Lê A", "title": "Hiệu trưởng"},
    },
    ("PATCH", "/v1/issuers/{code}"): {"officer": {"name": "Lê A", "title": "Hiệu trưởng"}},
    ("PUT", "/v1/issuers/{code}/register"): {"entries": []},
    ("POST", "/v1/issuers/{code}/keys"): {"role": "officer", "name": "officer-2"},
    ("POST", "/v1/uploads"): {"name": "list.csv"},
    ("POST", "/v1/uploads/{upload_id}/complete"): {},
    ("POST", "/v1/credentials/lookup"): {"issuer": INSTITUTION.code, "type": KIND.name, "serial": "SERIAL"},
    ("POST", "/v1/credentials/{credential_id}/extract"): {"claims": []},
    ("POST", "/v1/persons/credentials"): {"learner": "20260001"},
    ("POST", "/v1/holders"): {"credentials": ["CREDENTIAL"]},
    ("POST", "/v1/holders/{holder_id}/credentials"): {"credentials": ["CREDENTIAL"]},
    ("POST", "/v1/corrections/{correction_id}/answer"): {"answer": "accept"},
    ("POST", "/v1/holder/credentials/{credential_id}/shares"): {"id": "A" * 22, "ciphertext": "q" * 60},
    ("POST", "/v1/holder/shares/{share_id}/pdf"): {"key": "A" * 43},
    ("POST", "/v1/holder/corrections"): {"credential": "CREDENTIAL", "claim": "ho_va_ten", "words": "Sai."},
    ("POST", "/v1/status-changes/{change_id}/decision"): {"decision": "reject"},
    ("POST", "/v1/api-keys"): {"role": "reader", "label": "x"},
    ("POST", "/v1/api-keys/{key_id}/rotation"): {},
}
ABSENT = {
    ("GET", "/v1/uploads/{upload_id}/report"),
    ("GET", "/v1/uploads/{upload_id}/report.html"),
    ("GET", "/v1/uploads/{upload_id}/sheet"),
    ("POST", "/v1/signing-requests/{request_id}/signatures"),
}
"""What the ground does not have: 404 for who has the right, too."""


@dataclass
class Ground:
    """A site with one of everything."""

    site: Site
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, route: tuple[str, str], who: str | None) -> int:
        """The status of a well-formed request to this endpoint."""
        method, path = route
        told: dict[str, Any] = {"headers": {"If-Match": "*"}}
        if path.endswith("/parts/{number}"):
            told = {"content": b"a", "headers": {"Content-Type": "application/octet-stream"}}
        elif route in (("POST", "/v1/status-changes"), ("POST", "/v1/status-changes/bulk")):
            change = {
                "credential": self.ids["credential_id"],
                "status": "suspended",
                "reason": "under_review",
                "decision": "QĐ 1",
            }
            told["json"] = change if path.endswith("changes") else {"changes": [change]}
        elif route == ("POST", "/v1/status-changes/bulk-decision"):
            told["json"] = {"changes": [self.ids["change_id"]], "decision": "reject"}
        elif path.endswith("/signatures"):
            told["json"] = {"signer": "0x" + "5a" * 20, "signature": "0x" + "1b" * 65}
        elif route in BODIES:
            body = BODIES[route]
            named = {"serial": self.ids["serial"], "credential": self.ids["credential_id"]}
            named["credentials"] = [self.ids["credential_id"]]
            told["json"] = {**body, **{name: value for name, value in named.items() if name in body}}
        return self.site.ask(method, path.format(**self.ids), who, **told).status_code


@pytest.fixture
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with site(tmp_path_factory.mktemp("matrix"), NO_WAITING) as made:
        yield grounded(made)


def grounded(made: Site) -> Ground:
    """One of everything, of the institution."""
    ground = Ground(made)
    batch = made.issue(3)
    first, second = (credential_id(KIND, row.cells) for row in rows(3)[:2])
    upload = made.ask("POST", "/v1/uploads", R, json={"name": "list.csv", "type": KIND.name}).json()["id"]
    part = {"content": b"a", "headers": {"Content-Type": "application/octet-stream"}}
    made.ask("PUT", f"/v1/uploads/{upload}/parts/1", R, **part)
    share = made.ask("POST", f"/v1/credentials/{first}/shares", R).json()["id"]
    change = made.ask(
        "POST",
        "/v1/status-changes",
        R,
        json={"credential": second, "status": "suspended", "reason": "under_review", "decision": "QĐ 1"},
    ).json()["id"]
    code = INSTITUTION.code
    operation = made.ask("POST", f"/v1/issuers/{code}/keys", M, json={"role": "officer", "name": "officer-9"}).json()[
        "id"
    ]
    made.ask("POST", "/v1/api-keys", M, json={"role": "reader", "label": "spare"})
    spare = next(key["id"] for key in made.ask("GET", "/v1/api-keys", M).json()["items"] if key["label"] == "spare")
    link = made.ask("POST", "/v1/holders", R, json={"credentials": [first]}).json()["url"]
    question = {"credential": first, "claim": "ho_va_ten", "words": "Sai."}
    asked = made.ask("POST", "/v1/holder/corrections", bearer_of(link), json=question).json()["id"]
    ground.ids = {
        "address": "0x" + made.desk.keys.signer("shb/officer").address.hex(),
        "batch_id": batch.id,
        "change_id": change,
        "code": code,
        "correction_id": asked,
        "credential_id": first,
        "holder_id": holder_of(link),
        "key_id": spare,
        "number": "1",
        "operation_id": operation,
        "request_id": "9f" * 32,
        "serial": rows(3)[0].cells["so_hieu_vbcc"],
        "share_id": share,
        "upload_id": upload,
    }
    return ground


@pytest.mark.parametrize("who", list(ROLE_OF))
def test_no_api_key_is_a_holder(strangers: tuple[Ground, Mapping[str, str | None]], who: str) -> None:
    """What a graduate may do with a private link, no API key may: 401, as for nobody."""
    ground, _ = strangers
    assert {ground.send(route, who) for route in sorted(HOLDERS)} == {401}


def wanted(who: str, roles: tuple[str, ...], kind: str) -> str:
    """What the table promises: `in`, `forbidden` (403) or `nothing` (404)."""
    if kind == NATION and who not in NATIONAL:
        return "forbidden"
    if ROLE_OF[who] not in roles:
        return "forbidden"
    return "nothing" if who in ELSEWHERE and kind == OWN else "in"


def test_the_table_is_complete() -> None:
    """Every route of the application is in the table or explicitly public; nothing else is served under /v1."""
    declared = {(endpoint.method, endpoint.path): endpoint.access for endpoint in all_endpoints()}
    assert {route for route, access in declared.items() if isinstance(access, Public)} == PUBLIC
    assert {route for route, access in declared.items() if isinstance(access, Holding)} == HOLDERS
    assert {route for route, access in declared.items() if isinstance(access, Right)} == set(TABLE)


@pytest.mark.slow
@pytest.mark.parametrize("who", list(ROLE_OF))
def test_what_each_role_may(ground: Ground, who: str) -> None:
    """Who has the right gets through; who has not gets 403; another institution's key finds nothing."""
    for route in _harmless_first():
        roles, kind = TABLE[route]
        want, status = wanted(who, roles, kind), ground.send(route, who)
        assert status in _STATUSES[want] | ({404} if route in ABSENT and want == "in" else set()), (route, want, status)


_STATUSES = {"in": {200, 201, 202, 204, 409, 422}, "forbidden": {403}, "nothing": {404}}
"""409 and 422: the right is there, and what is asked for cannot be done, as another's credential named in a body."""


def _harmless_first() -> list[tuple[str, str]]:
    """Readings, then changes, then what removes: so that each request finds what it asks for."""
    order = {"GET": 0, "PUT": 1, "PATCH": 1, "POST": 2, "DELETE": 3}
    return sorted(
        TABLE, key=lambda route: (order[route[0]], route[1].endswith(("/complete", "/decision", "/end", "/rotation")))
    )


@pytest.mark.parametrize("route", [*TABLE, *sorted(HOLDERS)], ids=lambda route: " ".join(route))
def test_nobody_without_a_good_key(strangers: tuple[Ground, Mapping[str, str | None]], route: tuple[str, str]) -> None:
    """No key, a made-up one, one with another secret, an ended and an expired one: 401 everywhere, and all alike."""
    ground, kinds = strangers
    assert {name: ground.send(route, key) for name, key in kinds.items()} == dict.fromkeys(kinds, 401)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Mapping[str, str | None]]]:
    with site(tmp_path_factory.mktemp("strangers"), NO_WAITING) as made:
        ground = grounded(made)
        good = made.keys[M]
        ended, expired = sha256(b"ended").digest(), sha256(b"expired").digest()
        make_key(made.store, "e" * 16, ended, None, "ministry", "ended", NOW - 100, 30)
        made.store.end_api_key("e" * 16, NOW - 1)
        make_key(made.store, "f" * 16, expired, None, "ministry", "expired", NOW - 40 * 86_400, 30)
        yield (
            ground,
            {
                "none": None,
                "made up": text_of("0" * 16, bytes(32)),
                "another secret": text_of(good.split("_")[1], bytes(32)),
                "no form": "vb_secret",
                "ended": text_of("e" * 16, ended),
                "expired": text_of("f" * 16, expired),
                "withdrawn link": withdrawn_link(made),
                "another's link": f"vbh_{ground.ids['holder_id']}_{'A' * 43}",
            },
        )


def withdrawn_link(made: Site) -> str:
    """A token that was good until its link was withdrawn."""
    first = credential_id(KIND, rows(3)[0].cells)
    link = made.ask("POST", "/v1/holders", R, json={"credentials": [first]}).json()["url"]
    assert made.ask("GET", "/v1/holder", bearer_of(link)).status_code == 200
    made.ask("DELETE", f"/v1/holders/{holder_of(link)}", R)
    return bearer_of(link)


def test_lists_hold_what_belongs_to_the_key(ground: Ground) -> None:
    """In every list an institution's key finds its own, a national key all, another institution's key nothing of it."""
    ask = ground.site.ask
    for path in ("/v1/uploads", "/v1/batches", "/v1/status-changes", "/v1/holders", "/v1/corrections"):
        sizes = {who: len(ask("GET", path, who).json()["items"]) for who in (M, D, NM_D, OT_D)}
        assert sizes == {M: sizes[M], D: sizes[M], NM_D: sizes[M], OT_D: 0}, path
        assert sizes[M] > 0
    issuers = {who: [item["code"] for item in ask("GET", "/v1/issuers", who).json()["items"]] for who in (M, D, OT_D)}
    assert issuers == {M: [OTHER.code, INSTITUTION.code], D: [INSTITUTION.code], OT_D: [OTHER.code]}


@pytest.mark.parametrize("path", ["/v1/uploads", "/v1/batches", "/v1/status-changes", "/v1/signing-requests"])
def test_no_filter_reaches_further(ground: Ground, path: str) -> None:
    """Naming another institution in a filter is 404 for an institution's key, exactly as for one that is not there."""
    there = ground.site.ask("GET", f"{path}?issuer={INSTITUTION.code}", OT_D)
    nowhere = ground.site.ask("GET", f"{path}?issuer=NOBODY", OT_D)
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())
    assert there.status_code == 404


def test_no_body_reaches_further(ground: Ground) -> None:
    """A list cannot be sent in, nor a change proposed, in the name of another institution."""
    ask = ground.site.ask
    upload = ask("POST", "/v1/uploads", OT_R, json={"name": "l.csv", "issuer": INSTITUTION.code})
    assert (upload.status_code, upload.json()["errors"][0]["pointer"]) == (422, "/issuer")
    change = {"status": "revoked", "reason": "fraud", "decision": "QĐ 1", "credential": ground.ids["credential_id"]}
    refused = ask("POST", "/v1/status-changes", OT_R, json=change)
    unknown = ask("POST", "/v1/status-changes", OT_R, json={**change, "credential": "00" * 32})
    assert (refused.status_code, refused.json()) == (422, unknown.json())


def test_every_route_checks_rights(ground: Ground) -> None:
    """Whatever is served under /v1 goes through the one place that checks rights."""
    routes = [route for route in ground.site.client.app.routes if getattr(route, "path", "").startswith("/v1")]
    assert {type(route.endpoint) for route in routes} == {Resource}
    (shortcut,) = (route for route in ground.site.client.app.routes if isinstance(route, Shortcut))
    assert {resource.path: resource for resource in shortcut.resources} == {
        route.path: route.endpoint for route in routes if "{" not in route.path
    }
    assert {route.path for route in routes} == {
        path for _, path in {*TABLE, *PUBLIC, *HOLDERS} if path.startswith("/v1")
    }


def test_nothing_else_is_served(ground: Ground) -> None:
    """Unknown paths are 404 and unknown methods 405 with Allow, with and without a key."""
    for who in (None, M):
        assert ground.site.ask("GET", "/v1/nothing", who).status_code == 404
        head = ground.site.ask("HEAD", "/v1/types", None)
        assert (head.status_code, head.headers["etag"][0]) == (200, '"')
        assert ground.site.ask("HEAD", f"/v1/batches/{ground.ids['batch_id']}/events", who).status_code == 405
        answer = ground.site.ask("DELETE", "/v1/batches", who)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.json()["code"] == "method"
