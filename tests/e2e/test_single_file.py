"""The verifier that is one HTML file, opened from a disk, with the chain and the mirrors of the fake site."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.page_acts import changed, choose, expect_problem, expect_verdict
from e2e.page_site import STATIC, Site, base64url
from vanbang.adapters.render.single_page import verifier_file

pytestmark = pytest.mark.slow

STRANGER = "eip155:1:0x" + "b2" * 20


def trust_of(site: Site, **changes: Any) -> dict[str, Any]:
    """The site's trust with whole addresses; `changes` to its home registry, `public` to its mirrors."""
    trust = json.loads(site.trust()) | {"public": changes.pop("public", [f"{site.origin}/public/"])}
    return trust | {"home": trust["home"] | changes}


def kept(folder: Path, trust: dict[str, Any]) -> str:
    """The address of the file, built with this trust."""
    file = folder / "verifier.html"
    file.write_bytes(verifier_file(STATIC / "verifier", json.dumps(trust).encode()))
    return file.as_uri()


def outcomes(page: Page) -> list[str]:
    """The outcome of each of the ten steps, by its icon."""
    found = page.locator(".steps li summary > svg").evaluate_all("all => all.map((each) => each.getAttribute('class'))")
    return [name.split("icon-")[1] for name in found]


def open_settings(page: Page) -> None:
    page.locator(".settings summary").click()


def enter(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"#settings-{name}", text)
    page.get_by_role("button", name="Use these settings").click()


def test_from_a_disk_it_gives_the_same_verdicts(page: Page, site: Site, tmp_path: Path) -> None:
    """Opened from a disk the file asks nobody for itself, and judges as the page of a site does."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = kept(tmp_path, trust_of(site))
    page.goto(address)
    expect(page.get_by_text("Is this diploma genuine?")).to_be_visible()
    assert [url for url in asked if not url.startswith("data:")] == [address]
    choose(page, site.credential)
    expect_verdict(page, "HỢP LỆ", "VALID")
    assert outcomes(page) == ["pass"] * 9 + ["not_applicable"]
    choose(page, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")
    assert all(url.startswith((address, "data:", f"{site.origin}/rpc/", f"{site.origin}/public/")) for url in asked)


def test_without_a_network_it_checks_what_it_can(
    page: Page, site: Site, tmp_path: Path, context: BrowserContext
) -> None:
    """With no network the file's form, its proof and its signature are checked, and what is not is said plainly."""
    page.goto(kept(tmp_path, trust_of(site)))
    context.set_offline(True)
    choose(page, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA", "UNDETERMINED")
    found = outcomes(page)
    assert [found[step - 1] for step in (1, 3, 8)] == ["pass"] * 3
    assert [found[step - 1] for step in (2, 4, 5, 6, 7, 9)] == ["cannot_check"] * 6
    expect(page.locator("#verdict")).to_contain_text("The public registry could not be reached")
    expect(page.locator("#verdict")).to_contain_text("Not checked: The facts shown; Entered in the public registry")
    choose(page, changed(site.credential))
    expect_verdict(page, "KHÔNG HỢP LỆ")


def test_a_pasted_proof_url_of_any_host_is_opened(page: Page, site: Site, tmp_path: Path) -> None:
    """A proof URL pasted into the file is fetched from its own host, and its key goes nowhere."""
    path, key = site.share(site.credential)
    page.goto(kept(tmp_path, trust_of(site)))
    page.fill("#link", f"{site.origin}{path}#{key}")
    page.locator("#link").press("Enter")
    expect_verdict(page, "HỢP LỆ")
    assert not any(key in request for request in site.log)
    page.fill("#link", f"{site.origin}/v/{base64url(bytes(16))}#{key}")
    page.locator("#link").press("Enter")
    expect_problem(page, "There is no diploma at this link")


def test_endpoints_are_what_the_reader_enters(page: Page, site: Site, tmp_path: Path) -> None:
    """Endpoints, mirrors and a quorum entered in the settings are asked from then on, and a line says so; a mistake is
    told at its box and changes nothing."""
    good = trust_of(site)
    page.goto(kept(tmp_path, trust_of(site, endpoints=["http://127.0.0.1:9/"], quorum=1, public=[])))
    open_settings(page)
    for field, text in {"registry": "eip155:1:0x12", "endpoints": "ftp://x", "quorum": "4", "mirrors": "usb"}.items():
        before = page.input_value(f"#settings-{field}")
        enter(page, **{field: text})
        expect(page.locator(f"#settings-{field}")).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#settings-{field}")).to_be_focused()
        page.fill(f"#settings-{field}", before)
    expect(page.locator(".entered")).to_be_hidden()
    enter(page, endpoints="\n".join(good["home"]["endpoints"]), quorum="2", mirrors=good["public"][0])
    expect(page.locator(".entered")).to_be_visible()
    choose(page, site.credential)
    expect_verdict(page, "HỢP LỆ")
    enter(page, registry=STRANGER)
    choose(page, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA")
    page.get_by_role("button", name="As it was built").click()
    assert page.input_value("#settings-endpoints") == "http://127.0.0.1:9/"


def test_public_files_may_come_from_a_folder(page: Page, site: Site, tmp_path: Path) -> None:
    """Where no mirror answers, a folder the reader chose gives the public files, each by its hash."""
    folder = tmp_path / "public"
    for question in site.case["evidence"]:
        if question.startswith("file "):
            path = folder / question.removeprefix("file ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(site.public(question.removeprefix("file ")) or b"")
    page.goto(kept(tmp_path, trust_of(site, public=[])))
    choose(page, site.credential)
    expect_verdict(page, "CHƯA THỂ KIỂM TRA")
    open_settings(page)
    page.set_input_files("#settings-folder", folder)
    enter(page)
    expect(page.locator("#settings-said")).to_contain_text("Public files in the folder: 4")
    choose(page, site.credential)
    expect_verdict(page, "HỢP LỆ")


@pytest.mark.parametrize("hosted", [False, True])
def test_no_address_changes_whom_it_believes(page: Page, site: Site, tmp_path: Path, hosted: bool) -> None:
    """Nothing in the address, its query or its fragment names an endpoint, a registry or a mirror; and a trust
    configuration handed over as a file is only a file that is no diploma."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    trust = trust_of(site)
    evil = json.dumps(trust_of(site, registry=STRANGER, endpoints=["http://127.0.0.1:9/evil"], quorum=1))
    page.goto(
        (f"{site.origin}/" if hosted else kept(tmp_path, trust)) + f"?trust={evil}&rpc=http://127.0.0.1:9/evil#{evil}"
    )
    choose(page, evil.encode())
    expect_verdict(page, "KHÔNG HỢP LỆ")
    choose(page, site.credential)
    expect_verdict(page, "HỢP LỆ")
    assert not any(url.startswith("http://127.0.0.1:9") for url in asked)
