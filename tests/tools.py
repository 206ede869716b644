"""Programs that some tests need. Absent: a failure where CI=true says that all must run, else a skip."""

import os
import shutil

import pytest


def program(*names: str) -> str:
    """The first of these programs that is there, by name on PATH or by path."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    told = f"{' or '.join(names)} is not here"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)
