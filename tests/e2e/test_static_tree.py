"""Verification by a static tree alone: a plain web server, or a bucket, and a chain; our service is not running."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from command_line import SAMPLE, Installation, installed, write_list
from playwright.sync_api import BrowserContext, Page, expect

from bucket_server import new_bucket, storage
from vanbang.bootstrap import embedded_chain

pytestmark = pytest.mark.slow

VALID, INVALID, UNDETERMINED = "HỢP LỆ", "KHÔNG HỢP LỆ", "CHƯA THỂ KIỂM TRA"


@dataclass(frozen=True)
class Published:
    """An installation that published a batch and is switched off; its chain goes on."""

    vanbang: Installation
    tree: Path
    file: Path
    pdf: Path
    link: str

    def verdict(self, public: str) -> str:
        """What the command says of the diploma with public files from nowhere else."""
        done = self.vanbang("verify", self.file, *self.vanbang.trust(public=public), "--json")
        verdict: str = json.loads(done.out)["verdict"]
        return verdict


class PlainHandler(SimpleHTTPRequestHandler):
    """A web server that knows nothing of us, but to answer `/v/...` by the page."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/index.html" if path.startswith("/v/") else path)

    def log_message(self, *_: object) -> None:
        """Not a word."""


@contextmanager
def plain_server(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(PlainHandler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("static")
    vanbang = installed(folder / "home", inside=True)
    rows = write_list(folder / "list.csv", 300, "static")
    vanbang.good("issue", folder / "list.csv", "--issuer", SAMPLE.code)
    file, pdf, tree = folder / "d.vanbang.json", folder / "d.pdf", folder / "tree"
    words = ("export", rows[7]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", file, "--pdf", pdf, "--json")
    link = vanbang.good(*words).json()["proof_url"]
    told = vanbang.good("publish", "--to", tree, "--json").json()
    assert (told["batches"], told["damaged"]) == (1, [])
    with embedded_chain(vanbang.home, vanbang.settings["chain_port"]):
        yield Published(vanbang, tree, file, pdf, link)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def expect_verdict(page: Page, word: str) -> None:
    expect(page.locator("#verdict h1")).to_contain_text(word, timeout=20_000)


def test_command_and_page_need_nothing_else(published: Published, page: Page, tmp_path: Path) -> None:
    """By a plain web server over the tree, the command and the page judge a file and a PDF, and ask only it and the
    chain."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    with plain_server(published.tree) as base:
        assert published.verdict(f"{base}/public/") == "VALID"
        page.goto(f"{base}/")
        for file in (published.file, published.pdf):
            page.set_input_files("#file", file)
            expect_verdict(page, VALID)
            expect(page.locator("#verdict h1")).not_to_contain_text("KHÔNG")
            expect(page.locator(".diploma")).to_be_visible()
        page.screenshot(path=str(tmp_path / "static.png"), full_page=True)
        page.goto(f"{base}/guide/recruiter")
        expect(page.locator("h1")).to_be_visible()
    assert all(url.startswith((f"{base}/", published.vanbang.rpc, "data:")) for url in asked)
    assert [text for text in complaints if "favicon" not in text] == []


def test_a_link_is_told_to_need_the_service(published: Published, page: Page, tmp_path: Path) -> None:
    """A proof URL opened where only the tree is served says why, asks nobody for the share, and offers the drop."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with plain_server(published.tree) as base:
        page.goto(base + "/v/" + published.link.partition("/v/")[2])
        expect(page.locator("#verdict")).to_contain_text("a link opens only while the service runs")
        page.screenshot(path=str(tmp_path / "link.png"), full_page=True)
        page.set_input_files("#file", published.file)
        expect_verdict(page, VALID)
    assert not any("/v1/" in url for url in asked)


def test_a_bucket_serves_the_tree_as_well(published: Published, page: Page) -> None:
    """From the public address of a bucket, where the tree lies below other things, command and page judge the same;
    published again it changes nothing."""
    with storage() as endpoint:
        bucket = new_bucket(endpoint)
        site = f"{endpoint}/{bucket}/deep/site"
        words = ("publish", "--to", f"s3://{bucket}/deep/site", "--site", site, "--json")
        assert published.vanbang.good(*words).json()["batches"] == 1
        again = published.vanbang.good(*words).json()
        assert (again["files"], again["site_files"]) == (0, 0)
        assert published.verdict(f"{site}/public/") == "VALID"
        page.goto(f"{site}/index.html")
        page.set_input_files("#file", published.file)
        expect_verdict(page, VALID)


def test_a_tree_that_was_altered_is_put_right(published: Published) -> None:
    """`publish --check` names the file that somebody changed in the tree, puts it right, and finds nothing next time;
    who only wants to see what is lacking is told that a check is more than that."""
    tile = next(path for path in (published.tree / "public" / "tiles").rglob("*") if path.is_file())
    right = tile.read_bytes()
    tile.write_bytes(bytes(32) + right[32:])
    words = ("publish", "--to", published.tree, "--check")
    told = published.vanbang.good(*words).out
    assert "put right: 1" in told
    assert tile.relative_to(published.tree / "public").as_posix() in told
    assert tile.read_bytes() == right
    assert published.vanbang.good(*words, "--json").json()["mended"] == []
    refused = published.vanbang(*words, "--dry-run")
    assert (refused.status, "--dry-run only lists names" in refused.err) == (1, True)


def test_an_installation_may_have_no_folder_of_public_files(tmp_path: Path) -> None:
    """With public files in a bucket a list is issued, exported, verified and audited, and the site is added beside them
    without copying one."""
    with storage() as endpoint:
        bucket = new_bucket(endpoint)
        vanbang = installed(tmp_path / "home", inside=True)
        place = {"objects": f"s3://{bucket}/public", "public_url": f"{endpoint}/{bucket}/public"}
        (vanbang.home / "vanbang.json").write_text(json.dumps(vanbang.settings | place))
        rows = write_list(tmp_path / "list.csv", 20, "bucket")
        vanbang.good("issue", tmp_path / "list.csv", "--issuer", SAMPLE.code)
        vanbang.good("export", rows[3]["so_hieu_vbcc"], "--issuer", SAMPLE.code, "--out", tmp_path / "d.json")
        told = vanbang.good("publish", "--to", f"s3://{bucket}", "--json").json()
        assert (told["batches"], told["files"], told["site_files"] > 10) == (0, 0, True)
        with embedded_chain(vanbang.home, vanbang.settings["chain_port"]):
            trusted = vanbang.trust(public=place["public_url"])
            assert vanbang("verify", tmp_path / "d.json", *trusted, "--json").json()["verdict"] == "VALID"
            assert vanbang.good("audit", *trusted, "--json").json()["verdict"] == "holds"
        assert not (vanbang.home / "public" / "tiles").exists()


@pytest.mark.parametrize(
    ("folder", "change"),
    [
        ("status", lambda data: data[:-1] + b"A"),
        ("status", lambda _: b""),
        ("endorsements", lambda data: data.replace(b'"version":1', b'"version":2')),
        ("types", lambda data: data + b" "),
    ],
)
def test_altered_files_are_never_valid(
    published: Published, page: Page, tmp_path: Path, folder: str, change: Callable[[bytes], bytes]
) -> None:
    """Files of the tree that were altered are as good as absent, for the command and for the page."""
    tree = tmp_path / "tree"
    shutil.copytree(published.tree, tree)
    for path in (tree / "public" / folder).iterdir():
        path.write_bytes(change(path.read_bytes()))
    with plain_server(tree) as base:
        assert published.verdict(f"{base}/public/") == "UNDETERMINED"
        page.goto(f"{base}/")
        page.set_input_files("#file", published.file)
        expect_verdict(page, UNDETERMINED)


def test_altered_tiles_are_found_by_the_audit(published: Published, tmp_path: Path) -> None:
    """No verdict is made of tiles, as a file brings its own proof; the audit reads the tree's, and names the tile."""
    tree = tmp_path / "tree"
    shutil.copytree(published.tree, tree)
    tile = next(path for path in sorted((tree / "public" / "tiles").rglob("*")) if path.is_file())
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with plain_server(tree) as base:
        assert published.verdict(f"{base}/public/") == "VALID"
        done = published.vanbang("audit", *published.vanbang.trust(public=f"{base}/public/"), "--json")
    assert done.json()["verdict"] == "wrong"
    assert str(tile.relative_to(tree / "public")) in done.out
