"""docs/client.md: every example runs in order, and prints what is shown."""

import contextlib
import io
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import check_lists, on_a_port
from api_site import FREELY, Site, site

from endpoint_servers import honest, mirror, serving
from small_house import INSTITUTION
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.core.trust import Trust, trusted_registry
from world import HOME, Chain, World

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "client.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", flags=re.M | re.S)
BASE = "https://vanbang.example"


@pytest.fixture
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, str]]:
    """The folder, the keys and the servers that the page speaks of."""
    world = World(chain=Chain(time=int(time.time()) - 30))
    evidence = world.evidence()
    with contextlib.ExitStack() as stack:
        api = stack.enter_context(site(tmp_path, FREELY))
        base = stack.enter_context(on_a_port(api.client.app))
        rpc, files = (
            stack.enter_context(serving(honest(evidence, HOME))),
            stack.enter_context(serving(mirror(evidence))),
        )
        trust = Trust(trusted_registry(HOME, (rpc.url,)), (), (files.url,))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("VANBANG_API_KEY", api.keys["registrar"])
        monkeypatch.setenv("VANBANG_OFFICER_KEY", api.keys["officer"])
        Path("trust.json").write_bytes(trust.to_bytes())
        Path("diploma.vanbang.json").write_bytes(world.credential())
        with Path("tot-nghiep-2026.csv").open("w", encoding="utf-8", newline="") as stream:
            write_csv(sample_rows(3, "client", (INSTITUTION.code,)), stream)
        yield api, base


def working(api: Site, until: threading.Event) -> None:
    """The engine: checks lists and brings batches to the registry."""
    while not until.wait(0.2):
        check_lists(api)
        for batch in api.store.batches_page(iss=None, states=("ACCEPTED",), upload=None, after=None, limit=9):
            api.finish(batch)


def test_every_example_prints_what_is_shown(around: tuple[Site, str]) -> None:
    """Run one after the other, with a server, a chain and a list at hand, the examples do what the page says."""
    api, base = around
    found = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(found) == PAGE.read_text(encoding="utf-8").count("```python")
    until, names = threading.Event(), dict[str, object]()
    engine = threading.Thread(target=working, args=(api, until))
    engine.start()
    try:
        for code, shown in found:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code.replace(BASE, base), str(PAGE), "exec"), names)  # noqa: S102 -- our own page
            pattern = ".*?".join(map(re.escape, shown.split("...")))
            assert re.fullmatch(pattern, out.getvalue(), flags=re.S), f"{code}\nprinted\n{out.getvalue()}"
    finally:
        until.set()
        engine.join()
