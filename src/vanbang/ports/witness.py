"""Answers to the questions of verification."""

from collections.abc import Sequence
from typing import Protocol

from vanbang.core.trust import TrustedRegistry
from vanbang.core.verification.evidence import Answer


class Witness(Protocol):
    """Answers the questions of verification (docs/format.md section 17). Not trusted: the quorum and hashes decide.

    Never raises for what an endpoint or a mirror does: each such fault is a Failure with one word (`timeout`,
    `unreachable`, `http_429`, `rpc_error`, `malformed`). Asks every endpoint of a registry, at the same time.
    Safe to use from threads. A question or path that verification never asks raises ValueError: a fault of the program.
    """

    def chain_answer(self, registry: TrustedRegistry, question: str) -> Answer:
        """One entry for each endpoint of `registry`, in order, for a `head`, `block` or `call` question."""
        ...

    def file_answer(self, mirrors: Sequence[str], path: str) -> Answer:
        """A public file's bytes from the first mirror whose file has the hash in its name, else Failure `absent`."""
        ...
