"""The HTTP face: the proof page, the ciphertexts and public files it fetches, and verification for machines."""

import time
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.errors import VanbangError
from vanbang.core.trust import Trust
from vanbang.notary.verifying import EvidenceCache, verify
from vanbang.ports import ObjectStore, RecordStore, Witness
from vanbang.web.observing import Observing
from vanbang.web.operating import Operating, add_operating
from vanbang.web.problems import on_http_error, on_vanbang_error, problem

STATIC = Path(str(files("vanbang.web").joinpath("static")))
FOR_EVER = "public, max-age=31536000, immutable"
FOLDERS = {
    "tiles": "application/octet-stream",
    "manifests": "application/json",
    "endorsements": "application/json",
    "types": "application/json",
    "status": "application/json",
}


def create_app(
    store: RecordStore,
    objects: ObjectStore,
    witness: Witness,
    shown: Trust,
    own: Trust,
    operating: Operating | None = None,
) -> FastAPI:
    """The application. `shown` is the trust the page is given, `own` the one `POST /v1/verify` uses."""
    operating = operating or Operating()
    app = FastAPI(title="vanbang", version="1", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json")
    app.add_exception_handler(VanbangError, on_vanbang_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_middleware(Observing, headers=security_headers(shown), metrics=operating.metrics)
    add_operating(app, operating)
    _add_page(app, shown)
    _add_files(app, store, objects)
    _add_verification(app, witness, own)
    return app


def security_headers(shown: Trust) -> dict[str, str]:
    """What every answer carries, so that browsers load nothing foreign and tell nobody where they were."""
    return {
        "Content-Security-Policy": content_security_policy(shown),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def content_security_policy(trust: Trust) -> str:
    """No inline script or style, nothing foreign but the endpoints and mirrors of the trust configuration."""
    urls = [url for registry in trust.registries for url in registry.endpoints] + list(trust.public)
    origins = sorted({f"{parts.scheme}://{parts.netloc}" for url in urls if (parts := urlsplit(url)).netloc})
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(["connect-src 'self'", *origins]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def _add_page(app: FastAPI, shown: Trust) -> None:
    page = STATIC / "verifier" / "index.html"

    @app.get("/", include_in_schema=False)
    @app.get("/v/{share_id}", include_in_schema=False)
    async def proof_page(share_id: str = "") -> FileResponse:
        return FileResponse(page, media_type="text/html")

    @app.get("/trust.json", include_in_schema=False)
    async def trust() -> Response:
        return Response(shown.to_bytes(), media_type="application/json")

    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _add_files(app: FastAPI, store: RecordStore, objects: ObjectStore) -> None:
    @app.get("/v1/shares/{share_id}", response_class=Response, responses={404: {"description": "no such share"}})
    def share(share_id: str) -> Response:
        """The ciphertext behind a proof URL: `iv || ciphertext || tag`. The key is in the URL's fragment, not here."""
        ciphertext = store.share(share_id)
        if ciphertext is None:
            return problem(404, "not_found", "There is no such share.")
        return Response(ciphertext, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    @app.get("/public/{path:path}", response_class=Response, responses={404: {"description": "no such file"}})
    def public(path: str) -> Response:
        """A public, immutable file: tiles, manifests, endorsements, type metadata, status lists."""
        media_type = FOLDERS.get(path.partition("/")[0])
        data = objects.get(path) if media_type else None
        if data is None:
            return problem(404, "not_found", "There is no such file.")
        headers = {"Cache-Control": FOR_EVER, "Access-Control-Allow-Origin": "*"}
        return Response(data, media_type=media_type, headers=headers)


def _add_verification(app: FastAPI, witness: Witness, own: Trust) -> None:
    cache = EvidenceCache()
    body = {"required": True, "content": {"application/vanbang+json": {"schema": {"type": "string"}}}}

    @app.post("/v1/verify", openapi_extra={"requestBody": body})
    async def verify_credential(request: Request) -> Annotated[dict[str, Any], "docs/format.md section 14"]:
        """Judges a credential file by this server's own trust. Always 200 with a report: the verdict is in it."""
        data = await _body(request)
        report = await run_in_threadpool(verify, data, own, witness, int(time.time()), cache)
        answer: dict[str, Any] = report.to_json()
        return answer


async def _body(request: Request) -> bytes:
    """The body, read no further than the largest credential file may be."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_CREDENTIAL_BYTES:
            raise HTTPException(413)
    return bytes(data)
