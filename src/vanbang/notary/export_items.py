"""What an export of many consists of, and how what is no credential file is told from what is one."""

from typing import Final, NamedTuple

NOTE: Final = b'{"export":'
"""What a line of an export begins with that is no credential file: those begin with `{"header":`."""
MISSING: Final = "MISSING.csv"
"""The file of an export as a ZIP that is no credential file."""


class Exported(NamedTuple):
    """A credential file, and a name for it: institution, type and serial number, as a path with `/`."""

    name: str
    data: bytes


class LeftOut(NamedTuple):
    """What has no file: a credential by its id (64 hex digits), or `records` of a batch (`credential` is empty).

    `reason`: `erased`; `damaged`, it is not what was sealed; `not_endorsed`, its batch is not that far yet.
    """

    batch: str
    credential: str
    reason: str
    records: int = 1
