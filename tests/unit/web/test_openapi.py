"""The description of the API, and the papers, say what the code does."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from vanbang.notary.changing_status import REASONS
from vanbang.notary.progress import WAITING_FOR
from vanbang.ports import ApiKey
from vanbang.web.app import all_endpoints
from vanbang.web.endpoints import PATTERNS, Endpoint, NoBody, Public
from vanbang.web.openapi import codes_of, openapi
from vanbang.web.problems import _TITLES, KINDS
from vanbang.web.rights import AREAS, NATIONAL, RIGHTS, ROLES, Right

ENDPOINTS = all_endpoints()
DOCUMENT = openapi(ENDPOINTS)
PAPER = Path(__file__).parents[3] / "docs/api.md"
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def valid(schema: dict[str, Any], value: Any) -> None:
    """Raises ValidationError unless the value is of this schema of the document."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": DOCUMENT["components"], **schema}
    assert validator_for(whole) is Draft202012Validator
    Draft202012Validator(whole).validate(value)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_example_is_one(name: str) -> None:
    """Each body and each answer that is JSON has an example, and the example is of its schema."""
    operation = OPERATIONS[name]
    parts = [operation.get("requestBody", {}), *operation["responses"].values()]
    for part in parts:
        for media_type, told in part.get("content", {}).items():
            if "$ref" in told["schema"] and "example" in told:
                valid(told["schema"], told["example"])
            assert "example" in told or "examples" in told, media_type
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            assert re.fullmatch(PATTERNS[parameter["name"]][0], parameter["example"])


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_example_body_is_taken(endpoint: Endpoint) -> None:
    """The example of a body is what the model takes."""
    if endpoint.method != "GET" and endpoint.takes is not NoBody:
        operation = OPERATIONS[f"{endpoint.method} {endpoint.path}"]
        endpoint.takes.model_validate(operation["requestBody"]["content"]["application/json"]["example"])


def test_every_operation_is_told() -> None:
    """Names are unique, summaries are whole sentences in both languages, and who may do it is said."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names)) == len(ENDPOINTS)
    for operation in OPERATIONS.values():
        assert " / " in operation["summary"]
        assert operation["summary"].endswith(".")
        assert operation["description"]
    public = {name for name, operation in OPERATIONS.items() if operation["security"] == []}
    assert public == {f"{e.method} {e.path.replace(':path', '')}" for e in ENDPOINTS if isinstance(e.access, Public)}


def test_what_is_made_while_it_goes_out_has_no_tag() -> None:
    """For exports and streams of events neither If-None-Match nor 304 is promised."""
    flowing = [endpoint for endpoint in ENDPOINTS if endpoint.flows or endpoint.is_stream]
    assert flowing
    for endpoint in flowing:
        operation = OPERATIONS[f"{endpoint.method} {endpoint.path}"]
        assert "304" not in operation["responses"]
        assert "If-None-Match" not in {parameter["name"] for parameter in operation["parameters"]}


def test_every_problem_is_known() -> None:
    """Every code an endpoint may answer with has a status, a title and a sentence in each language."""
    for endpoint in ENDPOINTS:
        assert set(codes_of(endpoint)) <= set(KINDS)
    for kind in KINDS.values():
        assert kind.status in _TITLES
        assert kind.vi
        assert kind.en


def test_words_agree() -> None:
    """What a batch may wait for, and why a status may change, are the words of the use cases."""
    schemas = DOCUMENT["components"]["schemas"]
    assert set(schemas["BatchShown"]["properties"]["waiting_for"]["enum"]) == {*WAITING_FOR, ""}
    assert set(schemas["NewChange"]["properties"]["reason"]["enum"]) == set(REASONS)


def test_rights_are_complete() -> None:
    """Every area says of every role what it may; nobody may write what nobody else may read."""
    assert set(RIGHTS) == set(AREAS)
    for area, roles in RIGHTS.items():
        assert set(roles) == set(ROLES)
        for role, deeds in roles.items():
            assert "write" not in deeds or "read" in deeds or area == "decisions"
            national = ApiKey("", b"", None, role, "", 0, 1)
            local = ApiKey("", b"", "https://songhong.edu.vn", role, "", 0, 1)
            assert Right(area, "read").belongs_to(national) == ("read" in deeds)
            assert Right(area, "read").belongs_to(local) == ("read" in deeds and area not in NATIONAL)


def test_the_paper_has_the_table() -> None:
    """docs/api.md shows the rights as the code has them."""
    lines = PAPER.read_text(encoding="utf-8").splitlines()
    for area, roles in RIGHTS.items():
        cells = [", ".join(sorted(roles[role])) or "–" for role in ROLES]
        assert f"| `{area}` | {' | '.join(cells)} |" in lines
    assert f"| area | {' | '.join(ROLES)} |" in lines


def test_the_paper_names_what_is_there() -> None:
    """Every address in docs/api.md is one of the API's."""
    named = set(re.findall(r"`(?:(GET|POST|PUT|PATCH|DELETE) )?(/v1/[^`]*)`", PAPER.read_text(encoding="utf-8")))
    for method, path in named:
        shape = re.sub(r"{\w+}", "{}", path)
        known = {re.sub(r"{\w+}", "{}", e.path) for e in ENDPOINTS if method in ("", e.method)}
        assert any(one == shape or one.startswith(shape) for one in known), (method, path)
