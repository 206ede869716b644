"""The browser verifier under node: its building blocks, its messages and every test vector."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

JS = Path(__file__).parents[2] / "js"


def node() -> str:
    """Path of node; a run that claims to be complete may not go without it."""
    found = shutil.which("node")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("node is missing")
    if found is None:
        pytest.skip("node is not installed")
    return found


def run(name: str) -> None:
    done = subprocess.run([node(), "--test", str(JS / name)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["primitives.test.mjs", "messages.test.mjs", "gather.test.mjs"])
def test_the_modules_keep_to_the_format(name: str) -> None:
    """Each module of the verifier agrees with values computed elsewhere."""
    run(name)


def test_the_judge_decides_every_vector() -> None:
    """The browser's judge gives the wanted verdict, outcomes and codes for every vector."""
    run("vectors.test.mjs")
