"""Programs that some tests need. Absent: a failure where CI=true says that all must run, else a skip."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def program(*names: str) -> str:
    """The first of these programs that is there, by name on PATH or by path."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    return absent(" or ".join(names))


def npm_file(path: str) -> Path:
    """A file of a package that `npm ci` brings, by its path in node_modules/."""
    found = Path(__file__).parents[1] / "node_modules" / path
    return found if found.is_file() else Path(absent(str(found)))


def absent(what: str) -> NoReturn:
    """What a run is that lacks a tool: a failure where CI=true says that all must run, else a skip."""
    told = f"{what} is not here"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)
