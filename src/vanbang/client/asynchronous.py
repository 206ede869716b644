"""The client for asyncio. What a method does, returns and raises is told at the one of `vanbang.client.Client`."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from vanbang.adapters.handing_out.tally import Tally
from vanbang.client import bulk, calls, exporting, following, uploading
from vanbang.client.connecting import TIMES, Address, Times, default_context
from vanbang.client.driving import OnLoop
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


class AsyncClient:
    """A server's API, as `vanbang.client.Client` has it. Use it on one event loop; close it, or use it as a context."""

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
        self._driver = OnLoop(self._address, times, self._context)

    def __repr__(self) -> str:
        return f"AsyncClient({self._address.base!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._driver.close()

    async def verify(self, source: Source) -> Report:
        """The server's judgement of a credential file, a PDF with one inside, or what a proof URL leads to."""
        return await self._driver.run(calls.verify(await asyncio.to_thread(contents, source), self._patience))

    def verify_many(self, files: bulk.Files) -> AsyncGenerator[Report, None]:
        """A report for each credential file, in order, over one connection; neither side holds more than a few."""
        return bulk.verify_many(files, self._address, self._times, self._context)

    async def lookup(self, issuer: str, type: str, serial: str) -> Credential:
        """The credential with this serial number, by its institution's code and its type's name."""
        return await self._driver.run(calls.lookup(issuer, type, serial, self._patience))

    async def credentials_of(
        self, *, learner: str | None = None, citizen: str | None = None, issuer: str | None = None
    ) -> PersonsCredentials:
        """What one person has, every edition, by learner or citizen number; no `items` if none is known."""
        return await self._driver.run(calls.credentials_of(learner, citizen, issuer, self._patience))

    async def credential(self, credential_id: str) -> Credential:
        """A credential by its id: its state and status, nothing that is in it."""
        return await self._driver.run(calls.credential(credential_id, self._patience))

    async def credential_file(self, credential_id: str) -> bytes:
        """The signed credential file, to be kept exactly as it is."""
        return await self._driver.run(calls.credential_file(credential_id, self._patience))

    async def extract(self, credential_id: str, claims: Collection[str], *, unsigned: bool = False) -> bytes:
        """The file with these claims only; `unsigned`: without the institution's own signature."""
        return await self._driver.run(calls.extract(credential_id, claims, unsigned, self._patience))

    def export(
        self,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
        after: bytes | None = None,
    ) -> AsyncGenerator[bytes | LeftOut, None]:
        """Every credential file, as bytes, oldest batch first; LeftOut for what has none, and why."""
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        return self._driver.follow(exporting.files(chosen, after, self._patience))

    async def export_to(
        self,
        path: Path,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
        go_on: bool = False,
    ) -> Tally:
        """Writes the same to a file, a line each, and tells how many; its last line has the counts: it is whole."""
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        tally: Tally = await self._driver.last(exporting.save_lines(chosen, path, go_on, self._patience))
        return tally

    async def export_zip(
        self,
        path: Path,
        *,
        issuer: str | None = None,
        batch: str | None = None,
        upload: str | None = None,
        since: str | None = None,
    ) -> int:
        """Writes the same as an archive, which is there only when it is whole; tells its size in bytes."""
        chosen = {"issuer": issuer, "batch": batch, "upload": upload, "since": since}
        size: int = await self._driver.last(exporting.save_zip(chosen, path, self._patience))
        return size

    async def make_share(
        self, credential_id: str, *, purpose: Purpose | None = None, days: int | None = None, key: str | None = None
    ) -> NewShare:
        """A new proof URL, for ever or for some days. Its `url` is shown this once."""
        told = {"purpose": purpose, "days": days}
        return await self._driver.run(calls.make_share(credential_id, told, key, self._patience))

    def shares(self, credential_id: str) -> AsyncGenerator[Share, None]:
        """The shares of a credential, oldest first."""
        return self._driver.follow(calls.shares(credential_id, self._patience))

    async def withdraw_share(self, credential_id: str, share_id: str, *, key: str | None = None) -> None:
        """Ends a share: its proof URL leads nowhere from now on."""
        await self._driver.run(calls.withdraw_share(credential_id, share_id, key, self._patience))

    async def print_pdf(
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
        return await self._driver.run(calls.print_pdf(credential_id, told, key, self._patience))

    async def make_private_link(
        self, credentials: Collection[str], *, issuer: str | None = None, key: str | None = None
    ) -> PrivateLink:
        """A new private link, by which a graduate has these credentials in hand."""
        return await self._driver.run(calls.make_private_link(credentials, issuer, key, self._patience))

    async def withdraw_private_link(self, link_id: str, *, key: str | None = None) -> None:
        """Ends a private link; shares made with it stay."""
        await self._driver.run(calls.withdraw_private_link(link_id, key, self._patience))

    async def upload(
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
        """Sends a graduation list in parts; it is checked in the background (`follow_upload`)."""
        told = uploading.new_list(body, name, issuer, type, accept_valid, part_bytes)
        return await self._driver.run(uploading.send(told, key, self._patience))

    async def upload_state(self, upload_id: str) -> Upload:
        """How far an upload is."""
        return await self._driver.run(calls.upload(upload_id, self._patience))

    def follow_upload(self, upload_id: str) -> AsyncGenerator[Upload, None]:
        """Each state of an upload until it is ACCEPTED or REFUSED; comes back by itself when the stream ends."""
        return self._driver.follow(following.follow_upload(upload_id, self._patience))

    def findings(self, upload_id: str) -> AsyncGenerator[Finding, None]:
        """What was found in a list, in order of its rows: personal data."""
        return self._driver.follow(calls.findings(upload_id, self._patience))

    async def batch(self, batch_id: str) -> Batch:
        """How far a batch is, and what it waits for."""
        return await self._driver.run(calls.batch(batch_id, self._patience))

    def follow_batch(self, batch_id: str) -> AsyncGenerator[Batch, None]:
        """Each state of a batch until it is FINAL; comes back by itself when the stream ends."""
        return self._driver.follow(following.follow_batch(batch_id, self._patience))

    async def propose_status(
        self, credential_id: str, status: Status, reason: Reason, decision: str, *, key: str | None = None
    ) -> StatusChange:
        """Proposes a change of status, resting on a decision's number; another API key must approve it."""
        body = calls.new_change(credential_id, status, reason, decision)
        return await self._driver.run(calls.propose(body, key, self._patience))

    async def decide_status(self, change_id: str, *, approve: bool, key: str | None = None) -> StatusChange:
        """Approves or rejects what another proposed."""
        return await self._driver.run(calls.decide(change_id, approve, key, self._patience))

    def status_changes(
        self, *, state: str | None = None, issuer: str | None = None
    ) -> AsyncGenerator[StatusChange, None]:
        """Changes of status, of one state or institution if wanted."""
        return self._driver.follow(calls.changes(state, issuer, self._patience))
