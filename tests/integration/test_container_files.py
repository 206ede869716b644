"""Dockerfile and compose file: linted, and the commands in them run under the settings they set."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import wait_for

from ports import free_port
from tools import program

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOCKERFILE, COMPOSE, CLUSTER = (ROOT / name for name in ("Dockerfile", "compose.yaml", "compose.cluster.yaml"))


def instructions(name: str) -> list[str]:
    """The arguments of every such instruction of the Dockerfile, continued lines joined."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", text, flags=re.M)


def words(name: str) -> list[str]:
    """The argument list of the last such instruction: what a container of this image runs."""
    value: list[str] = json.loads("[" + instructions(name)[-1].partition("[")[2])
    return value


def composed(key: str) -> list[str]:
    """A list that the compose file gives under `key`."""
    (found,) = re.findall(rf"^ +{key}: (\[.*\])$", COMPOSE.read_text(), flags=re.M)
    value: list[str] = json.loads(found)
    return value


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in instructions("ENV")[-1].split())


def test_hadolint() -> None:
    """The Dockerfile passes its linter with no exceptions."""
    done = subprocess.run(
        [program(str(BIN / "hadolint"), "hadolint"), DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_schema() -> None:
    """The compose files are such by the compose specification."""
    tool = program(str(BIN / "check-jsonschema"), "check-jsonschema")
    command = [tool, "--builtin-schema", "vendor.compose-spec", COMPOSE, CLUSTER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_container_may_do_little() -> None:
    """Not root, nothing installed without a hash, no capabilities, a root folder that cannot be written, no secrets."""
    dockerfile, compose = DOCKERFILE.read_text(), COMPOSE.read_text()
    assert instructions("USER")[-1] == "10001:10001"
    assert all(":" in base.split()[0] and not base.split()[0].endswith(":latest") for base in instructions("FROM"))
    installs = re.findall(r"pip install ([^\n&]*)", dockerfile)
    assert all("--require-hashes" in install or "--no-deps" in install for install in installs)
    for line in (
        'user: "10001:10001"',
        "read_only: true",
        "cap_drop: [ALL]",
        'security_opt: ["no-new-privileges:true"]',
    ):
        assert line in compose
    assert not re.search(r"VANBANG_(PASSWORD|METRICS_TOKEN)\s*[:=]", dockerfile + compose)
    assert composed("command") == words("CMD")
    assert composed("test") == ["CMD", *words("HEALTHCHECK")]


def part(name: str) -> str:
    """A part of the cluster's compose file: a service, or what services share."""
    found = re.search(rf"^( *){name}:.*\n((?:\1 +.*\n|\n)*)", CLUSTER.read_text(), flags=re.M)
    assert found, name
    return found[2]


def test_a_cluster_has_no_keys() -> None:
    """What runs Dask has no secret, no volume and no way out of its network, and spills nothing to disk; nothing of it
    or of the database is reached from outside."""
    for name in ("x-confined", "x-cruncher", "scheduler", "cruncher"):
        assert not re.search(r"secrets:|volumes:|VANBANG_|ports:|outside", part(name)), name
    for setting in ("TARGET", "SPILL"):
        assert f'DASK_DISTRIBUTED__WORKER__MEMORY__{setting}: "false"' in part("x-cruncher")
    assert "networks: [inside]" in part("x-cruncher")
    assert "networks: [inside]" in part("database")
    assert "internal: true" in part("inside")
    (lock,) = re.findall(r"LOCK: (\w+)", CLUSTER.read_text())
    assert "distributed==" in (ROOT / "requirements" / f"{lock}.txt").read_text()


def test_a_worker_of_the_cluster_has_room_for_lists() -> None:
    """It copies lists into a volume of its own, not into memory, and the image has that folder for its user alone."""
    (folder,) = re.findall(r"TMPDIR: (\S+)", part("worker"))
    assert f"- scratch:{folder}\n" in part("worker")
    assert "scratch:" in CLUSTER.read_text().partition("\nvolumes:")[2]
    assert re.search(rf"install --directory --owner=vanbang .*--mode=0700 .*{folder}\n", DOCKERFILE.read_text())


def test_what_the_build_copies_is_there() -> None:
    """Every file that the Dockerfile copies exists, and .dockerignore lets it through and nothing else."""
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    ignore = (ROOT / ".dockerignore").read_text().split("\n")
    assert {source.partition("/")[0] for source in copied} == {line[1:] for line in ignore if line.startswith("!")}
    assert "*" in ignore


@pytest.mark.slow
def test_the_commands_of_the_container_run(tmp_path: Path) -> None:
    """Entry point and command serve, the health check sees it, SIGTERM ends it with status 0, then it sees nobody."""
    (tmp_path / "password").write_text("một mật khẩu dài\n", encoding="utf-8")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("VANBANG_")}
    of_image = {name: value for name, value in image_environment().items() if name != "PATH"}
    port = free_port()
    environment = {
        **ours,
        **of_image,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "VANBANG_HOME": str(tmp_path / "home"),
        "VANBANG_PORT": str(port),
        "VANBANG_PASSWORD_FILE": str(tmp_path / "password"),
    }
    entry, healthy = words("ENTRYPOINT"), words("HEALTHCHECK")

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False
        )

    assert of_image["VANBANG_HOST"] == "0.0.0.0"  # noqa: S104
    assert run([*entry, "init"]).returncode == 0
    assert not (tmp_path / "home/keys/.password").exists()
    assert run(healthy).returncode == 1
    log = tmp_path / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen([*entry, *words("CMD")], env=environment, cwd=tmp_path, stdout=sink, stderr=sink)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        done = run(healthy)
        assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "ready"), log.read_text()
        process.send_signal(getattr(signal, instructions("STOPSIGNAL")[-1]))
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert run(healthy).returncode == 1
