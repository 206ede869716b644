"""What the HTTP face is given to work with."""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from vanbang.core.trust import Trust
from vanbang.ports import KeyStore, Ledger, ObjectStore, Spool, Store, Witness
from vanbang.ports.printing import Printer
from vanbang.web.limits import Limits
from vanbang.web.operating import Operating


def unix_time() -> int:
    """Unix seconds, now."""
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation as the HTTP face sees it. `shown` is the trust the page is given, `own` the one that
    `POST /v1/verify` uses; `base_url`, without a trailing slash, begins proof URLs. `executor` judges where many files
    are sent at once; without one that is done here."""

    store: Store
    objects: ObjectStore
    spool: Spool
    keys: KeyStore
    ledger: Ledger
    witness: Witness
    printer: Printer
    index_key: bytes = field(repr=False)
    shown: Trust
    own: Trust
    base_url: str
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], int] = unix_time
    operating: Operating = field(default_factory=Operating)
    executor: Executor | None = None
