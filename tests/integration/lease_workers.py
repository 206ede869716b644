"""Work on a database under leases, as a process of its own does it that may be killed at any moment."""

import time
from dataclasses import replace

from stored_things import NOW, received, receiving, record, upload
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.notary.leasing import Leases, holder_name
from vanbang.ports import Conflict, DatabaseServer, LeaseLost, Store, StoreBusy

LISTS = 36
RECORDS = 40
LEASE_SECONDS = 0.6


def list_name(number: int) -> str:
    """The upload that is the number's work."""
    return f"list-{number:02}"


def words_of(name: str) -> list[str]:
    """What its records are made of."""
    return [f"{name} {row}" for row in range(RECORDS)]


def take_in(store: Store, name: str) -> None:
    """Brings a list from wherever it is to accepted: what another left half-done goes first."""
    found = store.upload(name)
    if found is None or found.state == "OPEN":  # a kill between the two steps of receiving it leaves it open
        found = received(store, name)
    if found.state == "ACCEPTED":
        return
    store.discard(name)
    batch = receiving(store, name, words_of(name)[: RECORDS // 2])
    time.sleep(0.05)
    store.add_records({batch.id: [record(word) for word in words_of(name)[RECORDS // 2 :]]})
    time.sleep(0.05)
    ended = replace(upload(name), state="ACCEPTED", rows=RECORDS, accepted=RECORDS)
    store.accept(ended, [batch.id], NOW)


def opened(where: DatabaseServer) -> SqlStore:
    """The store, as soon as the server is there."""
    while True:
        try:
            return SqlStore(open_database(where))
        except StoreBusy:
            time.sleep(0.05)


def work(where: DatabaseServer) -> None:
    """Takes in all lists, each under its lease, until there is none left."""
    leases = Leases(opened(where), holder_name(), LEASE_SECONDS)
    left = {list_name(number) for number in range(LISTS)}
    while left:
        for name in sorted(left):
            try:
                with leases.holding(f"upload:{name}") as held:
                    if held is not None:
                        take_in(held, name)
                        left.discard(name)
            except (Conflict, LeaseLost, StoreBusy):  # another is at it, or the server was away: look again
                continue
        time.sleep(0.05)
