"""Verification as ten numbered steps without I/O (docs/format.md sections 12 to 14).

`judge` takes a credential file's bytes, the verifier's trust, evidence and the time. It gives a Report, or the
questions whose answers it still needs; the caller fetches those and judges again (`vanbang.notary.verifying`).
Left to the caller: the choice of trust, its own mirrors, a true clock, and to show the report's claims, no more.
"""

from vanbang.core.verification.evidence import Block, CallResult, Evidence, Head, Needs
from vanbang.core.verification.judge import Sitting, judge
from vanbang.core.verification.report import Outcome, Report, StepResult, Verdict

__all__ = [
    "Block",
    "CallResult",
    "Evidence",
    "Head",
    "Needs",
    "Outcome",
    "Report",
    "Sitting",
    "StepResult",
    "Verdict",
    "judge",
]
