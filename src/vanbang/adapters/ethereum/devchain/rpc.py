"""Bytes in, bytes out: JSON-RPC 2.0 texts, single or batch."""

import json
import re
from typing import NoReturn

from vanbang.adapters.ethereum.devchain.chain import DevChain
from vanbang.adapters.ethereum.devchain.errors import INVALID_REQUEST, PARSE_ERROR, RpcError

BATCH_LIMIT = 1_000  # items; as go-ethereum
DEPTH_LIMIT = 64  # a batch of calls with access lists nests 6 levels

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def answer_text(chain: DevChain, body: bytes) -> bytes | None:
    """The response to one HTTP body, None if nothing is to be said (notifications only).

    Never raises: text that is not JSON gives -32700, an empty or oversized batch -32600 (JSON-RPC 2.0 section 6).
    """
    try:
        _check_depth(body)
        request = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except ValueError:
        return failure(RpcError(PARSE_ERROR, "Parse error"))
    if not isinstance(request, list):
        return _encode(chain.handle(request))
    if not 0 < len(request) <= BATCH_LIMIT:
        return failure(RpcError(INVALID_REQUEST, f"a batch has 1 to {BATCH_LIMIT} items, not {len(request)}"))
    answers = [answer for answer in map(chain.handle, request) if answer is not None]
    return _encode(answers or None)


def failure(error: RpcError) -> bytes:
    """An error response to no request in particular."""
    return json.dumps({"jsonrpc": "2.0", "id": None, "error": error.as_json()}).encode()


def _encode(answer: object | None) -> bytes | None:
    return None if answer is None else json.dumps(answer, separators=(",", ":")).encode()


def _check_depth(body: bytes) -> None:
    """Raise ValueError on nesting beyond `DEPTH_LIMIT`, before the parser, whose own limit others may have lifted."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_LIMIT:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        depth += _STEPS.get(token[0], 0)
        if depth > DEPTH_LIMIT:
            raise ValueError(f"nested deeper than {DEPTH_LIMIT}")


def _refuse(name: str) -> NoReturn:
    """NaN and the infinities, which Python would take, are not JSON."""
    raise ValueError(name)
