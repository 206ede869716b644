"""eth_getLogs gives exactly the logs a filter names."""

import pytest
from devchain_asking import ALICE, Ask, Refusal, init_code, word

# Store nothing; log with as many topics as the calldata has words (0-4): topics are the words, data is 0x2a.
LOGGER = bytes.fromhex("602a600052")


def logger_code(topics: int) -> bytes:
    """Code that logs `topics` words of calldata as topics."""
    loads = b"".join(bytes.fromhex(f"60{32 * place:02x}35") for place in reversed(range(topics)))
    return LOGGER + loads + bytes.fromhex("60206000") + bytes((0xA0 + topics, 0x00))


@pytest.fixture
def written(ask: Ask) -> dict[str, str]:
    """Contracts `one` and `two`, logging 1 and 2 topics: one(5) in block 3, two(5, 6) in 4, one(6) in 5, none in 6."""
    contracts = {}
    for name, topics in (("one", 1), ("two", 2)):
        made = ask("eth_sendTransaction", {"from": ALICE, "data": init_code(logger_code(topics))})
        contracts[name] = ask("eth_getTransactionReceipt", made)["contractAddress"]
    for name, words in (("one", (5,)), ("two", (5, 6)), ("one", (6,))):
        data = "0x" + "".join(word(each)[2:] for each in words)
        ask("eth_sendTransaction", {"from": ALICE, "to": contracts[name], "data": data})
    ask("evm_mine")
    return contracts


FIVE, SIX, SEVEN = word(5), word(6), word(7)


@pytest.mark.parametrize(
    ("criteria", "blocks"),
    [
        ({}, [3, 4, 5]),
        ({"address": "one"}, [3, 5]),
        ({"address": ["one", "two"]}, [3, 4, 5]),
        ({"address": []}, [3, 4, 5]),
        ({"topics": [FIVE]}, [3, 4]),
        ({"topics": [[FIVE, SIX]]}, [3, 4, 5]),
        ({"topics": [None, SIX]}, [4]),
        ({"topics": [None, None]}, [4]),
        ({"topics": [SEVEN]}, []),
        ({"topics": [[SEVEN, None]]}, [3, 4, 5]),
        ({"topics": [FIVE, FIVE]}, []),
        ({"topics": [None, None, None]}, []),
        ({"address": "one", "topics": [SIX]}, [5]),
        ({"address": "two", "topics": [SIX]}, []),
        ({"fromBlock": "0x4"}, [4, 5]),
        ({"toBlock": "0x4"}, [3, 4]),
        ({"fromBlock": "0x4", "toBlock": "0x4"}, [4]),
        ({"toBlock": "0xffffffff"}, [3, 4, 5]),
        ({"fromBlock": "0xffffffff", "toBlock": "latest"}, []),
        ({"fromBlock": "latest"}, []),
        ({"fromBlock": "earliest", "toBlock": "finalized"}, [3, 4, 5]),
    ],
)
def test_a_filter_gives_exactly_the_logs_it_names(
    ask: Ask, written: dict[str, str], criteria: dict[str, object], blocks: list[int]
) -> None:
    """Addresses, topics by place with null and alternatives, and ranges select the same logs as on any node."""
    named = criteria.get("address")
    if isinstance(named, str):
        criteria = {**criteria, "address": written[named]}
    elif named:
        criteria = {**criteria, "address": list(written.values())}
    found = ask("eth_getLogs", {"fromBlock": "earliest", **criteria})
    assert [int(log["blockNumber"], 16) for log in found] == blocks


def test_without_a_range_only_the_head_is_searched(ask: Ask, written: dict[str, str]) -> None:
    """A filter that names no blocks looks at the newest one."""
    assert ask("eth_getLogs", {}) == []


def test_a_block_hash_selects_one_block(ask: Ask, written: dict[str, str]) -> None:
    """With blockHash the logs are those of that block, and equal to its receipt's."""
    block = ask("eth_getBlockByNumber", "0x4", False)
    found = ask("eth_getLogs", {"blockHash": block["hash"]})
    assert found == ask("eth_getTransactionReceipt", block["transactions"][0])["logs"]
    assert found[0]["topics"] == [FIVE, SIX]
    assert found[0]["data"] == word(0x2A)
    assert found[0]["address"] == written["two"]


@pytest.mark.parametrize(
    ("criteria", "number"),
    [
        ({"fromBlock": "0x5", "toBlock": "0x1"}, -32000),
        ({"blockHash": word(1)}, -32000),
        ({"blockHash": word(1), "fromBlock": "0x0"}, -32602),
        ({"topics": ["0x11"]}, -32602),
        ({"topics": [None] * 5}, -32602),
        ({"topics": "x"}, -32602),
        ({"address": "0x11"}, -32602),
        ({"fromBlock": "yesterday"}, -32602),
        ([], -32602),
        (None, -32602),
    ],
)
def test_a_filter_that_makes_no_sense_is_an_error(ask: Ask, criteria: object, number: int) -> None:
    """Ranges that end before they begin, unknown blocks and malformed filters are told apart from "no logs"."""
    with pytest.raises(Refusal) as refusal:
        ask("eth_getLogs", criteria)
    assert refusal.value.number == number


def test_a_polled_filter_tells_each_log_once(ask: Ask, written: dict[str, str]) -> None:
    """A log filter tells what came after it was made, each log once; its whole range can be read at any time."""
    watch = ask("eth_newFilter", {"address": written["one"], "fromBlock": "earliest"})
    blocks = ask("eth_newBlockFilter")
    assert ask("eth_getFilterChanges", watch) == []
    assert len(ask("eth_getFilterLogs", watch)) == 2
    for number in (5, 6):
        ask("eth_sendTransaction", {"from": ALICE, "to": written["one"], "data": word(number)})
    assert [log["topics"] for log in ask("eth_getFilterChanges", watch)] == [[FIVE], [SIX]]
    assert ask("eth_getFilterChanges", watch) == []
    assert ask("eth_getFilterChanges", blocks) == [
        ask("eth_getBlockByNumber", number, False)["hash"] for number in ("0x7", "0x8")
    ]
    assert ask("eth_uninstallFilter", watch) is True
    assert ask("eth_uninstallFilter", watch) is False
    with pytest.raises(Refusal, match="filter not found"):
        ask("eth_getFilterChanges", watch)


def test_a_filter_by_block_hash_has_nothing_to_poll_for(ask: Ask, written: dict[str, str]) -> None:
    """A filter on one block's hash is refused: nothing new can ever come to it."""
    block = ask("eth_getBlockByNumber", "latest", False)
    with pytest.raises(Refusal) as refusal:
        ask("eth_newFilter", {"blockHash": block["hash"]})
    assert refusal.value.number == -32602
