"""Settings of one installation: what is saved is what is loaded, and damage is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from vanbang.settings import DEFAULT_HOME, FILE, NotSetUp, Settings, home_folder, load

REGISTRY = "eip155:31337:0x" + "a1" * 20


def made(home: Path) -> Settings:
    return Settings(home, REGISTRY, (), 8_545, "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    "change", [{}, {"depth": 0}, {"depth": 30}, {"rpc": ("https://a.example", "https://b.example")}]
)
def test_saved_and_loaded(tmp_path: Path, change: dict[str, object]) -> None:
    """What was saved is loaded again, and trusted as configured."""
    settings = replace(made(tmp_path), **change)  # type: ignore[arg-type]
    settings.save()
    assert load(tmp_path) == settings
    home = settings.trust().home
    assert (home.name, home.depth) == (REGISTRY, settings.depth)
    assert tuple(home.endpoints) == (settings.rpc or ("http://127.0.0.1:8545",))
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b'{"version":2,"registry":"x","rpc":[],"chain_port":1,"base_url":"x"}',
        b'{"version":1,"registry":"x","rpc":[1],"chain_port":1,"base_url":"x"}',
        b'{"version":1,"registry":"x","rpc":[],"chain_port":"1","base_url":"x"}',
        b'{"version":1,"registry":"x","rpc":[],"chain_port":1,"base_url":"x","more":1}',
        b'{"version":1,"version":1,"registry":"x","rpc":[],"chain_port":1,"base_url":"x"}',
    ],
)
def test_a_damaged_file(tmp_path: Path, data: bytes) -> None:
    """A file that is not exactly settings of this version is told by its name."""
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(NotSetUp, match=FILE):
        load(tmp_path)


def test_no_file(tmp_path: Path) -> None:
    """A folder without settings says which command makes them."""
    with pytest.raises(NotSetUp, match="vanbang init --home"):
        load(tmp_path)


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command line comes before the environment, and both before the default."""
    monkeypatch.delenv("VANBANG_HOME", raising=False)
    assert home_folder(None) == Path(DEFAULT_HOME)
    monkeypatch.setenv("VANBANG_HOME", str(tmp_path))
    assert home_folder(None) == tmp_path
    assert home_folder(Path("here")) == Path("here")


@pytest.mark.parametrize(
    "url", ["https://user:secret@rpc.example/", "https://rpc.example/v3/secret", "https://rpc.example?k=s"]
)
def test_an_access_key_is_not_published(tmp_path: Path, url: str) -> None:
    """The page is not told an address that may hold a key, unless public ones are named for it."""
    settings = Settings(tmp_path, "eip155:88:0x" + "a1" * 20, (url,), 8545, "http://localhost")
    with pytest.raises(NotSetUp, match="--page-rpc") as error:
        settings.page_trust()
    assert "secret" not in str(error.value)
    public = replace(settings, page_rpc=("https://public.example/",)).page_trust()
    assert public.home.endpoints == ("https://public.example/",)
    assert settings.trust().home.endpoints == (url,)
