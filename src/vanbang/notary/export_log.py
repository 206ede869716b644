"""An export of many in the audit log: that it began, and, in whatever way it ends, how much of it and why."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from errno import errorcode
from typing import Final

from vanbang.core.errors import VanbangError
from vanbang.notary.exporting_many import Selection, subject_of
from vanbang.ports import Store

WHOLE: Final = "whole"
"""How an export ended that is not lacking anything."""
STOPPED: Final = "stopped"
"""How one ended that was called off: by Ctrl-C, by a signal, by whoever asked for it."""

log = logging.getLogger("vanbang.export")


def why_of(error: BaseException) -> str:
    """One word for what broke an export off: an error's code, or as the system names it (ENOSPC: the disk is full)."""
    system = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(system, OSError):
        return errorcode.get(system.errno or 0, type(system).__name__)
    if isinstance(error, VanbangError):
        return error.code
    return STOPPED if not isinstance(error, Exception) else type(error).__name__


@contextmanager
def noted(
    store: Store,
    chosen: Selection,
    facts: Mapping[str, str | int],
    files: Callable[[], int],
    why: Callable[[BaseException], str] = why_of,
) -> Iterator[None]:
    """Notes an export for as long as the block lasts; only a process that is killed leaves a beginning without an end.

    `files` gives how many were made so far: of those the last may not have arrived where they were sent. `why` has a
    word for what ends the block. Raises StoreError if the beginning cannot be noted, and nothing must go out then.
    """
    subject = subject_of(store, chosen)
    before = files()
    store.note("export.begun", subject, dict(facts))
    try:
        yield
    except BaseException as error:
        try:
            store.note("export.ended", subject, {"files": files() - before, "why": why(error)})
        except VanbangError:  # what broke the export off is what must be told
            log.exception("the end of an export was not noted", extra={"fields": {"subject": subject}})
        raise
    store.note("export.ended", subject, {"files": files() - before, "why": WHOLE})
