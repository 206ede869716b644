"""Many diplomas by one request: a credential file a line, a report a line (`POST /v1/verify/batch`)."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import aclosing
from typing import Final, TypeAlias

from vanbang.client.connecting import Address, Times
from vanbang.client.duplex import exchange_lines
from vanbang.client.errors import AnswerUnusable, ServerUnreachable, problem_in
from vanbang.client.reports import Report, report_of, value_of
from vanbang.client.sources import line_of

PATH: Final = "/v1/verify/batch"
Files: TypeAlias = Iterable[bytes] | AsyncIterable[bytes]
Reports: TypeAlias = AsyncGenerator[Report, None]


async def verify_many(files: Files, address: Address, times: Times, context: ssl.SSLContext) -> Reports:
    """A report for each file, in the files' order, as they come. Raises what `exchange_lines` raises."""
    sent = told = 0

    async def lines() -> AsyncGenerator[bytes, None]:
        nonlocal sent
        async for data in _each(files):
            sent += 1
            yield line_of(data)

    async with aclosing(exchange_lines(address, PATH, lines(), times, context)) as answers:
        async for line in answers:
            told += 1
            yield _report(line, told)
    if told < sent:
        raise ServerUnreachable("broken", f"{told} of {sent} files were answered")


async def _each(files: Files) -> AsyncGenerator[bytes, None]:
    if isinstance(files, AsyncIterable):
        async for data in files:
            yield data
    else:
        for data in files:
            yield data


def _report(line: bytes, number: int) -> Report:
    """The report of line `number`. Raises ServerProblem where the server says why it goes on no further."""
    members = value_of(line)
    if not isinstance(members, dict) or members.pop("line", None) != number:
        raise AnswerUnusable(f"the answer to line {number} is missing")
    if "problem" in members:
        raise problem_in(members["problem"])
    return report_of(members)
