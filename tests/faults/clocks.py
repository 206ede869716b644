"""F39 to F41: a worker's clock is wrong, or jumps."""

from faults.fault import Fault, Inject
from faults.town import Town
from faults.worker import Orders

DAY = 86_400


def wrong_by(seconds: int) -> Inject:
    """A worker lives with a wrong clock and does what it can; one with a right clock finds nothing amiss."""

    def inject(here: Town) -> None:
        here.work(Orders(shift=seconds))
        here.hand_in_everywhere()
        here.may_take(3.0)
        here.end_workers()
        here.hand_in_everywhere()
        here.work()

    return inject


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
    Fault(39, "the clock is a day ahead", "no wrong state, no wrong time in a signature", {"plain": wrong_by(DAY)}),
    Fault(40, "the clock is a day behind", "it waits, or works by the chain's time", {"plain": wrong_by(-DAY)}),
    Fault(
        41,
        "the clock jumps during a lease",
        "leases go by stopwatches: nothing is done twice",
        {"a day on": jumps(DAY), "a day back": jumps(-DAY)},
    ),
]
