"""A store on a SQLite file, with one institution."""

from pathlib import Path

import pytest

from small_house import new_store
from vanbang.adapters.sql import SqlStore


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return new_store(tmp_path)
