"""The endorsements file. What a reader refuses stands in the vectors."""

import pytest

from vanbang.core.endorsement import endorsements_file, read_endorsements
from vanbang.core.errors import FormatError
from world import World


def test_endorsements_come_back() -> None:
    """Sixteen officers are as many as there may be."""
    data = World(officers=tuple(f"officer {number}" for number in range(16))).endorsements()
    found = read_endorsements(data)
    assert len(found) == 16
    assert endorsements_file(found) == data


def test_a_file_over_the_limit_is_refused_before_it_is_parsed() -> None:
    """65,537 bytes."""
    with pytest.raises(FormatError, match="over the limit of 65536"):
        read_endorsements(b" " * 65_537)
