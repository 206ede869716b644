"""Uploads: lists sent in by parts, kept encrypted until they are checked, and what was found in them.

Everything that lies in the spool is encrypted under the upload's own secret: whoever forgets the secret has erased all
of it, in every copy of the folder.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, ClassVar, Final

from vanbang.core.errors import VanbangError
from vanbang.notary.encryption import decrypt, encrypt
from vanbang.notary.workers import in_order
from vanbang.ports import Conflict, Part, Spool, StoreError, Upload, UploadStore

PIECE: Final = 4 * 1024 * 1024
"""Bytes of a piece of a report or a sheet in the spool."""

AT_ONCE: Final = 2
"""Parts that are hashed, encrypted and on their way to the disk in the same moment, or back."""

FINDINGS_PAGE: Final = 500
"""Findings in one piece."""

FINDINGS_STORED: Final = 100_000
"""More than anybody reads one by one; the sheet has them all, beside the rows they are about."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/x-ndjson",
}


class PartsMissing(VanbangError):
    """An upload that was called complete and is not; `numbers` are the missing parts, at most ten of them."""

    code: ClassVar[str] = "parts_missing"

    def __init__(self, numbers: Sequence[int]) -> None:
        named = ", ".join(map(str, numbers)) if numbers else "1"
        super().__init__(f"these parts have not arrived: {named}; send them and complete the upload again")
        self.numbers = tuple(numbers)


class HashDiffers(VanbangError):
    """The bytes received are not the ones that were meant to be sent."""

    code: ClassVar[str] = "hash_differs"

    def __init__(self, expected: bytes, actual: bytes) -> None:
        super().__init__(f"the parts together have the SHA-256 {actual.hex()}, not {expected.hex()}: send them again")
        self.expected = expected
        self.actual = actual


@dataclass(frozen=True, slots=True)
class Uploads:
    """Lists on their way in, and what became of them."""

    store: UploadStore
    spool: Spool

    def begin(self, upload: Upload) -> Upload:
        """Stores a new upload; the same id again gives the one that is stored."""
        return self.store.add_upload(upload)

    def take_part(self, upload: Upload, number: int, data: bytes) -> Part:
        """Keeps a part, durable on return; the same number again replaces it while the upload is OPEN.

        What it replaces stays in the spool until the upload goes: the list may be complete with it in the same moment.
        Raises Conflict, StoreError.
        """
        if upload.state != "OPEN":
            raise Conflict("this upload is complete: it takes no more parts")
        part = Part(number, len(data), hashlib.sha256(data).digest())
        self._put(upload, _part_name(upload, part), data)
        # A crash here leaves bytes that no row names: the part is sent again, or goes with the upload.
        self.store.add_part(upload.id, part)
        return part

    def take_parts(self, upload: Upload, parts: Iterator[bytes]) -> None:
        """Keeps all parts of a list, from number 1 on, some at once. Raises as `take_part`, and what `parts` raises."""
        with ThreadPoolExecutor(AT_ONCE, "parts") as threads:
            for _ in in_order(threads, lambda part: self.take_part(upload, *part), enumerate(parts, 1), AT_ONCE + 1):
                pass

    def complete(self, upload: Upload, sha256: bytes | None, now: int) -> Upload:
        """OPEN to RECEIVED: from here on the list will be checked, whatever happens.

        Raises PartsMissing, HashDiffers, StoreError, Conflict if parts were replaced meanwhile; the upload is then as
        before.
        """
        parts = self.store.parts(upload.id)
        there = {part.number for part in parts}
        missing = [number for number in range(1, max(there, default=0) + 1) if number not in there]
        if missing or not parts:
            raise PartsMissing(missing[:10])
        whole = hashlib.sha256()
        for piece in self._read(upload, parts):
            whole.update(piece)
        if sha256 is not None and whole.digest() != sha256:
            raise HashDiffers(sha256, whole.digest())
        return self.store.receive(upload.id, parts, whole.digest())

    def content(self, upload: Upload) -> Iterator[bytes]:
        """The list as it was sent, part by part. Raises StoreError if a part is gone or changed."""
        return self._read(upload, self.store.parts(upload.id))

    def _read(self, upload: Upload, parts: Sequence[Part]) -> Iterator[bytes]:
        with ThreadPoolExecutor(AT_ONCE, "parts") as threads:
            for _, data in in_order(threads, partial(self._part, upload), iter(parts), ahead=AT_ONCE + 1):
                yield data

    def _part(self, upload: Upload, part: Part) -> bytes:
        data = self._get(upload, _part_name(upload, part))
        if data is None or hashlib.sha256(data).digest() != part.sha256:
            raise StoreError(f"part {part.number} of the upload {upload.id} is gone or was changed")
        return data

    def copy(self, upload: Upload, target: BinaryIO) -> None:
        """Writes the list into an open file and goes back to its beginning."""
        for piece in self.content(upload):
            target.write(piece)
        target.seek(0)

    def keep_report(self, upload: Upload, report: Mapping[str, Any], findings: Iterator[Mapping[str, Any]]) -> None:
        """Keeps what was found. May be done again: the pieces are replaced."""
        page: list[Mapping[str, Any]] = []
        pages = 0
        for number, finding in enumerate(findings, 1):
            if number > FINDINGS_STORED:
                break
            page.append({"number": number, **finding})
            if len(page) == FINDINGS_PAGE:
                self._keep_page(upload, page)
                page, pages = [], pages + 1
        if page:
            self._keep_page(upload, page)
        self._end(upload, f"findings-{pages + bool(page):06d}")
        self._put(upload, "report", _json(report))

    def keep_sheet(self, upload: Upload, sheet: BinaryIO) -> None:
        """Keeps the sheet with findings, read from its beginning; an empty one is none."""
        sheet.seek(0)
        number = 0
        while piece := sheet.read(PIECE):
            number += 1
            self._put(upload, f"sheet-{number:06d}", piece)
        self._end(upload, f"sheet-{number + 1:06d}")

    def report(self, upload: Upload) -> dict[str, Any] | None:
        """The quality report, or None: not checked yet, or forgotten."""
        data = self._get(upload, "report")
        report: dict[str, Any] | None = None if data is None else json.loads(data)
        return report

    def findings(self, upload: Upload, after: int, limit: int) -> Sequence[dict[str, Any]]:
        """Findings with number > `after`, in order of rows; the first is number 1."""
        found: list[dict[str, Any]] = []
        page = after // FINDINGS_PAGE
        while len(found) < limit and (data := self._get(upload, f"findings-{page:06d}")):
            found += [finding for finding in json.loads(data) if finding["number"] > after]
            page += 1
        return found[:limit]

    def sheet(self, upload: Upload) -> Iterator[bytes] | None:
        """The list with a column of findings, in the form it came in: all of it if it was refused, else the refused
        rows. None if there is none."""
        if not self._get(upload, "sheet-000001"):
            return None
        return self._pieces(upload)

    def media_type(self, upload: Upload) -> str:
        """The media type of `sheet`."""
        report = self.report(upload)
        listed = (report or {}).get("list") or {}
        return MEDIA_TYPES.get(listed.get("format", ""), "application/octet-stream")

    def remove(self, upload_id: str) -> None:
        """Removes everything that is kept of an upload."""
        self.spool.remove(upload_id)

    def _pieces(self, upload: Upload) -> Iterator[bytes]:
        number = 1
        while piece := self._get(upload, f"sheet-{number:06d}"):
            yield piece
            number += 1

    def _keep_page(self, upload: Upload, page: Sequence[Mapping[str, Any]]) -> None:
        first: int = page[0]["number"]
        self._put(upload, f"findings-{(first - 1) // FINDINGS_PAGE:06d}", _json(page))

    def _end(self, upload: Upload, name: str) -> None:
        """Marks where pieces end, if an attempt that was stopped has kept more of them."""
        if self._get(upload, name):
            self._put(upload, name, b"")

    def _put(self, upload: Upload, name: str, data: bytes) -> None:
        self.spool.put(upload.id, name, encrypt(upload.secret, data, _associated(upload, name)))

    def _get(self, upload: Upload, name: str) -> bytes | None:
        if not upload.secret:
            return None
        data = self.spool.get(upload.id, name)
        return None if data is None else decrypt(upload.secret, data, _associated(upload, name))


def _part_name(upload: Upload, part: Part) -> str:
    """Other bytes lie under another name, which tells nothing of them without the upload's secret."""
    return f"part-{part.number:06d}-{hmac.digest(upload.secret, part.sha256, 'sha256').hex()[:32]}"


def _associated(upload: Upload, name: str) -> bytes:
    return f"{upload.id}/{name}".encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
