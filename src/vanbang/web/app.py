"""The HTTP face: the proof page, the public files it fetches, API v1, and what operators ask for."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from vanbang.adapters.render.single_page import (
    FILE_NAME,
    MODULE_NAME,
    TYPES_NAME,
    checksum_line,
    module_file,
    module_types,
    portable,
    served_page,
    verifier_file,
)
from vanbang.core.errors import VanbangError
from vanbang.core.trust import Trust
from vanbang.web.bodies import JSON
from vanbang.web.desk import Desk
from vanbang.web.endpoints import Endpoint
from vanbang.web.guides import add_guides
from vanbang.web.observing import Observing
from vanbang.web.office import Office
from vanbang.web.openapi import openapi
from vanbang.web.operating import add_operating
from vanbang.web.page import Prepared, PreparedPage
from vanbang.web.problems import on_http_error, on_vanbang_error
from vanbang.web.resource import routes
from vanbang.web.v1 import (
    api_keys,
    audit_log,
    batches,
    corrections,
    credentials,
    exports,
    findings,
    holders,
    holding,
    incidents,
    issuers,
    operations,
    own_shares,
    persons,
    printing,
    public,
    shares,
    signatures,
    signing_keys,
    status_changes,
    uploads,
)

ANYWHERE: Final = {"Access-Control-Allow-Origin": "*"}
"""On what programs and pages of other sites may read."""
SITE_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer, also where another web server serves the same files (docs/operations.md)."""
STATIC = Path(str(files("vanbang.web").joinpath("static")))
RESOURCES: Final = (
    issuers,
    signing_keys,
    operations,
    uploads,
    findings,
    batches,
    signatures,
    credentials,
    persons,
    exports,
    shares,
    printing,
    holders,
    holding,
    own_shares,
    corrections,
    status_changes,
    api_keys,
    audit_log,
    incidents,
    public,
)


def create_app(desk: Desk) -> FastAPI:
    """The application on an installation."""
    app = FastAPI(title="vanbang", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(VanbangError, on_vanbang_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(Observing, headers=security_headers(desk.shown), metrics=desk.operating.metrics)
    add_operating(app, desk.operating)
    app.router.routes.extend(routes(Office(desk), all_endpoints()))
    _add_page(app, desk.shown, desk.base_url)
    add_guides(app, STATIC)
    return app


def all_endpoints() -> Sequence[Endpoint]:
    """Every endpoint of the API, the one of its own description included."""
    found = [endpoint for resource in RESOURCES for endpoint in resource.api.all]
    placeholder = public.openapi_endpoint(b"").all
    document = json.dumps(openapi([*found, *placeholder]), ensure_ascii=False, separators=(",", ":"))
    return [*found, *public.openapi_endpoint(document.encode()).all]


def security_headers(shown: Trust) -> dict[str, str]:
    """What every answer carries, so that browsers load nothing foreign and tell nobody where they were."""
    return {"Content-Security-Policy": content_security_policy(shown), **SITE_HEADERS}


def content_security_policy(trust: Trust) -> str:
    """No inline script or style, nothing foreign but the endpoints and mirrors of the trust configuration."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(["connect-src", *connected(trust)]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def connected(trust: Trust) -> list[str]:
    """Whom a page of this site may ask: the site, and what the trust configuration names."""
    urls = [url for registry in trust.registries for url in registry.endpoints] + list(trust.public)
    return ["'self'", *sorted({f"{parts.scheme}://{parts.netloc}" for url in urls if (parts := urlsplit(url)).netloc})]


def _add_page(app: FastAPI, shown: Trust, site: str) -> None:
    folder = STATIC / "verifier"

    def proof_page() -> Prepared:
        page = served_page(folder, shown.to_bytes())
        policy = f"{page.policy(connected(shown))}; frame-ancestors 'none'"
        return Prepared(page.html, headers={"Content-Security-Policy": policy})

    def kept() -> Prepared:
        data = verifier_file(folder, portable(shown, site).to_bytes(), site)
        return Prepared(data, headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'})

    file = PreparedPage(kept)
    checksum = PreparedPage(lambda: Prepared(checksum_line(file.prepared.body, FILE_NAME), "text/plain; charset=utf-8"))
    holder = PreparedPage(lambda: Prepared((STATIC / "holder" / "index.html").read_bytes()))
    page, script = PreparedPage(proof_page), "text/javascript; charset=utf-8"
    for path, one in {
        "/": page,
        "/v/{share_id}": page,
        "/h/{holder_id}": holder,
        "/trust.json": PreparedPage(lambda: Prepared(shown.to_bytes(), JSON, ANYWHERE)),
        f"/{FILE_NAME}": file,
        f"/{FILE_NAME}.sha256": checksum,
        f"/{MODULE_NAME}": PreparedPage(lambda: Prepared(module_file(folder), script, ANYWHERE)),
        f"/{TYPES_NAME}": PreparedPage(lambda: Prepared(module_types(folder), script, ANYWHERE)),
    }.items():
        app.router.routes.append(Route(path, one.endpoint, include_in_schema=False))
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="static")
