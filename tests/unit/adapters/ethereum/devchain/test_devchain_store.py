"""The chain is where it was left, and only one may run it."""

import sqlite3
from pathlib import Path

import pytest
from devchain_asking import ALICE, BOB, asker, init_code, word

from vanbang.adapters.ethereum.devchain import ChainStoreBusy, ChainStoreUnusable, DevChain
from vanbang.adapters.ethereum.devchain.store import FILE_NAME, ChainStore


def test_a_chain_goes_on_where_it_was_left(tmp_path: Path) -> None:
    """After closing and opening, blocks, receipts, logs, state, time and snapshots are the same, and mining goes on."""
    with DevChain(tmp_path, heartbeat=None) as chain:
        ask = asker(chain)
        made = ask("eth_sendTransaction", {"from": ALICE, "data": init_code()})
        contract = ask("eth_getTransactionReceipt", made)["contractAddress"]
        sent = ask("eth_sendTransaction", {"from": BOB, "to": contract, "data": word(9)})
        ask("evm_increaseTime", 1000)
        ask("evm_mine")
        snapshot = ask("evm_snapshot")
        questions = [
            *(("eth_getBlockByNumber", hex(number), True) for number in range(4)),
            ("eth_getTransactionReceipt", sent),
            ("eth_getTransactionByHash", sent),
            ("eth_getLogs", {"fromBlock": "earliest", "address": contract, "topics": [word(9)]}),
            ("eth_getCode", contract, "latest"),
            ("eth_getStorageAt", contract, "0x0", "latest"),
            ("eth_getBalance", BOB, "latest"),
            ("eth_getTransactionCount", BOB, "latest"),
            ("eth_feeHistory", 10, "latest", [50]),
            ("evm_increaseTime", 0),
        ]
        before = [ask(*question) for question in questions]
    with DevChain(tmp_path, heartbeat=None) as chain:
        ask = asker(chain)
        assert [ask(*question) for question in questions] == before
        ask("eth_sendTransaction", {"from": BOB, "to": contract, "data": word(10)})
        head = ask("eth_getBlockByNumber", "latest", False)
        assert (head["number"], head["parentHash"]) == ("0x4", before[3]["hash"])
        assert ask("evm_revert", snapshot) is True
        assert ask("eth_getBlockByNumber", "latest", True) == before[3]


def test_a_second_opener_is_refused(tmp_path: Path) -> None:
    """While one runs the chain, another gets a clear error; afterwards it may."""
    with DevChain(tmp_path), pytest.raises(ChainStoreBusy, match="another process"):
        DevChain(tmp_path)
    with DevChain(tmp_path):
        pass


def test_another_chain_id_is_refused(tmp_path: Path) -> None:
    """A store keeps the chain id it was made with."""
    DevChain(tmp_path, chain_id=31337).close()
    with pytest.raises(ChainStoreUnusable, match="31337, not 5"):
        DevChain(tmp_path, chain_id=5)
    DevChain(tmp_path, chain_id=31337).close()


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Neither another program's database nor plain bytes under our file name are touched."""
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(ChainStoreUnusable, match="another program's"):
        DevChain(tmp_path)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / FILE_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(ChainStoreUnusable, match="not a database"):
        DevChain(tmp_path / "plain")
    with pytest.raises(ChainStoreUnusable):
        DevChain(tmp_path / FILE_NAME)


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What was written before an exception is gone; what is rehearsed is gone in any case."""
    store = ChainStore(tmp_path)

    def fail_half_way() -> None:
        with store.transaction():
            store[b"key"] = b"value"
            del store[b"absent"]

    with pytest.raises(KeyError):
        fail_half_way()
    assert b"key" not in store
    with store.rehearsal():
        store[b"key"] = b"value"
        assert store[b"key"] == b"value"
    assert b"key" not in store
    with store.transaction():
        store[b"key"] = b"value"
    assert store[b"key"] == b"value"
    del store[b"key"]
    with pytest.raises(KeyError):
        del store[b"key"]
    store.close()
