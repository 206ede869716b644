"""What a test does to the chain behind everybody's back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eth_utils.address import to_checksum_address

from faults.ground import DEPTH
from faults.town import Town
from vanbang.adapters.ethereum.ledger import RpcLedger
from vanbang.core.batch import anchor_key
from vanbang.notary.endorsing import signed_group
from vanbang.ports import Batch, Transaction

PRICE = 2 * 10**9


def forget(here: Town, sent: Transaction) -> None:
    """The node drops a transaction from its mempool, in every form it has."""
    for attempt in sent.attempts:
        here.chain.rpc("anvil_dropTransaction", "0x" + attempt.hash.hex())


def registry(here: Town) -> str:
    """The registry's address."""
    return to_checksum_address(here.settings.registry.rpartition(":")[2])


def send_as(here: Town, sender: bytes, data: bytes = b"", nonce: int | None = None) -> None:
    """A transaction in somebody's name, straight to the node: a call of the registry, or a payment of nothing."""
    account = "0x" + sender.hex()
    here.chain.rpc("anvil_impersonateAccount", account)
    here.chain.rpc("anvil_setBalance", account, hex(10**18))
    told = {"from": account, "to": account, "gas": "0x7a120", "maxFeePerGas": hex(20 * PRICE), "value": "0x0"}
    told |= {"maxPriorityFeePerGas": hex(5 * PRICE)}
    if data:
        told |= {"to": registry(here), "data": "0x" + data.hex()}
    if nonce is not None:
        told |= {"nonce": hex(nonce)}
    sent = here.chain.rpc("eth_sendTransaction", told)
    here.until(
        lambda: here.chain.rpc("eth_getTransactionReceipt", sent) is not None or not here.mining.is_set(), "mined"
    )


def mine_at_price(here: Town, base: int, offered: Callable[[], int]) -> None:
    """Blocks whose base fee is `base` wei, until more than that is offered."""

    def block() -> bool:
        here.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(base))
        here.mine()
        return offered() > base

    here.until(block, f"an offer above {base} wei")


def replace_blocks(here: Town, depth: int, batch: Batch) -> bool:
    """Replaces `depth` blocks by empty ones, as if the batch's anchor had become final just now; whether it is gone."""
    head = here.chain.w3.eth.block_number
    beyond = head - (batch.block or 0) - DEPTH
    here.chain.rpc("anvil_reorg", depth + max(0, beyond), [])
    assert batch.manifest is not None
    (dossier,) = RpcLedger(here.trust().home).dossiers([anchor_key(batch.manifest)], here.chain.w3.eth.block_number)
    return not dossier.has_good_anchor()


@contextmanager
def failed_over(here: Town) -> Iterator[None]:
    """What is committed until the block ends is lost: the server crashes, and a replica without it takes its place."""
    assert here.server is not None
    assert here.replica is not None
    here.replica.has_caught_up_with(here.server)
    here.replica.follow_no_more()
    yield
    here.server.stop(immediate=True)
    here.replica.promote()


def relay_for_us(here: Town) -> int:
    """Somebody else sends what the institutions have signed; gives how many batches that were."""
    ready = here.store().batches("ENDORSED")
    ledger = RpcLedger(here.trust().home)
    call = ledger.anchor_call([signed_group(batch) for batch in ready])
    assert here.chain.send(here.chain.accounts[5], registry(here), call.data)["status"] == 1
    return len(ready)
