"""The part of type metadata that decides."""

from typing import Any

import pytest

from vanbang.core.errors import FormatError
from vanbang.core.type_metadata import read_type_metadata, text_at
from world import METADATA, VCT


def test_the_deciding_members_are_read() -> None:
    """Type, number of digests, and where the issuer is named."""
    metadata = read_type_metadata(METADATA)
    assert (metadata.vct, metadata.digests) == (VCT, 6)
    assert (metadata.code_path, metadata.name_path) == (("co_so", "ma"), ("co_so", "ten"))


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"vct":"x","vanbang":{"version":1,"digests":0}}', b" " * 262_145])
def test_other_metadata_is_refused(data: bytes) -> None:
    """Not an object, without ours, without digests, too large."""
    with pytest.raises(FormatError):
        read_type_metadata(data)


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"a": {"b": "x"}}, "x"), ({"a": {"b": ["x"]}}, None), ({"a": {"b": True}}, None), ({"a": "x"}, None),
        ({"a": ["b"]}, None), ({"a": {}}, None), ({}, None),
    ],
)  # fmt: skip
def test_a_path_leads_to_a_string_or_to_nothing(claims: dict[str, Any], found: str | None) -> None:
    """Whatever else stands there counts as not disclosed."""
    assert text_at(claims, ["a", "b"]) == found
