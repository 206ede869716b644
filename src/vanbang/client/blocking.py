"""The client for programs that wait for each answer."""

import asyncio
import ssl
from collections.abc import Collection, Generator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from vanbang.adapters.handing_out.tally import Tally
from vanbang.client import bulk, calls, exporting, following, uploading
from vanbang.client.connecting import TIMES, Address, Times, default_context
from vanbang.client.driving import Blocking
from vanbang.client.exchange import PATIENCE, Patience
from vanbang.client.models import (
    Batch,
    Credential,
    Finding,
    NewShare,
    PersonsCredentials,
    PrivateLink,
    Purpose,
    Reason,
    Share,
    Status,
    StatusChange,
    Upload,
)
from vanbang.client.reports import Report
from vanbang.client.sources import Source, contents
from vanbang.notary.export_items import LeftOut


class Client:
    """A server's API (docs/api.md, docs/client.md). Safe to use from threads; close it, or use it as a context.

    `base_url` is the server's address; `key` an API key, needed for all but verifying. `times` and `patience` say how
    long an answer may take and how often a request is sent again; `context` whose certificates are believed.

    Every method may raise ServerProblem (the server refuses, and says why), ServerUnreachable (no whole answer) and
    AnswerUnusable (not this API). A write has one effect however often it is sent; pass `key=` to go on with one after
    your own program was ended. What comes one by one is closed by whoever needs no more of it. No key and no diploma is
    in a repr, a message or a log.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        *,
        times: Times = TIMES,
        patience: Patience = PATIENCE,
        context: ssl.SSLContext | None = None,
        allow_http: bool = False,
    ) -> None:
        self._address = Address(base_url, key, allow_http)
        self._times, self._patience = times, patience
        self._context = context or default_context()
        self._driver = Blocking(self._address, times, self._context)

    def __repr__(self) -> str:
        return f"Client({self._address.base!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._driver.close()

    def verify(self, source: Source) -> Report:
        """The server's judgement of a credential file, a PDF with one inside, or what a proof URL leads to.

        To trust no server, use `vanbang.client.local.Verifier`. Raises also FormatError (no such file),
        ProofUrlUnusable, and the errors pdf_* of a PDF.
        """
        return self._driver.run(calls.verify(contents(source), self._patience))

    def verify_many(self, files: Iterable[bytes]) -> Generator[Report, None, None]:
        """A report for each credential file, in order, over one connection; neither side holds more than a few.

        Files are read ahead of the reports. When it breaks off (ServerUnreachable, or ServerProblem from the server)
        nothing is sent again: as many reports as came are good, and where to go on is yours to say. A server waits some
        20 seconds for the next file. Raises RuntimeError inside a running event loop.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return _on_own_loop(bulk.verify_many(files, self._address, self._times, self._context))
        raise RuntimeError("inside a running event loop verify_many is AsyncClient's")

    def lookup(self, issuer: str, type: str, serial: str) -> Credential:
        """The credential with this serial number, by its institution's code and its type's name."""
        return self._driver.run(calls.lookup(issuer, type, serial, self._patience))

    def credentials_of(
        self, *, learner: str | None = None, citizen: str | None = None, issuer: str | None = None
    ) -> PersonsCredentials:
        """What one person has, every edition, oldest first, by learner or citizen number; no `items` if none is known.

        The number stands in no address, log or message. `issuer`: of this institution only, by its code.
        """
        return self._driver.run(calls.credentials_of(learner, citizen, issuer, self._patience))

    def credential(self, credential_id: str) -> Credential:
        """A credential by its id: its state and status, nothing that is in it."""
        return self._driver.run(calls.credential(credential_id, self._patience))

    def credential_file(self, credential_id: str) -> bytes:
        """The signed credential file, to be kept exactly as it is."""
        return self._driver.run(calls.credential_file(credential_id, self._patience))

    def extract(self, credential_id: str, claims: Collection[str], *, unsigned: bool = False) -> bytes:
        """The file with these claims only; `unsigned`: without the institution's own signature."""
        return self._driver.run(calls.extract(credential_id, claims, unsigned, self._patience))

    def export(
        self,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
        after: bytes | None = None,
    ) -> Generator[bytes | LeftOut, None, None]:
        """Every credential file, as bytes, oldest batch first; LeftOut for what has none, and why.

        Of an institution, a batch, a list, sealed since a day (YYYY-MM-DD). Goes on by itself where it breaks off;
        `after`, any file of it, goes on behind that one. Raises also FormatError for an `after` that is none.
        """
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        return self._driver.follow(exporting.files(chosen, after, self._patience))

    def export_to(
        self,
        path: Path,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
        go_on: bool = False,
    ) -> Tally:
        """Writes the same to a file, a line each, and tells how many; its last line has the counts: it is whole.

        What breaks off for good keeps its lines: `go_on` continues behind them, if the same is exported. The file can
        be read by its owner only. Raises also FormatError: it cannot be written, is something else, or is there
        already and `go_on` was not said.
        """
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        tally: Tally = self._driver.last(exporting.save_lines(chosen, path, go_on, self._patience))
        return tally

    def export_zip(
        self,
        path: Path,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
    ) -> int:
        """Writes the same as an archive, which is there only when it is whole; tells its size in bytes.

        After a break it comes from its beginning: over a bad line `export_to` is better. Raises also FormatError.
        """
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        size: int = self._driver.last(exporting.save_zip(chosen, path, self._patience))
        return size

    def make_share(
        self, credential_id: str, *, purpose: Purpose | None = None, days: int | None = None, key: str | None = None
    ) -> NewShare:
        """A new proof URL, for ever or for some days. Its `url` is shown this once."""
        told = {"purpose": purpose, "days": days}
        return self._driver.run(calls.make_share(credential_id, told, key, self._patience))

    def shares(self, credential_id: str) -> Generator[Share, None, None]:
        """The shares of a credential, oldest first."""
        return self._driver.follow(calls.shares(credential_id, self._patience))

    def withdraw_share(self, credential_id: str, share_id: str, *, key: str | None = None) -> None:
        """Ends a share: its proof URL leads nowhere from now on."""
        self._driver.run(calls.withdraw_share(credential_id, share_id, key, self._patience))

    def print_pdf(
        self,
        credential_id: str,
        *,
        claims: Collection[str] | None = None,
        purpose: Purpose | None = None,
        days: int | None = None,
        key: str | None = None,
    ) -> bytes:
        """A PDF to print or pass on, with the file (or these claims of it) inside and a new share as its QR code."""
        told = {"claims": None if claims is None else list(claims), "purpose": purpose, "days": days}
        return self._driver.run(calls.print_pdf(credential_id, told, key, self._patience))

    def make_private_link(
        self, credentials: Collection[str], *, issuer: str | None = None, key: str | None = None
    ) -> PrivateLink:
        """A new private link, by which a graduate has these credentials in hand.

        Its `url` is shown this once; give it to nobody but the graduate. `issuer` is for keys of all institutions.
        """
        return self._driver.run(calls.make_private_link(credentials, issuer, key, self._patience))

    def withdraw_private_link(self, link_id: str, *, key: str | None = None) -> None:
        """Ends a private link; shares made with it stay."""
        self._driver.run(calls.withdraw_private_link(link_id, key, self._patience))

    def upload(
        self,
        body: bytes | Path,
        *,
        name: str | None = None,
        issuer: str | None = None,
        type: str | None = None,
        accept_valid: bool = False,
        part_bytes: int = uploading.PART_BYTES,
        key: str | None = None,
    ) -> Upload:
        """Sends a graduation list in parts; it is checked in the background (`follow_upload`).

        With the same `key` (1 to 255 visible ASCII characters) and `part_bytes` it goes on where an earlier attempt
        ended, within seven days. Raises also FormatError for a file that cannot be read.
        """
        told = uploading.new_list(body, name, issuer, type, accept_valid, part_bytes)
        return self._driver.run(uploading.send(told, key, self._patience))

    def upload_state(self, upload_id: str) -> Upload:
        """How far an upload is."""
        return self._driver.run(calls.upload(upload_id, self._patience))

    def follow_upload(self, upload_id: str) -> Generator[Upload, None, None]:
        """Each state of an upload until it is ACCEPTED or REFUSED; comes back by itself when the stream ends."""
        return self._driver.follow(following.follow_upload(upload_id, self._patience))

    def findings(self, upload_id: str) -> Generator[Finding, None, None]:
        """What was found in a list, in order of its rows: personal data."""
        return self._driver.follow(calls.findings(upload_id, self._patience))

    def batch(self, batch_id: str) -> Batch:
        """How far a batch is, and what it waits for."""
        return self._driver.run(calls.batch(batch_id, self._patience))

    def follow_batch(self, batch_id: str) -> Generator[Batch, None, None]:
        """Each state of a batch until it is FINAL; comes back by itself when the stream ends."""
        return self._driver.follow(following.follow_batch(batch_id, self._patience))

    def propose_status(
        self, credential_id: str, status: Status, reason: Reason, decision: str, *, key: str | None = None
    ) -> StatusChange:
        """Proposes a change of status, resting on a decision's number; another API key must approve it."""
        body = calls.new_change(credential_id, status, reason, decision)
        return self._driver.run(calls.propose(body, key, self._patience))

    def decide_status(self, change_id: str, *, approve: bool, key: str | None = None) -> StatusChange:
        """Approves or rejects what another proposed."""
        return self._driver.run(calls.decide(change_id, approve, key, self._patience))

    def status_changes(
        self, *, state: str | None = None, issuer: str | None = None
    ) -> Generator[StatusChange, None, None]:
        """Changes of status, of one state or institution if wanted."""
        return self._driver.follow(calls.changes(state, issuer, self._patience))


def _on_own_loop(reports: bulk.Reports) -> Generator[Report, None, None]:
    """What an asynchronous iterator gives, on a loop that runs only while the next report is waited for."""
    with asyncio.Runner() as runner:
        try:
            while (report := runner.run(_next(reports))) is not None:
                yield report
        finally:
            runner.run(reports.aclose())


async def _next(reports: bulk.Reports) -> Report | None:
    return await anext(reports, None)
