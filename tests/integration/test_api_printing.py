"""A credential as a PDF over the API: printed with a share of its own, once for each request, and never kept."""

from collections.abc import Iterator

import pytest
from api_site import Site, credential_id, site

from printed import DIPLOMA
from small_house import rows
from vanbang.adapters.pdf import credential_in, is_pdf
from vanbang.core.credential import read_credential

pytestmark = pytest.mark.slow

REGISTRAR = "registrar"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("printing")) as running:
        running.issue(2)
        yield running


@pytest.fixture
def address(made: Site) -> str:
    return f"/v1/credentials/{credential_id(DIPLOMA, rows(2)[0].cells)}"


def test_a_pdf_with_its_share(made: Site, address: str) -> None:
    """The answer is the PDF with the whole file inside; its QR code's share is where Location says, and is listed."""
    answer = made.ask("POST", f"{address}/pdf", REGISTRAR)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert is_pdf(answer.content)
    held = made.ask("GET", f"{address}/file", REGISTRAR).content
    # ES256 signatures are drawn anew at each export: all but these are the same.
    assert read_credential(credential_in(answer.content)).unsigned() == read_credential(held).unsigned()
    shares = made.ask("GET", f"{address}/shares", REGISTRAR).json()["items"]
    assert answer.headers["location"] in [f"/v1/shares/{share['id']}" for share in shares]


def test_the_same_request_again(made: Site, address: str) -> None:
    """A repeated request gives the same bytes and makes no second share."""
    before = len(made.ask("GET", f"{address}/shares", REGISTRAR).json()["items"])
    first = made.ask("POST", f"{address}/pdf", REGISTRAR, key="print-once")
    again = made.ask("POST", f"{address}/pdf", REGISTRAR, key="print-once")
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert len(made.ask("GET", f"{address}/shares", REGISTRAR).json()["items"]) == before + 1


def test_some_claims_for_a_while(made: Site, address: str) -> None:
    """Claims, purpose and days are those asked for; a claim that is not there is refused with its place."""
    body = {"claims": ["ho_va_ten", "xep_loai"], "purpose": "job", "days": 30}
    answer = made.ask("POST", f"{address}/pdf", REGISTRAR, json=body)
    file = read_credential(credential_in(answer.content))
    assert {disclosure.name for disclosure in file.disclosures} <= {"ho_va_ten", "xep_loai"}
    shares = made.ask("GET", f"{address}/shares", REGISTRAR).json()["items"]
    (share,) = (share for share in shares if answer.headers["location"].endswith(share["id"]))
    assert (share["purpose"], share["expires_at"] is None) == ("job", False)
    refused = made.ask("POST", f"{address}/pdf", REGISTRAR, json={"claims": ["ten_me"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/claims"


def test_what_was_not_issued(made: Site) -> None:
    """An unknown credential, and another institution's, are not found."""
    assert made.ask("POST", f"/v1/credentials/{'ab' * 32}/pdf", REGISTRAR).status_code == 404
    mine = f"/v1/credentials/{credential_id(DIPLOMA, rows(2)[1].cells)}/pdf"
    assert made.ask("POST", mine, "other_registrar").status_code == 404
