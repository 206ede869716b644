"""The page at a private link, with the real service: a share picked, previewed, made, opened, counted, withdrawn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp
from command_line import Installation
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from e2e.demo_service import Demo, running_demo
from tools import npm_file

pytestmark = pytest.mark.slow

SERIALS = ("SHB260000002", "SHB260000003")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXAMINE = """async (rules) => (await axe.run(document, { runOnly: { type: "tag", values: rules } })).violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("holder")) as running:
        yield running


@pytest.fixture(scope="module")
def link(demo: Demo) -> str:
    """A private link to two diplomas."""
    named = [part for serial in SERIALS for part in ("--serial", serial)]
    made = Installation(demo.home, inside=True).good("holder", "create", "--issuer", "SHB", *named, "--json")
    url: str = made.json()["url"]
    return url


@dataclass
class Watched:
    """Everything a page sends, and what it complains of."""

    sent: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("request", self._note)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, request: Request) -> None:
        headers = json.dumps(request.all_headers())
        self.sent.append(f"{request.url} {headers} {request.post_data_buffer!r}")


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).first.click()


def opened(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.locator("body")).to_have_attribute("data-state", "ready", timeout=20_000)


def shared(page: Page, preset: str) -> str:
    """Picks, looks at the preview, makes the share; gives its proof URL."""
    press(page, "Chia sẻ…")
    press(page, preset)
    press(page, "Xem trước")
    expect(page.locator("#view .verdict h1")).to_contain_text("HỢP LỆ", timeout=20_000)
    press(page, "Đúng rồi")
    expect(page.locator("#proof-url")).to_be_visible()
    return page.locator("#proof-url").input_value()


def scanned(page: Page, folder: Path) -> str:
    """What a phone's camera reads on the screen."""
    page.locator(".qr svg").screenshot(path=folder / "qr.png")
    (code,) = zxingcpp.read_barcodes(Image.open(folder / "qr.png"))
    return str(code.text)


def test_a_share_from_its_making_to_its_end(demo: Demo, link: str, context: BrowserContext, tmp_path: Path) -> None:
    """What is previewed is what a recruiter sees; he is counted, and told when it is withdrawn. No key is ever sent."""
    watched, recruiter = Watched(), Watched()
    page = watched.page(context)
    opened(page, link)
    assert "#" not in page.url
    expect(page.locator("h2")).to_have_count(2)
    url = shared(page, "Chỉ trình độ")
    assert scanned(page, tmp_path) == url

    visitor = recruiter.page(context)
    visitor.goto(url)
    expect(visitor.locator("#verdict h1")).to_contain_text("HỢP LỆ", timeout=20_000)
    card = visitor.locator("#evidence .diploma")
    expect(card).to_contain_text("Trình độ 6")
    expect(card.locator(".name")).to_have_count(0)

    press(page, "Xong")
    share = page.locator(".share").first
    expect(share).to_contain_text("Đang mở")
    expect(share).to_contain_text("Không thời hạn")  # a link does not die by itself unless its holder says so
    expect(share.locator("dl")).to_contain_text("Số lần mở")
    share.locator("summary").click()
    expect(share.locator(".openings li")).to_have_count(1)

    press(page, "Thu hồi")
    press(page, "Thu hồi thật?")
    expect(page.locator("#said")).to_contain_text("Đã thu hồi")
    expect(page.locator(".share").first).to_contain_text("Đã thu hồi")
    visitor.goto("about:blank")
    visitor.goto(url)
    expect(visitor.locator("#verdict")).to_contain_text("đã ngừng chia sẻ", timeout=20_000)

    sent = "".join(watched.sent + recruiter.sent)
    kept = b"".join(path.read_bytes() for path in demo.home.rglob("*") if path.is_file())
    log = (demo.home.parent / "log").read_bytes()
    for key in (link.partition("#")[2], url.partition("#")[2]):
        assert key not in sent
        assert key.encode() not in kept + log
    assert watched.complaints == []


def test_a_printed_share_and_a_correction(demo: Demo, link: str, context: BrowserContext) -> None:
    """The PDF carries a share that stands in the list; a correction is asked for, answered, and read."""
    page = Watched().page(context)
    opened(page, link)
    with page.expect_download() as download:
        press(page, "Tải PDF")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    expect(page.locator(".share").first).to_contain_text("Không thời hạn")
    page.locator("summary").filter(has_text="Có chỗ sai?").first.click()
    page.locator("select").select_option("ngay_sinh")
    page.locator("textarea").fill("Ngày sinh đúng là\n03/04/2003")
    press(page, "Gửi đề nghị")
    expect(page.locator("#said")).to_contain_text("Đã gửi")
    ours = Installation(demo.home, inside=True)
    (asked,) = ours.good("correction", "list", "--json").json()
    assert asked["type"] == "vn-diploma"
    assert asked["serial"] in page.locator(".held").first.inner_text()
    assert asked["question"] == "Ngày sinh đúng là 03/04/2003"
    ours.good("correction", "answer", asked["id"], "--decline", "--words", "Đúng như giấy khai sinh.")
    page.goto("about:blank")
    opened(page, link)
    expect(page.locator(".held").first).to_contain_text("Đúng như giấy khai sinh.")
    expect(page.locator(".held").first).to_contain_text("Ngày sinh")
    expect(page.locator(".held").first).not_to_contain_text("ngay_sinh")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_step_has_a_barrier(browser: Browser, link: str, scheme: str) -> None:
    """At 320 pixels, light and dark, by keyboard: axe-core finds nothing, and nothing runs out of the page."""
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, color_scheme=scheme, locale="vi-VN", bypass_csp=True
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}

    def examine(step: str) -> None:
        page.evaluate(npm_file("axe-core/axe.min.js").read_text())
        found[step] = page.evaluate(EXAMINE, RULES)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[step].append("it is wider than the page")

    opened(page, link)
    examine("all diplomas")
    page.get_by_role("button", name="Chia sẻ…").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.locator("input[type=checkbox]").first.press("Space")
    examine("picking")
    page.get_by_role("button", name="Xem trước").press("Enter")
    expect(page.locator("#view .verdict")).to_be_visible(timeout=20_000)
    examine("preview")
    page.get_by_role("button", name="Đúng rồi").press("Enter")
    expect(page.locator("#proof-url")).to_be_visible()
    examine("link")
    page.get_by_role("button", name="Xong").press("Enter")
    page.locator("summary").filter(has_text="Có chỗ sai?").first.press("Enter")
    expect(page.locator("textarea")).to_be_visible()
    examine("list and form")
    page.goto("about:blank")
    page.goto(link.partition("#")[0])
    expect(page.locator(".problem")).to_contain_text("thiếu phần khoá")
    examine("half a link")
    context.close()
    assert {step: faults for step, faults in found.items() if faults} == {}
    assert len(found) == 6


def test_links_and_shares_on_the_command_line(demo: Demo) -> None:
    """Made, added to, renewed, listed and withdrawn, each told in JSON; what is not there is a plain sentence."""
    ours = Installation(demo.home, inside=True)
    named = ("--issuer", "SHB", "--serial")
    made = ours.good("holder", "create", *named, "SHB260000004", "--national", "--json").json()
    assert (made["issuer"], made["diplomas"], made["state"]) == (None, 1, "OPEN")
    added = ours.good("holder", "add", made["id"], *named, "SHB260000005", "--json").json()
    assert added["diplomas"] == 2
    renewed = ours.good("holder", "renew", made["id"], "--json").json()
    assert renewed["url"].partition("#")[0] == made["url"].partition("#")[0]
    assert renewed["url"] != made["url"]
    ours.good("holder", "withdraw", made["id"])
    states = {row["id"]: row["state"] for row in ours.good("holder", "list", "--json").json()}
    assert states[made["id"]] == "WITHDRAWN"
    assert ours("holder", "renew", made["id"]).status == 1
    assert "vanbang holder list" in ours("holder", "renew", "nobody").err

    ours.good("export", "SHB260000004", "--issuer", "SHB", "--out", demo.home / "one.vanbang.json")
    (share,) = ours.good("share", "list", *named, "SHB260000004", "--json").json()
    assert (share["state"], share["made_by"]) == ("OPEN", "registrar")
    ours.good("share", "withdraw", "--id", share["id"], *named, "SHB260000004")
    (share,) = ours.good("share", "list", *named, "SHB260000004", "--json").json()
    assert share["state"] == "WITHDRAWN"
    assert ours("share", "withdraw", "--id", share["id"], *named, "SHB260000005").status == 1
    assert ours("correction", "answer", "nothing", "--accept", "--words", "Vâng.").status == 1
