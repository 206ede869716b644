"""What the registries say of one batch, each at one block (docs/format.md section 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar, cast

from vanbang.core.batch import AnchorKey
from vanbang.core.errors import FormatError
from vanbang.core.quorum import Agreed, Failure, NoQuorum, agree, block_to_ask
from vanbang.core.registry import Dossier, Key, dossier_call, key_call, read_dossier, read_key
from vanbang.core.trust import Trust, TrustedRegistry, shown_url
from vanbang.core.verification.evidence import (
    LATEST,
    Block,
    CallResult,
    Desk,
    Head,
    block_question,
    call_question,
    head_question,
)
from vanbang.core.verification.report import EndpointState, RegistryMoment


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A registry that gave no answer to rely on, and the code that says why."""

    code: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a registry says at `block`, agreed upon by a quorum."""

    registry: TrustedRegistry
    block: int
    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Survey:
    """One registry's answer and the moment it speaks of."""

    answer: Answered | Unanswered
    moment: RegistryMoment


Calls: TypeAlias = Sequence[CallResult | Failure]
FOREIGN: Final = Failure("wrong_chain")
"""Stands for the head of an endpoint of another chain: told apart, by identity, from one that gave no head."""
Entry = TypeVar("Entry")


def survey(desk: Desk, trust: Trust, registry: TrustedRegistry, key: AnchorKey, now: int) -> Survey | None:
    """Asks one registry for the dossier of `key` at its agreed final block; None while answers are missing."""
    heads = _heads(desk, registry)
    if heads is None:
        return None
    number = block_to_ask([head if isinstance(head, Failure) else head.block for head in heads], registry.quorum)
    if number is None:
        states = ["failed" if isinstance(head, Failure) else "agreed" for head in heads]
        return Survey(Unanswered("endpoints_unavailable"), _moment(trust, registry, None, None, states))
    blocks = cast(Sequence[Block | Failure] | None, desk.ask(block_question(registry, number)))
    calls = cast(Calls | None, desk.ask(call_question(registry, number, dossier_call(key))))
    if blocks is None or calls is None:
        return None
    blocks, calls = _votes(heads, blocks), _votes(heads, calls)
    block, call = agree(blocks, registry.quorum), agree(calls, registry.quorum)
    states = [_state(answers, block, call) for answers in zip(heads, blocks, calls, strict=True)]
    answer = _judge(trust, registry, number, block, call, now)
    return Survey(answer, _moment(trust, registry, number, block, states))


def anchored_later(desk: Desk, registry: TrustedRegistry, key: AnchorKey) -> bool | Unanswered | None:
    """Whether the newest block has the anchor that the final block lacks; None while answers are missing."""
    heads = _heads(desk, registry)
    calls = cast(Calls | None, desk.ask(call_question(registry, LATEST, dossier_call(key))))
    if calls is None or heads is None:
        return None
    agreed = agree([_presence(answer) for answer in _votes(heads, calls)], registry.quorum)
    if isinstance(agreed, NoQuorum):
        return Unanswered(agreed.code)
    return Unanswered("no_registry") if agreed.value is None else agreed.value


def key_at(desk: Desk, held: Answered, issuer: bytes, signer: bytes) -> Key | Unanswered | None:
    """A key of the issuer in a registry at the block already agreed upon; None while answers are missing."""
    heads = _heads(desk, held.registry)
    question = call_question(held.registry, held.block, key_call(issuer, signer))
    calls = cast(Calls | None, desk.ask(question))
    if calls is None or heads is None:
        return None
    agreed = agree(_votes(heads, calls), held.registry.quorum)
    if isinstance(agreed, NoQuorum):
        return Unanswered(agreed.code)
    try:
        return read_key(agreed.value.result)
    except FormatError:
        return Unanswered("no_registry")


def _heads(desk: Desk, registry: TrustedRegistry) -> list[Head | Failure] | None:
    heads = cast(Sequence[Head | Failure] | None, desk.ask(head_question(registry)))
    if heads is None:
        return None
    return [FOREIGN if isinstance(head, Head) and head.chain_id != registry.chain_id else head for head in heads]


def _votes(heads: Sequence[Head | Failure], answers: Sequence[Entry | Failure]) -> list[Entry | Failure]:
    """The answers that count: another chain's never do, those of an endpoint that merely gave no head do."""
    return [FOREIGN if head is FOREIGN else answer for head, answer in zip(heads, answers, strict=True)]


def _judge(
    trust: Trust,
    registry: TrustedRegistry,
    number: int,
    block: Agreed[Block] | NoQuorum,
    call: Agreed[CallResult] | NoQuorum,
    now: int,
) -> Answered | Unanswered:
    if isinstance(block, NoQuorum):
        return Unanswered(block.code)
    if isinstance(call, NoQuorum):
        return Unanswered(call.code)
    try:
        dossier = read_dossier(call.value.result)
    except FormatError:
        return Unanswered("no_registry")
    if block.value.time < now - trust.max_block_age:
        return Unanswered("chain_stale")
    if block.value.time > now + trust.max_block_ahead:
        return Unanswered("chain_ahead")
    return Answered(registry, number, dossier)


def _presence(answer: CallResult | Failure) -> bool | Failure | None:
    """True or False: anchored or not; None: not our contract's answer."""
    if isinstance(answer, Failure):
        return answer
    try:
        return read_dossier(answer.result).anchor.state != 0
    except FormatError:
        return None


def _state(
    answers: tuple[Head | Failure, Block | Failure, CallResult | Failure],
    block: Agreed[Block] | NoQuorum,
    call: Agreed[CallResult] | NoQuorum,
) -> str:
    if any(isinstance(answer, Failure) for answer in answers):
        return "failed"
    return "agreed" if _stands(answers[1], block) and _stands(answers[2], call) else "disagreed"


def _stands(answer: Block | CallResult | Failure, agreed: Agreed[Block] | Agreed[CallResult] | NoQuorum) -> bool:
    """Whether nothing speaks against an answer: it is the agreed one, or too few others answered to say."""
    return answer == agreed.value if isinstance(agreed, Agreed) else agreed.code == "endpoints_unavailable"


def _moment(
    trust: Trust,
    registry: TrustedRegistry,
    number: int | None,
    block: Agreed[Block] | NoQuorum | None,
    states: Sequence[str],
) -> RegistryMoment:
    known = block.value if isinstance(block, Agreed) else None
    return RegistryMoment(
        registry.name,
        "home" if registry is trust.home else "older",
        registry.quorum,
        number if known else None,
        known.hash if known else None,
        known.time if known else None,
        tuple(EndpointState(shown_url(url), state) for url, state in zip(registry.endpoints, states, strict=True)),
    )
