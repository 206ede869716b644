"""A bench that cannot have its node says so and leaves nothing running."""

import shutil
from pathlib import Path

import pytest

from vanbang.cli.bench.local_node import INSTALLED, running_node


def test_without_anvil_the_way_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither among the installed tools nor on PATH: which command installs it."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="scripts/setup dev"), running_node():
        pass


def test_a_node_that_ends_at_once_shows_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it wrote before it ended is what there is to go by."""
    node = tmp_path / "anvil"
    node.write_text("#!/bin/sh\necho no such hardfork\n")
    node.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(node) if name == INSTALLED else None)
    with pytest.raises(SystemExit, match="no such hardfork"), running_node():
        pass
