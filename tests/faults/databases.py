"""F42 to F44: what a database server does to us. Only on PostgreSQL."""

from faults.behind import failed_over
from faults.fault import Fault, Inject
from faults.town import Town
from faults.worker import Orders


def restarted(*, away: float) -> Inject:
    """The server crashes while batches are on their way, and is back after a while."""

    def inject(here: Town) -> None:
        assert here.server is not None
        worker = here.work()
        here.hand_in_everywhere()
        here.until(lambda: bool(here.store().open_transactions()), "a transaction under way")
        here.server.stop(immediate=True)
        here.rests(away)
        here.server.start()
        here.until(here.all_final, "everything final")
        assert worker.is_alive(), here.said()

    return inject


def unserialisable(here: Town) -> None:
    """Every seventh commit is refused, as where two transactions contradict each other."""
    here.work(Orders(full="commits"))
    here.hand_in_everywhere()
    here.until(here.all_final, "everything final in spite of it")


def lost(first: str, second: str) -> Inject:
    """A worker dies before a commit, the next one behind it; the server that is promoted has never heard of it."""

    def inject(here: Town) -> None:
        here.hand_in_everywhere()
        here.dies(here.work(Orders(first)))
        with failed_over(here):
            here.dies(here.work(Orders(second)))
        here.work()

    return inject


LOST = {
    "PREPARED lost, sent": lost("prepared", "broadcast"),
    "SEALED lost, files written": lost("sealed", "endorsed"),
    "MINED lost": lost("mined", "final"),
}
FAULTS = [
    Fault(
        42,
        "PostgreSQL restarts",
        "workers connect again by themselves",
        {"at once": restarted(away=0.0), "after a while": restarted(away=3.0)},
        ("postgres",),
    ),
    Fault(
        43,
        "PostgreSQL fails over to a replica without the last commit",
        "what it held is found again on the chain and in files, or named as lost",
        LOST,
        ("pair",),
        exempt=(1, 6),
    ),
    Fault(
        44,
        "a transaction of the database is refused as not serialisable",
        "nothing of it is there; it is done again",
        {"every seventh commit": unserialisable},
        ("postgres",),
    ),
]
