"""The verifier as one HTML file: whole, small, the same each time, and closed to all that is not in it."""

import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import vanbang
from vanbang.adapters.render.modules import NotBundled, read_modules
from vanbang.adapters.render.single_page import checksum_line, portable, served_page, verifier_file
from vanbang.core.trust import Trust, read_trust, trusted_registry

SOURCES = Path(vanbang.__file__).parent / "web/static/verifier"
TRUST = Trust(trusted_registry("eip155:88:0x" + "a1" * 20, ("https://rpc.example",)), (), ("/public/",))
LIMIT = 60_000
"""Bytes, compressed: HTML, styles, scripts and pictures of the page together."""


class Addresses(HTMLParser):
    """Every address in the page that a browser would load by itself, and every policy."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a":
            self.loaded += [value for name in ("src", "href", "data", "srcset") if (value := given.get(name))]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(given["content"] or "")


def read(html: bytes) -> Addresses:
    parser = Addresses()
    parser.feed(html.decode())
    return parser


def test_all_is_inside_and_small() -> None:
    """Neither the page of a site nor the file loads anything, and each is below 60 KB compressed."""
    for html in (served_page(SOURCES, TRUST.to_bytes()).html, verifier_file(SOURCES, TRUST.to_bytes())):
        assert all(address.startswith("data:") for address in read(html).loaded)
        assert not re.search(rb'url\("(?!data:)', html)
        assert len(gzip.compress(html, 9)) < LIMIT


def test_the_same_each_time() -> None:
    """The file is the same bytes for the same trust, another for another, and its checksum is what sha256sum reads."""
    files = [verifier_file(SOURCES, TRUST.to_bytes()) for _ in range(2)]
    assert files[0] == files[1]
    assert verifier_file(SOURCES, portable(TRUST, "https://a.example").to_bytes()) != files[0]
    assert checksum_line(files[0], "v.html") == f"{hashlib.sha256(files[0]).hexdigest()}  v.html\n".encode()


def test_the_file_carries_its_policy() -> None:
    """The policy stands before any script, names all of them and the styles, and allows any endpoint."""
    html = verifier_file(SOURCES, TRUST.to_bytes())
    (policy,) = read(html).policies
    assert html.index(b"Content-Security-Policy") < html.index(b"<script")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("'sha256-") == html.count(b"<script>") + html.count(b"<style>") > 3
    assert "connect-src https: http:" in policy
    assert "unsafe" not in policy


def test_only_the_file_has_settings() -> None:
    """The page that a site serves has no code that takes endpoints from its reader."""
    assert b"settings-endpoints" not in served_page(SOURCES, TRUST.to_bytes()).html
    assert b"settings-said" in verifier_file(SOURCES, TRUST.to_bytes())


def test_the_trust_inside_is_text() -> None:
    """A trust configuration cannot end the element that it stands in, and is read back as it was."""
    registry = trusted_registry(TRUST.home.name, ("https://a.example/</script><script>alert(1)</script>",))
    html = served_page(SOURCES, Trust(registry).to_bytes()).html.decode()
    found = re.findall(r'<script type="application/json" id="trust">(.*?)</script>', html, re.DOTALL)
    assert [read_trust(text.encode()) for text in found] == [Trust(registry)]
    assert "alert(1)</script>" not in html


def test_mirrors_of_a_site_are_named_in_full() -> None:
    """A mirror that is relative to its site is an address of that site elsewhere."""
    assert portable(TRUST, "https://a.example").public == ("https://a.example/public/",)
    assert json.loads(portable(TRUST, "https://a.example/x").to_bytes())["public"] == ["https://a.example/public/"]


def test_links_lead_to_the_site_or_nowhere() -> None:
    """In the file a link to a page of the site is either an address of that site or no link."""
    alone = verifier_file(SOURCES, TRUST.to_bytes()).decode()
    assert not re.search(r' href="/', alone)
    assert ">SHA-256<" not in alone
    assert ' href="https://a.example/' in verifier_file(SOURCES, TRUST.to_bytes(), "https://a.example").decode()


def test_the_page_asks_for_all_its_modules_at_once() -> None:
    """Where the sources are served as they are, the list of preloaded modules is all that the page leads to."""
    listed = re.findall(
        r'<link rel="modulepreload" href="/static/verifier/([\w.-]+)">', (SOURCES / "index.html").read_text()
    )
    assert sorted(listed) == sorted(name for name in read_modules(SOURCES, "page.js") if name != "page.js")


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<body></body>", "0 times"),
        ('<script type="module" src="/static/verifier/nowhere.js"></script><body></body>', "no nowhere.js"),
    ],
)
def test_a_page_that_cannot_be_put_together_is_refused(tmp_path: Path, page: str, told: str) -> None:
    """A page without its script, or with one that is not there, is refused by name."""
    (tmp_path / "index.html").write_text(page)
    with pytest.raises(NotBundled, match=told):
        served_page(tmp_path, b"{}")
