"""Bodies and parameters of requests, read no further than allowed, and said to be wrong in both languages."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from vanbang.core.strict_json import parse
from vanbang.web.problems import Fault, Refused

JSON: Final = "application/json"
CLOSE: Final = {"Connection": "close"}
"""What is left of a body that was not read to its end goes with the connection."""

Model = TypeVar("Model", bound=BaseModel)

_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "missing": ("missing", "Thiếu mục này.", "This member is missing."),
    "extra_forbidden": ("unknown", "Không có mục này.", "There is no such member."),
    "string_too_short": ("too_short", "Không được để trống.", "It is too short."),
    "string_too_long": ("too_long", "Dài quá {max_length} ký tự.", "It is longer than {max_length} characters."),
    "too_long": ("too_long", "Nhiều quá {max_length} mục.", "It has more than {max_length} items."),
    "too_short": ("too_short", "Ít hơn {min_length} mục.", "It has fewer than {min_length} items."),
    "string_pattern_mismatch": ("form", "Phải có dạng {pattern}.", "It must match {pattern}."),
    "literal_error": ("choice", "Chỉ được là {expected}.", "It may only be {expected}."),
    "greater_than_equal": ("range", "Phải từ {ge} trở lên.", "It must be at least {ge}."),
    "less_than_equal": ("range", "Phải từ {le} trở xuống.", "It must be at most {le}."),
    "unseen": ("unseen", "Có ký tự không nhìn thấy.", "It has characters that cannot be seen."),
    "rule": ("rule", "{vi}", "{en}"),
}
_WRONG_TYPE: Final = ("type", "Kiểu dữ liệu không đúng.", "It is of the wrong type.")


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The whole body. Raises Refused: 413 when it is longer than `most` bytes, 408 when it takes longer."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 15 or int(announced) > most):
        raise Refused("too_large", headers=CLOSE)
    data = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                data += chunk
                if len(data) > most:
                    raise Refused("too_large", headers=CLOSE)
    except TimeoutError as error:
        raise Refused("body_timeout", headers=CLOSE) from error
    return bytes(data)


def check_media_type(given: str | None, wanted: str) -> None:
    """Raises Refused (415) unless the content type is the wanted one; JSON may say that it is UTF-8."""
    name, _, parameter = (given or "").partition(";")
    good = name.strip().lower() == wanted
    if not good or parameter.replace(" ", "").replace('"', "").lower() not in ("", "charset=utf-8"):
        raise Refused("media_type", headers={"Accept": wanted, **CLOSE})


def check_digest(given: str | None, data: bytes) -> None:
    """Raises Refused (400) if Content-Digest (RFC 9530) names a SHA-256 that is not the body's; others are ignored."""
    for item in (given or "").split(","):
        name, _, value = item.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                named = base64.b64decode(value.strip(":"), validate=True)
            except (binascii.Error, ValueError):
                named = b""
            if named != hashlib.sha256(data).digest():
                raise Refused("content_digest")


def read_json(data: bytes, model: type[Model]) -> Model:
    """The body as strict JSON of this model. Raises JsonError, Refused (422) with a pointer to each fault."""
    return validated(model, parse(data, ""), "invalid")


def read_query(pairs: list[tuple[str, str]], model: type[Model]) -> Model:
    """The query's parameters. Raises Refused (400): unknown, repeated or wrong ones."""
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise Refused("query", [Fault(repeated[0][:60], "repeated", "Lặp lại tham số.", "It is given twice.")])
    return validated(model, dict(pairs), "query")


def validated(model: type[Model], value: Any, kind: str) -> Model:
    """The value as the model. Raises Refused of this kind."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise Refused(kind, [_fault(item) for item in found[:20]]) from None


def _fault(item: Any) -> Fault:
    code, vi, en = _WORDS.get(item["type"], _WRONG_TYPE)
    context = {name: str(value) for name, value in item.get("ctx", {}).items()}
    pointer = "".join(f"/{_escaped(str(part))}" for part in item["loc"])
    # pydantic joins choices by an English word
    local = {name: text.replace(" or ", " hoặc ") for name, text in context.items()}
    return Fault(pointer, code, vi.format_map(local), en.format_map(context))


def _escaped(name: str) -> str:
    """A part of a JSON Pointer (RFC 6901), of a length that a reader can bear."""
    return name[:60].replace("~", "~0").replace("/", "~1")
