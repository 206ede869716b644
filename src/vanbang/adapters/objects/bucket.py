"""Public files in a bucket of S3-compatible storage, as a CDN or the storage itself serves them.

Not trusted: readers check hashes. Endpoint, region and credentials come from the usual AWS_... variables or from the
role of the machine; nothing here keeps, prints or logs them. An object is there whole or not at all, so a crash leaves
nothing half-written.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from obstore import exceptions
from obstore.store import S3Store

from vanbang.adapters.objects.paths import BucketPlace, checked_path, is_path
from vanbang.ports.objects import ASKED_AGAIN, FOR_EVER, OCTETS, PUBLIC_MEDIA, StoreBusy, StoreError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

Value = TypeVar("Value")

AT_ONCE: Final = 32
"""Requests under way at the same time: storage answers one in 10 to 50 ms, so some hundred files a second, and takes
thousands a second under one prefix."""
CHUNK: Final = 512
"""Files, 4 MiB of tiles: as much as waits in memory."""
# A plain connection is made only to an endpoint that its owner names with http://.
CLIENT: Final["ClientConfig"] = {"connect_timeout": "5s", "timeout": "20s", "allow_http": True}
RETRIES: Final["RetryConfig"] = {
    "max_retries": 6,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
}
"""For answers 429 and 5xx (`SlowDown`) and broken connections; longer than that is for whoever asked to repeat."""

_STATUS = re.compile(r"(?:status code: |^)(\d{3})\b")
# The machine is asked for its role where the environment has no credentials.
_NO_CREDENTIALS = re.compile(r"/latest/(api/token|meta-data)|credential", re.IGNORECASE)
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")


class BucketStore:
    """An ObjectStore in a bucket. Several processes and machines may share it.

    A file is put on the condition that there is none (`If-None-Match: *`), so that of two writers one is told. Storage
    that does not know the condition is asked for the file first; then two writers at the same moment could both write,
    and the later one's bytes would stay.
    """

    def __init__(self, place: BucketPlace, retries: "RetryConfig" = RETRIES) -> None:
        self._place = place
        self._s3 = S3Store(place.bucket, prefix=place.prefix or None, client_options=CLIENT, retry_config=retries)
        self._conditional = True

    def put(self, path: str, data: bytes) -> None:
        """Stores `data` under `path`, durable on return. Raises StoreError, StoreBusy."""
        if not self._create(path, data, public_type(path)) and not self._same(path, data):
            raise StoreError(f"{path} is stored already, with other bytes")

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Stores many files, all durable on return, `AT_ONCE` at a time. Raises StoreError, StoreBusy."""
        rest = iter(items)
        with ThreadPoolExecutor(AT_ONCE, "bucket") as pool:
            while chunk := list(islice(rest, CHUNK)):
                list(pool.map(self.put, *zip(*chunk, strict=True)))  # raises what one of them raised

    def get(self, path: str) -> bytes | None:
        """The bytes, or None. Raises StoreError, StoreBusy."""
        return self._asked(path, lambda: bytes(self._s3.get(path).bytes())) if is_path(path) else None

    def get_many(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """The bytes of each, or None, `AT_ONCE` at a time. Raises StoreError, StoreBusy."""
        with ThreadPoolExecutor(AT_ONCE, "bucket") as pool:
            for start in range(0, len(paths), CHUNK):
                yield from pool.map(self.get, paths[start : start + CHUNK])

    def replace(self, path: str, data: bytes, media_type: str, cache: str) -> None:
        """Stores `data` in place of what is there. Raises StoreError, StoreBusy."""
        headers = {"Content-Type": media_type, "Cache-Control": cache}
        self._asked(path, lambda: self._s3.put(path, data, attributes=headers, use_multipart=False), writes=True)

    def files(self, folder: str) -> Iterator[tuple[str, int]]:
        """Path and bytes of every file below `folder`, a page of 1,000 at a time. Raises StoreError, StoreBusy."""
        pages = iter(self._s3.list(folder, chunk_size=1_000)) if is_path(folder) else iter(())
        while page := self._asked(folder, lambda: next(pages, None)):
            yield from [(entry["path"], entry["size"]) for entry in page if is_path(entry["path"])]

    def check(self) -> None:
        """Raises StoreError unless the bucket answers to our credentials; whether it takes writes, a write says."""
        next(self.files("manifests"), None)

    def sweep(self) -> int:
        """Nothing: an object is there whole or not at all."""
        return 0

    def __repr__(self) -> str:
        return f"BucketStore({str(self._place)!r})"

    def _create(self, path: str, data: bytes, media_type: str) -> bool:
        """Whether there was no such file and now is this one; False where there is one."""
        headers = {"Content-Type": media_type, "Cache-Control": FOR_EVER}
        if self._conditional:
            try:
                self._asked(
                    path,
                    lambda: self._s3.put(path, data, attributes=headers, mode="create", use_multipart=False),
                    writes=True,
                )
            except exceptions.AlreadyExistsError:
                return False
            except _Unconditional:
                self._conditional = False
            else:
                return True
        if self.get(path) is not None:
            return False
        self.replace(path, data, media_type, FOR_EVER)
        return True

    def _same(self, path: str, data: bytes) -> bool:
        """Whether the file that stood in the way has these bytes. Raises StoreBusy if somebody is writing it now."""
        found = self.get(path)
        if found is None:
            raise StoreBusy(f"{path} is being written by somebody else: try again")
        return found == data

    def _asked(self, path: str, ask: Callable[[], Value], *, writes: bool = False) -> Value | None:
        """What `ask` gives; None for a file that is not there. Raises StoreError, StoreBusy; AlreadyExistsError and
        _Unconditional for a write on a condition."""
        try:
            return ask()
        except exceptions.AlreadyExistsError:
            raise
        except FileNotFoundError as error:
            if writes or "NoSuchBucket" in str(error):
                raise StoreError(f"there is no bucket {self._place.bucket} at this endpoint") from None
            return None
        except NotImplementedError:
            raise _Unconditional from None
        except (exceptions.BaseError, ValueError) as error:
            raise self._trouble(path, str(error)) from None

    def _trouble(self, path: str, said: str) -> Exception:
        """The error for what the library said, whose text has addresses and is not passed on."""
        status, code = _STATUS.search(said), _CODE.search(said)
        number, word = status[1] if status else "", code[1] if code else ""
        told = " ".join(part for part in (number, word) if part)
        if number == "501" or word == "NotImplemented":
            return _Unconditional(f"{path}: {self._place} does not know a request ({told})")
        if _NO_CREDENTIALS.search(said):
            return StoreError(
                f"there are no credentials for {self._place}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "or give the machine a role"
            )
        if word == "NoSuchBucket":
            return StoreError(f"there is no bucket {self._place.bucket} at this endpoint")
        if number in ("401", "403"):
            return StoreError(
                f"{path} in {self._place} is refused ({told}): the credentials need s3:GetObject, s3:PutObject and "
                "s3:ListBucket"
            )
        if not number or number == "429" or number.startswith("5"):
            return StoreBusy(f"{path}: {self._place} does not answer ({told or 'no connection'}): try again")
        return StoreError(f"{path}: {self._place} refuses ({told}): are endpoint and region right?")


def public_type(path: str) -> str:
    """The media type of a public file. Raises StoreError for what is no path of one."""
    return PUBLIC_MEDIA.get(checked_path(path).partition("/")[0], OCTETS)


class _Unconditional(StoreError):
    """The storage knows no writes on a condition."""


class BucketTree:
    """A StaticTree in a bucket: the site under the prefix, the public files in `public/` below it."""

    def __init__(self, place: BucketPlace, retries: "RetryConfig" = RETRIES) -> None:
        self._site = BucketStore(place, retries)
        self.public = BucketStore(place.below("public"), retries)

    def mend(self, path: str, data: bytes) -> None:
        """Puts a public file in place of a wrong one. Raises StoreError, StoreBusy."""
        self.public.replace(path, data, public_type(path), FOR_EVER)

    def replace(self, path: str, data: bytes, media_type: str) -> bool:
        """Puts a file of the site; False if it has these bytes already. Raises StoreError, StoreBusy."""
        if self._site.get(checked_path(path)) == data:
            return False
        self._site.replace(path, data, media_type, ASKED_AGAIN)
        return True

    def __repr__(self) -> str:
        return f"BucketTree({self._site!r})"
