"""The JSON-RPC methods only a development chain has: mining, time and snapshots on demand."""

from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.params import MAX_BLOCKS_AT_ONCE, MAX_UINT64, flag, quantity
from vanbang.adapters.ethereum.devchain.reading import Method


def evm_mine(node: Node, options: object = None) -> str:
    """Mine one block, or `{blocks, timestamp}`, or one at the given timestamp. Always "0x0"."""
    wanted = options if isinstance(options, dict) else {"timestamp": options}
    if wanted.get("timestamp") is not None:
        set_next_block_timestamp(node, wanted["timestamp"])
    _mine(node, quantity(wanted.get("blocks") or 1, MAX_BLOCKS_AT_ONCE), 0)
    return "0x0"


def anvil_mine(node: Node, count: object = None, interval: object = None) -> None:
    """Mine `count` blocks (default 1), `interval` seconds apart where given."""
    blocks = 1 if count is None else quantity(count, MAX_BLOCKS_AT_ONCE)
    _mine(node, blocks, 0 if interval is None else quantity(interval, MAX_UINT64))


def _mine(node: Node, blocks: int, interval: int) -> None:
    for index in range(blocks):
        if interval and index:
            head_time = node.evm.head().timestamp
            node.clock.plan(head_time + interval, head_time)
        node.mine()


def snapshot(node: Node) -> str:
    """Remember the present; the id counts up from 0x0, as with anvil, and is never used twice."""
    return hex(node.snapshot() - 1)


def revert(node: Node, snapshot_id: object) -> bool:
    """Return to a snapshot; False if the id is unknown or used up."""
    return node.revert(quantity(snapshot_id, MAX_UINT64 // 4) + 1)


def increase_time(node: Node, seconds: object) -> int:
    """Shift the clock forward; answers the whole shift so far, in seconds."""
    return node.clock.advance(quantity(seconds, MAX_UINT64))


def set_next_block_timestamp(node: Node, timestamp: object) -> None:
    """Fix the next block's time; later blocks go on from there."""
    node.clock.plan(quantity(timestamp, MAX_UINT64), node.evm.head().timestamp)


def set_automine(node: Node, enabled: object) -> None:
    """Whether a transaction makes its own block at once; switching it on mines what waits."""
    node.automine = flag(enabled)
    if node.automine:
        node.mine_ready()


STEERING: dict[str, Method] = {
    "evm_mine": evm_mine,
    "anvil_mine": anvil_mine,
    "hardhat_mine": anvil_mine,
    "evm_snapshot": snapshot,
    "anvil_snapshot": snapshot,
    "evm_revert": revert,
    "anvil_revert": revert,
    "evm_increaseTime": increase_time,
    "evm_setNextBlockTimestamp": set_next_block_timestamp,
    "evm_setAutomine": set_automine,
    "anvil_setAutomine": set_automine,
    "evm_getAutomine": lambda node: node.automine,
    "anvil_getAutomine": lambda node: node.automine,
}
