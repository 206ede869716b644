"""What the chain does with transactions, blocks, time and snapshots."""

import time
from itertools import pairwise

import pytest
from devchain_asking import ALICE, BOB, REFUSED, RUNTIME, Ask, Refusal, asker, init_code, word
from eth_account import Account

from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS, DevChain
from vanbang.adapters.ethereum.devchain.accounts import DEV_BALANCE
from vanbang.adapters.ethereum.devchain.store import ChainStore

GWEI = 10**9


def signed(nonce: int, **changes: object) -> str:
    fields = {
        "chainId": 31337,
        "nonce": nonce,
        "to": Account.from_key(DEV_ACCOUNTS[1].private_key).address,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": 10 * GWEI,
        "maxPriorityFeePerGas": GWEI,
    }
    fields = {name: item for name, item in {**fields, **changes}.items() if item is not None}
    return "0x" + bytes(Account.sign_transaction(fields, DEV_ACCOUNTS[0].private_key).raw_transaction).hex()


def test_the_accounts_are_the_well_known_ones(ask: Ask) -> None:
    """The first and last account are those of the public mnemonic, and each holds 10,000 ether."""
    accounts = ask("eth_accounts")
    assert accounts[0] == "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
    assert accounts[9] == "0xa0ee7a142d267c1f36714e4a8f75612f20a79720"
    assert {int(ask("eth_getBalance", account, "latest"), 16) for account in accounts} == {DEV_BALANCE}


def test_it_says_that_it_is_for_development_only(ask: Ask) -> None:
    """The client version names the program and its purpose."""
    assert ask("web3_clientVersion").startswith("vanbang-devchain/")
    assert ask("web3_clientVersion").endswith("(development only)")


def test_each_transaction_makes_its_own_block(ask: Ask) -> None:
    """With automining a transfer is mined at once and its receipt is there."""
    sent = ask("eth_sendTransaction", {"from": ALICE, "to": BOB, "value": "0x5"})
    assert ask("eth_blockNumber") == "0x1"
    assert ask("eth_getTransactionReceipt", sent)["status"] == "0x1"
    assert int(ask("eth_getBalance", BOB, "latest"), 16) == DEV_BALANCE + 5
    assert int(ask("eth_getBalance", BOB, "0x0"), 16) == DEV_BALANCE


@pytest.mark.parametrize(
    "fees",
    [
        {},
        {"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 2 * GWEI},
        {"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 2 * GWEI, "chainId": None},
        {"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 2 * GWEI, "accessList": [], "gas": 30_000},
    ],
    ids=["type 2", "legacy EIP-155", "legacy without chain id", "type 1"],
)
def test_raw_transactions_of_every_usual_type_are_taken(ask: Ask, fees: dict[str, object]) -> None:
    """Type 2, type 1 and legacy transactions, with and without chain id, are mined and read back."""
    sent = ask("eth_sendRawTransaction", signed(0, **fees))
    mined = ask("eth_getTransactionByHash", sent)
    receipt = ask("eth_getTransactionReceipt", sent)
    assert mined["hash"] == sent
    assert mined["blockNumber"] == receipt["blockNumber"] == "0x1"
    assert mined["type"] == receipt["type"]
    assert mined["from"] == ALICE


@pytest.mark.parametrize(
    ("changes", "number", "message"),
    [
        ({"chainId": 1}, -32003, "invalid chain id for signer"),
        ({"gas": 20_000}, -32000, "intrinsic gas too low"),
        ({"gas": 10**9}, -32000, "intrinsic gas too high"),
        ({"value": 10**30}, -32003, "Insufficient funds"),
        ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 1}, -32003, "less than block base fee"),
        ({"maxFeePerGas": GWEI, "maxPriorityFeePerGas": 2 * GWEI}, -32003, "max priority fee per gas higher"),
        ({"data": b"\1" * 1000, "gas": 21_000 + 16 * 1000}, -32000, "intrinsic gas too low"),
    ],
)
def test_an_unacceptable_transaction_is_refused_and_leaves_no_trace(
    ask: Ask, changes: dict[str, object], number: int, message: str
) -> None:
    """Each reason to refuse a transaction has anvil's code and words, and makes no block."""
    with pytest.raises(Refusal, match=message) as refusal:
        ask("eth_sendRawTransaction", signed(0, **changes))
    assert refusal.value.number == number
    assert ask("eth_blockNumber") == "0x0"


def test_a_transaction_sent_again_is_refused(ask: Ask) -> None:
    """The same bytes a second time give "nonce too low", and no second transfer."""
    ask("eth_sendRawTransaction", signed(0))
    with pytest.raises(Refusal, match="nonce too low"):
        ask("eth_sendRawTransaction", signed(0))
    assert ask("eth_getTransactionCount", ALICE, "latest") == "0x1"


def test_a_transaction_ahead_of_its_nonce_waits_for_the_gap_to_close(ask: Ask) -> None:
    """Nonce 1 waits, unmined but visible, until nonce 0 arrives; then both are mined."""
    early = ask("eth_sendRawTransaction", signed(1))
    assert ask("eth_getTransactionByHash", early)["blockNumber"] is None
    assert ask("eth_getTransactionReceipt", early) is None
    with pytest.raises(Refusal, match="transaction already imported"):
        ask("eth_sendRawTransaction", signed(1))
    ask("eth_sendRawTransaction", signed(0))
    assert ask("eth_getTransactionReceipt", early)["status"] == "0x1"
    assert ask("eth_getTransactionCount", ALICE, "pending") == "0x2"


def test_a_waiting_transaction_is_replaced_only_for_a_tenth_more(ask: Ask) -> None:
    """A replacement at the same price is refused; at 110 % it takes the place."""
    ask("eth_sendRawTransaction", signed(1))
    with pytest.raises(Refusal, match="replacement transaction underpriced"):
        ask("eth_sendRawTransaction", signed(1, value=2))
    better = ask("eth_sendRawTransaction", signed(1, value=2, maxFeePerGas=11 * GWEI))
    ask("eth_sendRawTransaction", signed(0))
    assert ask("eth_getTransactionReceipt", better)["status"] == "0x1"


def test_without_automining_transactions_wait_and_share_a_block(ask: Ask, contract: str) -> None:
    """Several senders' transactions enter one block; log indices and cumulative gas run through it."""
    ask("evm_setAutomine", False)
    calls = [{"from": sender, "to": contract, "data": word(7), "gas": "0x186a0"} for sender in (ALICE, ALICE, BOB)]
    sent = [ask("eth_sendTransaction", call) for call in calls]
    assert ask("eth_getBlockByNumber", "pending", False)["transactions"] == sent
    assert ask("eth_getTransactionCount", ALICE, "pending") == "0x3"
    assert ask("eth_call", {"to": contract, "data": word(1)}, "pending") == word(1)
    assert ask("eth_getStorageAt", contract, "0x0", "pending") == word(7)
    assert ask("eth_blockNumber") == "0x1"
    ask("evm_mine")
    receipts = ask("eth_getBlockReceipts", "latest")
    assert [receipt["transactionHash"] for receipt in receipts] == sent
    assert [receipt["logs"][0]["logIndex"] for receipt in receipts] == ["0x0", "0x1", "0x2"]
    gas = [int(receipt["gasUsed"], 16) for receipt in receipts]
    assert [int(receipt["cumulativeGasUsed"], 16) for receipt in receipts] == [gas[0], gas[0] + gas[1], sum(gas)]
    assert ask("eth_getBlockTransactionCountByNumber", "latest") == "0x3"


def test_a_block_takes_no_more_than_its_gas_limit(ask: Ask) -> None:
    """What does not fit waits for the next block with all that follows it; switching automining on mines the rest."""
    ask("evm_setAutomine", False)
    for nonce in range(3):
        ask("eth_sendRawTransaction", signed(nonce, to=None, data="0xfe", value=0, gas=12_000_000))
    ask("eth_sendRawTransaction", signed(3))
    ask("evm_setAutomine", True)
    assert [ask("eth_getBlockTransactionCountByNumber", number) for number in ("0x1", "0x2")] == ["0x2", "0x2"]


def test_a_revert_carries_its_data_and_code_3(ask: Ask, contract: str) -> None:
    """Calls and estimates that revert with a custom error give code 3 and the whole revert data."""
    for method in ("eth_call", "eth_estimateGas"):
        with pytest.raises(Refusal, match="execution reverted") as refusal:
            ask(method, {"to": contract}, "latest")
        assert (refusal.value.number, refusal.value.data) == (3, REFUSED)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (b"", "^execution reverted$"),
        (b"\x08\xc3\x79\xa0" + b"\0" * 31 + b"\x20" + b"\0" * 31 + b"\2hi" + b"\0" * 30, "^execution reverted: hi$"),
        (b"\x08\xc3\x79\xa0broken", "^execution reverted: custom error 0x08c379a0$"),
        (b"\x4e\x48\x7b\x71" + b"\0" * 31 + b"\x11", "^execution reverted: panic: 0x11$"),
    ],
)
def test_the_usual_revert_reasons_are_spelt_out(ask: Ask, output: bytes, message: str) -> None:
    """Error(string) and Panic(uint256) are decoded into the message; anything else is only named."""
    size = len(output)
    runtime = bytes.fromhex(f"60{size:02x}600c60003960{size:02x}6000fd") + output
    with pytest.raises(Refusal, match=message) as refusal:
        ask("eth_call", {"data": "0x" + runtime.hex()}, "latest")
    assert refusal.value.data == "0x" + output.hex()


def test_a_failure_that_is_no_revert_has_another_code(ask: Ask) -> None:
    """Running an invalid instruction, or out of gas, is not reported as a revert."""
    for call in ({"data": "0xfe"}, {"data": "0x5b600056", "gas": "0x186a0"}):
        with pytest.raises(Refusal, match="EVM error") as refusal:
            ask("eth_call", call, "latest")
        assert refusal.value.number == -32603


def test_calls_see_the_block_they_ask_for(ask: Ask, contract: str) -> None:
    """A call at a block runs on that block's state, number and time, and leaves no trace."""
    number_and_time = "0x" + bytes.fromhex("436000524260205260406000f3").hex()
    first = ask("eth_getBlockByNumber", "0x1", False)
    ask("anvil_mine", "0x3", "0x64")
    assert ask("eth_call", {"to": contract, "data": word(9)}, "0x0") == "0x"
    assert ask("eth_call", {"to": contract, "data": word(9)}, {"blockHash": first["hash"]}) == word(9)
    assert ask("eth_getStorageAt", contract, "0x0", "latest") == word(0)
    for block in (first, ask("eth_getBlockByNumber", "latest", False)):
        seen = ask("eth_call", {"data": number_and_time}, block["number"])
        assert seen == word(int(block["number"], 16)) + word(int(block["timestamp"], 16))[2:]
    with pytest.raises(Refusal, match="BlockOutOfRangeError"):
        ask("eth_call", {"to": contract}, "0x99")


def test_a_mined_transaction_sees_the_time_its_block_has(ask: Ask) -> None:
    """Code that stores TIMESTAMP while a block is made stores that block's timestamp."""
    ask("evm_setNextBlockTimestamp", 4_000_000_000)
    sent = ask("eth_sendTransaction", {"from": ALICE, "data": "0x42600055", "gas": "0x186a0"})
    receipt = ask("eth_getTransactionReceipt", sent)
    assert ask("eth_getStorageAt", receipt["contractAddress"], "0x0", "latest") == word(4_000_000_000)
    assert ask("eth_getBlockByNumber", "latest", False)["timestamp"] == hex(4_000_000_000)


def test_an_estimate_is_enough_and_little_more(ask: Ask, contract: str) -> None:
    """A transaction sent with exactly the estimated gas succeeds; with a fiftieth less it fails."""
    call = {"from": ALICE, "to": contract, "data": word(5)}
    gas = int(ask("eth_estimateGas", call), 16)
    scarce = ask("eth_sendTransaction", {**call, "gas": hex(gas * 49 // 50)})
    enough = ask("eth_sendTransaction", {**call, "gas": hex(gas)})
    assert ask("eth_getTransactionReceipt", scarce)["status"] == "0x0"
    assert ask("eth_getTransactionReceipt", enough)["status"] == "0x1"


def test_an_estimate_covers_what_inner_calls_hold_back(ask: Ask, contract: str) -> None:
    """Where an inner call may use only 63 of 64 parts of the gas (EIP-150), the estimate still suffices."""
    inner = f"6000600060206000600073{contract[2:]}5af1600057600080fd5b00"
    forwarder = bytes.fromhex("600035600052" + inner.replace("600057", f"60{0:02x}57"))
    target = forwarder.index(bytes.fromhex("5b00"))
    forwarder = forwarder.replace(bytes.fromhex("600057"), bytes((0x60, target, 0x57)))
    made = ask("eth_sendTransaction", {"from": ALICE, "data": init_code(forwarder)})
    call = {"from": ALICE, "to": ask("eth_getTransactionReceipt", made)["contractAddress"], "data": word(5)}
    sent = ask("eth_sendTransaction", {**call, "gas": ask("eth_estimateGas", call)})
    assert ask("eth_getTransactionReceipt", sent)["status"] == "0x1"
    assert ask("eth_getStorageAt", contract, "0x0", "latest") == word(5)


def test_a_value_the_caller_does_not_have_is_refused(ask: Ask) -> None:
    """Calls and estimates check the value against the balance, though not the gas."""
    for method in ("eth_call", "eth_estimateGas"):
        with pytest.raises(Refusal, match="Insufficient funds"):
            ask(method, {"from": BOB, "to": ALICE, "value": hex(10**30)}, "latest")


def test_block_times_are_the_wall_clock_and_always_increase(ask: Ask) -> None:
    """Five blocks at once are each later than the one before, and no further ahead than they must be."""
    before = int(time.time())
    ask("anvil_mine", "0x5")
    times = [int(ask("eth_getBlockByNumber", hex(number), False)["timestamp"], 16) for number in range(6)]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert before - 1 <= times[0]
    assert times[5] <= int(time.time()) + 5


def test_time_can_be_moved_and_goes_on_from_there(ask: Ask) -> None:
    """Increasing the time, or fixing the next block's, moves all later blocks too."""
    start = int(ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    assert ask("evm_increaseTime", 1000) == 1000
    ask("evm_mine")
    assert 1000 <= int(ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) - start <= 1060
    ask("evm_mine", hex(start + 5000))
    ask("evm_mine")
    assert 5001 <= int(ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16) - start <= 5060
    with pytest.raises(Refusal, match="lower than previous"):
        ask("evm_setNextBlockTimestamp", start)


def test_a_look_at_the_head_wakes_an_idle_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when the head is older than the heartbeat does a look at it make one empty block."""
    with DevChain(heartbeat=12) as chain:
        ask = asker(chain)
        assert ask("eth_blockNumber") == "0x0"
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 100)
        assert ask("eth_getBalance", ALICE, "latest")
        assert ask("eth_getBlockByNumber", "0x1", False) is None
        assert ask("eth_call", {"to": ALICE}, "0x0") == "0x"
        assert ask("eth_getBlockByNumber", "0x1", False) is None
        head = ask("eth_getBlockByNumber", "finalized", False)
        assert (head["number"], head["transactions"]) == ("0x1", [])
        assert int(now) + 99 <= int(head["timestamp"], 16) <= now + 100
        assert ask("eth_blockNumber") == "0x1"


def test_a_chain_without_heartbeat_stays_as_it_is(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the heartbeat off, no look makes a block."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100_000)
    assert ask("eth_blockNumber") == "0x0"


def test_a_snapshot_brings_everything_back(ask: Ask, contract: str) -> None:
    """After a revert the later blocks, transactions, logs and balances are gone, and the chain goes on."""
    snapshot = ask("evm_snapshot")
    head = ask("eth_getBlockByNumber", "latest", False)
    sent = ask("eth_sendTransaction", {"from": ALICE, "to": contract, "data": word(3)})
    lost = ask("eth_getBlockByNumber", "latest", False)["hash"]
    ask("evm_increaseTime", 500)
    assert ask("evm_revert", snapshot) is True
    assert ask("eth_getBlockByNumber", "latest", False) == head
    assert ask("eth_getBlockByHash", lost, False) is None
    assert ask("eth_getTransactionReceipt", sent) is None
    assert ask("eth_getLogs", {"fromBlock": "earliest"}) == []
    assert ask("eth_getStorageAt", contract, "0x0", "latest") == word(0)
    assert ask("evm_revert", snapshot) is False
    assert ask("evm_increaseTime", 0) == 0
    again = ask("eth_sendTransaction", {"from": ALICE, "to": contract, "data": word(4)})
    assert ask("eth_getTransactionReceipt", again)["blockNumber"] == "0x2"
    assert len(ask("eth_getLogs", {"fromBlock": "earliest"})) == 1


def test_a_snapshot_of_the_beginning_can_be_reverted_to(ask: Ask) -> None:
    """Reverting to block 0 gives the genesis state and the chain goes on from block 1."""
    snapshot = ask("evm_snapshot")
    ask("anvil_mine", "0x3")
    assert ask("evm_revert", snapshot) is True
    ask("eth_sendTransaction", {"from": ALICE, "to": BOB, "value": "0x1"})
    assert ask("eth_blockNumber") == "0x1"


def test_fee_history_covers_the_blocks_asked_for(ask: Ask) -> None:
    """It has one base fee more than blocks, the gas shares, and a tip per percentile."""
    for nonce in range(3):
        ask("eth_sendRawTransaction", signed(nonce))
    history = ask("eth_feeHistory", "0x2", "latest", [0, 50, 100])
    assert history["oldestBlock"] == "0x2"
    assert len(history["baseFeePerGas"]) == 3
    assert history["baseFeePerGas"][1] == ask("eth_getBlockByNumber", "0x3", False)["baseFeePerGas"]
    assert history["gasUsedRatio"] == [21_000 / 30_000_000] * 2
    assert history["reward"] == [[hex(GWEI)] * 3] * 2
    assert ask("eth_feeHistory", 100, "latest", [])["oldestBlock"] == "0x0"


def test_code_and_accounts_read_back(ask: Ask, contract: str) -> None:
    """Deployed code is returned exactly, an account without code has 0x, and counts are per block."""
    assert ask("eth_getCode", contract, "latest") == "0x" + RUNTIME.hex()
    assert ask("eth_getCode", BOB, "latest") == "0x"
    assert ask("eth_getTransactionCount", ALICE, "0x0") == "0x0"
    assert ask("eth_getTransactionCount", ALICE, "safe") == "0x1"


def test_only_development_accounts_are_unlocked(ask: Ask) -> None:
    """A transaction to be signed for any other account is refused."""
    with pytest.raises(Refusal, match="No Signer available"):
        ask("eth_sendTransaction", {"from": "0x" + "22" * 20, "to": BOB, "value": "0x1"})


def test_a_failure_while_mining_does_not_stay_in_the_way(
    chain: DevChain, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a block cannot be stored, its transaction is reported as failed, and the next one is mined."""

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(ChainStore, "index_logs", fail)
        with pytest.raises(Refusal, match="internal error"):
            ask("eth_sendRawTransaction", signed(0))
    assert ask("eth_blockNumber") == "0x0"
    assert ask("eth_getTransactionCount", ALICE, "pending") == "0x0"
    assert ask("eth_sendRawTransaction", signed(0, value=2))
    assert ask("eth_blockNumber") == "0x1"
