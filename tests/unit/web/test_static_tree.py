"""The site as files: what is among them, whom its page asks, and that it begins wherever it was put."""

import json
import re

import pytest

from vanbang.core.trust import Trust, trusted_registry
from vanbang.notary.mirroring import SiteFile
from vanbang.web.guides import GUIDES
from vanbang.web.static_tree import site_files, tree_trust

HOST = "https://vanbang.example"
SHOWN = Trust(
    trusted_registry("eip155:88:0x" + "a1" * 20, ("https://rpc.example",)), (), ("https://files.example/", "/public/")
)


@pytest.fixture(scope="module")
def tree() -> dict[str, SiteFile]:
    return {file.path: file for file in site_files(SHOWN, HOST)}


@pytest.fixture(scope="module")
def deep() -> dict[str, SiteFile]:
    return {file.path: file for file in site_files(SHOWN, HOST, "https://store.example/bucket/site")}


def links(html: bytes) -> set[str]:
    """Where a page's links and files lead, as far as they stay on the site."""
    return set(re.findall(r' (?:href|src)="(/[^"]*)"', html.decode()))


def test_every_link_of_the_tree_leads_to_a_file_in_it(tree: dict[str, SiteFile]) -> None:
    """Page and guides link to nothing but files of the tree; a folder stands for its index."""
    for path, file in tree.items():
        if path.endswith("index.html"):
            for link in links(file.data):
                name = link.strip("/")
                assert name in tree or f"{name}/index.html".lstrip("/") in tree, f"{path} leads to {link}"
    assert {f"{address.strip('/')}/index.html" for address in GUIDES} < tree.keys()


def test_trust_is_the_last_file(tree: dict[str, SiteFile]) -> None:
    """The trust configuration comes after everything else, the page before it."""
    assert list(tree)[-2:] == ["index.html", "trust.json"]


def test_the_page_asks_whom_its_trust_names(tree: dict[str, SiteFile]) -> None:
    """The page carries its policy, which allows the endpoints and mirrors of its trust, and nobody else."""
    html = tree["index.html"].data.decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert "connect-src 'self' https://files.example https://rpc.example;" in policy[1]
    assert "'unsafe" not in policy[1]
    assert json.loads(tree["trust.json"].data)["public"] == ["https://files.example/", "/public/"]


def test_the_page_says_that_shares_are_elsewhere(tree: dict[str, SiteFile]) -> None:
    """Only the page of a tree has the mark by which it tells why a link does not open."""
    assert b'<meta name="vanbang-shares" content="elsewhere">' in tree["index.html"].data
    assert b"vanbang-shares" in tree["vanbang-verifier.mjs"].data
    assert b'content="elsewhere"' not in tree["vanbang-verifier.html"].data


def test_the_kept_file_asks_the_address_of_the_tree(tree: dict[str, SiteFile], deep: dict[str, SiteFile]) -> None:
    """The file that people keep names mirrors with their whole address: the site's, or the one the tree was given."""
    for files, own in ((tree, f"{HOST}/public/"), (deep, "https://store.example/bucket/site/public/")):
        kept = files["vanbang-verifier.html"].data
        assert f'"public":["https://files.example/","{own}"]'.encode() in kept
        sha256, name = files["vanbang-verifier.html.sha256"].data.decode().split()
        assert (len(sha256), name) == (64, "vanbang-verifier.html")


def test_a_tree_may_begin_anywhere(deep: dict[str, SiteFile]) -> None:
    """With an address that has a path, every link begins with that path, and the page asks that address."""
    pages = [file for path, file in deep.items() if path.endswith("index.html")]
    assert len(pages) == len(GUIDES) + 1
    assert all(link.startswith("/bucket/site/") for page in pages for link in links(page.data))
    assert "https://store.example" in deep["index.html"].data.decode()
    assert tree_trust(SHOWN, "https://store.example/bucket/site").public == (
        "https://files.example/",
        "https://store.example/bucket/site/public/",
    )
