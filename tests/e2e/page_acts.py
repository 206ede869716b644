"""What tests do on the proof page, and the files they give it."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page, expect

from e2e.page_site import Site, base64url


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest(disclosure: str) -> str:
    return base64url(hashlib.sha256(disclosure.encode()).digest())


def opened(disclosure: str) -> list[Any]:
    return json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))


def with_disclosures(credential: bytes, change: Callable[[list[list[Any]]], list[list[Any]]]) -> bytes:
    """The credential file with its disclosures changed and put in order again."""
    file = json.loads(credential)
    texts = [base64url(canonical(parts)) for parts in change([opened(text) for text in file["header"]["disclosures"]])]
    file["header"]["disclosures"] = sorted(texts, key=digest)
    return canonical(file)


def first_text(credential: bytes) -> list[Any]:
    """A disclosed claim whose value is a text."""
    found = [opened(text) for text in json.loads(credential)["header"]["disclosures"]]
    return next(parts for parts in found if len(parts) == 3 and isinstance(parts[2], str))


def changed(credential: bytes) -> bytes:
    name = first_text(credential)[1]
    return with_disclosures(credential, lambda all_: [[*p[:2], "Xuất sắc"] if p[1] == name else p for p in all_])


def show(page: Page, site: Site, credential: bytes) -> str:
    """Opens a share of the credential; gives its key."""
    path, key = site.share(credential)
    page.goto(f"{site.origin}{path}#{key}")
    return key


def expect_verdict(page: Page, *words: str) -> None:
    heading = page.locator("#verdict h1")
    for word in words:
        expect(heading).to_contain_text(word)
    expect(heading).to_be_focused()


def expect_problem(page: Page, *words: str) -> None:
    expect_verdict(page, "Chưa kiểm tra được gì", "Nothing could be checked")
    for word in words:
        expect(page.locator("#verdict .reason")).to_contain_text(word)
    expect(page.locator(".diploma")).to_have_count(0)


def front(page: Page, site: Site) -> None:
    page.goto(f"{site.origin}/")
    expect(page.get_by_text("Is this diploma genuine?")).to_be_visible()


def choose(page: Page, credential: bytes) -> None:
    page.set_input_files("#file", {"name": "a.vanbang.json", "mimeType": "application/json", "buffer": credential})


def drop(page: Page, credential: bytes) -> None:
    transfer = page.evaluate_handle(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "a.vanbang.json", { type: "application/json" }));
            return transfer;
        }""",
        credential.decode(),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def stranger(claims: Mapping[str, Any], credential: bytes) -> bytes:
    """A file that nobody notarised, with these claims; its payload is otherwise that of `credential`."""
    file = json.loads(credential)
    payload = json.loads(base64.urlsafe_b64decode(file["payload"] + "=" * (-len(file["payload"]) % 4)))
    texts = sorted((base64url(canonical(["A" * 22, *claim])) for claim in claims.items()), key=digest)
    made = {
        "header": {"disclosures": texts},
        "payload": base64url(canonical(payload | {"_sd": [digest(text) for text in texts]})),
        "protected": "",
        "signature": "",
    }
    return canonical(made)


def pdf_around(*attached: bytes) -> bytes:
    """As little of a PDF as carries these files."""
    streams = (
        b"%d 0 obj\n<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(data), data)
        for number, data in enumerate(attached, 1)
    )
    return b"%PDF-1.7\n" + b"".join(streams) + b"%%EOF\n"


def choose_files(page: Page, files: Mapping[str, bytes]) -> None:
    """Chooses several files, by their names."""
    page.set_input_files("#file", [{"name": name, "mimeType": "", "buffer": data} for name, data in files.items()])
