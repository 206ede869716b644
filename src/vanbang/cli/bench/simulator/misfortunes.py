"""What happens in a storm: each misfortune by name, with how often it comes; it gives whether it could happen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from vanbang.adapters.ethereum.abi import encode_call
from vanbang.adapters.ethereum.transactions import sign_transaction
from vanbang.cli.bench.simulator.chain import GWEI, Chain, Refused, gas_of
from vanbang.cli.bench.simulator.crew import Site, Worker
from vanbang.cli.bench.simulator.endpoint import Troubles
from vanbang.cli.bench.simulator.registry import CHAIN_ID, CONTRACT
from vanbang.core.payload import issuer_id
from vanbang.notary.changing_status import decide, propose
from vanbang.notary.endorsing import signed_group
from vanbang.ports import Call, Quote, StatusChange

LONG: Final = (40, 130, 400, 4_000)
"""Seconds in which leases run out, endpoints are asked again, sweeps become due, finality is missed."""


@dataclass(slots=True)
class Storm:
    """A storm under way. `liars` is how many endpoints may lie; `crew` are all workers that ever were."""

    site: Site
    chain: Chain
    draw: Random
    blocks: Random
    workers: list[Worker]
    crew: list[Worker]
    liars: int
    _changes: int = 0

    def mine(self) -> None:
        """A block, when it is time."""
        self.site.time += 2
        self.chain.mine(int(self.site.time), self.blocks)

    def resume(self) -> None:
        """One worker goes on; one that has died is started anew."""
        self.man()
        self.draw.choice(self.workers).resume()

    def everybody(self) -> None:
        """Every worker goes on to the end of his step."""
        for place in range(len(self.workers)):
            self.to_the_end(place)

    def to_the_end(self, place: int) -> None:
        """One worker goes on to the end of his step."""
        worker = self.workers[place]
        steps = worker.steps
        while worker.steps == steps and not worker.is_over:
            worker.resume()
        self.man()

    def man(self) -> None:
        """Starts a new worker for each that has died, with the clock of his machine."""
        for place, worker in enumerate(self.workers):
            if worker.is_over:
                self.workers[place] = Worker(f"worker {len(self.crew)}", self.site, worker.ahead)
                self.crew.append(self.workers[place])

    def change_number(self) -> int:
        """A number for the next change of a status."""
        self._changes += 1
        return self._changes


def reorg(storm: Storm) -> bool:
    """Of a few blocks, as chains have them."""
    depth = min(storm.draw.choice((1, 1, 2, storm.chain.depth)), storm.chain.head.number - storm.chain.final)
    if depth < 1:
        return False
    storm.chain.reorganise(depth, storm.blocks, forget=storm.draw.random() < 0.3)
    return True


def reorg_below_finality(storm: Storm) -> bool:
    """As none should be."""
    most = storm.chain.head.number
    if most < 2:
        return False
    storm.site.judge.incidents_expected = True
    storm.chain.reorganise(storm.draw.randint(1, most), storm.blocks, forget=storm.draw.random() < 0.5)
    return True


def chain_halts(storm: Storm) -> bool:
    """Or goes on."""
    storm.chain.is_halted = not storm.chain.is_halted
    return storm.chain.is_halted


def finality_stalls(storm: Storm) -> bool:
    """Or goes on."""
    storm.chain.is_stalled = not storm.chain.is_stalled
    return storm.chain.is_stalled


def fees_move(storm: Storm) -> bool:
    """Sometimes beyond what may be paid."""
    storm.chain.base_fee = storm.draw.choice((GWEI // 2, GWEI, 3 * GWEI, 10 * GWEI, 30 * GWEI, 80 * GWEI))
    return True


def blocks_are_full(storm: Storm) -> bool:
    """Or have room again."""
    storm.chain.fullness = storm.draw.choice((0.0, 0.0, 0.5, 1.0))
    return storm.chain.fullness > 0


def mempool_lost(storm: Storm) -> bool:
    """All of it, or one transaction: a gap."""
    waiting = list(storm.chain.mempool)
    if not waiting:
        return False
    for key in waiting if storm.draw.random() < 0.5 else [storm.draw.choice(waiting)]:
        del storm.chain.mempool[key]
    return True


def endpoint_fares_badly(storm: Storm) -> bool:
    """Or well again."""
    draw = storm.draw
    number = draw.choice((*range(len(storm.site.endpoints)), *range(storm.liars)))
    endpoint = storm.site.endpoints[number]
    may_lie = number < storm.liars
    kinds = ("lag", "failing", "failing", "down", "lost", "chain", "fork", "well")
    kind = draw.choice((*kinds, "lies", "lies", "lies") if may_lie else kinds)
    endpoint.now = Troubles(
        lag=draw.choice((1, 2, 5, 12)) if kind == "lag" else 0,
        failing={"failing": 0.3, "down": 1.0}.get(kind, 0.0),
        lying=draw.choice((0.2, 1.0)) if kind == "lies" else 0.0,
        answer_lost=0.3 if kind == "lost" else 0.0,
        wrong_chain=kind == "chain",
    )
    if kind == "fork":
        endpoint.stick()
    # A liar and one who is behind are two at once: together they may make a quorum call a final anchor gone.
    if kind in ("lies", "fork"):
        storm.site.judge.incidents_expected = True
    return kind != "well"


def worker_killed(storm: Storm) -> bool:
    """Where it stands."""
    storm.draw.choice(storm.workers).kill()
    return True


def clock_jumps(storm: Storm) -> bool:
    """One machine's."""
    storm.draw.choice(storm.workers).ahead = storm.draw.choice((-86_400, 86_400, -600, 600, 0))
    return True


def time_passes(storm: Storm) -> bool:
    """In which nobody does anything."""
    storm.site.time += storm.draw.choice(LONG)
    return True


def wallet_empty(storm: Storm) -> bool:
    """Or filled again."""
    wei = storm.draw.choice((0, 10**14, 10**15, 10**18))
    storm.chain.pay(storm.site.town.keys.signer("relayer").address, wei)
    return wei < 10**18


def relayed_by_a_stranger(storm: Storm) -> bool:
    """One of our statements, before or after we sent it."""
    waiting = storm.site.store.batches("ENDORSED", "ANCHORING")
    if not waiting:
        return False
    group = signed_group(storm.draw.choice(waiting))
    entries = [(key.root, key.tree_size, key.manifest_hash) for key in group.entries]
    data = encode_call("anchor", [(group.issuer_id, group.deadline, entries, group.signature)])
    return _submit(storm, "stranger", Call(CONTRACT, data, "relayed"))


def nonce_used_elsewhere(storm: Storm) -> bool:
    """Another program has our relayer's key."""
    storm.site.judge.incidents_expected = True
    return _submit(storm, "relayer", Call(storm.site.town.keys.signer("stranger").address, b"", "stolen"))


def _submit(storm: Storm, name: str, call: Call) -> bool:
    chain, signer = storm.chain, storm.site.town.keys.signer(name)
    tip = None if chain.fees == "legacy" else 60 * GWEI
    quote = Quote(int(gas_of(call.data) * 1.2), 60 * GWEI, tip)
    raw = sign_transaction(CHAIN_ID, chain.head.nonces.get(signer.address, 0), call, quote, signer).raw
    try:
        storm.site.judge.foreign.add(chain.accept(raw))
    except Refused:
        return False
    return True


def key_compromised(storm: Storm) -> bool:
    """An institution's newest ANCHOR key, since some time: what it anchored from then on counts for nothing."""
    institution = storm.draw.choice(storm.site.town.institutions)
    issuer = issuer_id(institution.iss)
    address = storm.site.town.keys.signer(f"{institution.slug}/anchor").address
    key = storm.chain.head.registry.keys[issuer, address]
    if key.compromised_since or any(order[1] == address for order in storm.chain.orders):
        return False
    storm.site.judge.incidents_expected = True
    since = storm.chain.head.time - storm.draw.choice((0, 30, 3_000))
    storm.chain.orders.append((issuer, address, replace(key, compromised_since=since)))
    return True


def batch_comes(storm: Storm) -> bool:
    """One more is endorsed."""
    store = storm.site.store
    held = store.batches("RECEIVING")
    if held:
        store.mark([held[0].id], "ENDORSED", None)
    return bool(held)


def status_changes(storm: Storm) -> bool:
    """A diploma is suspended, or is good again: a new status root."""
    store, number = storm.site.store, storm.change_number()
    batch = storm.draw.choice(store.batches())
    record = next(iter(store.records(batch.id)))
    if store.changes(batch.iss, ("APPROVED",), limit=1):
        return False
    known = store.changes(batch.iss, ("APPLIED",), limit=1_000)
    status = 0 if sum(item.record == record.id for item in known) % 2 else 2
    now = int(storm.site.time)
    propose(store, StatusChange(f"change {number}", batch.iss, record.id, status, "under_review", "1", "one", now))
    decide(store, f"change {number}", "APPROVED", "two", now)
    return True


MISFORTUNES: Final[Mapping[str, tuple[float, Callable[[Storm], bool]]]] = {
    "reorg": (3, reorg),
    "reorg below finality": (1.2, reorg_below_finality),
    "chain halts": (0.7, chain_halts),
    "finality stalls": (0.7, finality_stalls),
    "fees move": (2, fees_move),
    "blocks are full": (1, blocks_are_full),
    "mempool lost": (1.5, mempool_lost),
    "endpoint fares badly": (5, endpoint_fares_badly),
    "worker killed": (2, worker_killed),
    "clock jumps": (1, clock_jumps),
    "time passes": (2, time_passes),
    "wallet empty": (0.7, wallet_empty),
    "relayed by a stranger": (0.8, relayed_by_a_stranger),
    "nonce used elsewhere": (0.8, nonce_used_elsewhere),
    "key compromised": (0.5, key_compromised),
    "batch comes": (1, batch_comes),
    "status changes": (1, status_changes),
}
