"""What all tests share."""

import pytest
from hypothesis import settings

from faults_survived import ClosingLine

# A busy machine must not fail a test that is about behaviour: speed is measured by scripts/bench.
settings.register_profile("vanbang", deadline=None)
settings.load_profile("vanbang")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # of several processes, the one that speaks to the terminal
        config.pluginmanager.register(ClosingLine())
