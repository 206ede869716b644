"""issue: which list is taken up again."""

from pathlib import Path
from types import SimpleNamespace

from small_house import INSTITUTION, new_store
from stored_things import digest, received
from vanbang.cli.issuing import _waiting


def test_a_list_that_waits_behind_many_is_found_again(tmp_path: Path) -> None:
    """However many lists wait before it, the same list is not sent in a second time."""
    store = new_store(tmp_path)
    for number in range(130):
        received(store, f"u{number:03d}")
    house = SimpleNamespace(store=store)
    assert _waiting(house, INSTITUTION.iss, digest("body u127")).id == "u127"  # type: ignore[arg-type, union-attr]
    assert _waiting(house, None, digest("body u127")) is None  # type: ignore[arg-type]
