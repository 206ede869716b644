"""Reports in a line."""

from collections.abc import Callable
from typing import Any

from vanbang.core.quorum import Failure
from vanbang.core.status import CredentialStatus
from vanbang.notary.briefs import Brief, brief_of, brief_with_report
from vanbang.notary.verifying import verify
from world import NOW, World


class Truthful:
    """A witness in the small world."""

    def __init__(self, evidence: dict[str, Any]) -> None:
        self._evidence = evidence

    def chain_answer(self, _: Any, question: str) -> Any:
        return self._evidence.get(question, [Failure("unreachable")] * 3)

    def file_answer(self, _: Any, path: str) -> Any:
        return self._evidence.get(f"file {path}", Failure("absent"))


def reported(world: World, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Brief:
    evidence = world.evidence()
    change(evidence)
    return brief_of(verify(world.credential(), world.trust(), Truthful(evidence), NOW))


def test_the_step_that_decides_is_told() -> None:
    """The reason is that of the first failure, else of the first that could not be checked; a VALID one has no code."""
    assert (reported(World()).step, reported(World()).code) == (0, "")
    revoked = reported(World(status=CredentialStatus.REVOKED))
    assert (revoked.step, revoked.code, revoked.reason_en) == (7, "revoked", "This diploma has been revoked.")
    silent = reported(World(), lambda evidence: evidence.clear())
    assert (silent.step, silent.code) == (4, "endpoints_unavailable")
    assert (silent.issuer_name, silent.anchored_at) == ("", "")


def test_claims_of_any_shape_make_a_line() -> None:
    """A claim that is no text, and one that is very long, disturb no line."""
    odd = reported(World(claims={"ho_va_ten": ["x"], "xep_loai": "G" * 999, "van_bang": {"so_hieu_vbcc": True}}))
    assert (odd.holder, len(odd.classification), odd.serial) == ("", 200, "")


def test_who_vouches_is_the_registry_s_word() -> None:
    """The issuer is named as registered, with the time of the anchor."""
    brief = reported(World())
    assert (brief.issuer_code, brief.issuer_name) == ("DSH", "Trường Đại học Sông Hồng")
    assert brief.anchored_at == "2026-06-15T05:06:40Z"


def test_with_the_whole_report() -> None:
    """The line comes with the bytes of its report where they are asked for."""
    world = World()
    report = verify(world.credential(), world.trust(), Truthful(world.evidence()), NOW)
    assert brief_with_report(report) == (brief_of(report), report.to_bytes())
