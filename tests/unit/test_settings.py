"""Settings of one installation: environment over file over default, damage told by name, secrets never written."""

import json
import os
from dataclasses import MISSING, replace
from pathlib import Path

import pytest

from vanbang.adapters.ethereum.profiles import ChainUnknown
from vanbang.cli.configuring import markdown_table, shown
from vanbang.core.errors import FormatError
from vanbang.ports import DatabaseServer
from vanbang.settings import (
    DEFAULT_HOME,
    FILE,
    PASSWORD,
    TABLE,
    NotSetUp,
    Setting,
    Settings,
    chain_profile,
    database_at,
    effective,
    home_folder,
    load,
    password_from_environment,
)

REGISTRY = "eip155:31337:0x" + "a1" * 20
OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"
OTHER_VALUES = {
    "daily_spend": ("0.25", 25 * 10**16),
    "executor": ("dask://cluster.example:8786",) * 2,
    "registry": ("eip155:1:0x" + "b2" * 20,) * 2,
    "rpc": ("https://a.example https://b.example", ("https://a.example", "https://b.example")),
    "base_url": ("https://vanbang.example",) * 2,
    "page_rpc": ("https://c.example", ("https://c.example",)),
    "chain_profile": ("own.json",) * 2,
    "pdf_certificate": ("own.p12",) * 2,
    "database": ("other.sqlite",) * 2,
    "objects": ("s3://diplomas/public",) * 2,
    "public_url": ("https://files.example/public", "https://files.example/public/"),
    "host": ("0.0.0.0",) * 2,  # noqa: S104
    "trusted_proxies": ("10.0.0.1 10.0.0.2", ("10.0.0.1", "10.0.0.2")),
    "log_level": ("error",) * 2,
    "log_format": ("text",) * 2,
    "engine": ("off",) * 2,
}
"""A value as its variable gives it and as it is read; whole numbers not named here get 1,234 or 12."""


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VANBANG_")]:
        monkeypatch.delenv(name)


def made(home: Path) -> Settings:
    return Settings(home, REGISTRY, (), 8_545, "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"depth": 0},
        {"depth": 30},
        {"rpc": ("https://a.example", "https://b.example")},
        {"host": "::1", "port": 0, "log_format": "text", "trusted_proxies": ("10.0.0.1",)},
    ],
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
        b'{"version":1,"registry":"x","rpc":[],"chain_port":true,"base_url":"x"}',
        b'{"version":1,"registry":"x","rpc":[],"chain_port":1}',
        b'{"version":1,"version":1,"registry":"x","rpc":[],"chain_port":1,"base_url":"x"}',
    ],
)
def test_a_damaged_file(tmp_path: Path, data: bytes) -> None:
    """A file that is not exactly settings of this version is told by its name."""
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(NotSetUp, match=FILE):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "own", "page"),
    [
        ({}, "{home}/public/", ("/public/",)),
        ({"objects": "files"}, "{home}/files/", ("/public/",)),
        ({"objects": "/srv/files"}, "/srv/files/", ("/public/",)),
        ({"objects": "s3://bucket/a"}, "http://127.0.0.1:8000/public/", ("/public/",)),
        (
            {"objects": "s3://bucket/a", "public_url": "https://f.example/a/"},
            "https://f.example/a/",
            ("https://f.example/a/", "/public/"),
        ),
    ],
)
def test_public_files_are_read_where_they_are(
    tmp_path: Path, change: dict[str, str], own: str, page: tuple[str, ...]
) -> None:
    """We read our own folder, or a bucket at its public address, else through the site; pages ask the site as well."""
    settings = replace(made(tmp_path), **change)  # type: ignore[arg-type]
    assert settings.trust().public == (own.format(home=tmp_path),)
    assert settings.page_trust().public == page


def test_the_profile_says_what_verifiers_take_for_final(tmp_path: Path) -> None:
    """A depth of the settings, else the profile's, else the tag; a chain without either is refused."""
    settings = made(tmp_path)
    assert settings.trust().home.depth is None
    viction = replace(settings, registry="eip155:88:0x" + "a1" * 20, rpc=("https://rpc.example",))
    assert viction.trust().home.depth == viction.page_trust().home.depth == 150
    assert viction.page_trust().home.explorer == viction.chain.explorer is not None
    assert replace(viction, depth=7).trust().home.depth == 7
    unknown = replace(settings, registry="eip155:4711:0x" + "a1" * 20)
    with pytest.raises(ChainUnknown, match="chain 4711"):
        unknown.trust()
    assert replace(unknown, depth=7).trust().home.depth == 7
    with pytest.raises(FormatError, match=r"own\.json: cannot be read"):
        replace(unknown, chain_profile="own.json").trust()


def test_init_finds_the_profile_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before there is a file of settings the variable says it."""
    assert chain_profile() is None
    monkeypatch.setenv("VANBANG_CHAIN_PROFILE", "own.json")
    assert chain_profile() == "own.json"


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


def other(row: Setting) -> tuple[str, object]:
    number = 12 if row.name in ("drain_seconds", "grace_seconds") else 1_234
    return OTHER_VALUES.get(row.name, (str(number), number))


@pytest.mark.parametrize("row", [row for row in TABLE if not row.secret], ids=lambda row: row.name)
def test_environment_over_file_over_default(tmp_path: Path, row: Setting) -> None:
    """Each setting is read from its variable, else from the file, else it has its default; each source is told."""
    text, value = other(row)
    made(tmp_path).save()

    def found(environment: dict[str, str]) -> tuple[object, str]:
        (item,) = [item for item in effective(tmp_path, environment) if item.setting is row]
        return item.value, item.source

    if row.default is not MISSING:
        assert found({}) == (row.default, "default")
    replace(made(tmp_path), **{row.name: value}).save()  # type: ignore[arg-type]
    assert found({}) == (value, "file")
    made(tmp_path).save()
    assert found({row.variable: text}) == (value, "environment")
    assert found({row.variable: ""}) == found({})


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("port", "tcp://10.0.0.1:80"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", "８０"),
        ("log_level", "loud"),
        ("log_format", "xml"),
        ("database", "mysql://db.example/vanbang"),
        ("depth", "1.5"),
    ],
)
def test_a_value_that_cannot_be_read(tmp_path: Path, name: str, given: str) -> None:
    """A bad value is refused with the setting, the variable, the value and what is allowed."""
    made(tmp_path).save()
    (row,) = [row for row in TABLE if row.name == name]
    with pytest.raises(NotSetUp) as error:
        effective(tmp_path, {row.variable: given})
    for part in (name, row.variable, given[:20], row.kind.allowed):
        assert part in str(error.value)


@pytest.mark.parametrize("name", ["objects", "executor"])
def test_keys_in_an_address_are_not_repeated(tmp_path: Path, name: str) -> None:
    """Who puts a name and a password into an address that takes none is refused, without them."""
    made(tmp_path).save()
    for scheme in ("s3", "dask"):
        with pytest.raises(NotSetUp, match=name) as error:
            effective(tmp_path, {f"VANBANG_{name.upper()}": f"{scheme}://someone:never/shown@host:8786"})
        assert "someone" not in str(error.value)
        assert "never" not in str(error.value)


@pytest.mark.parametrize("member", [{"prot": 80}, {"port": "80"}, {"trusted_proxies": "10.0.0.1"}, {"rpc": [""]}])
def test_a_bad_member_of_the_file(tmp_path: Path, member: dict[str, object]) -> None:
    """A member that no setting has, or of the wrong type, is refused by its name: a typing error is never ignored."""
    made(tmp_path).save()
    value = json.loads((tmp_path / FILE).read_bytes()) | member
    (tmp_path / FILE).write_text(json.dumps(value))
    (name,) = member
    with pytest.raises(NotSetUp, match=name):
        load(tmp_path)


@pytest.mark.parametrize("name", ["password", "metrics_token"])
def test_no_secret_in_the_file(tmp_path: Path, name: str) -> None:
    """The file may hold no secret, and what is written of settings that have one holds none."""
    replace(made(tmp_path), metrics_token="geheim").save()
    written = (tmp_path / FILE).read_text()
    assert "geheim" not in written
    (tmp_path / FILE).write_text(json.dumps(json.loads(written) | {name: "geheim"}))
    with pytest.raises(NotSetUp, match=f"VANBANG_{name.upper()}_FILE") as error:
        load(tmp_path)
    assert "geheim" not in str(error.value)


def test_a_secret_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret comes from its variable, or from the file that another names, without its last line end."""
    assert password_from_environment() is None
    monkeypatch.setenv("VANBANG_PASSWORD", "mật khẩu")
    assert password_from_environment() == "mật khẩu"
    (tmp_path / "secret").write_text("từ tệp \r\n")
    monkeypatch.setenv("VANBANG_PASSWORD_FILE", str(tmp_path / "secret"))
    with pytest.raises(NotSetUp, match="both set"):
        password_from_environment()
    monkeypatch.delenv("VANBANG_PASSWORD")
    assert password_from_environment() == "từ tệp "
    for content in ("", "\n"):
        (tmp_path / "secret").write_text(content)
        with pytest.raises(NotSetUp, match="empty"):
            password_from_environment()
    (tmp_path / "secret").unlink()
    with pytest.raises(NotSetUp, match="VANBANG_PASSWORD_FILE"):
        password_from_environment()
    monkeypatch.delenv("VANBANG_PASSWORD_FILE")
    monkeypatch.setenv("VANBANG_PASSWORD", "")
    with pytest.raises(NotSetUp, match="empty"):
        password_from_environment()


def test_what_is_shown_holds_no_secret(tmp_path: Path) -> None:
    """Secrets are masked, and of an endpoint's address what follows the host, which may be a key."""
    made(tmp_path).save()
    given = {
        "VANBANG_METRICS_TOKEN": "geheim",
        "VANBANG_PASSWORD": "geheim",
        "VANBANG_RPC": "https://rpc.example/geheim http://127.0.0.1:8545",
    }
    told = {item.setting.name: shown(item) for item in effective(tmp_path, given)}
    assert told["metrics_token"] == told["password"] == "***"
    assert told["rpc"] == ["https://rpc.example/***", "http://127.0.0.1:8545"]
    assert "geheim" not in json.dumps(told)
    assert "geheim" not in repr(replace(made(tmp_path), metrics_token="geheim"))


def test_the_database_is_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after `init` the database is in the home folder, or where a whole path says."""
    made(tmp_path).save()
    for given in ("other.sqlite", str(tmp_path / "elsewhere" / "records.sqlite")):
        monkeypatch.setenv("VANBANG_DATABASE", given)
        assert database_at(tmp_path) == load(tmp_path).database_at == tmp_path / given
    monkeypatch.delenv("VANBANG_DATABASE")
    assert database_at(tmp_path) == tmp_path / "vanbang.sqlite"


@pytest.mark.parametrize(
    ("url", "shown_as"),
    [
        ("postgresql://db.example/vanbang", "postgresql://db.example/vanbang"),
        ("postgresql://van:geheim@db.example:5432/vanbang", "postgresql://van:***@db.example:5432/vanbang"),
        ("postgresql://van:ge%40heim@a:1,b:2/v?sslmode=require", "postgresql://van:***@a:1,b:2/v?sslmode=require"),
        ("postgres:///v?user=van&password=geheim", "postgres:///v?user=van&password=***"),
        ("postgresql://van@h/v?sslpassword=geheim", "postgresql://van@h/v?sslpassword=***"),
        ("postgresql://van:geheim@[::1/v", "postgresql://van:***@[::1/v"),
        ("postgresql://van:geh/geheim@h/v", "postgresql://van:***@h/v"),
        ("postgresql://van:geh?geheim@h/v", "postgresql://***"),
    ],
)
def test_the_database_on_a_server(tmp_path: Path, url: str, shown_as: str) -> None:
    """Its address is read as it is, printed without a password, and in the file it may hold none."""
    made(tmp_path).save()
    environment = {"VANBANG_DATABASE": url, "VANBANG_DATABASE_PASSWORD": "geheim"}
    (told,) = [item for item in effective(tmp_path, environment) if item.setting.name == "database"]
    assert (told.value, shown(told)) == (url, shown_as)
    server = replace(made(tmp_path), database=url, database_password="geheim").database_at
    assert server == DatabaseServer(url, "geheim")
    assert (str(server), server.holds_password) == (shown_as, shown_as != url)
    assert "geheim" not in repr(server)
    replace(made(tmp_path), database=url, database_password="geheim").save()
    if not server.holds_password:
        assert load(tmp_path).database_at == DatabaseServer(url)
        return
    with pytest.raises(NotSetUp, match="without a password") as refused:
        load(tmp_path)
    assert "geheim" not in str(refused.value)


def test_the_password_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from a variable, or from the file that one names, before and after `init`."""
    made(tmp_path).save()
    monkeypatch.setenv("VANBANG_DATABASE", "postgresql://van@db.example/vanbang")
    (tmp_path / "secret").write_text("geheim\n")
    monkeypatch.setenv("VANBANG_DATABASE_PASSWORD_FILE", str(tmp_path / "secret"))
    expected = DatabaseServer("postgresql://van@db.example/vanbang", "geheim")
    assert database_at(tmp_path) == load(tmp_path).database_at == expected


def test_the_paper_has_the_table() -> None:
    """The table in docs/operations.md is the one the code is made of: `vanbang settings --markdown`."""
    assert markdown_table() in OPERATIONS.read_text(encoding="utf-8")
    assert all(row.vietnamese and row.english for row in (*TABLE, PASSWORD))
