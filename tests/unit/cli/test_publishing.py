"""Where a static tree may be put, and how sizes are told."""

from pathlib import Path

import pytest

from vanbang.adapters.objects.paths import BucketPlace
from vanbang.cli.publishing import place_of, size_text
from vanbang.core.errors import FormatError


def test_a_tree_is_a_folder_or_a_bucket(tmp_path: Path) -> None:
    """A path is a folder, also a new one in the home folder; an s3 address is a bucket with its prefix."""
    assert place_of(str(tmp_path / "tree"), tmp_path / "home") == tmp_path / "tree"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "vanbang.json").write_text("{}")
    assert place_of(str(tmp_path / "home" / "site"), tmp_path / "home") == tmp_path / "home" / "site"
    assert place_of("s3://diplomas/site", tmp_path / "home") == BucketPlace("diplomas", "site")


@pytest.mark.parametrize("target", ["home", ".", "other", "home/keys", "home/uploads/site", "other/chain"])
def test_no_tree_is_put_where_keys_are(tmp_path: Path, target: str) -> None:
    """The home folder, one above it, another installation's and what is private in them are refused: a web server would
    hand out their keys."""
    for name in ("home", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vanbang.json").write_text("{}")
    with pytest.raises(FormatError, match="keys"):
        place_of(str(tmp_path / target), tmp_path / "home")


def test_keys_in_an_address_are_not_repeated(tmp_path: Path) -> None:
    """Who puts his keys into the address of a bucket is refused, without them."""
    with pytest.raises(FormatError, match="--to") as told:
        place_of("s3://AKIA1:never/shown@diplomas/site", tmp_path)
    assert "AKIA1" not in str(told.value)
    assert "never" not in str(told.value)


@pytest.mark.parametrize("target", ["s3://", "gs://bucket", "https://example.org/", "s3://b/../c"])
def test_other_addresses_are_refused(target: str, tmp_path: Path) -> None:
    """What is no bucket of S3-compatible storage is refused, and shown."""
    with pytest.raises(FormatError, match="--to"):
        place_of(target, tmp_path)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (52_000, "50.8 KiB"), (3 << 40, "3.0 TiB")]
)
def test_sizes_are_told_in_units(size: int, text: str) -> None:
    """Bytes in the largest unit that leaves a number people read."""
    assert size_text(size) == text
