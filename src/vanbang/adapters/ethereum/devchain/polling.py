"""Filters that a client polls. In memory only: after a restart they are unknown, and clients make new ones."""

from vanbang.adapters.ethereum.devchain.errors import SERVER_ERROR, RpcError, invalid_params
from vanbang.adapters.ethereum.devchain.logs import find_logs, read_filter
from vanbang.adapters.ethereum.devchain.node import Node, Poll
from vanbang.adapters.ethereum.devchain.params import members, quantity
from vanbang.adapters.ethereum.devchain.reading import Method
from vanbang.adapters.ethereum.devchain.views import Json, hexed

POLL_LIMIT = 1_000  # filters kept; the oldest gives way


def new_filter(node: Node, criteria: object) -> str:
    """Watch for logs in blocks from now on; the answer is the id to poll with."""
    wanted = members(criteria)
    read_filter(wanted)
    if wanted.get("blockHash") is not None:
        raise invalid_params("a filter on one block cannot be polled; ask eth_getLogs")
    return _add(node, wanted)


def new_block_filter(node: Node) -> str:
    """Watch for blocks from now on."""
    return _add(node, None)


def _add(node: Node, criteria: dict[str, object] | None) -> str:
    if len(node.polls) >= POLL_LIMIT:
        del node.polls[min(node.polls)]
    fresh = max(node.polls, default=0) + 1
    node.polls[fresh] = Poll(criteria, node.evm.head().block_number + 1)
    return hex(fresh)


def changes(node: Node, poll_id: object) -> list[Json] | list[str]:
    """What is new since the last poll: logs, or block hashes; after a revert, what took the place of what is gone."""
    poll = _find(node, poll_id)
    head = node.evm.head().block_number
    first, poll.next_block = min(poll.next_block, head + 1), head + 1
    if poll.criteria is None:
        headers = (node.evm.header_at(number) for number in range(first, head + 1))
        return [hexed(header.hash) for header in headers if header is not None]
    if first > head:
        return []
    return find_logs(node, {**poll.criteria, "fromBlock": hex(first), "toBlock": hex(head)})


def all_logs(node: Node, poll_id: object) -> list[Json]:
    """Every log the filter names, in its own block range."""
    poll = _find(node, poll_id)
    return [] if poll.criteria is None else find_logs(node, poll.criteria)


def remove_filter(node: Node, poll_id: object) -> bool:
    """Forget a filter; False if it was unknown."""
    return node.polls.pop(quantity(poll_id), None) is not None


def _find(node: Node, poll_id: object) -> Poll:
    poll = node.polls.get(quantity(poll_id))
    if poll is None:
        raise RpcError(SERVER_ERROR, "filter not found")
    return poll


POLLING: dict[str, Method] = {
    "eth_newFilter": new_filter,
    "eth_newBlockFilter": new_block_filter,
    "eth_getFilterChanges": changes,
    "eth_getFilterLogs": all_logs,
    "eth_uninstallFilter": remove_filter,
}
