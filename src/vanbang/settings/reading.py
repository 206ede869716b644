"""Reading the settings: the environment, else the home folder's file, else the default.

Secrets are never in the file: they come from a variable, or from a file that a variable named `..._FILE` names.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Any, Final

from vanbang.core.errors import FormatError
from vanbang.core.strict_json import parse
from vanbang.ports import DatabaseServer
from vanbang.settings.errors import NotSetUp
from vanbang.settings.table import (
    API_KEY,
    BACKUP_PASSWORD,
    FILE,
    PASSWORD,
    PASSWORDS,
    PKCS11_PIN,
    TABLE,
    Setting,
    Settings,
    database_place,
)

DEFAULT_HOME: Final = "var/vanbang"


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting's value, and where it is from: default, file or environment."""

    setting: Setting
    value: Any
    source: str


def home_folder(given: Path | None) -> Path:
    """The home folder: what the command line names, else the environment, else the default."""
    return given or Path(os.environ.get("VANBANG_HOME") or DEFAULT_HOME)


def backup_password_from_environment() -> str | None:
    """The password of backups, if the environment gives one or names a file with it. Raises NotSetUp."""
    password: str | None = _secret(BACKUP_PASSWORD, os.environ).value
    return password


def password_from_environment() -> str | None:
    """The key store's password, if the environment gives one or names a file with it. Raises NotSetUp."""
    password: str | None = _secret(PASSWORD, os.environ).value
    return password


def api_key_from_environment() -> str | None:
    """The API key of who gives an order, if the environment gives one or names a file with it. Raises NotSetUp."""
    key: str | None = _secret(API_KEY, os.environ).value
    return key


def pkcs11_pin_from_environment() -> str | None:
    """The PIN of hardware modules, if the environment gives one or names a file with it. Raises NotSetUp."""
    pin: str | None = _secret(PKCS11_PIN, os.environ).value
    return pin


def database_at(home: Path) -> Path | DatabaseServer:
    """Where `init` makes the database: there is no file of settings yet. Raises NotSetUp."""
    rows = {row.name: row for row in TABLE}
    database, password = (_found(rows[name], {}, os.environ).value for name in ("database", "database_password"))
    return database_place(home, database, password)


def executor() -> str:
    """Where heavy work is done by a command that needs no installation. Raises NotSetUp."""
    row = next(row for row in TABLE if row.name == "executor")
    place: str = _found(row, {}, os.environ).value
    return place


def chain_profile() -> str | None:
    """The file that `init` takes the chain's profile from, if the environment names one. Raises NotSetUp."""
    row = next(row for row in TABLE if row.name == "chain_profile")
    named: str | None = _found(row, {}, os.environ).value
    return named


def load(home: Path) -> Settings:
    """Reads the settings of an installation. Raises NotSetUp."""
    found = [item for item in effective(home) if item.setting not in PASSWORDS]
    return Settings(home, **{item.setting.name: item.value for item in found})


def effective(home: Path, environment: Mapping[str, str] = os.environ) -> list[Effective]:
    """All settings of an installation in the table's order, each with its source. Raises NotSetUp."""
    in_file = _read_file(home)
    return [_found(row, in_file, environment) for row in (*TABLE, *PASSWORDS)]


def _read_file(home: Path) -> dict[str, Any]:
    try:
        value = parse((home / FILE).read_bytes(), FILE)
    except OSError as error:
        raise NotSetUp(f"{home} holds no installation: run `vanbang init --home {home}` first") from error
    except FormatError as error:
        raise NotSetUp(f"{home / FILE} is damaged: {error}") from error
    if type(value) is not dict or value.pop("version", None) != 1:
        raise NotSetUp(f"{home / FILE} is damaged, or belongs to another version of vanbang: version is not 1")
    known = {row.name: row for row in (*TABLE, *PASSWORDS)}
    for name in value:
        if name not in known:
            raise NotSetUp(f"{home / FILE}: {name!r} is no setting; known are {', '.join(known)}")
        if known[name].secret:
            variable = known[name].variable
            raise NotSetUp(f"{home / FILE}: {name} is a secret: give it by {variable} or {variable}_FILE instead")
    return value


def _found(row: Setting, in_file: Mapping[str, Any], environment: Mapping[str, str]) -> Effective:
    if row.secret:
        return _secret(row, environment)
    given = environment.get(row.variable)
    if given:
        return Effective(row, _read(row, row.kind.from_text, given, row.variable), "environment")
    if row.name in in_file:
        return Effective(row, _read(row, row.kind.from_json, in_file[row.name], FILE), "file")
    if row.default is MISSING:
        raise NotSetUp(f"{row.name} is neither in {FILE} nor in {row.variable}: {row.english.lower()}")
    return Effective(row, row.default, "default")


def _read(row: Setting, reader: Callable[[Any], Any], given: Any, where: str) -> Any:
    try:
        return reader(given)
    except ValueError:
        raise NotSetUp(
            f"{row.name} in {where} cannot be {row.kind.shown(given)[:60]!r}; allowed: {row.kind.allowed} "
            f"(variable {row.variable}, or {FILE})"
        ) from None


def _secret(row: Setting, environment: Mapping[str, str]) -> Effective:
    direct, named = environment.get(row.variable), environment.get(f"{row.variable}_FILE")
    if direct is not None and named is not None:
        raise NotSetUp(f"{row.variable} and {row.variable}_FILE are both set: give one of them")
    if direct is None and named is None:
        return Effective(row, row.default, "default")
    try:
        value = direct if named is None else Path(named).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise NotSetUp(f"the file that {row.variable}_FILE names cannot be read: {type(error).__name__}") from error
    if not value:
        raise NotSetUp(f"{row.variable if named is None else row.variable + '_FILE'} gives an empty {row.name}")
    return Effective(row, value, "environment")
