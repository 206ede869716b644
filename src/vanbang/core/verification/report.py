"""What a verification found (docs/format.md sections 13 and 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

from vanbang.core.credential import Proof
from vanbang.core.disclosure import Disclosed
from vanbang.core.encoding import time_text
from vanbang.core.endorsement import Endorsement
from vanbang.core.payload import Payload
from vanbang.core.registry import Anchor, Naming
from vanbang.core.status import StatusManifest
from vanbang.core.strict_json import canonical


class Outcome(StrEnum):
    """How one step ended."""

    PASS = "pass"  # noqa: S105 -- not a password
    FAIL = "fail"
    CANNOT_CHECK = "cannot_check"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """How a verification ended."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNDETERMINED = "UNDETERMINED"


STEP_NAMES: Final = (
    "parse", "disclosures", "inclusion", "anchor", "authority", "batch", "status", "signature", "endorsements", "dates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step's outcome and its frozen code."""

    outcome: Outcome
    code: str


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What became of one endpoint: agreed, disagreed or failed."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class RegistryMoment:
    """The block of one registry that the report speaks of; None where endpoints did not agree on one."""

    registry: str
    role: str
    quorum: int
    block: int | None
    block_hash: str | None
    block_time: int | None
    endpoints: Sequence[EndpointState]


@dataclass(frozen=True, slots=True)
class HeldAnchor:
    """The anchor and the registry that holds it."""

    registry: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Report:
    """Ten step results and what they speak of. It has no truth value: ask for the verdict."""

    checked_at: int
    steps: Sequence[StepResult]
    payload: Payload | None = None
    disclosed: Disclosed | None = None
    proof: Proof | None = None
    anchor: HeldAnchor | None = None
    status: StatusManifest | None = None
    names: Sequence[Naming] = ()
    endorsers: Sequence[Endorsement] = ()
    as_of: Sequence[RegistryMoment] = ()

    @property
    def verdict(self) -> Verdict:
        """INVALID if any step fails; else UNDETERMINED if any cannot be checked; else VALID."""
        outcomes = [step.outcome for step in self.steps]
        if Outcome.FAIL in outcomes:
            return Verdict.INVALID
        return Verdict.UNDETERMINED if Outcome.CANNOT_CHECK in outcomes else Verdict.VALID

    def __bool__(self) -> NoReturn:
        raise TypeError("a report has no truth value: compare report.verdict with Verdict.VALID")

    def to_bytes(self) -> bytes:
        """The object of section 14 as canonical JSON, without a newline."""
        return canonical(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The object of section 14."""
        return {
            "version": 1,
            "verdict": self.verdict.value,
            "checked_at": time_text(self.checked_at),
            "credential": self._credential_json(),
            "anchor": _anchor_json(self.anchor),
            "status": _status_json(self.status),
            "names": [{"since": time_text(n.since), "code": n.code, "name": n.name} for n in self.names],
            "endorsers": [{"name": e.name, "title": e.title, "signer": "0x" + e.signer.hex()} for e in self.endorsers],
            "as_of": [_moment_json(moment) for moment in self.as_of],
            "steps": [
                {"step": number, "name": name, "outcome": step.outcome.value, "code": step.code}
                for number, (name, step) in enumerate(zip(STEP_NAMES, self.steps, strict=True), 1)
            ],
        }

    def _credential_json(self) -> dict[str, Any] | None:
        if self.payload is None:
            return None
        return {
            "issuer": self.payload.issuer,
            "vct": self.payload.vct,
            "claims": self.disclosed.claims if self.disclosed else None,
            "undisclosed": self.disclosed.undisclosed if self.disclosed else None,
            "batch": _batch_json(self.proof),
        }


def _batch_json(proof: Proof | None) -> Mapping[str, Any] | None:
    if proof is None:
        return None
    manifest = proof.manifest
    return {
        "root": manifest.root.hex(),
        "tree_size": manifest.tree_size,
        "leaf_index": proof.leaf_index,
        "sealed_at": time_text(manifest.sealed_at),
    }


def _anchor_json(held: HeldAnchor | None) -> Mapping[str, Any] | None:
    if held is None:
        return None
    anchor = held.anchor
    return {
        "registry": held.registry,
        "signer": "0x" + anchor.signer.hex(),
        "time": time_text(anchor.time),
        "block": anchor.block,
    }


def _status_json(status: StatusManifest | None) -> Mapping[str, Any] | None:
    return {"epoch": status.epoch, "issued_at": time_text(status.issued_at)} if status else None


def _moment_json(moment: RegistryMoment) -> Mapping[str, Any]:
    return {
        "registry": moment.registry,
        "role": moment.role,
        "quorum": moment.quorum,
        "block": moment.block,
        "block_hash": moment.block_hash,
        "block_time": time_text(moment.block_time) if moment.block_time is not None else None,
        "endpoints": [{"url": endpoint.url, "state": endpoint.state} for endpoint in moment.endpoints],
    }
