"""The proof page of a running `demo`, from a proof URL to its verdict, in Chromium as a slow telephone: how long it
takes, how much is transferred, and how often it asks. The chain is the embedded one, on the same machine."""

import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias

import requests

from vanbang.adapters.render.single_page import FILE_NAME
from vanbang.bootstrap import free_port
from vanbang.cli.bench.measuring import Line, line
from vanbang.core.errors import VanbangError

RUNS: Final = 7
CPU: Final = 4
"""A cheap telephone is as many times slower than the machine this runs on."""
Network: TypeAlias = Mapping[str, int | bool]
FOUR_G: Final[Network] = {
    "offline": False, "latency": 60, "downloadThroughput": 1_125_000, "uploadThroughput": 187_500
}  # fmt: skip
"""60 ms there and back, 9 Mbit/s down, 1.5 Mbit/s up: a telephone in a town."""
SLOW: Final[Network] = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up: what browsers' tools take for the worst of the usual."""
FIRST_VERDICT: Final = 1.0
"""Seconds from opening the link to the verdict, with nothing in the browser's cache."""
PAGE_BYTES: Final = 60_000
PAGE_REQUESTS: Final = 1
START_SECONDS: Final = 60
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WATCH: Final = """new MutationObserver(() => {
    const state = document.body?.dataset.state ?? "";
    if (state.startsWith("done") && window.verdictAt === undefined) window.verdictAt = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });"""


class NoBrowser(VanbangError):
    """The bench needs Chromium and playwright, which only developers have."""

    code: ClassVar[str] = "no_browser"


@dataclass(frozen=True)
class Demo:
    """A running demo: the proof URL that it made, and the credential file behind it."""

    url: str
    file: Path

    @property
    def base(self) -> str:
        """The site's address."""
        return self.url.partition("/v/")[0]


@dataclass(frozen=True)
class Opening:
    """A link opened once: seconds to the verdict, the verdict, and each request, with its seconds from the start."""

    seconds: float
    verdict: str
    asked: list[tuple[float, str]] = field(default_factory=list)

    @property
    def for_itself(self) -> int:
        """Requests for the page, and not for what it judges with."""
        return sum(1 for _, url in self.asked if not re.search(r"/v1/|/public/|^POST|^OPTIONS|data:", url))


def page() -> Iterator[Line]:
    """The share that the demo makes, opened several times."""
    with demo_running() as demo, _chromium() as browser:
        for name, network in {"4G": FOUR_G, "slow 4G": SLOW}.items():
            found = [open_link(browser, demo.url, network) for _ in range(RUNS)]
            odd = [each.verdict for each in found if "INVALID" in each.verdict or "VALID" not in each.verdict]
            if odd:
                raise AssertionError(f"the page says {odd[0]}")
            seconds = statistics.median(each.seconds for each in found)
            yield line(f"page, link to verdict on a telephone, {name}, seconds", RUNS, seconds, seconds, FIRST_VERDICT)
        yield line("page, requests for itself", RUNS, seconds, max(each.for_itself for each in found), PAGE_REQUESTS)
        for path in ("/", f"/{FILE_NAME}"):
            started = time.perf_counter()
            size = len(gzip.compress(requests.get(demo.base + path, timeout=20).content, 9))
            yield line(f"page, bytes of {path} compressed", 1, time.perf_counter() - started, size, PAGE_BYTES)


def open_link(browser: Any, url: str, network: Network = SLOW) -> Opening:
    """Opens a proof URL in a browser (playwright's) that has nothing of it yet, slowed down."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True)
    tab = context.new_page()
    tab.add_init_script(WATCH)
    wire = context.new_cdp_session(tab)
    asked: list[tuple[float, str]] = []
    wire.on(
        "Network.requestWillBeSent",
        lambda told: asked.append((told["timestamp"], f"{told['request']['method']} {told['request']['url']}")),
    )
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", dict(network))
    wire.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    tab.goto(url)
    tab.wait_for_selector("body[data-state^=done] #verdict h1", timeout=30_000)
    seconds = tab.evaluate("window.verdictAt") / 1_000
    verdict = tab.inner_text("#verdict h1")
    context.close()
    return Opening(seconds, verdict, [(at - asked[0][0], url) for at, url in asked])


@contextmanager
def _chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser("playwright is not installed: the extra `dev` brings it") from error
    chosen = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chosen is None:
        raise NoBrowser(f"none of {', '.join(BROWSERS)} is on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def demo_running() -> Iterator[Demo]:
    """`vanbang demo` in a process of its own, on a new installation."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        command = [sys.executable, "-c", "from vanbang.cli.main import main; main()", "demo"]
        command += ["--home", str(Path(folder, "home")), "--port", str(free_port(8000))]
        with log.open("wb") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=sink, env=os.environ | {"NO_COLOR": "1"})
        try:
            yield Demo(_url_told(process, log), Path(folder, "home", "sample.vanbang.json"))
        finally:
            process.terminate()
            process.wait()


def _url_told(process: "subprocess.Popen[bytes]", log: Path) -> str:
    give_up = time.monotonic() + START_SECONDS
    while "Ctrl-C" not in (told := log.read_text("utf-8")):
        if process.poll() is not None or time.monotonic() > give_up:
            raise AssertionError(f"the demo did not start:\n{told}")
        time.sleep(0.1)
    found: str = re.findall(r"proof URL:\s+(\S+)", told)[0]
    return found
