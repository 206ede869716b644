"""Errors as problem details (RFC 9457): the one place that chooses HTTP statuses."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vanbang.core.errors import VanbangError

log = logging.getLogger("vanbang.web")

_STATUS: Mapping[str, int] = {"conflict": 409, "not_issued": 404, "ledger_unsure": 503, "store": 503}
_TITLES: Mapping[int, str] = {
    400: "Yêu cầu không đúng / Bad request",
    404: "Không có / Not found",
    405: "Không được phép / Method not allowed",
    413: "Quá lớn / Too large",
    503: "Tạm thời không phục vụ được / Temporarily unavailable",
}


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """A problem document. `detail` must not repeat anything personal or secret."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Lỗi / Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


async def on_vanbang_error(_: Request, error: Exception) -> JSONResponse:
    """A domain error as a problem; one with no status of its own is our fault, and its text is not shown."""
    code = error.code if isinstance(error, VanbangError) else "internal"
    status = _STATUS.get(code, 500)
    if status >= 500:
        log.error("cannot answer", exc_info=error)
    return problem(status, code, str(error) if status < 500 else "Try again later.")


async def on_http_error(_: Request, error: Exception) -> JSONResponse:
    """What the framework refuses, in the same form."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(status, "http", _TITLES.get(status, "Error"))
