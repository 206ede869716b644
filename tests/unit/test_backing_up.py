"""Which folders of an installation belong to its backup."""

from pathlib import Path

import pytest

from vanbang.backing_up import folders_of
from vanbang.settings import Settings

ALWAYS = ["chains", "keys", "public", "uploads"]


@pytest.mark.parametrize(
    ("objects", "more"),
    [
        ("public", []),
        ("files/public", ["files/public"]),
        (".", []),
        ("../elsewhere", []),
        ("/srv/files", []),
        ("s3://diplomas/public", []),
    ],
)
def test_public_files_are_backed_up_where_they_are_ours(tmp_path: Path, objects: str, more: list[str]) -> None:
    """A folder of public files within the home folder is copied, by whatever name; others and buckets are not."""
    settings = Settings(
        tmp_path / "home", "eip155:88:0x" + "a1" * 20, (), 8_545, "http://127.0.0.1:8000", objects=objects
    )
    assert folders_of(settings) == [*ALWAYS, *more]
