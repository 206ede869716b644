"""Logs without personal data: one JSON object a line, or one line of text for people.

What is logged is chosen where it is logged: fixed events with fields, never a path, a query, a header or a body. Three
further defences stand here, for what slips through:

1. An exception is told by type and places in the code. Its message is withheld unless it is one of our own errors
   whose texts are about chain, keys and stores (`OPERATIONAL`): others may quote what a list or a request held.
2. A library's message is told only where its arguments came apart from it; then its template is, the arguments not.
3. In every text, what looks like a secret or a person's number is replaced by `[withheld]`.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from traceback import walk_tb
from typing import Any, Final, TextIO

from vanbang.core.errors import VanbangError
from vanbang.web.observing import REQUEST_ID

OURS: Final = ("vanbang", "uvicorn")
"""Loggers whose messages are known: ours, and the server's, which says nothing of requests but that one was bad."""

OPERATIONAL: Final = frozenset(
    [
        "call_reverted",
        "cluster_unfit",
        "cluster_unreachable",
        "conflict",
        "devchain_store_busy",
        "devchain_store_unusable",
        "empty_wallet",
        "key_missing",
        "key_unreachable",
        "lease_lost",
        "ledger_unsure",
        "ledger_wrong",
        "no_good_key",
        "not_set_up",
        "root_mismatch",
        "rpc",
        "rpc_refused",
        "schema_differs",
        "signature",
        "store",
        "store_busy",
        "tile_broken",
        "work_elsewhere",
        "worker_lost",
    ]
)
"""Codes of errors that an operator has to read in full, and that quote no record."""

PLACES: Final = 8
"""Frames told of an exception, the innermost: enough to find the fault, short enough for a line."""

LONGEST: Final = 2_000
"""Characters of a text that are told."""

WITHHELD: Final = "[withheld]"

_SECRETS: Final = re.compile(
    r"(?P<origin>https?://[^\s/'\"?#]+)[/?#][^\s'\"]+"  # an address's path may be an access key or a share's id
    r"|(?i:bearer|basic)\s+\S+"
    r"|[\w.+-]{1,64}@[\w-]+\.[\w.-]+"  # mail
    r"|(?<!\w)\d{12}(?!\w)"  # a citizen's number
    r"|(?<![\w-])(?!0x)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{22,}"  # keys and ids in base64url; hashes have one case
)


def set_up_logging(level: str, form: str, stream: TextIO | None = None) -> None:
    """Sends every log record of the process to `stream` (standard error), one line each, in `form` json or text."""
    handler = _Lines(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries chat about addresses and statements below that
    logging.getLogger("vanbang").setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


class _Lines(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Python's own would print the record's arguments to standard error, past all that stands here."""
        sys.stderr.write(f'{{"level": "error", "logger": "vanbang.logs", "event": "lost a line of {record.name}"}}\n')


class JsonLines(logging.Formatter):
    """A record as one JSON object: ts, level, logger, event, then request_id, fields and error if there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        return json.dumps(entry(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for people: time, level, logger, event, `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        told = entry(record)
        head = " ".join(str(told.pop(name)) for name in ("ts", "level", "logger", "event"))
        return " ".join([head, *(f"{name}={value}" for name, value in told.items())])


def entry(record: logging.LogRecord) -> dict[str, Any]:
    """What is told of a record, by name."""
    told: dict[str, Any] = {
        "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": redacted(_event(record)),
    }
    request_id = REQUEST_ID.get()
    if request_id is not None:
        told["request_id"] = request_id
    fields: Mapping[str, Any] = getattr(record, "fields", {})
    told |= {name: redacted(value) if isinstance(value, str) else value for name, value in fields.items()}
    if record.exc_info and record.exc_info[1] is not None:
        told["error"] = list(_errors(record.exc_info[1]))
    return told


def redacted(text: str) -> str:
    """`text` on one line, with what looks like a secret or a person's number replaced, and any stack trace in it."""
    head, trace, _ = text[:LONGEST].partition("Traceback (most recent call last)")
    line = " ".join(head.split()) + (WITHHELD if trace else "")
    return _SECRETS.sub(lambda found: (found["origin"] or "") + WITHHELD, line)


def told_error(error: BaseException) -> str:
    """An exception in one line: our operational errors in full, any other by its kind only."""
    if isinstance(error, VanbangError):
        return f"{error.code}: {redacted(str(error))}" if error.code in OPERATIONAL else error.code
    return type(error).__name__


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] not in OURS:
        return str(record.msg) if record.args and isinstance(record.msg, str) else WITHHELD
    if isinstance(record.msg, BaseException):
        return told_error(record.msg)
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(told_error(item) if isinstance(item, BaseException) else item for item in arguments)
    return str(record.msg) % arguments if arguments else str(record.msg)


def _errors(error: BaseException) -> Iterator[dict[str, Any]]:
    """The exception, then what it came from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        places = [
            f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(current.__traceback__)
        ]
        yield {"type": type(current).__qualname__, "told": told_error(current), "at": places[-PLACES:]}
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
