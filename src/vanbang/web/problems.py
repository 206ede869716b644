"""Errors as problem details (RFC 9457): the one place that chooses HTTP statuses, and says each in two languages."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vanbang.core.errors import VanbangError

log = logging.getLogger("vanbang.web")

PROBLEM_JSON: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code means over HTTP. `own_words`: the error's English sentence is shown instead of `en`."""

    status: int
    vi: str
    en: str
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in a request: where (JSON Pointer, or a parameter's name), a stable code, what is wrong."""

    pointer: str
    code: str
    detail_vi: str
    detail_en: str


KINDS: Final[Mapping[str, Kind]] = {
    "query": Kind(400, "Tham số của yêu cầu không đúng.", "A parameter of the request is wrong."),
    "cursor": Kind(400, "Con trỏ trang không dùng được; hãy đọc lại từ đầu.", "This cursor is not one of this list's."),
    "json": Kind(400, "Nội dung không phải JSON đúng chuẩn.", "The body is not strict JSON."),
    "no_idempotency_key": Kind(
        400,
        "Yêu cầu ghi cần tiêu đề Idempotency-Key.",
        "A write needs the header Idempotency-Key, 1 to 255 characters.",
    ),
    "content_digest": Kind(
        400, "Nội dung nhận được khác Content-Digest.", "The body is not the one that Content-Digest names."
    ),
    "http_400": Kind(400, "Yêu cầu không đúng.", "The request cannot be read."),
    "unauthorized": Kind(401, "Cần khóa API còn hiệu lực.", "This needs an API key that is good now."),
    "forbidden": Kind(403, "Vai trò của khóa API không được làm việc này.", "The API key's role may not do this."),
    "not_found": Kind(404, "Không có gì ở đây.", "There is nothing here."),
    "not_issued": Kind(
        404, "Văn bằng chưa được cấp, hoặc đã bị xóa.", "The credential is not issued yet, or was erased."
    ),
    "json_lines_only": Kind(
        404,
        "Loại này không ghi được trong bảng; hãy lấy mẫu template.jsonl.",
        "No table can hold rows of this type: the template is template.jsonl.",
    ),
    "method": Kind(405, "Phương thức không dùng được ở đây.", "This method is not for this address."),
    "body_timeout": Kind(408, "Nội dung gửi quá chậm.", "The body came too slowly."),
    "conflict": Kind(409, "Trái với dữ liệu đã lưu.", "This contradicts what is stored.", own_words=True),
    "parts_missing": Kind(409, "Còn thiếu phần chưa gửi tới.", "Parts are missing.", own_words=True),
    "hash_differs": Kind(409, "Nội dung nhận được khác mã băm đã nêu.", "The hash differs.", own_words=True),
    "too_many": Kind(409, "Đã đủ số lượng cho phép; hãy thu hồi bớt.", "There are too many.", own_words=True),
    "share_expired": Kind(
        410, "Đường dẫn này đã hết thời hạn do người chia sẻ đặt.", "This link was for a time, and the time is over."
    ),
    "share_withdrawn": Kind(410, "Đường dẫn này đã được thu hồi.", "This link was withdrawn."),
    "stale": Kind(
        412, "Dữ liệu đã thay đổi từ khi bạn đọc; hãy đọc lại.", "It has changed since you read it: read it again."
    ),
    "too_large": Kind(413, "Nội dung quá lớn.", "The body is too large."),
    "media_type": Kind(415, "Kiểu nội dung không đúng.", "The body's content type is not the one that is taken here."),
    "invalid": Kind(422, "Nội dung có chỗ chưa đúng.", "The body has members that are not right."),
    "idempotency_key_reused": Kind(
        422, "Idempotency-Key này đã dùng cho yêu cầu khác.", "This Idempotency-Key was used for another request."
    ),
    "signature": Kind(422, "Chữ ký không dùng được.", "The signature is not good.", own_words=True),
    "no_good_key": Kind(422, "Khóa này không có hiệu lực.", "The key is not good.", own_words=True),
    "key_refused": Kind(422, "Không tạo được khóa như vậy.", "Such a key cannot be made.", own_words=True),
    "record": Kind(422, "Không trích được các mục này.", "These claims cannot be extracted."),
    "unknown_credential_type": Kind(422, "Không có loại văn bằng này.", "There is no such type.", own_words=True),
    "no_if_match": Kind(
        428, "Thay đổi này cần tiêu đề If-Match.", "This change needs the header If-Match with the ETag you read."
    ),
    "rate_limited": Kind(429, "Quá nhiều yêu cầu; hãy đợi.", "Too many requests: wait as Retry-After says."),
    "internal": Kind(500, "Lỗi của máy chủ; hãy thử lại sau.", "Try again later."),
    "store": Kind(503, "Tạm thời không lưu hoặc đọc được.", "Try again later."),
    "store_busy": Kind(503, "Cơ sở dữ liệu đang bận; hãy thử lại sau.", "The database is busy: try again later."),
    "ledger_unsure": Kind(503, "Chưa hỏi được sổ công khai.", "The registry cannot be asked now: try again later."),
    "worker_lost": Kind(
        503,
        "Công việc bị gián đoạn; hãy yêu cầu lại.",
        "The work was interrupted: ask again for what is lacking.",
    ),
    "busy": Kind(503, "Máy chủ đang bận; hãy thử lại sau.", "Too many of these at once: try again later."),
}
"""Every problem this site answers with. A code that is not here is our fault: 500, and its text is not shown."""

_TITLES: Final[Mapping[int, str]] = {
    400: "Yêu cầu không đúng / Bad request",
    401: "Cần xác thực / Unauthorized",
    403: "Không được phép / Forbidden",
    404: "Không có / Not found",
    405: "Không được phép / Method not allowed",
    408: "Quá chậm / Request timeout",
    409: "Trái với dữ liệu / Conflict",
    410: "Không còn nữa / Gone",
    412: "Đã thay đổi / Precondition failed",
    413: "Quá lớn / Too large",
    415: "Sai kiểu nội dung / Unsupported media type",
    422: "Nội dung chưa đúng / Unprocessable content",
    428: "Cần điều kiện / Precondition required",
    429: "Quá nhiều / Too many requests",
    500: "Lỗi máy chủ / Internal error",
    503: "Tạm thời không phục vụ được / Temporarily unavailable",
}
_OF_STATUS: Final = {400: "http_400", 401: "unauthorized", 404: "not_found", 405: "method", 413: "too_large"}


class Refused(VanbangError):
    """A request that the HTTP face refuses; `kind` is a code of KINDS, `faults` say what to mend."""

    code: ClassVar[str] = "refused"

    def __init__(
        self, kind: str, faults: Sequence[Fault] = (), *, reason: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason or KINDS[kind].en)
        self.kind = kind
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def problem(status: int, code: str, detail: str, detail_vi: str = "", faults: Sequence[Fault] = ()) -> JSONResponse:
    """A problem as an answer. `detail` must not repeat anything personal or secret."""
    return JSONResponse(problem_body(status, code, detail, detail_vi, faults), status, media_type=PROBLEM_JSON)


def problem_body(
    status: int, code: str, detail: str, detail_vi: str = "", faults: Sequence[Fault] = ()
) -> dict[str, Any]:
    """A problem document."""
    body: dict[str, Any] = {
        "type": f"urn:vanbang:problem:{code}",
        "title": _TITLES.get(status, "Lỗi / Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "detail_vi": detail_vi or (KINDS[code].vi if code in KINDS else ""),
    }
    if faults:
        body["errors"] = [asdict(fault) for fault in faults]
    return body


def problem_of(error: VanbangError) -> JSONResponse:
    """A domain error as a problem. What is our fault is logged with its words, and answered without them."""
    code = error.kind if isinstance(error, Refused) else _code(error)
    kind = KINDS[code]
    if kind.status >= 500 and not isinstance(error, Refused):
        log.error("cannot answer", exc_info=error)
    # What a database said of it is behind some errors: its words are for us.
    told = isinstance(error, Refused) or (kind.own_words and error.__cause__ is None)
    shown = str(error) if told else kind.en
    answer = problem(kind.status, code, shown, kind.vi, getattr(error, "faults", ()))
    answer.headers.update(getattr(error, "headers", {}))
    if kind.status == 503:
        answer.headers.setdefault("Retry-After", "5")
    return answer


def _code(error: VanbangError) -> str:
    """The error's code, else that of what it is a case of: a store that is only busy is a store that cannot."""
    codes = (getattr(kind, "code", None) for kind in type(error).__mro__)
    return next((str(code) for code in codes if code in KINDS), "internal")


async def on_vanbang_error(_: Request, error: Exception) -> JSONResponse:
    """What a route raises on purpose, as a problem."""
    return problem_of(error if isinstance(error, VanbangError) else Refused("internal"))


async def on_http_error(_: Request, error: Exception) -> JSONResponse:
    """What the framework refuses, in the same form."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = _OF_STATUS.get(status, "http_400" if status < 500 else "internal")
    answer = problem(status, code, KINDS[code].en)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer
