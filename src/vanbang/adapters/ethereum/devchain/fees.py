"""eth_feeHistory: base fees, fullness and tips of recent blocks."""

from itertools import accumulate

from eth.abc import BlockAPI, BlockHeaderAPI

from vanbang.adapters.ethereum.devchain.errors import invalid_params
from vanbang.adapters.ethereum.devchain.node import Node
from vanbang.adapters.ethereum.devchain.params import array, block_number_tag, quantity
from vanbang.adapters.ethereum.devchain.views import BLOB_GAS_PRICE, Json, base_fee, effective_gas_price

HISTORY_LIMIT = 1_024  # blocks, as go-ethereum
PERCENTILE_LIMIT = 100


def fee_history(node: Node, count: object, newest: object, percentiles: object = None) -> Json:
    """The `count` blocks up to `newest`: base fees (one more, for the block to come), fullness, tips by percentile."""
    wanted = _percentiles(percentiles)
    length, tag = min(quantity(count), HISTORY_LIMIT), block_number_tag(newest)
    if length == 0:
        raise invalid_params("the number of blocks must be at least 1")
    with node.at("latest" if tag == "pending" else tag) as last:
        headers = _headers(node, last, length)
    return {
        "oldestBlock": hex(headers[0].block_number),
        "baseFeePerGas": [hex(base_fee(header)) for header in headers] + [hex(node.next_base_fee(last))],
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "baseFeePerBlobGas": [hex(BLOB_GAS_PRICE)] * (len(headers) + 1),
        "blobGasUsedRatio": [0.0] * len(headers),
        "reward": [_tips(node, node.evm.block(header), wanted) for header in headers] if wanted else [],
    }


def _percentiles(value: object) -> list[float]:
    numbers = array([] if value is None else value, PERCENTILE_LIMIT)
    checked = [float(each) for each in numbers if isinstance(each, int | float) and 0 <= each <= 100]
    if len(checked) != len(numbers) or checked != sorted(checked):
        raise invalid_params("percentiles must be ascending numbers from 0 to 100")
    return checked


def _headers(node: Node, last: BlockHeaderAPI, length: int) -> list[BlockHeaderAPI]:
    first = max(0, last.block_number - length + 1)
    headers = (node.evm.header_at(number) for number in range(first, last.block_number + 1))
    return [header for header in headers if header is not None]


def _tips(node: Node, block: BlockAPI, percentiles: list[float]) -> list[str]:
    """The tip at each percentile of the block's gas, cheapest first; zeros for an empty block."""
    totals = [receipt.gas_used for receipt in node.evm.receipts(block)]
    used = [after - before for before, after in zip([0, *totals], totals, strict=False)]
    burnt = base_fee(block.header)
    tips = [effective_gas_price(transaction, block.header) - burnt for transaction in block.transactions]
    paid = sorted(zip(tips, used, strict=True))
    reached = list(accumulate(gas for _, gas in paid))
    return [hex(_tip_at(paid, reached, share / 100)) for share in percentiles]


def _tip_at(paid: list[tuple[int, int]], reached: list[int], share: float) -> int:
    if not paid:
        return 0
    return next(tip for (tip, _), total in zip(paid, reached, strict=True) if total >= share * reached[-1])
