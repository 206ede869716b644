"""The verifier as one HTML file: styles, scripts and pictures inside, and a policy that names each script by its hash.

The same bytes for the same sources and the same trust. As a file it opens from a disk or a USB stick; it is also what
the site serves, for a telephone that has to ask once is answered sooner than one that asks forty times.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin

from vanbang.adapters.render.modules import NotBundled, bundled, one_module
from vanbang.core.trust import Trust

FILE_NAME: Final = "vanbang-verifier.html"
MODULE_NAME: Final = "vanbang-verifier.mjs"
TYPES_NAME: Final = "vanbang-verifier.d.mts"
PLACE: Final = "/static/verifier/"
FILE_MODULES: Final = ("settings.js",)
FILE_STYLES: Final = ("settings.css",)
"""What only the file has: the page of a site takes its endpoints from that site alone."""
_TEMPLATE: Final = re.compile(r'<template id="modules">.*?</template>\n?', re.DOTALL)
_STYLE: Final = re.compile(rf'<link rel="stylesheet" href="{PLACE}([\w.-]+)">')
_SCRIPT: Final = re.compile(rf'<script type="module" src="{PLACE}([\w.-]+)"></script>')
_PICTURE: Final = re.compile(rf'(?<=(?:href|.src)="){PLACE}([\w.-]+\.svg)(?=")')
_CSS_PICTURE: Final = re.compile(r'url\("([\w.-]+\.svg)"\)')
_INNER_LINK: Final = re.compile(r' href="(/[^"]*)"')
_WORDS_OF_LINK: Final = re.compile(r'(?: ·)? <a href="/[^"]*">[^<]*</a>')
_ROOTED: Final = re.compile(rb'( (?:href|src)=")(/)(?!/)')
SHARES_ELSEWHERE: Final = '<meta name="vanbang-shares" content="elsewhere">'
"""Says to the page that nobody answers for shares where it lies (`share.js`)."""
_CHARSET: Final = '<meta charset="utf-8">'


@dataclass(frozen=True, slots=True)
class SinglePage:
    """A page that fetches nothing for itself, and the CSP sources (`'sha256-...'`) of its scripts and styles."""

    html: bytes
    scripts: Sequence[str]
    styles: Sequence[str]

    def policy(self, connect: Sequence[str]) -> str:
        """Its Content-Security-Policy, with the origins it may ask."""
        return "; ".join(
            (
                "default-src 'none'",
                " ".join(["script-src", *self.scripts]),
                " ".join(["style-src", *self.styles]),
                "img-src data:",
                " ".join(["connect-src", *connect]),
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
            )
        )


def served_page(folder: Path, trust: bytes) -> SinglePage:
    """The page in `folder` as its site serves it, under a policy in a header. `trust` is the trust configuration, whose
    mirrors may be relative to the site. Raises NotBundled."""
    return _composed(folder, trust, (), (), lambda html: html)


def static_page(folder: Path, trust: bytes, connect: Sequence[str], root: str = "") -> bytes:
    """The page for a web server that knows nothing of us: its policy inside, and shares said to be elsewhere.

    `connect` are the origins it may ask, `root` the path of its site, without a slash at the end. Raises NotBundled.
    """
    page = _composed(folder, trust, (), (), lambda html: html)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{page.policy(connect)}">'
    html = page.html.replace(_CHARSET.encode(), f"{_CHARSET}\n{policy}\n{SHARES_ELSEWHERE}".encode(), 1)
    return below(root, html)


def below(root: str, html: bytes) -> bytes:
    """A page whose links and files begin at `/`, for a site that begins at `root`."""
    return _ROOTED.sub(lambda match: match[1] + root.encode() + match[2], html) if root else html


def verifier_file(folder: Path, trust: bytes, site: str | None = None) -> bytes:
    """The file that people keep: it may ask any endpoint, for its reader enters them, and carries its policy itself.

    `site` is the address whose pages its links lead to, without a slash at the end; without one they lead nowhere.
    Raises NotBundled.
    """
    page = _composed(folder, trust, FILE_MODULES, FILE_STYLES, lambda html: _outside(html, site))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{page.policy(["https:", "http:"])}">'
    return page.html.replace(_CHARSET.encode(), f"{_CHARSET}\n{policy}".encode(), 1)


def module_file(folder: Path) -> bytes:
    """The verifier as one ES module for other programs, its types beside it. Raises NotBundled."""
    return one_module(folder, "vanbang.js").encode()


def module_types(folder: Path) -> bytes:
    """The TypeScript declarations of `module_file`. Raises NotBundled."""
    return _read(folder / "vanbang.d.ts").encode()


def portable(trust: Trust, site: str) -> Trust:
    """The trust of a page of `site` as it holds elsewhere: mirrors with their whole address."""
    return replace(trust, public=tuple(urljoin(f"{site}/", mirror) for mirror in trust.public))


def checksum_line(data: bytes, name: str) -> bytes:
    """What `sha256sum --check` reads, beside the file `name`."""
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()


def _composed(
    folder: Path, trust: bytes, modules: Sequence[str], styles: Sequence[str], change: Callable[[str], str]
) -> SinglePage:
    source = change((folder / "index.html").read_text("utf-8"))
    early, *rest = bundled(folder, _only(_SCRIPT, source), modules)
    css = "".join(_read(folder / name) for name in (_only(_STYLE, source), *styles))
    css = _CSS_PICTURE.sub(lambda match: f'url("{_data_url(folder / match[1])}")', css)
    html = _PICTURE.sub(lambda match: _data_url(folder / match[1]), _TEMPLATE.sub("", source))
    html = _STYLE.sub(lambda _: f"<style>{css}</style>", html)
    told = trust.decode().replace("<", "\\u003c")
    # The head's script asks the chain before anything is painted; the others, which are large, come last.
    head = f'<script type="application/json" id="trust">{told}</script>\n<script>{early}</script>'
    tail = "".join(f"<script>{piece}</script>\n" for piece in rest)
    html = _SCRIPT.sub(lambda _: head, html).replace("</body>", f"{tail}</body>", 1)
    if PLACE in html:
        raise NotBundled("index.html", f"something of {PLACE} stays outside")
    return SinglePage(html.encode(), [_source(script) for script in (early, *rest)], (_source(css),))


def _outside(html: str, site: str | None) -> str:
    """Links to pages of the site, which a file on a disk does not have beside it."""
    if site is None:
        html = _WORDS_OF_LINK.sub("", html)
        return _INNER_LINK.sub(lambda match: match[0] if match[1].startswith(PLACE) else "", html)
    return _INNER_LINK.sub(lambda match: match[0] if match[1].startswith(PLACE) else f' href="{site}{match[1]}"', html)


def _only(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.findall(html)
    if len(found) != 1:
        raise NotBundled("index.html", f"{len(found)} times {pattern.pattern}")
    name: str = found[0]
    return name


def _read(path: Path) -> str:
    if not path.is_file():
        raise NotBundled("index.html", f"there is no {path.name}")
    return path.read_text("utf-8")


def _data_url(path: Path) -> str:
    return "data:image/svg+xml," + quote(_read(path).strip(), safe="~()*!.'/:;,=@&$?+ -_")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
