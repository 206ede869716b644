"""The audit log's chain: each line's hash covers the line and the hash before it (docs/decisions/0014)."""

from typing import Final

from vanbang.core.encoding import Digest, digest_of
from vanbang.core.strict_json import canonical

FIRST_PREVIOUS: Final = Digest(bytes(32))
"""What stands for the hash before the first line."""


def entry_hash(previous: bytes, seq: int, at: int, actor: str, action: str, subject: str, facts: str) -> Digest:
    """SHA-256 over the canonical JSON array of all seven, `previous` as lower-case hex; 32 bytes.

    `seq` counts from 1, `at` is unix seconds, `facts` canonical JSON text. Each value stands in its own place and is
    quoted, so no two lines give the same bytes.
    """
    return digest_of(canonical([previous.hex(), seq, at, actor, action, subject, facts]))
