"""An issuer's published files, as far as they were not found to hold before."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from vanbang.core.batch import read_manifest
from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.jws import PublicKey
from vanbang.core.status import StatusManifest
from vanbang.notary.auditing.batch_files import CheckedBatch, check_batch
from vanbang.notary.auditing.findings import Finding, Tell
from vanbang.notary.auditing.reading import Reader
from vanbang.notary.auditing.status_files import StatusFiles
from vanbang.ports.notebook import Notebook, NotedAnchor, NotedIssuer, NotedStatus
from vanbang.ports.published import Published

AT_ONCE = 32
"""Batches whose files are read at the same time: a mirror far away takes a second for each file."""


@dataclass(slots=True)
class IssuerFiles:
    """Checks one issuer's files and notes which hold."""

    files: Published
    notebook: Notebook
    tell: Tell
    registry: str
    issuer: NotedIssuer
    pool: Executor
    _keys: dict[str, PublicKey] = field(default_factory=dict)

    def check_batches(self) -> Iterator[int]:
        """Checks the batches that are open; yields, for each, how many leaves were folded."""
        # A list first: noting down while reading would move the ground the reader stands on.
        open_anchors = iter(list(self.notebook.anchors(self.issuer.issuer_id, only_open=True)))
        while some := list(islice(open_anchors, AT_ONCE)):
            checked = list(self.pool.map(self._check_batch, some))
            for _, told in checked:
                for finding in told:
                    self.tell(finding)
            for batch, _ in checked:
                self._keys |= {key.kid: key for key in batch.keys}
            pairs = zip(some, checked, strict=True)
            self.notebook.anchors_hold([noted.key for noted, (batch, _) in pairs if batch.holds])
            yield from (batch.leaves for batch, _ in checked)

    def check_status(self) -> None:
        """Checks the status roots that are open, and the newest against the one before it."""
        statuses = self.notebook.statuses(self.issuer.issuer_id)
        if all(noted.holds for noted in statuses):
            return
        checks = StatusFiles(self.issuer.record, self.issuer.issuer_id, _Keys(self._keys, self._more_keys()))
        first = next(at for at, noted in enumerate(statuses) if not noted.holds)
        before = self._last_good(checks, statuses[:first])
        holding = []
        for noted in statuses[first:]:
            is_newest = noted is statuses[-1]
            reader = self._reader(Finding("", self.issuer.record.iss, epoch=noted.epoch, block=noted.block), self.tell)
            manifest = checks.manifest(reader, noted, is_newest=is_newest)
            if manifest is None:
                continue
            checks.check_lists(reader, manifest, before, is_newest=is_newest)
            if checks.counts(noted):
                before = manifest
            else:
                reader.say("status_setter_void", detail="0x" + noted.setter.hex())
            if reader.is_good:
                holding.append(noted.epoch)
        self.notebook.statuses_hold(self.issuer.issuer_id, holding)

    def _check_batch(self, noted: NotedAnchor) -> tuple[CheckedBatch, list[Finding]]:
        told: list[Finding] = []
        place = Finding("", self.issuer.record.iss, seq=noted.seq, block=noted.anchor.block)
        return check_batch(self._reader(place, told.append), self.issuer.record, self.registry, noted), told

    def _reader(self, place: Finding, tell: Tell) -> Reader:
        return Reader(self.files, tell, place)

    def _last_good(self, checks: StatusFiles, statuses: Sequence[NotedStatus]) -> StatusManifest | None:
        """The manifest that the first open one is compared with: it was checked before, and is only read again."""
        for noted in reversed(statuses):
            if checks.counts(noted):
                return checks.manifest(self._reader(Finding(""), _nothing), noted, is_newest=False)
        return None

    def _more_keys(self) -> Iterator[PublicKey]:
        """The keys of all manifests of the issuer, as far as they can be read."""
        for noted in self.notebook.anchors(self.issuer.issuer_id):
            digest = noted.key.manifest_hash
            for copy in self.files.copies(f"manifests/{digest.hex()}"):
                if isinstance(copy.data, bytes) and digest_of(copy.data) == digest:
                    with suppress(FormatError):  # told when the batch was checked
                        yield from read_manifest(copy.data).keys
                    break


def _nothing(_: Finding) -> None:
    """For files whose faults were told before."""


class _Keys(dict[str, PublicKey]):
    """Keys by kid: those known, and more of them when one is not among these."""

    def __init__(self, known: dict[str, PublicKey], more: Iterator[PublicKey]) -> None:
        super().__init__(known)
        self._more = more

    def get(self, kid: str, default: PublicKey | None = None) -> PublicKey | None:  # type: ignore[override]
        while kid not in self:
            key = next(self._more, None)
            if key is None:
                return default
            self[key.kid] = key
        return self[kid]
