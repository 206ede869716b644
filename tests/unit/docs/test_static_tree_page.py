"""The configurations in docs/static-tree.md send the headers that the service sends itself."""

import json
import re
from pathlib import Path

from vanbang.ports.objects import ASKED_AGAIN, PUBLIC_MEDIA
from vanbang.web.app import ANYWHERE, SITE_HEADERS
from vanbang.web.v1.public import PUBLIC_HEADERS

PAGE = (Path(__file__).parents[3] / "docs/static-tree.md").read_text(encoding="utf-8")
POLICY = "Content-Security-Policy"
SITE = {**SITE_HEADERS, **ANYWHERE, "Cache-Control": ASKED_AGAIN}
PUBLIC = {**SITE_HEADERS, **{name: value for name, value in PUBLIC_HEADERS.items() if name != "Vary"}}
"""Vary comes from the servers themselves, where they compress."""


def block(language: str) -> str:
    """The fenced block in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def without_policy(headers: dict[str, str]) -> dict[str, str]:
    """The headers but for the policy, which keeps pages out of frames; the page itself carries the rest of it."""
    assert "frame-ancestors 'none'" in headers[POLICY]
    return {name: value for name, value in headers.items() if name != POLICY}


def test_a_bucket_gives_to_everybody_and_takes_from_nobody() -> None:
    """Policy and CORS rules are JSON, let everybody read, and let nobody write."""
    policy, cors = map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    assert [(rule["Principal"], rule["Action"]) for rule in policy["Statement"]] == [("*", "s3:GetObject")]
    assert [(rule["AllowedOrigins"], rule["AllowedMethods"]) for rule in cors["CORSRules"]] == [
        (["*"], ["GET", "HEAD"])
    ]


def test_nginx_sends_what_the_service_sends() -> None:
    """The site's files and the public ones have the service's headers in nginx's configuration."""
    site, _, public = block("nginx").partition("location /public/ {")
    pattern = r'add_header (\S+) "([^"]*)"(?: always)?;'
    assert without_policy(dict(re.findall(pattern, site))) == SITE
    assert without_policy(dict(re.findall(pattern, public))) == PUBLIC


def test_caddy_sends_what_the_service_sends() -> None:
    """The site's files and the public ones have the service's headers in Caddy's configuration."""
    caddy = block("caddy")
    both = dict(re.findall(r'^\t\t(\S+) "([^"]*)"$', caddy, re.MULTILINE))
    site = dict(re.findall(r'^\theader @site (\S+) "([^"]*)"$', caddy, re.MULTILINE))
    public = dict(re.findall(r'^\theader (?:@public|/public/\*) (\S+) "([^"]*)"$', caddy, re.MULTILINE))
    assert without_policy(both | site) == SITE
    assert without_policy(both | public) == PUBLIC


def test_what_is_not_found_is_not_kept_for_ever() -> None:
    """No server is told to mark an answer without a file as good for a year."""
    assert 'immutable" always' not in PAGE
    kept = re.findall(r"\theader (\S+) Cache-Control \"public", block("caddy"))
    assert kept == ["@public"]
    assert re.search(r"@public \{\n\t\tpath /public/\*\n\t\tfile\n\t\}", block("caddy"))


def test_media_types_are_the_same() -> None:
    """Tiles are octets and everything else public is JSON, in both configurations and in the service."""
    assert {folder for folder, media in PUBLIC_MEDIA.items() if media != "application/json"} == {"tiles"}
    assert "location /public/tiles/ {\n            default_type application/octet-stream;" in block("nginx")
    assert 'header @tiles Content-Type "application/octet-stream"' in block("caddy")
    assert 'header @documents Content-Type "application/json"' in block("caddy")
