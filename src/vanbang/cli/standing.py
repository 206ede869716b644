"""How an installation stands: what /readyz looks at, and what /metrics counts at each scrape."""

import time
from collections import Counter
from pathlib import Path
from typing import Final

from vanbang.bootstrap import House
from vanbang.notary.seats import relayer_of
from vanbang.ports import ENDPOINT_STATES
from vanbang.web.metrics import Standing
from vanbang.web.operating import QUICK, SLOW, Kept

MOST_UPLOADS: Final = 100_000
"""Uploads counted at a scrape, the oldest first: more than any installation keeps."""
UNDER_WAY: Final = ("PREPARED", "BROADCAST", "MINED")
"""States of transactions that are not settled: each is told also when there is none, so that an alarm has a number."""


def parts(house: House) -> tuple[Kept, ...]:
    """The parts that must work before requests are sent here."""
    return (
        Kept("database", house.store.institutions),
        Kept("objects", house.objects.check, QUICK if isinstance(house.settings.objects_at, Path) else SLOW),
        Kept("keys", lambda: _openable(house)),
        Kept("ledger", house.ledger.check, SLOW),
    )


def standing(house: House) -> Standing:
    """What is counted at a scrape. Raises StoreError."""
    store = house.store
    batches, uploads = store.batch_states(), store.uploads(limit=MOST_UPLOADS)
    waiting = [oldest for state, (_, oldest) in batches.items() if state != "FINAL"]
    accepted, judged = sum(upload.accepted for upload in uploads), sum(upload.rows for upload in uploads)
    return Standing(
        Counter({state: number for state, (number, _) in batches.items()}),
        Counter(upload.state for upload in uploads),
        {"accepted": accepted, "refused": judged - accepted},
        max(0.0, time.time() - min(waiting)) if waiting else 0.0,
        dict.fromkeys(UNDER_WAY, 0) | Counter(item.state for item in store.open_transactions()),
        dict.fromkeys(ENDPOINT_STATES, 0) | Counter(endpoint.state for endpoint in house.ledger.health()),
        len(store.incidents(still_open=True)),
        len(store.leases()),
    )


def _openable(house: House) -> None:
    relayer_of(house.keys)
