"""What goes wrong between this client and a server. No message holds a key, a path or a diploma."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.strict_json import parse

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in a request: where (JSON Pointer, or a parameter's name), a stable code, what is wrong."""

    pointer: str
    code: str
    detail_vi: str
    detail_en: str


class ServerProblem(VanbangError):
    """The server refuses (RFC 9457). `problem` is its stable code, `faults` say what to mend.

    `retry_after` is in seconds, None if the server did not say when to come again.
    """

    code: ClassVar[str] = "server_problem"

    def __init__(
        self,
        status: int,
        problem: str,
        detail_vi: str,
        detail_en: str,
        faults: tuple[Fault, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        where = "".join(f"; {fault.pointer}: {fault.detail_en}" for fault in faults)
        super().__init__(f"{status} {problem}: {detail_en}{where}")
        self.status = status
        self.problem = problem
        self.detail_vi = detail_vi
        self.detail_en = detail_en
        self.faults = faults
        self.retry_after = retry_after


class ServerUnreachable(VanbangError):
    """No answer, or only the beginning of one. `word`: refused, timeout, broken.

    Whether a write took effect is unknown: the same call with the same `key` finds out, and has it only once.
    """

    code: ClassVar[str] = "server_unreachable"

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(f"{word}: {detail}")
        self.word = word


class AnswerUnusable(VanbangError):
    """An answer that is not this API's: another program at this address, or something between it and us."""

    code: ClassVar[str] = "server_answer"


def problem_of(status: int, headers: Mapping[str, str], body: bytes) -> ServerProblem | AnswerUnusable:
    """The refusal as an error; one that is no problem document keeps its status alone."""
    if headers.get("content-type", "").partition(";")[0].strip() != PROBLEM_JSON:
        return AnswerUnusable(f"status {status} without a problem document: is this the address of the API?")
    try:
        return problem_in(parse(body, "problem"), retry_after(headers))
    except FormatError:
        return AnswerUnusable(f"status {status} with a problem document that cannot be read")


def problem_in(document: Any, wait: int | None = None) -> ServerProblem | AnswerUnusable:
    """A problem document as an error."""
    try:
        faults = tuple(_fault(item) for item in document.get("errors", []))
        code, vietnamese, english = (str(document[name]) for name in ("code", "detail_vi", "detail"))
        return ServerProblem(int(document["status"]), code, vietnamese, english, faults, wait)
    except (AttributeError, KeyError, TypeError, ValueError):
        return AnswerUnusable("a problem document that cannot be read")


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds to wait as Retry-After says (RFC 9110 section 10.2.3); a date is not understood."""
    text = headers.get("retry-after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _fault(item: Mapping[str, Any]) -> Fault:
    return Fault(*(str(item[name]) for name in ("pointer", "code", "detail_vi", "detail_en")))
