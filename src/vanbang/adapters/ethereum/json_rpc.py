"""One JSON-RPC endpoint, not trusted: every answer is decoded strictly, every fault is an RpcFailure with one word."""

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import requests
from eth_typing import URI
from urllib3.exceptions import HTTPError
from web3 import HTTPProvider
from web3.types import RPCResponse

from vanbang.adapters.http.bounded_http import TIMEOUT, HttpFailure, bounded_session, http_failure
from vanbang.core.encoding import MAX_INTEGER
from vanbang.core.errors import VanbangError
from vanbang.core.trust import shown_url

MAX_ANSWER_BYTES: Final = 1_048_576
"""A dossier takes about 2 KB; a block's header with its transaction hashes, well under 1 MB."""

MAX_BATCH_BYTES: Final = 8_388_608
"""A receipt of 20 anchors takes 25 KB, and a batch has at most `MAX_BATCH` of them."""

MAX_BATCH: Final = 100
"""Questions in one request: public endpoints take 100 and more, the embedded chain and go-ethereum 1,000."""

RATE_LIMITS: Final = (-32_005, 429)
"""Errors that say "ask later" (EIP-1474's "limit exceeded", and the HTTP status as some endpoints put it)."""

MAX_NESTING: Final = 64
"""Our answers nest 4 deep. The JSON parser recurses in C, and py-ecc lifts Python's recursion limit to 100,000 for the
whole process when it is imported: past some ten thousand brackets the stack ends, and the process with it."""

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,13})\Z")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*\Z")
_REQUEST_ID: Final = 1


class RpcFailure(VanbangError):
    """An endpoint that gave no usable answer. `word`: timeout, unreachable, http_<status>, rpc_error or malformed.

    `data` is what a call reverted with, if the endpoint said; `wait` the seconds in which it does not want to be asked,
    if it said. The message never has the endpoint's whole URL.
    """

    code: ClassVar[str] = "rpc"
    data: bytes = b""

    def __init__(self, word: str, what: str = "the answer", wait: int = 0) -> None:
        super().__init__(f"{what}: {word}")
        self.word = word
        self.wait = wait


class RpcRefused(RpcFailure):
    """The endpoint answered with an error: its number, its text, and the data of a revert."""

    code: ClassVar[str] = "rpc_refused"

    def __init__(self, what: str, number: int, text: str, data: bytes) -> None:
        super().__init__("rpc_error", what)
        self.number = number
        self.text = text
        self.data = data

    @property
    def is_rate_limit(self) -> bool:
        """Whether it says "ask later"."""
        return self.number in RATE_LIMITS

    def __str__(self) -> str:
        return f"{super().__str__()} {self.number}: {self.text}"


class BatchesRefused(RpcFailure):
    """The endpoint takes single requests only, or none: a single one tells. Endpoints say so by many HTTP statuses."""

    code: ClassVar[str] = "rpc_batches_refused"


class _Provider(HTTPProvider):
    def post(self, value: Any) -> Any:
        """The JSON that a JSON text is answered with."""
        body = json.dumps(value, separators=(",", ":")).encode()
        url = URI(str(self.endpoint_uri))
        return self.decode_rpc_response(
            self._request_session_manager.make_post_request(url, body, **self.get_request_kwargs())
        )

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        depth = 0
        for match in _STRING_OR_BRACKET.finditer(raw_response):
            depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(match[0], 0)
            if depth > MAX_NESTING:
                raise RpcFailure("malformed", "an answer")
        return HTTPProvider.decode_rpc_response(raw_response)


class JsonRpc:
    """One endpoint by its URL. No retries: who asks several endpoints needs none. Safe to use from threads."""

    def __init__(self, url: str, timeout: float = TIMEOUT, max_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._shown = shown_url(url) or "an endpoint without a host"
        self._one, self._many = (_provider(url, timeout, limit) for limit in (max_bytes, MAX_BATCH_BYTES))

    @property
    def shown(self) -> str:
        """The endpoint as it may be named to people: without what may be secret in its address."""
        return self._shown

    def __repr__(self) -> str:
        return f"JsonRpc({self._shown!r})"

    def request(self, method: str, params: list[Any]) -> Any:
        """The `result` of one request, any JSON value. Raises RpcFailure; RpcRefused if the endpoint said why."""
        what = f"{method} of {self._shown}"
        return _result(self._post(self._one, _request(_REQUEST_ID, method, params), what), _REQUEST_ID, what)

    def batch(self, calls: Sequence[tuple[str, list[Any]]]) -> list[Any | RpcFailure]:
        """The results of 1 to `MAX_BATCH` requests, each a `result` or an RpcFailure, in one (JSON-RPC 2.0 section 6).

        Raises RpcFailure if the endpoint gives no answer as a whole; BatchesRefused.
        """
        what = f"{len(calls)} requests to {self._shown}"
        requests = [_request(number, *call) for number, call in enumerate(calls, 1)]
        try:
            answers = self._post(self._many, requests, what)
        except RpcFailure as failure:
            if failure.word.startswith("http_") and failure.word != "http_429" and not failure.wait:
                raise BatchesRefused(failure.word, what) from None
            raise
        if isinstance(answers, dict):
            raise _no_list(answers, what)
        return [_one_of(answer, number, what) for number, answer in enumerate(_in_order(answers, len(calls), what), 1)]

    def _post(self, provider: _Provider, value: Any, what: str) -> Any:
        try:
            return provider.post(value)
        except HttpFailure as failure:
            raise RpcFailure(failure.word, what, failure.wait) from None
        except (requests.RequestException, HTTPError) as error:
            raise RpcFailure(http_failure(error).word, what) from None
        except (ValueError, RpcFailure):
            raise RpcFailure("malformed", what) from None


def _provider(url: str, timeout: float, max_bytes: int) -> _Provider:
    return _Provider(
        URI(url),
        request_kwargs={"timeout": timeout, "allow_redirects": False},
        session=bounded_session(max_bytes),
        exception_retry_configuration=None,
    )


def _request(number: int, method: str, params: list[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def _no_list(answer: dict[str, Any], what: str) -> RpcFailure:
    """One answer to a batch: the endpoint refuses batches, or refuses us for now."""
    error = answer.get("error")
    refused = _refused(error, what) if error is not None else None
    return refused if isinstance(refused, RpcRefused) and refused.is_rate_limit else BatchesRefused("malformed", what)


def _in_order(answers: Any, count: int, what: str) -> list[Any]:
    """Answers to the requests 1 to `count`. Raises RpcFailure unless each has exactly one."""
    if not isinstance(answers, list) or len(answers) != count:
        raise RpcFailure("malformed", what)
    known = {answer["id"]: answer for answer in answers if isinstance(answer, dict) and type(answer.get("id")) is int}
    if known.keys() != set(range(1, count + 1)):
        raise RpcFailure("malformed", what)
    return [known[number] for number in range(1, count + 1)]


def _one_of(answer: Any, number: int, what: str) -> Any | RpcFailure:
    try:
        return _result(answer, number, what)
    except RpcFailure as failure:
        return failure


def _result(answer: Any, number: int, what: str) -> Any:
    if not isinstance(answer, dict):
        raise RpcFailure("malformed", what)
    error = answer.get("error")
    if error is not None:
        raise _refused(error, what)
    if answer.get("id") != number or isinstance(answer["id"], bool) or "result" not in answer:
        raise RpcFailure("malformed", what)
    return answer["result"]


def _refused(error: Any, what: str) -> RpcFailure:
    if not isinstance(error, dict):
        return RpcFailure("malformed", what)
    number, text, data = error.get("code"), error.get("message"), error.get("data")
    if isinstance(data, dict):
        data = data.get("data")
    return RpcRefused(
        what,
        number if isinstance(number, int) else 0,
        text[:500] if isinstance(text, str) else "",
        bytes.fromhex(data[2:]) if isinstance(data, str) and _DATA.match(data) else b"",
    )


def quantity(value: Any) -> int:
    """A JSON-RPC quantity: `0x` and hex without leading zeros, at most 2^53-1. Raises RpcFailure."""
    if not isinstance(value, str) or not _QUANTITY.match(value) or int(value, 16) > MAX_INTEGER:
        raise RpcFailure("malformed", "a quantity")
    return int(value, 16)


def data_bytes(value: Any) -> bytes:
    """JSON-RPC data: `0x` and two hex digits a byte, of either case. Raises RpcFailure."""
    if not isinstance(value, str) or not _DATA.match(value):
        raise RpcFailure("malformed", "data")
    return bytes.fromhex(value[2:])


def hash_bytes(value: Any) -> bytes:
    """JSON-RPC data of exactly 32 bytes. Raises RpcFailure."""
    data = data_bytes(value)
    if len(data) != 32:
        raise RpcFailure("malformed", "a hash")
    return data


def field(value: Any, name: str) -> Any:
    """A member that an object must have. Raises RpcFailure: `null` stands for a block that the endpoint lacks."""
    if not isinstance(value, dict) or name not in value:
        raise RpcFailure("malformed", f"an object with {name}")
    return value[name]
