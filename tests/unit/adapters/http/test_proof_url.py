"""Proof URLs: what is asked of the host, and what goes wrong in words."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from endpoint_servers import Reply, Server, serving
from vanbang.adapters.http.proof_url import ProofUrlUnusable, is_proof_url, open_proof_url
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.core.encoding import b64url

ID, KEY, OTHER = "SmhHmzQGosbrmiNtsexLYg", bytes(range(32)), "A" * 22
CIPHERTEXT = b"i" * 12 + AESGCM(KEY).encrypt(b"i" * 12, b"the file", ID.encode())
LARGEST = b"i" * 12 + AESGCM(KEY).encrypt(b"i" * 12, bytes(MAX_CREDENTIAL_BYTES), ID.encode())
FRAGMENT = b64url(KEY)


@pytest.fixture
def site() -> Iterator[Server]:
    replies = {
        f"/v1/shares/{ID}": Reply(CIPHERTEXT),
        f"/below/v1/shares/{ID}": Reply(LARGEST),
        f"/over/v1/shares/{ID}": Reply(LARGEST + b"x"),
        f"/moved/v1/shares/{ID}": Reply(b"", 302, {"Location": f"/v1/shares/{ID}"}),
        f"/ended/v1/shares/{ID}": Reply(b"{}", 410),
        f"/short/v1/shares/{ID}": Reply(b"abc"),
        f"/v1/shares/{OTHER}": Reply(CIPHERTEXT),
    }
    with serving(lambda _m, path, _b: replies.get(path, Reply(b"", 404))) as server:
        yield server


@pytest.mark.parametrize(("prefix", "size"), [("", 8), ("below/", MAX_CREDENTIAL_BYTES)])
def test_it_opens(site: Server, prefix: str, size: int) -> None:
    """The file comes out, also the largest and from a site below a path; the key is never sent."""
    assert len(open_proof_url(f"{site.url}{prefix}v/{ID}#{FRAGMENT}")) == size
    assert site.requests == [("GET", f"/{prefix}v1/shares/{ID}")]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"v/{ID}#{b64url(bytes(32))}", "does not open the file"),
        (f"v/{OTHER}#{FRAGMENT}", "does not open the file"),
        (f"short/v/{ID}#{FRAGMENT}", "does not open the file"),
        (f"v/{ID}#{FRAGMENT[:-1]}", "was the link cut off"),
        (f"v/{ID}", "was the link cut off"),
        (f"v/{ID[:-1]}#{FRAGMENT}", "this is no proof URL"),
        (f"somewhere#{FRAGMENT}", "this is no proof URL"),
        (f"v/{'B' * 22}#{FRAGMENT}", "knows no such diploma"),
        (f"ended/v/{ID}#{FRAGMENT}", "says nothing about the diploma"),
        (f"over/v/{ID}#{FRAGMENT}", "no answer"),
        (f"moved/v/{ID}#{FRAGMENT}", "no answer"),
    ],
)
def test_it_does_not_open(site: Server, path: str, words: str) -> None:
    """A wrong key, id, host or answer is told in a sentence that never repeats the key."""
    with pytest.raises(ProofUrlUnusable, match=words) as caught:
        open_proof_url(site.url + path)
    key = path.partition("#")[2]
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("url", [f"http://127.0.0.1:9/v/{ID}#{FRAGMENT}", f"http://[::1/v/{ID}#{FRAGMENT}", "http://"])
def test_nobody_there(url: str) -> None:
    """A host that does not answer, or is none, is told as such."""
    with pytest.raises(ProofUrlUnusable):
        open_proof_url(url)


def test_what_looks_like_a_url() -> None:
    """Only http and https are URLs: everything else is a file's path."""
    assert is_proof_url("https://a/v/b#c")
    assert not is_proof_url("C:/https://file.json")
