"""The site as files: what a static tree holds beside the public ones."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from vanbang.adapters.render.single_page import (
    FILE_NAME,
    MODULE_NAME,
    TYPES_NAME,
    below,
    checksum_line,
    module_file,
    module_types,
    portable,
    static_page,
    verifier_file,
)
from vanbang.core.trust import Trust
from vanbang.notary.mirroring import SiteFile
from vanbang.web.app import STATIC, connected
from vanbang.web.bodies import JSON
from vanbang.web.guides import GUIDES
from vanbang.web.page import HTML

SCRIPT: Final = "text/javascript; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
SHOWN: Final[Mapping[str, str]] = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
"""What the guides load; the page has everything inside."""
OWN_PUBLIC: Final = "/public/"


def tree_trust(shown: Trust, site: str | None) -> Trust:
    """The trust of a static tree at `site`, the address without a slash at its end; None: it will be a site of its own,
    whatever its address."""
    own = f"{site}{OWN_PUBLIC}" if site else OWN_PUBLIC
    return replace(shown, public=tuple(own if mirror == OWN_PUBLIC else mirror for mirror in shown.public))


def site_files(shown: Trust, base_url: str, site: str | None = None) -> Iterator[SiteFile]:
    """Page, guides and verifier, the trust configuration last. Raises NotBundled.

    `shown` is the trust that the page is given, `base_url` the site's address where `site` does not name another.
    """
    address = site or base_url.rstrip("/")
    root = urlsplit(site or "").path
    trust = tree_trust(shown, site)
    folder = STATIC / "verifier"
    yield from _guides(root)
    kept = verifier_file(folder, portable(trust, address).to_bytes(), address)
    yield SiteFile(FILE_NAME, kept, HTML)
    yield SiteFile(f"{FILE_NAME}.sha256", checksum_line(kept, FILE_NAME), TEXT)
    yield SiteFile(MODULE_NAME, module_file(folder), SCRIPT)
    yield SiteFile(TYPES_NAME, module_types(folder), SCRIPT)
    yield SiteFile("index.html", static_page(folder, trust.to_bytes(), connected(trust), root), HTML)
    yield SiteFile("trust.json", trust.to_bytes(), JSON)


def _guides(root: str) -> Iterator[SiteFile]:
    """What the guides load, then the guides, each the index of a folder: so its address is the one of the site."""
    for file in (*(STATIC / "verifier").iterdir(), *(STATIC / "guide").iterdir()):
        if file.suffix in SHOWN:
            yield SiteFile(f"static/{file.parent.name}/{file.name}", file.read_bytes(), SHOWN[file.suffix])
    for address, name in GUIDES.items():
        html = (STATIC / "guide" / f"{name}.html").read_bytes()
        yield SiteFile(f"{address.strip('/')}/index.html", below(root, html), HTML)
