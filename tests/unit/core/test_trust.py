"""A verifier's own configuration."""

import json
from pathlib import Path
from typing import Any

import pytest

from vanbang.core.encoding import digest_of
from vanbang.core.errors import FormatError
from vanbang.core.trust import Trust, read_trust, shown_url, trusted_explorer, trusted_registry

NAME = "eip155:88:0x" + "a1" * 20
URL = "https://rpc.example/"
EXPLORERS = json.loads((Path(__file__).parents[2] / "js/explorers.json").read_text())
"""Explorers and whether they are taken; the browser's reader is tested with the same."""


def test_the_defaults_are_those_of_section_12() -> None:
    """A home registry alone is a trust."""
    trust = read_trust(json.dumps({"version": 1, "home": {"registry": NAME, "endpoints": [URL]}}).encode())
    assert trust == Trust(trusted_registry(NAME, [URL], 1))
    assert (trust.max_block_age, trust.max_block_ahead) == (3600, 900)
    assert (trust.home.chain_id, trust.home.address) == (88, "0x" + "a1" * 20)


def test_a_trust_comes_back() -> None:
    """With older registries, a depth and other ages."""
    older = trusted_registry(NAME.replace("88", "1"), [URL, URL + "2"], depth=12)
    trust = Trust(trusted_registry(NAME, [URL], 1), (older,), ("https://mirror.example/",), 60, 5)
    assert read_trust(trust.to_bytes()) == trust
    assert trust.registries == (trust.home, older)
    assert older.quorum == 2


@pytest.mark.parametrize(
    "home",
    [
        {"registry": "eip155:88:0x", "endpoints": [URL]}, {"registry": NAME, "endpoints": []}, {"registry": NAME},
        {"registry": NAME, "endpoints": [""]},
        {"registry": NAME, "endpoints": [URL, URL]}, {"registry": NAME, "endpoints": [URL], "quorum": 0},
        {"registry": NAME, "endpoints": [URL], "quorum": 2}, {"registry": NAME, "endpoints": [1]},
        {"registry": NAME, "endpoints": [URL], "finality": "safe"},
        {"registry": NAME, "endpoints": [URL], "finality": {}},
        {"registry": NAME, "endpoints": [URL], "finality": {"depth": "1"}},
        {"registry": NAME, "endpoints": [URL], "x": 1}, [], None,
    ],
)  # fmt: skip
def test_another_registry_is_refused(home: Any) -> None:
    """No endpoints, one twice, a quorum out of range, another finality."""
    with pytest.raises(FormatError):
        read_trust(json.dumps({"version": 1, "home": home}).encode())


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"public": [1]}, {"max_block_age": "1"}, {"older": {}}, {"more": 1}, {"older": [1]}]
)
def test_another_trust_is_refused(change: dict[str, Any]) -> None:
    """Another version, a member unknown or of a wrong type."""
    value = {"version": 1, "home": {"registry": NAME, "endpoints": [URL]}, **change}
    with pytest.raises(FormatError):
        read_trust(json.dumps(value).encode())


@pytest.mark.parametrize("older", [[NAME], [NAME.replace("88", "1")] * 2])
def test_a_registry_is_trusted_in_one_role(older: list[str]) -> None:
    """Neither home nor an older registry may stand among the older ones again."""
    value = {"version": 1, "home": {"registry": NAME, "endpoints": [URL]}}
    listed = [{"registry": name, "endpoints": [URL]} for name in older]
    with pytest.raises(FormatError, match="a registry twice"):
        read_trust(json.dumps({**value, "older": listed}).encode())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://rpc.example/", "https://rpc.example"),
        ("https://rpc.example:8545/v3/KEY?key=KEY#KEY", "https://rpc.example:8545"),
        ("https://user:KEY@rpc.example/", "https://rpc.example"), ("https://a@KEY@rpc.example", "https://rpc.example"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"), ("https://rpc.example?KEY", "https://rpc.example"),
        ("KEY", ""),
    ],
)  # fmt: skip
def test_an_endpoint_is_shown_without_its_keys(url: str, shown: str) -> None:
    """Scheme, host and port are left."""
    assert shown_url(url) == shown
    assert "KEY" not in shown_url(url)


def test_the_types_a_verifier_knows_are_kept() -> None:
    """The hashes accepted for a type come out of the file as they went in."""
    known = Trust(trusted_registry(NAME, [URL]), types={"urn:a": (digest_of(b"a"), digest_of(b"b"))})
    assert read_trust(known.to_bytes()).types == known.types


@pytest.mark.parametrize("types", [[], {"urn:a": "ab" * 32}, {"urn:a": ["AB" * 32]}, {"urn:a": [1]}])
def test_malformed_types_are_refused(types: object) -> None:
    """A slip in the types a verifier knows is told, not skipped."""
    value = json.loads(Trust(trusted_registry(NAME, [URL])).to_bytes())
    with pytest.raises(FormatError, match="trust"):
        read_trust(json.dumps(value | {"types": types}).encode())


@pytest.mark.parametrize(("value", "taken"), EXPLORERS)
def test_an_explorer_is_https_and_comes_back(value: Any, taken: bool) -> None:
    """Both addresses, https, with one `{}` behind the host; else the configuration is refused."""
    home = {"registry": NAME, "endpoints": [URL], "explorer": value}
    data = json.dumps({"version": 1, "home": home}).encode()
    if not taken:
        with pytest.raises(FormatError, match="explorer"):
            read_trust(data)
        return
    trust = read_trust(data)
    assert trust.home.explorer == trusted_explorer(**value)
    assert read_trust(trust.to_bytes()) == trust
