"""Which block is final, by the rule of the chain's profile and a quorum's word."""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from vanbang.adapters.ethereum.answers import read_number
from vanbang.adapters.ethereum.endpoints import Endpoints, Question
from vanbang.adapters.ethereum.json_rpc import RpcFailure, RpcRefused
from vanbang.core.chain_profile import Finality
from vanbang.core.quorum import Failure, block_to_ask

PERCENT_METHOD: Final = "eth_getBlockFinalityByNumber"
STEPS: Final = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024)
"""How far below the newest block the search begins: Viction counts signatures of the last few dozen blocks."""
PROBES: Final = 8
"""Blocks that are asked for in one round of the search between two of those."""


class FinalBlocks:
    """Finds the newest final block. Remembers the last one: what was final stays final."""

    def __init__(self, rule: Finality, endpoints: Endpoints) -> None:
        self._rule = rule
        self._endpoints = endpoints
        self._last = 0

    def questions(self) -> list[Question[Any]]:
        """What to ask together with the newest block: one question where a tag says what is final."""
        if self._rule.tag is None:
            return []
        return [Question("eth_getBlockByNumber", [self._rule.tag, False], read_number, _no_tag)]

    def newest(self, latest: int, answers: Sequence[Sequence[int | Failure]]) -> int:
        """The newest final block up to `latest`, given the answers to `questions`. Raises LedgerUnsure."""
        if self._rule.depth is not None:
            return max(0, latest - self._rule.depth)
        if self._rule.percent is not None:
            self._last = max(self._last, self._search(self._last, latest + 1))
            return min(self._last, latest)
        (found,) = answers
        final = block_to_ask(found, self._endpoints.quorum)
        if final is None:
            raise self._endpoints.unsure(found, "the newest final block")
        return min(final, latest)

    def _search(self, low: int, high: int) -> int:
        """The newest block that a quorum calls final, from `low`, which is final, to below `high`, which is not.

        Gives `low` if nothing in the last thousand blocks is final: a chain whose finality has stalled.
        """
        candidates = [high - 1 - step for step in STEPS]
        while candidates := sorted({number for number in candidates if low < number < high}):
            final = [number for number, is_it in zip(candidates, self._are_final(candidates), strict=True) if is_it]
            if not final and candidates[0] - low > STEPS[-1]:
                break
            low = max(final, default=low)
            high = min((number for number in candidates if number > low), default=high)
            candidates = [low + (high - low) * step // (PROBES + 1) for step in range(1, PROBES + 1)] + [low + 1]
        return low

    def _are_final(self, numbers: Sequence[int]) -> list[bool]:
        percent = self._rule.percent or 100
        questions = [Question(PERCENT_METHOD, [hex(number)], _percent) for number in numbers]
        found = self._endpoints.ask(questions)
        for answers in found:
            if sum(not isinstance(answer, Failure) for answer in answers) < self._endpoints.quorum:
                raise self._endpoints.unsure(answers, PERCENT_METHOD)
        return [
            sum(not isinstance(answer, Failure) and answer >= percent for answer in answers) >= self._endpoints.quorum
            for answers in found
        ]


def _no_tag(refused: RpcRefused) -> NoReturn:
    raise RpcFailure("tag_refused") from refused


def _percent(value: Any) -> int:
    """A share of signatures, 0 to 100. Raises RpcFailure."""
    if type(value) is not int or not 0 <= value <= 100:
        raise RpcFailure("malformed", "a share")
    return value
