"""Whatever a client makes of the specification, the API answers as it says there, and never with a fault of its own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from api_site import FREELY, Site, credential_id, site
from hypothesis import HealthCheck, settings
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from small_house import INSTITUTION, KIND, rows
from vanbang.web.app import all_endpoints
from vanbang.web.openapi import openapi

pytestmark = pytest.mark.slow

EXAMPLES = 25
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
ENDPOINTS = {(endpoint.method, endpoint.path): endpoint for endpoint in all_endpoints()}


class Real:
    """The site under test, and ids that lead somewhere on it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        batch = site.issue(3)
        upload = site.ask("POST", "/v1/uploads", "registrar", json={"name": "l.csv", "type": KIND.name}).json()
        credential = credential_id(KIND, rows(3)[0].cells)
        share = site.ask("POST", f"/v1/credentials/{credential}/shares", "registrar").json()
        self.ids = {
            "batch_id": batch.id,
            "code": INSTITUTION.code,
            "credential_id": credential,
            "name": KIND.name,
            "share_id": share["id"],
            "upload_id": upload["id"],
        }


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with site(tmp_path_factory.mktemp("fuzzed"), replace(FREELY, stream_seconds=0.05)) as made:
        LATER.app = made.client.app
        yield Real(made)


class Later:
    """The application, which is there only once the test has begun."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def described() -> Any:
    """The specification, to be tried on LATER."""
    generation = GenerationConfig(max_examples=EXAMPLES, deterministic=True)
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    loaded = schemathesis.openapi.from_dict(openapi(list(ENDPOINTS.values())), config=config)
    loaded.app = LATER
    return loaded


schemathesis.serializer.alias("application/x-ndjson", "application/octet-stream")
LATER = Later()
SCHEMA = described()


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_operation_keeps_to_its_description(case: Any, real: Real) -> None:
    """No status, content type or body is answered that the specification does not name, and no 5xx at all."""
    path = case.operation.path.replace("{path}", "{path:path}")
    endpoint = ENDPOINTS.get((case.method.upper(), path))
    who = real.site.who_may(endpoint.access, [real.ids["credential_id"]]) if endpoint else "ministry"
    headers = {"Authorization": f"Bearer {real.site.keys.get(who, who)}"} if who else {}
    case.call_and_validate(checks=CHECKS, headers=headers)
    if any(name in real.ids for name in case.path_parameters or {}):
        case.path_parameters = {name: real.ids.get(name, value) for name, value in case.path_parameters.items()}
        case.call_and_validate(checks=CHECKS, headers=headers)
