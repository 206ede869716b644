"""F37 and F38: no room, in the database and in the files."""

from faults.fault import Fault, Inject
from faults.town import Town
from faults.worker import Orders


def full(where: str, *, persisted: bool) -> Inject:
    """A worker finds no room for as long as it lives; nothing is final, it says why, and the next one has room."""

    def inject(here: Town) -> None:
        worker = here.work(Orders(full=where, persisted=persisted))
        here.hand_in_everywhere()
        here.until(lambda: b"disk is full" in here.all_said() or b"No space left" in here.all_said(), "a word about it")
        here.rests(2.0)
        assert worker.is_alive(), here.said()
        here.end_workers()
        here.work()

    return inject


def both(where: str) -> dict[str, Inject]:
    """A failed write that left nothing, and one that left everything."""
    return {"nothing written": full(where, persisted=False), "all written, answer lost": full(where, persisted=True)}


FAULTS = [
    Fault(
        37,
        "the disk of the database is full",
        "nothing half-written; it goes on",
        both("database"),
        ("sqlite", "postgres"),
    ),
    Fault(38, "the disk of the files is full", "nothing signed or anchored without its files", both("files")),
]
