"""The ground that faults happen on, made once in each test process."""

import pytest

from faults.ground import Ground, prepare


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A chain with a registry and an installation with three institutions, as files."""
    return prepare(tmp_path_factory.mktemp("ground"))
