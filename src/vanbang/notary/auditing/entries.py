"""Whether each record is found by its key and by whose it is, and nothing else is: an entry that is lost hides a
diploma, one that is left over after an erasure still says whose it was."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from vanbang.ports.entries import BY_CITIZEN, BY_KEY, BY_LEARNER, INDEXES, EntryStore, Place

WORDS: Final = {BY_KEY: "its key", BY_LEARNER: "its learner number", BY_CITIZEN: "its citizen number"}


def check_entries(store: EntryStore) -> Iterator[tuple[str, str]]:
    """What is amiss, each with its place and in a few words. Holds some thousands, however many there are.

    An entry of a record's own is in an index once. So where an index has as many entries as records were found to have
    theirs, there are no others, and it need not be read.
    """
    entered: Counter[str] = Counter()
    behind = 0
    while (found := store.compared(behind)).last > behind:
        behind = found.last
        entered.update(found.entered)
        for item in found.amiss:
            how = "is found by {}, and must not be" if item.is_entered else "is not found by {}"
            yield f"record/{item.record}", how.format(WORDS[item.index])
    for index in INDEXES:
        if store.entries(index) != entered[index]:
            yield from _strays(store, index)


def _strays(store: EntryStore, index: str) -> Iterator[tuple[str, str]]:
    behind: Place | None = None
    while True:
        records, behind = store.strays(index, behind)
        for record in records:
            yield f"record/{record}", f"is found by what is not {WORDS[index]}"
        if behind is None:
            return
