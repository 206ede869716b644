"""A report in a line: the verdict, whose diploma of what, and the reason in words. For tables of many."""

from dataclasses import dataclass
from typing import Any, Final

from vanbang.catalog import TYPES
from vanbang.catalog import common_claims as claims
from vanbang.core.encoding import time_text
from vanbang.core.verification import Outcome, Report, Verdict
from vanbang.notary.explaining import Said, explain

LONGEST: Final = 200
"""Characters of one cell: a name has 150 at most, and what strangers write is not longer in a table."""
NO_REASON: Final[Said] = ("Mọi bước đều đạt.", "Every step passed.")
REPEATED: Final = "not_reached"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a line of a table holds. Texts of the claims are the file's own: believe them only if it is VALID.

    `step` 1 to 10 and `code` are those of the step that decided, 0 and empty for VALID. Times are time text.
    """

    verdict: Verdict
    step: int
    code: str
    reason_vi: str
    reason_en: str
    holder: str = ""
    born: str = ""
    what: str = ""
    classification: str = ""
    serial: str = ""
    issuer_code: str = ""
    issuer_name: str = ""
    anchored_at: str = ""
    checked_at: str = ""


def brief_of(report: Report) -> Brief:
    """The line of a report. The issuer is the registry's, never the file's; empty without an anchor."""
    step, code, reason = _reason(report)
    shown: dict[str, Any] = dict(report.disclosed.claims) if report.disclosed else {}
    issue = shown.get(claims.ISSUE.name)
    vouching = report.names[-1] if report.names and report.anchor else None
    return Brief(
        report.verdict,
        step,
        code,
        *reason,
        holder=_text(shown.get(claims.HOLDER_NAME.name)),
        born=_text(shown.get(claims.BIRTH_DATE.name)),
        what=_what(report, shown),
        classification=_text(shown.get(claims.CLASSIFICATION.name)),
        serial=_text(issue.get("so_hieu_vbcc")) if isinstance(issue, dict) else "",
        issuer_code=vouching.code if vouching else "",
        issuer_name=vouching.name if vouching else "",
        anchored_at=time_text(report.anchor.anchor.time) if report.anchor else "",
        checked_at=time_text(report.checked_at),
    )


def _reason(report: Report) -> tuple[int, str, Said]:
    """The step that decided: the first that failed, else the first that could not be checked for its own sake."""
    wanted = {Verdict.INVALID: Outcome.FAIL, Verdict.UNDETERMINED: Outcome.CANNOT_CHECK}.get(report.verdict)
    if wanted is None:
        return 0, "", NO_REASON
    found = [(number, one) for number, one in enumerate(report.steps, 1) if one.outcome is wanted]
    number, one = next((item for item in found if item[1].code != REPEATED), found[0])
    return number, one.code, explain(number, one.outcome, one.code)


def _what(report: Report, shown: dict[str, Any]) -> str:
    """The title on the diploma, else its type's, and the programme if there is one."""
    kind = TYPES.get(report.payload.vct) if report.payload else None
    title = _text(shown.get(claims.TITLE.name)) or (kind.title_vi if kind else "")
    programme = shown.get("nganh")
    named = _text(programme.get("nganh_dao_tao")) if isinstance(programme, dict) else ""
    return ", ".join(part for part in (title, named) if part)


def _text(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def brief_with_report(report: Report) -> tuple[Brief, bytes]:
    """The line, and the whole report as canonical JSON."""
    return brief_of(report), report.to_bytes()


def brief_alone(report: Report) -> tuple[Brief, bytes]:
    """The line, without the report."""
    return brief_of(report), b""
