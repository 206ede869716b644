"""The calls of the API (docs/api.md) as generators of `exchange`: what is asked, and what is made of the answer."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from vanbang.client.exchange import Calling, Following, Give, Patience, Request, asked, new_key
from vanbang.client.models import (
    Answered,
    Batch,
    Credential,
    Finding,
    Listed,
    NewShare,
    PersonsCredentials,
    PrivateLink,
    Reason,
    Share,
    Status,
    StatusChange,
    Upload,
    read,
    read_item,
)
from vanbang.client.reports import Report, read_report
from vanbang.core.credential import MEDIA_TYPE

M = TypeVar("M", bound=Answered)
PAGE: Final = 200
"""Items at a time: the most that a server gives."""


def get(path: str) -> Request:
    """A reading."""
    return Request("GET", path)


def post(path: str, body: Mapping[str, Any] | None, key: str | None = None) -> Request:
    """A write under an Idempotency-Key, a new one if none is given; or a write without a body."""
    headers = {"idempotency-key": key or new_key()}
    return Request("POST", path, *_json(body, headers))


def ask(path: str, body: Mapping[str, Any]) -> Request:
    """A question that must not stand in an address: POST, and nothing changes."""
    return Request("POST", path, *_json(body, {}))


def verify(data: bytes, patience: Patience) -> Calling[Report]:
    """The server's own judgement of a credential file."""
    answer = yield from asked(Request("POST", "/v1/verify", data, {"content-type": MEDIA_TYPE}), patience)
    return read_report(answer.body)


def lookup(issuer: str, type_name: str, serial: str, patience: Patience) -> Calling[Credential]:
    """A credential by its serial number."""
    body = {"issuer": issuer, "type": type_name, "serial": serial}
    return read(Credential, (yield from asked(ask("/v1/credentials/lookup", body), patience)).body)


def credentials_of(
    learner: str | None, citizen: str | None, issuer: str | None, patience: Patience
) -> Calling[PersonsCredentials]:
    """A person's credentials, by one of two numbers."""
    told = {"learner": learner, "citizen": citizen, "issuer": issuer}
    body = {name: value for name, value in told.items() if value is not None}
    return read(PersonsCredentials, (yield from asked(ask("/v1/persons/credentials", body), patience)).body)


def credential(credential_id: str, patience: Patience) -> Calling[Credential]:
    """A credential by its id."""
    return read(Credential, (yield from asked(get(_credential(credential_id)), patience)).body)


def credential_file(credential_id: str, patience: Patience) -> Calling[bytes]:
    """The credential file's bytes."""
    return (yield from asked(get(_credential(credential_id, "/file")), patience)).body


def extract(credential_id: str, claims: Collection[str], unsigned: bool, patience: Patience) -> Calling[bytes]:
    """The file with these claims only."""
    body = {"claims": list(claims), "unsigned": unsigned}
    return (yield from asked(ask(_credential(credential_id, "/extract"), body), patience)).body


def make_share(credential_id: str, told: Mapping[str, Any], key: str | None, patience: Patience) -> Calling[NewShare]:
    """A new proof URL. Nothing is sent where nothing is told, as servers of the first version want it."""
    body = {name: value for name, value in told.items() if value is not None}
    answer = yield from asked(post(_credential(credential_id, "/shares"), body or None, key), patience)
    return read(NewShare, answer.body)


def print_pdf(credential_id: str, told: Mapping[str, Any], key: str | None, patience: Patience) -> Calling[bytes]:
    """A PDF with the file inside."""
    body = {name: value for name, value in told.items() if value is not None}
    return (yield from asked(post(_credential(credential_id, "/pdf"), body or None, key), patience)).body


def make_private_link(
    credentials: Collection[str], issuer: str | None, key: str | None, patience: Patience
) -> Calling[PrivateLink]:
    """A graduate's own link."""
    body = {"credentials": list(credentials), **({"issuer": issuer} if issuer else {})}
    return read(PrivateLink, (yield from asked(post("/v1/holders", body, key), patience)).body)


def withdraw_private_link(link_id: str, key: str | None, patience: Patience) -> Calling[None]:
    """Ends a graduate's own link."""
    yield from asked(_delete(f"/v1/holders/{word(link_id)}", key), patience)


def withdraw_share(credential_id: str, share_id: str, key: str | None, patience: Patience) -> Calling[None]:
    """Ends a proof URL."""
    yield from asked(_delete(_credential(credential_id, f"/shares/{word(share_id)}"), key), patience)


def shares(credential_id: str, patience: Patience) -> Following:
    """The shares of a credential."""
    return pages(_credential(credential_id, "/shares"), {}, Share, patience)


def upload(upload_id: str, patience: Patience) -> Calling[Upload]:
    """How far an upload is."""
    return read(Upload, (yield from asked(get(f"/v1/uploads/{word(upload_id)}"), patience)).body)


def findings(upload_id: str, patience: Patience) -> Following:
    """What was found in a list."""
    return pages(f"/v1/uploads/{word(upload_id)}/findings", {}, Finding, patience)


def batch(batch_id: str, patience: Patience) -> Calling[Batch]:
    """How far a batch is."""
    return read(Batch, (yield from asked(get(f"/v1/batches/{word(batch_id)}"), patience)).body)


def new_change(credential_id: str, status: Status, reason: Reason, decision: str) -> Mapping[str, str]:
    """The body of a proposal."""
    return {"credential": credential_id, "status": status, "reason": reason, "decision": decision}


def propose(body: Mapping[str, Any], key: str | None, patience: Patience) -> Calling[StatusChange]:
    """A proposal to change a status."""
    return read(StatusChange, (yield from asked(post("/v1/status-changes", body, key), patience)).body)


def decide(change_id: str, approve: bool, key: str | None, patience: Patience) -> Calling[StatusChange]:
    """A second person's word on a proposal."""
    body = {"decision": "approve" if approve else "reject"}
    request = post(f"/v1/status-changes/{word(change_id)}/decision", body, key)
    return read(StatusChange, (yield from asked(request, patience)).body)


def changes(state: str | None, issuer: str | None, patience: Patience) -> Following:
    """Changes of status."""
    return pages("/v1/status-changes", {"state": state, "issuer": issuer}, StatusChange, patience)


def pages(path: str, query: Mapping[str, str | None], kind: type[M], patience: Patience) -> Following:
    """Each item of a list, page after page."""
    cursor: str | None = None
    while True:
        told = {**query, "limit": str(PAGE), "cursor": cursor}
        wanted = urlencode({name: value for name, value in told.items() if value is not None})
        page = read(Listed, (yield from asked(get(f"{path}?{wanted}"), patience)).body)
        for item in page.items:
            yield Give(read_item(kind, item))
        cursor = page.next
        if cursor is None:
            return


def _credential(credential_id: str, rest: str = "") -> str:
    return f"/v1/credentials/{word(credential_id)}{rest}"


def _delete(path: str, key: str | None) -> Request:
    return Request("DELETE", path, b"", {"idempotency-key": key or new_key()})


def word(text: str) -> str:
    """A part of a path: whatever it holds, it stays one part."""
    return quote(text, safe="")


def _json(body: Mapping[str, Any] | None, headers: dict[str, str]) -> Sequence[Any]:
    if body is None:
        return b"", headers
    return json.dumps(body, ensure_ascii=False).encode(), {**headers, "content-type": "application/json"}
