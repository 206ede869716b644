"""F01 to F15: workers killed with SIGKILL at every step that writes, and two workers at once."""

from faults.fault import Fault, Inject
from faults.service import killed_at_the_door
from faults.town import Town
from faults.worker import Orders

STEPS = (
    ("accepted", "the ACCEPTED commit", "the list is taken in once, whole"),
    ("files", "writing the tiles", "files that nothing refers to stay harmless; the batch is sealed once"),
    ("sealed", "the SEALED commit", "every record is sealed once, in one tree"),
    ("prepared", "the PREPARED commit", "no nonce is lost or used twice"),
    ("send", "sending", "the same bytes are sent again"),
    ("broadcast", "the BROADCAST mark", "the same bytes are sent again, or found mined"),
    ("mined", "the MINED mark", "the receipt is found again"),
)


def killed(place: str, *, after: bool) -> Inject:
    """A worker dies there with lists of three institutions on their way; another one takes over."""

    def inject(here: Town) -> None:
        here.hand_in_everywhere()
        here.dies(here.work(Orders(place, after=after)))
        here.work()

    return inject


def ways(place: str, *, after: bool) -> dict[str, Inject]:
    """Who writes there: the engine; at the beginning also the service that answers with 202."""
    engine = killed(place, after=after)
    if place != "accepted":
        return {"plain": engine}
    return {"the engine": engine, "the service": killed_at_the_door(after=after)}


def two_workers(here: Town) -> None:
    """Both are alive all the time, and lists keep coming."""
    first, second = here.work(), here.work()
    for _ in range(2):
        here.hand_in_everywhere()
    here.until(here.all_final, "everything final")
    assert first.is_alive()
    assert second.is_alive()


def one_of_two_dies(here: Town) -> None:
    """One of two is killed at work; the other one lives on and takes over."""
    survivor = here.work()
    here.hand_in_everywhere()
    doomed = here.work(Orders("sealed", after=True))
    here.hand_in_everywhere()
    here.until(lambda: here.all_final() or not doomed.is_alive(), "the doomed worker dead, or never needed")
    assert survivor.is_alive()


FAULTS = [
    *(
        Fault(
            2 * step + after + 1,
            f"kill -9 {'after' if after else 'before'} {what}",
            expected,
            ways(place, after=bool(after)),
            ("sqlite", "postgres"),
        )
        for step, (place, what, expected) in enumerate(STEPS)
        for after in (0, 1)
    ),
    Fault(
        15,
        "two workers at once",
        "nothing is done twice; either goes on alone",
        {"both live": two_workers, "one dies": one_of_two_dies},
        ("sqlite", "postgres"),
    ),
]
