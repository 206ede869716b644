"""A whole installation, from `init` to a valid diploma, whose keys are kept elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from command_line import SAMPLE, Installation, write_list

from ports import free_port
from vanbang.bootstrap import embedded_chain

HOUSE = ("owner", "relayer")
SCHOOL = ("admin", "anchor", "status", "officer")

Where = Callable[[str], tuple[str, ...] | None]
"""The options by which `key bind` finds the key of a role; None: it is a local one."""


@contextmanager
def bound_installation(home: Path, where: Where) -> Iterator[Installation]:
    """An installation with the sample institution, whose keys were bound before; its chain runs as long."""
    vanbang = Installation(home, inside=True)
    for role in (*HOUSE, *SCHOOL):
        of = ("--code", SAMPLE.code) if role in SCHOOL else ()
        if (there := where(role)) is not None:
            vanbang.good("key", "bind", "--role", role, *of, *there)
    vanbang.good("init", "--base-url", f"http://127.0.0.1:{free_port()}")
    with embedded_chain(home, vanbang.settings["chain_port"]):
        vanbang.good(
            *("issuer", "add", "--iss", SAMPLE.iss, "--code", SAMPLE.code, "--name", SAMPLE.name),
            *("--officer", SAMPLE.head, "--title", "Hiệu trưởng"),
        )
        yield vanbang


def issue(vanbang: Installation, folder: Path, number: int) -> None:
    """The diploma of this number, issued, exported and found VALID."""
    (row,) = write_list(folder / "list.csv", 1, "elsewhere", after=number)
    vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
    file = folder / f"{number}.vanbang.json"
    vanbang.good("export", row["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file)
    vanbang.good("verify", file, *vanbang.trust())
