"""eth_getLogs: which logs a filter names, found by the store's index."""

from collections.abc import Iterator
from dataclasses import dataclass

from vanbang.adapters.ethereum.devchain.errors import SERVER_ERROR, RpcError, invalid_params
from vanbang.adapters.ethereum.devchain.evm import address_term, topic_term
from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.params import address, array, block_number_tag, digest, members
from vanbang.adapters.ethereum.devchain.views import Json, hexed, receipt_views

TOPIC_PLACES = 4
ALTERNATIVES_LIMIT = 1_000  # of addresses, or of topics at one place; as go-ethereum


@dataclass(frozen=True)
class LogFilter:
    """Addresses, and per place topics, of which a log must have one each; empty accepts any."""

    addresses: tuple[bytes, ...]
    topics: tuple[tuple[bytes, ...], ...]

    def groups(self) -> list[list[bytes]]:
        """Index terms of which a block must hold one out of each group."""
        wanted = [[address_term(each) for each in self.addresses]]
        for place, some in enumerate(self.topics):
            wanted.append([topic_term(place, int.from_bytes(each, "big")) for each in some])
        return [group for group in wanted if group]

    def accepts(self, log: Json) -> bool:
        """Whether one log (as JSON) is wanted; a filter with more places than the log has topics never fits."""
        if self.addresses and log["address"] not in map(hexed, self.addresses):
            return False
        if len(self.topics) > len(log["topics"]):
            return False
        return all(not some or log["topics"][place] in map(hexed, some) for place, some in enumerate(self.topics))


def read_filter(criteria: dict[str, object]) -> LogFilter:
    """Read `address` (one, several or null) and `topics` (up to four places: null, one or several)."""
    places = array([] if criteria.get("topics") is None else criteria["topics"], TOPIC_PLACES)
    return LogFilter(
        tuple(address(each) for each in _alternatives(criteria.get("address"))),
        tuple(tuple(digest(each) for each in _alternatives(place)) for place in places),
    )


def _alternatives(value: object) -> list[object]:
    """One value, several, or any (null or an empty array); a null among several also means any."""
    if value is None:
        return []
    several = array(value, ALTERNATIVES_LIMIT) if isinstance(value, list) else [value]
    return [] if None in several else several


def find_logs(node: Node, value: object) -> list[Json]:
    """The logs a filter object asks for, oldest first.

    Raises RpcError: -32602 for a malformed filter, -32000 for an unknown block hash or a range that ends before it
    begins.
    """
    criteria = members(value)
    wanted = read_filter(criteria)
    first, last = _range(node, criteria)
    numbers = node.store.blocks_with_logs(wanted.groups(), first, min(last, node.evm.head().block_number))
    return [log for number in numbers for log in _logs_of(node, number) if wanted.accepts(log)]


def _range(node: Node, criteria: dict[str, object]) -> tuple[int, int]:
    given = {name: criteria[name] for name in ("blockHash", "fromBlock", "toBlock") if criteria.get(name) is not None}
    if "blockHash" not in given:
        return _numbers(node, given.get("fromBlock"), given.get("toBlock"))
    if len(given) > 1:
        raise invalid_params("cannot specify both blockHash and fromBlock/toBlock, choose one or the other")
    header = node.header(digest(given["blockHash"]))
    if header is None:
        raise RpcError(SERVER_ERROR, "unknown block")
    return header.block_number, header.block_number


def _numbers(node: Node, first: object, last: object) -> tuple[int, int]:
    begin, end = block_number_tag(first), block_number_tag(last)
    if isinstance(begin, int) and isinstance(end, int) and begin > end:
        raise RpcError(SERVER_ERROR, f"invalid block range: from {begin} to {end}")
    head = node.evm.head().block_number
    tags = {"earliest": 0}
    low, high = (bound if isinstance(bound, int) else tags.get(bound, head) for bound in (begin, end))
    return min(low, head + 1), high


def _logs_of(node: Node, number: int) -> Iterator[Json]:
    header = node.evm.header_at(number)
    if header is not None:
        block = node.evm.block(header)
        for receipt in receipt_views(block, node.evm.receipts(block)):
            yield from receipt["logs"]
