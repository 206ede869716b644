"""F45 and F46: one bit is flipped in what a batch rests on, before it is anchored."""

from pathlib import Path

from faults.fault import Fault, Inject
from faults.ground import SCHOOLS
from faults.town import Town
from faults.worker import Orders
from vanbang.core.encoding import digest_of


def flip(path: Path) -> None:
    """Flips a bit in the middle of a file; again, and it is as before."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def flipped(place: str, *, is_tile: bool) -> Inject:
    """The file is damaged when a worker has written it and died; nothing is anchored until it is as it was."""

    def inject(here: Town) -> None:
        doomed = here.work(Orders(place, after=is_tile))
        here.hand_in(SCHOOLS[0])
        here.dies(doomed)
        (batch,) = here.store().batches()
        digest = batch.root if is_tile else digest_of(batch.manifest or b"")
        assert digest is not None
        path = here.home / "public" / (f"tiles/{digest.hex()}/0/0" if is_tile else f"manifests/{digest.hex()}")
        flip(path)
        here.work()
        here.hand_in(SCHOOLS[1])
        here.until(lambda: "FINAL" in here.batches().values(), "the other institution's batch final")
        here.is_told("", digest.hex())
        here.rests(1.0)
        found = here.store().batch(batch.id)
        assert found is not None
        assert found.state in ("SEALED", "ENDORSED"), found.state
        flip(path)

    return inject


SAFE = "it is not anchored, and the place is named; everybody else's batches are"
FAULTS = [
    Fault(45, "a flipped bit in a leaf tile", SAFE, {"plain": flipped("sealed", is_tile=True)}),
    Fault(46, "a flipped bit in a manifest", SAFE, {"plain": flipped("anchoring", is_tile=False)}),
]
