"""The hash of a line of the audit log."""

from hashlib import sha256

import pytest

from vanbang.core.audit_log import FIRST_PREVIOUS, entry_hash

LINE = (bytes(32), 1, 1_781_900_000, "cli", "record.erased", "record/7", '{"batch":"b1"}')


def test_the_hash_of_a_line() -> None:
    """SHA-256 over the canonical JSON array of the line and the hash before it."""
    text = f'["{"00" * 32}",1,1781900000,"cli","record.erased","record/7","{{\\"batch\\":\\"b1\\"}}"]'
    assert entry_hash(*LINE) == sha256(text.encode()).digest()
    assert bytes(32) == FIRST_PREVIOUS


@pytest.mark.parametrize("place", range(len(LINE)))
def test_everything_counts(place: int) -> None:
    """Another value in any place gives another hash."""
    values = list(LINE)
    values[place] = {bytes: b"\1" * 32, int: 2, str: "other"}[type(values[place])]
    assert entry_hash(*values) != entry_hash(*LINE)  # type: ignore[arg-type]


def test_values_do_not_run_into_each_other() -> None:
    """What stands at the end of one value cannot stand at the beginning of the next."""
    first = entry_hash(bytes(32), 1, 1, "ab", "c", "", "")
    assert first != entry_hash(bytes(32), 1, 1, "a", "bc", "", "")
    assert first != entry_hash(bytes(32), 1, 1, 'ab","c', "", "", "")
