"""How a state proof fails: it is not to be had, it does not hold, or it holds and says otherwise."""

from typing import ClassVar

from vanbang.core.errors import VanbangError
from vanbang.ports.ledger import LedgerUnsure


class NoStateProofs(LedgerUnsure):
    """Nothing can be checked by proofs here, which is no finding against the chain; `reason` says why."""

    code: ClassVar[str] = "no_state_proofs"

    def __init__(self, reason: str) -> None:
        super().__init__(f"no state proofs: {reason}")
        self.reason = reason


class ProofInvalid(VanbangError):
    """An endpoint's header or proof that does not hold: the endpoint is at fault, and of the state nothing is shown.

    `where` is a path inside the answer (`storageProof[3].proof[1]`); `expected` and `actual` are two values, or empty.
    """

    code: ClassVar[str] = "state_proof"

    def __init__(self, where: str, reason: str, expected: str = "", actual: str = "") -> None:
        values = f": expected {expected}, got {actual}" if expected or actual else ""
        super().__init__(f"{where}: {reason}{values}")
        self.where = where
        self.reason = reason
        self.expected = expected
        self.actual = actual


class ProvenOtherwise(VanbangError):
    """The block's state holds something else than what was claimed of it; both values are carried."""

    code: ClassVar[str] = "proven_otherwise"

    def __init__(self, what: str, claimed: str, proven: str) -> None:
        super().__init__(f"{what}: claimed {claimed}, but the state of the block holds {proven}")
        self.what = what
        self.claimed = claimed
        self.proven = proven
