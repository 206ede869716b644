"""F28 to F34: the chain changes its mind, or somebody was quicker."""

from faults.behind import relay_for_us, replace_blocks
from faults.fault import Fault, Inject
from faults.ground import DEPTH, SCHOOLS
from faults.town import Town
from faults.worker import Orders
from vanbang.ports import Batch

DEEPEST = 64


def reorganised(depth: int) -> Inject:
    """So many blocks are replaced when an anchor has just become final, with nothing of ours in the new ones."""

    def inject(here: Town) -> None:
        batch = just_final(here)
        if replace_blocks(here, depth, batch):
            assert depth > DEPTH, "a final block was touched by less than the chain's depth"
            here.mining.set()
            here.until(lambda: "anchor_gone" in {each.kind for each in here.store().incidents()}, "an incident")
            here.until(lambda: all(each.ended_at for each in here.store().incidents()), "every incident mended")
        else:
            here.mining.set()
            here.issue(SCHOOLS[1])
            assert not here.store().incidents()

    return inject


def just_final(here: Town) -> Batch:
    """A batch that has become final with the newest block; no more blocks come."""
    # anvil cannot go back behind the state that it was started with.
    here.chain.rpc("anvil_mine", hex(DEEPEST + DEPTH), "0x0")
    here.work()
    upload = here.hand_in(SCHOOLS[0])

    def mined() -> bool:
        return any(sent.state == "MINED" and "anchor" in sent.call.purpose for sent in here.store().open_transactions())

    here.until(mined, "the anchor mined")
    here.mining.clear()
    block = max(sent.receipt.block for sent in here.store().open_transactions() if sent.receipt)
    here.mine(block + DEPTH - here.chain.w3.eth.block_number)
    here.until(here.all_final, "the batch final")
    return next(batch for batch in here.store().batches() if batch.upload == upload.id)


def already_anchored(here: Town) -> None:
    """Somebody else relays our signed statement before we do."""
    doomed = here.work(Orders("anchoring"))
    here.hand_in(SCHOOLS[0])
    here.dies(doomed)
    assert relay_for_us(here) == 1
    here.work()
    here.until(here.all_final, "the batch final")
    assert not any("anchor" in sent.call.purpose for sent in here.all_transactions()), "it was paid for twice"


DEPTHS = ((1, "1"), (2, "2"), (DEPTH - 1, "d-1"), (DEPTH, "d"), (DEPTH + 1, "d+1"), (DEEPEST, "64"))
STAYS = "nothing: no final block is touched"
MENDED = "an incident, told to the public; sent again, final again"

FAULTS = [
    *(
        Fault(
            number,
            f"{word} block{'' if blocks == 1 else 's'} replaced after an anchor is final",
            MENDED if blocks > DEPTH else STAYS,
            {"plain": reorganised(blocks)},
        )
        for number, (blocks, word) in enumerate(DEPTHS, 28)
    ),
    Fault(
        34,
        "somebody else anchors our statement first",
        "it is adopted, and costs us nothing",
        {"plain": already_anchored},
    ),
]
