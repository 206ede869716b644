"""One JSON-RPC endpoint, not trusted: every answer is decoded strictly, every fault is an RpcFailure with one word."""

import itertools
import re
from typing import Any, ClassVar, Final

import requests
from eth_typing import URI
from urllib3.exceptions import HTTPError
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from vanbang.adapters.http.bounded_http import TIMEOUT, HttpFailure, bounded_session, http_failure
from vanbang.core.encoding import MAX_INTEGER
from vanbang.core.errors import VanbangError
from vanbang.core.trust import shown_url

MAX_ANSWER_BYTES: Final = 1_048_576
"""A dossier takes about 2 KB; a block's header with its transaction hashes, well under 1 MB."""

MAX_NESTING: Final = 64
"""Our answers nest 4 deep. The JSON parser recurses in C, and py-ecc lifts Python's recursion limit to 100,000 for the
whole process when it is imported: past some ten thousand brackets the stack ends, and the process with it."""

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,13})\Z")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*\Z")
_REQUEST_ID: Final = 1


class RpcFailure(VanbangError):
    """An endpoint that gave no usable answer. `word`: timeout, unreachable, http_<status>, rpc_error or malformed.

    `data` is what a call reverted with, if the endpoint said; the message never has the endpoint's whole URL.
    """

    code: ClassVar[str] = "rpc"
    data: bytes = b""

    def __init__(self, word: str, what: str = "the answer") -> None:
        super().__init__(f"{what}: {word}")
        self.word = word


class RpcRefused(RpcFailure):
    """The endpoint answered with an error: its number, its text, and the data of a revert."""

    code: ClassVar[str] = "rpc_refused"

    def __init__(self, what: str, number: int, text: str, data: bytes) -> None:
        super().__init__("rpc_error", what)
        self.number = number
        self.text = text
        self.data = data

    def __str__(self) -> str:
        return f"{super().__str__()} {self.number}: {self.text}"


class _Provider(HTTPProvider):
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
        self._provider = _Provider(
            URI(url),
            request_kwargs={"timeout": timeout, "allow_redirects": False},
            session=bounded_session(max_bytes),
            exception_retry_configuration=None,
        )
        # One request per connection at a time: the id need not tell requests apart, only answers to nothing of ours.
        self._provider.request_counter = itertools.count(_REQUEST_ID, 0)

    def __repr__(self) -> str:
        return f"JsonRpc({self._shown!r})"

    def request(self, method: str, params: list[Any]) -> Any:
        """The `result` of one request, any JSON value. Raises RpcFailure; RpcRefused if the endpoint said why."""
        what = f"{method} of {self._shown}"
        try:
            answer: Any = self._provider.make_request(RPCEndpoint(method), params)
        except HttpFailure as failure:
            raise RpcFailure(failure.word, what) from None
        except (requests.RequestException, HTTPError) as error:
            raise RpcFailure(http_failure(error).word, what) from None
        except (ValueError, RpcFailure):
            raise RpcFailure("malformed", what) from None
        return _result(answer, what)


def _result(answer: Any, what: str) -> Any:
    if not isinstance(answer, dict):
        raise RpcFailure("malformed", what)
    error = answer.get("error")
    if error is not None:
        raise _refused(error, what)
    if answer.get("id") != _REQUEST_ID or isinstance(answer["id"], bool) or "result" not in answer:
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
