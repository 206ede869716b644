"""F39 to F41: a worker's clock is wrong, or jumps."""

from faults.fault import Fault, Inject
from faults.town import Town
from faults.worker import Orders

DAY = 86_400


def ahead(here: Town) -> None:
    """A worker lives a day ahead, and brings everything to its end."""
    here.work(Orders(shift=DAY))
    here.hand_in_everywhere()
    here.until(here.all_final, "everything final by a clock that is fast")
    here.end_workers()
    here.hand_in_everywhere()
    here.work()


def behind(here: Town) -> None:
    """A worker lives a day behind: keys seem not to act yet. It says why it waits; a clock set right goes on."""
    here.work(Orders(shift=-DAY))
    here.hand_in_everywhere()
    here.is_told("no_good_key", "set this machine's clock")
    here.end_workers()
    here.work()


def jumps(by: int) -> Inject:
    """Of two workers one's clock jumps while it works."""

    def inject(here: Town) -> None:
        here.work(Orders(jump=(0.5, by)))
        here.hand_in_everywhere()
        here.rests(0.5)
        here.work()
        here.hand_in_everywhere()

    return inject


FAULTS = [
    Fault(39, "the clock is a day ahead", "no wrong state, no wrong time in a signature", {"plain": ahead}),
    Fault(40, "the clock is a day behind", "it waits and says why; no signature is thrown away", {"plain": behind}),
    Fault(
        41,
        "the clock jumps during a lease",
        "leases go by stopwatches: nothing is done twice",
        {"a day on": jumps(DAY), "a day back": jumps(-DAY)},
    ),
]
