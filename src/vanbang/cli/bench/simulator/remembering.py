"""The real store, asked once: as long as nobody writes, the same question has the same answer, and costs nothing."""

from dataclasses import dataclass, field
from typing import Any, Final

from vanbang.ports import Lease

READS: Final = frozenset([
    "batch", "batch_states", "batches", "changes", "final_batches", "final_status_root", "final_status_roots",
    "free_nonces", "handed_in", "incidents", "institutions", "list_uris", "open_status_roots", "open_transactions",
    "record", "settled_since", "spent_since", "status_lists", "status_roots", "transaction", "trouble", "troubles",
    "uploads", "waiting_operations",
])  # fmt: skip
LEASES: Final = frozenset(["lease", "leases", "take_lease", "give_back", "beat"])
"""They change nothing that is remembered."""
ASIDE: Final = frozenset(["records", "placed", "audit_entries", *LEASES])


@dataclass(slots=True)
class Memory:
    """Answers since the last write, whoever wrote."""

    answers: dict[Any, Any] = field(default_factory=dict)


class Remembering:
    """A store of which every worker has a share, one at a time. Most of what an engine's step asks, it asks again."""

    def __init__(self, inner: Any, memory: Memory) -> None:
        self._inner = inner
        self._memory = memory

    def under(self, lease: Lease) -> "Remembering":
        """The same store, that writes only while the lease is held."""
        return Remembering(self._inner.under(lease), self._memory)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return value if name in ASIDE else self._reader(name, value) if name in READS else self._writer(value)

    def _reader(self, name: str, value: Any) -> Any:
        answers = self._memory.answers

        def read(*arguments: Any, **options: Any) -> Any:
            question = repr((name, arguments, options))
            if question not in answers:
                answers[question] = value(*arguments, **options)
            return answers[question]

        return read

    def _writer(self, value: Any) -> Any:
        def write(*arguments: Any, **options: Any) -> Any:
            self._memory.answers.clear()
            try:
                return value(*arguments, **options)
            finally:
                self._memory.answers.clear()

        return write
