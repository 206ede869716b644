"""F47 to F49: no money, no blocks, no finality."""

from typing import Any

from faults.endpoints import nothing_final_while
from faults.fault import Fault
from faults.proxy import Ask, Way, honest
from faults.town import Town


def empty_wallet(here: Town) -> None:
    """The relayer's account is empty, and filled again later."""
    relayer = "0x" + here.keys().signer("relayer").address.hex()
    had = here.chain.rpc("eth_getBalance", relayer, "latest")
    here.chain.rpc("anvil_setBalance", relayer, "0x0")
    here.work()
    here.hand_in_everywhere()
    here.is_told("empty_wallet", relayer)
    nothing_final_while(here, 1.0)
    here.chain.rpc("anvil_setBalance", relayer, had)


def halted_chain(here: Town) -> None:
    """No block comes for a while."""
    here.work()
    here.hand_in_everywhere()
    here.mining.clear()
    here.until(lambda: bool(here.store().open_transactions()), "a transaction under way")
    nothing_final_while(here, 2.0)
    here.is_told("chain_stands_still", "no block")
    here.mining.set()


def stalled_finality(here: Town) -> None:
    """Blocks come, and none becomes final for a while."""
    here.use_finality_tag()
    here.work()
    stalled = stuck(int(here.chain.rpc("eth_getBlockByNumber", "finalized", False)["number"], 16))
    here.way(stalled)
    here.hand_in_everywhere()
    here.until(lambda: any(sent.state == "MINED" for sent in here.store().open_transactions()), "a transaction mined")
    nothing_final_while(here, 2.0)
    here.is_told("chain_stands_still", "final")
    here.way(honest)


def stuck(block: int) -> Way:
    """The newest final block stays the same."""

    def way(method: str, params: list[Any], ask: Ask) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == "finalized":
            return ask(method, [hex(block), *params[1:]])
        return ask(method, params)

    return way


FAULTS = [
    Fault(
        47,
        "the relayer's account is empty",
        "it says who needs how much; it goes on when there is money",
        {"plain": empty_wallet},
    ),
    Fault(48, "the chain makes no blocks", "everything waits; nothing is called failed", {"plain": halted_chain}),
    Fault(49, "blocks do not become final", "mined is not final; it goes on by itself", {"plain": stalled_finality}),
]
