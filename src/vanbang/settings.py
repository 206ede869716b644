"""Settings of one installation: a file in its home folder, written by `vanbang init`, and a few environment variables.

| variable | meaning |
|---|---|
| VANBANG_HOME | the home folder, default `var/vanbang` |
| VANBANG_PASSWORD | the password of the key store, instead of the file `keys/.password` |
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from vanbang.catalog import known_types
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.strict_json import JsonValue, canonical, members, parse, texts
from vanbang.core.trust import Trust, shown_url, trusted_registry

FILE: Final = "vanbang.json"
DEFAULT_HOME: Final = "var/vanbang"


class NotSetUp(VanbangError):
    """The home folder holds no installation, or one of another version."""

    code: ClassVar[str] = "not_set_up"


class AlreadySetUp(VanbangError):
    """The home folder holds an installation: it is left as it is."""

    code: ClassVar[str] = "already_set_up"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. `rpc` empty: the embedded chain, on `chain_port`. `depth` None: the chain's `finalized` tag.

    `page_rpc` are the endpoints that the page is told of, `rpc` if empty: an `rpc` with an access key in it stays here.
    """

    home: Path
    registry: str
    rpc: Sequence[str]
    chain_port: int
    base_url: str
    depth: int | None = None
    page_rpc: Sequence[str] = ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The JSON-RPC endpoints asked: those configured, or the embedded chain's."""
        return tuple(self.rpc) or (f"http://127.0.0.1:{self.chain_port}",)

    def trust(self) -> Trust:
        """Whom we believe ourselves: the registry we anchor in, through our endpoints, and our own public files."""
        home = trusted_registry(self.registry, self.endpoints, depth=self.depth)
        return Trust(home, (), (f"{self.home / 'public'}/",), types=known_types())

    def page_trust(self) -> Trust:
        """What the page is given, for everybody to read: endpoints that are meant for the public."""
        endpoints = tuple(self.page_rpc) or self.endpoints
        if not self.page_rpc and any(shown_url(url) != url.rstrip("/") for url in endpoints):
            raise NotSetUp(
                "an address of --rpc has more than a host, perhaps an access key, and the page tells everybody: "
                "run `vanbang init` again with --page-rpc and addresses meant for the public"
            )
        home = trusted_registry(self.registry, endpoints, depth=self.depth)
        return Trust(home, (), ("/public/",), types=known_types())

    def save(self) -> None:
        """Writes the file, replacing it whole."""
        value: dict[str, JsonValue] = {
            "version": 1,
            "registry": self.registry,
            "rpc": list(self.rpc),
            "chain_port": self.chain_port,
            "base_url": self.base_url,
            "page_rpc": list(self.page_rpc),
            **({} if self.depth is None else {"depth": self.depth}),
        }
        temporary = self.home / f"{FILE}.tmp"
        temporary.touch(mode=0o600)
        temporary.write_bytes(canonical(value) + b"\n")
        temporary.replace(self.home / FILE)


def home_folder(given: Path | None) -> Path:
    """The home folder: what the command line names, else the environment, else the default."""
    return given or Path(os.environ.get("VANBANG_HOME") or DEFAULT_HOME)


def password_from_environment() -> str | None:
    """The key store's password, if the environment gives one."""
    return os.environ.get("VANBANG_PASSWORD")


def load(home: Path) -> Settings:
    """Reads the settings of an installation. Raises NotSetUp."""
    try:
        data = (home / FILE).read_bytes()
    except OSError as error:
        raise NotSetUp(f"{home} holds no installation: run `vanbang init --home {home}` first") from error
    try:
        return _settings(home, parse(data, FILE))
    except FormatError as error:
        raise NotSetUp(f"{home / FILE} is damaged: {error}") from error


def _settings(home: Path, value: Any) -> Settings:
    required = {"version": int, "registry": str, "rpc": list, "chain_port": int, "base_url": str}
    members(value, FILE, required, {"depth": int, "page_rpc": list})
    if value["version"] != 1:
        raise FormatError(f"{FILE}.version", "not 1: this folder belongs to another version of vanbang")
    rpc = tuple(texts(value["rpc"], f"{FILE}.rpc"))
    page_rpc = tuple(texts(value.get("page_rpc", []), f"{FILE}.page_rpc"))
    return Settings(home, value["registry"], rpc, value["chain_port"], value["base_url"], value.get("depth"), page_rpc)
