"""Verification on this machine: needs endpoints of the chain and mirrors of the public files, no server of ours."""

import asyncio
import time
from collections.abc import Callable

from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.client.reports import Report, report_of
from vanbang.client.sources import Source, contents
from vanbang.core.trust import Trust
from vanbang.notary.verifying import EvidenceCache, verify
from vanbang.ports import Witness


class Verifier:
    """Judges diplomas by a trust of your own choosing (`vanbang.core.trust.read_trust`). Safe to use from threads.

    What was asked a moment ago is remembered, so that a thousand diplomas of one batch cost a few requests. Your
    duties are those of docs/format.md section 13: whom you trust, a true clock, and to show the report's claims.
    """

    def __init__(self, trust: Trust, *, witness: Witness | None = None, clock: Callable[[], float] = time.time) -> None:
        self._trust = trust
        self._witness = witness or RpcWitness()
        self._clock = clock
        self._cache = EvidenceCache()

    def verify(self, source: Source) -> Report:
        """Judges a credential file, a PDF with one inside, or what a proof URL leads to.

        Whatever the file holds ends in a report, and so does a chain that does not answer (UNDETERMINED).
        Raises FormatError (no such file), ProofUrlUnusable, and the errors pdf_* of a PDF.
        """
        found = verify(contents(source), self._trust, self._witness, int(self._clock()), self._cache)
        return report_of(found.to_json())

    async def verify_async(self, source: Source) -> Report:
        """The same, in a thread: for asyncio."""
        return await asyncio.to_thread(self.verify, source)
