"""The pages in plain words: the same in both languages, and every link leads somewhere."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from vanbang.web.app import STATIC
from vanbang.web.guides import GUIDES, add_guides

PAIRS = [("vi/recruiter", "en/recruiter"), ("vi/graduate", "en/graduate"), ("vi/valid", "en/valid")]


def words(name: str) -> str:
    return (STATIC / "guide" / f"{name}.html").read_text()


@pytest.mark.parametrize("address", GUIDES)
def test_each_page_is_served_in_its_language(address: str) -> None:
    """A guide is an HTML page that names its language and the same page in the other one."""
    app = FastAPI()
    add_guides(app, STATIC)
    page = TestClient(app).get(address)
    language = GUIDES[address][:2]
    assert page.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in page.text
    assert f'href="{address}" lang="{language}" hreflang="{language}" aria-current="page"' in page.text


@pytest.mark.parametrize(("vietnamese", "english"), PAIRS)
def test_both_languages_say_the_same(vietnamese: str, english: str) -> None:
    """The two languages of a page have the same elements in the same order."""
    tags = [re.findall(r"<(/?[a-z0-9]+)", words(name)) for name in (vietnamese, english)]
    assert tags[0] == tags[1]


def test_links_lead_somewhere() -> None:
    """Every address that a guide names is a guide, the checking page or a static file that is there."""
    for name in GUIDES.values():
        for address in re.findall(r'(?:href|src)="([^"]+)"', words(name)):
            known = address == "/" or address in GUIDES
            assert known or (address.startswith("/static/") and (STATIC / Path(address[8:])).is_file()), address


def test_nothing_inline() -> None:
    """A guide has no script, and no style of its own: the site's policy would refuse them."""
    for name in GUIDES.values():
        assert not re.search(r"<script|<style|style=|\son[a-z]+=", words(name)), name
