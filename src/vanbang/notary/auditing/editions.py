"""Of a credential that was issued again, only the newest edition may be valid."""

from collections.abc import Iterator

from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.status import CredentialStatus, StatusList, read_status_list, read_status_manifest
from vanbang.notary.auditing.database import batches
from vanbang.ports import Store, StoredRecord
from vanbang.ports.published import Published


def check_editions(store: Store, files: Published) -> Iterator[tuple[str, str]]:
    """Where and what is wrong: editions that are not numbered from 1 on, and older ones in final batches that the
    newest final status root does not call superseded, while a newer one is final. Raises StoreError."""
    final = {batch.id: batch.iss for batch in batches(store) if batch.state == "FINAL"}
    for key, newest in _issued_again(store).items():
        editions = store.editions(key)
        numbers = [stored.edition for stored in editions]
        if numbers != list(range(1, len(numbers) + 1)) or newest not in (len(numbers), len(numbers) + 1):
            yield f"record key {key.hex()}", f"editions {numbers} are sealed, the newest is {newest}"
        anchored = [stored for stored in editions if stored.batch_id in final]
        for older in anchored[:-1]:
            if not _is_superseded(store, files, final[older.batch_id], older):
                yield f"record/{older.id}", f"edition {older.edition} is not superseded, and a newer one is final"


def _issued_again(store: Store) -> dict[bytes, int]:
    """The record keys with more than one edition, and the newest of each, sealed or not."""
    found: dict[bytes, int] = {}
    for batch in batches(store):
        for stored in store.records(batch.id):
            if stored.edition > 1:
                found[stored.key] = max(stored.edition, found.get(stored.key, 0))
    return found


def _is_superseded(store: Store, files: Published, iss: str, stored: StoredRecord) -> bool:
    """By the published list that the issuer's newest final status root names."""
    roots = [root for root in store.status_roots(iss) if root.state == "FINAL"]
    reference = read_status_manifest(roots[-1].manifest).find(stored.list_uri or "") if roots else None
    status_list = None if reference is None else _published(files, reference.sha256)
    return status_list is not None and status_list.of(stored.list_index or 0) is CredentialStatus.SUPERSEDED


def _published(files: Published, sha256: bytes) -> StatusList | None:
    for copy in files.copies(f"status/{sha256.hex()}"):
        if isinstance(copy.data, bytes) and digest_of(copy.data) == sha256:
            try:
                return read_status_list(copy.data)
            except FormatError:
                return None
    return None
