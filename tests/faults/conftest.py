"""The grounds that faults happen on, made once in each test process."""

from collections.abc import Iterator

import pytest

from faults.ground import Grounds


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """A chain with a registry and an installation with three institutions, on either database."""
    with Grounds(tmp_path_factory.mktemp("grounds")) as made:
        yield made
