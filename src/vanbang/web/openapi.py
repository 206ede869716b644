"""The description of the API (OpenAPI 3.1), made from the endpoints themselves: what is declared is what is served."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from vanbang.web.bodies import JSON
from vanbang.web.endpoints import PATTERNS, Endpoint, Holding, NoBody, Public
from vanbang.web.problems import KINDS, PROBLEM_JSON, problem_body
from vanbang.web.rights import RIGHTS, Right

REF: Final = "#/components/schemas/{model}"
DESCRIPTION: Final = """Công chứng văn bằng: gửi danh sách, theo dõi đợt cấp, ký, tra cứu, chia sẻ, kiểm tra.
A notary for diplomas: send lists, follow batches, sign, look up, share, verify.

Every write needs an `Idempotency-Key`: sent again with it, the same request gives the same answer and has one effect.
Errors are problem details (RFC 9457) with a stable `code`. Lists go on with `cursor`, the `next` of the page before.
"""
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `errors` says where and how to mend it.",
    "required": ["type", "title", "status", "code", "detail", "detail_vi"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "detail_vi": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail_vi", "detail_en"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail_vi", "detail_en")},
            },
        },
    },
}


def openapi(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The document."""
    schemas = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = endpoint.path.replace(":path}", "}")
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    bearer = {"type": "http", "scheme": "bearer", "description": "An API key: `vb_<id>_<secret>`"}
    link = {"type": "http", "scheme": "bearer", "description": "A private link's token: `vbh_<id>_<token>`"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "vanbang", "version": "1", "description": DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "examples": {code: _problem(code) for code in KINDS},
            "securitySchemes": {"apiKey": bearer, "holder": link},
        },
    }


def codes_of(endpoint: Endpoint) -> list[str]:
    """The codes of problems an endpoint may answer with."""
    found = ["internal", "store", "store_busy", *endpoint.problems]
    if endpoint.access is not Public.FILES:
        found.append("rate_limited")
    if isinstance(endpoint.access, Right):
        found += ["unauthorized", "forbidden", "ledger_unsure"]
    if isinstance(endpoint.access, Holding):
        found.append("unauthorized")
    if "{" in endpoint.path or (endpoint.method == "GET" and "issuer" in endpoint.takes.model_fields):
        found.append("not_found")
    found.append("query")
    if endpoint.writes:
        found += ["no_idempotency_key", "idempotency_key_reused"]
    if endpoint.if_match:
        found += ["no_if_match", "stale"]
    if endpoint.method != "GET":
        found += ["too_large", "body_timeout"]
    if endpoint.method != "GET" and not (endpoint.octets and isinstance(endpoint.access, Public)):
        found.append("media_type")
    if endpoint.method != "GET" and endpoint.takes is not NoBody:
        found += ["json", "invalid"]
    if endpoint.octets and not endpoint.by_line:
        found += ["invalid", "content_digest"]
    return sorted(set(found))


def _schemas(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    models = {e.takes for e in endpoints if e.method != "GET" and e.takes is not NoBody}
    answers = {e.gives for e in endpoints if isinstance(e.gives, type)}
    wanted: list[Any] = [(model, "validation") for model in models] + [(model, "validation") for model in answers]
    ordered = sorted(wanted, key=lambda item: item[0].__name__)
    _, document = models_json_schema(ordered, ref_template=REF)
    found: dict[str, Any] = document.get("$defs", {})
    return found


def _operation(endpoint: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.area],
        "summary": endpoint.summary,
        "description": f"{endpoint.details} {_for_whom(endpoint)}".strip(),
        "security": _security(endpoint),
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint, schemas),
    }
    body = _body(endpoint, schemas)
    return {**told, "requestBody": body} if body else told


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if isinstance(endpoint.access, Public):
        return []
    return [{"holder" if isinstance(endpoint.access, Holding) else "apiKey": []}]


def _for_whom(endpoint: Endpoint) -> str:
    if isinstance(endpoint.access, Public):
        return "For everybody, without a key."
    if isinstance(endpoint.access, Holding):
        return "For graduates, with the token of a private link: only what that holder has."
    right = endpoint.access
    roles = [role for role, deeds in RIGHTS[right.area].items() if right.deed in deeds]
    return f"For the roles {', '.join(roles)} (to {right.deed} {right.area.replace('_', ' ')})."


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)", endpoint.path):
        pattern, example = PATTERNS[name]
        schema = {"type": "string", "pattern": f"^{pattern}$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema, "example": example}
    if endpoint.method == "GET":
        document = endpoint.takes.model_json_schema()
        for name, schema in document.get("properties", {}).items():
            yield {"name": name, "in": "query", "required": False, "schema": _one_of(schema)}
        if _has_tag(endpoint) and (not isinstance(endpoint.access, Public) or endpoint.ranges):
            yield _header("If-None-Match", "304 without a body if this is the ETag still", required=False)
    if endpoint.ranges:
        yield _header("Range", "One range of bytes, such as `bytes=0-31`", required=False)
        yield _header("If-Range", "The ETag of which a part is wanted; the whole file if it is another", required=False)
    if endpoint.is_stream:
        yield _header("Last-Event-ID", "The last event that was seen", required=False)
    if endpoint.writes:
        key = _header("Idempotency-Key", "New for each new request; the same when it is sent again", required=True)
        yield {**key, "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"}, "example": "8e03978e-40d5-43dd-bc93"}
    if endpoint.if_match:
        yield _header("If-Match", "The ETag that you read", required=True) | {"example": '"9f9f9f9f9f9f9f9f"'}
    if endpoint.octets and not endpoint.by_line:
        yield _header("Content-Digest", "`sha-256=:...:` (RFC 9530); a body that differs is refused", required=False)


def _has_tag(endpoint: Endpoint) -> bool:
    """Whether its answer has an ETag; what is made while it goes out has none."""
    return not (endpoint.is_stream or endpoint.flows)


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


def _one_of(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is never null: there is no way to write that in a query."""
    found = next((dict(part) for part in schema.get("anyOf", []) if part.get("type") != "null"), dict(schema))
    return {name: value for name, value in found.items() if name not in ("default", "title")}


def _body(endpoint: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any] | None:
    if endpoint.octets:
        binary = {"schema": {"type": "string", "format": "binary"}, "example": "..."}
        return {"required": True, "content": dict.fromkeys(endpoint.octets, binary)}
    if endpoint.method == "GET" or endpoint.takes is NoBody:
        return None
    return {"required": not endpoint.optional, "content": {JSON: _described(endpoint.takes, schemas)}}


def _responses(endpoint: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {str(endpoint.status): _success(endpoint, schemas)}
    if endpoint.method == "GET" and _has_tag(endpoint):
        found["304"] = {"description": "Not changed since the ETag of If-None-Match"}
    if endpoint.ranges:
        found["206"] = {**_success(endpoint, schemas), "description": "The part that Range asks for"}
        found["416"] = {"description": "Range begins behind the end, which Content-Range tells"}
    by_status: dict[int, list[str]] = {}
    for code in codes_of(endpoint):
        by_status.setdefault(KINDS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        content = {"schema": {"$ref": REF.format(model="Problem")}, "examples": examples}
        described = " ".join(KINDS[code].en for code in codes)
        found[str(status)] = {"description": described, "content": {PROBLEM_JSON: content}}
    return found


def _problem(code: str) -> dict[str, Any]:
    return {"value": problem_body(KINDS[code].status, code, KINDS[code].en)}


def _success(endpoint: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": "Done" if endpoint.method != "GET" else "Found"}
    if isinstance(endpoint.gives, type):
        told["content"] = {JSON: _described(endpoint.gives, schemas)}
    elif endpoint.gives:
        told["content"] = {media_type.partition(";")[0]: _plain(media_type) for media_type in endpoint.gives}
    return told


def _plain(media_type: str) -> dict[str, Any]:
    if "json" in media_type and "ndjson" not in media_type:
        return {"schema": {}, "example": {}}
    if media_type == "text/event-stream":
        return {"schema": {}, "example": 'event: state\nid: 9f9f\ndata: {"state":"FINAL"}\n\n'}
    return {"schema": {"type": "string", "format": "binary"}, "example": "..."}


def _described(model: type[BaseModel], schemas: Mapping[str, Any]) -> dict[str, Any]:
    example = _example(model.model_json_schema(mode="validation"))
    return {"schema": {"$ref": REF.format(model=model.__name__)}, "example": example}


def _example(document: Mapping[str, Any]) -> Any:
    return _of_schema(document, document.get("$defs", {}))


def _of_schema(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return _of_schema(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if schema.get("type") == "object":
        return {name: _of_schema(part, definitions) for name, part in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_of_schema(schema["items"], definitions)]
    for part in schema.get("anyOf", []):
        if part.get("type") != "null":
            return _of_schema(part, definitions)
    return schema.get("default")
