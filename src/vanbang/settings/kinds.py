"""What values a setting may have, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from vanbang.adapters.objects.paths import BucketPlace, without_user
from vanbang.ports import DatabaseServer

MOST_PROCESSES: Final = 1_024
CLUSTERS: Final = ("dask", "tls")
"""What the address of a Dask scheduler begins with: in the clear, or by TLS."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What values a setting may have, in words; how they are read from JSON and from text: both raise ValueError; and
    what of one may be printed."""

    allowed: str
    from_json: Callable[[Any], Any]
    from_text: Callable[[str], Any]
    shown: Callable[[Any], str] = str
    to_json: Callable[[Any], Any] = lambda value: list(value) if isinstance(value, tuple) else value


def whole(least: int, most: int) -> Kind:
    """An integer within bounds."""

    def checked(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError
        return value

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()):
            raise ValueError
        return checked(int(text))

    return Kind(f"{least} to {most}", checked, read)


def one_of(*words: str) -> Kind:
    """One of a few words."""

    def checked(value: Any) -> str:
        if value not in words or type(value) is not str:
            raise ValueError
        return value

    return Kind(", ".join(words), checked, checked)


def _coins(value: Any) -> int:
    """Wei from coins as decimal text: a JSON number could not hold them exactly."""
    whole_part, _, fraction = value.partition(".") if type(value) is str else ("", "", "")
    digits = f"{whole_part}{fraction.ljust(18, '0')}"
    if not (whole_part and digits.isascii() and digits.isdecimal() and len(fraction) <= 18 and len(digits) <= 30):
        raise ValueError
    return int(digits)


def coins_text(wei: int) -> str:
    """Coins as the shortest decimal text."""
    return f"{wei // 10**18}.{wei % 10**18:018}".rstrip("0").rstrip(".")


def _text(value: Any) -> str:
    if type(value) is not str or not value:
        raise ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if type(value) is not list:
        raise ValueError
    return tuple(_text(item) for item in value)


def _file_name(value: Any) -> str:
    if "://" in _text(value):
        raise ValueError
    return _text(value)


def _database(value: Any) -> str:
    if "://" in _text(value) and not is_server(value):
        raise ValueError
    return _text(value)


def _database_in_file(value: Any) -> str:
    if is_server(_database(value)) and DatabaseServer(value).holds_password:
        raise ValueError
    return _text(value)


def _objects(value: Any) -> str:
    if "://" in _text(value):
        BucketPlace.of(value)
    return _text(value)


def _web_folder(value: Any) -> str:
    if not _text(value).startswith(("http://", "https://")):
        raise ValueError
    return f"{value.rstrip('/')}/"


def is_server(value: str) -> bool:
    """Whether this names a database on a server, and not a file."""
    return value.startswith(("postgresql://", "postgres://"))


def _executor(value: Any) -> str:
    """Which processes, or whose: Dask's own `tcp://` is written `dask://` here, to say what is there."""
    kind, colon, number = _text(value).partition(":")
    if kind == "processes":
        if colon:
            whole(1, MOST_PROCESSES).from_text(number)
        return value  # type: ignore[no-any-return]
    parts = urlsplit(value)
    if parts.scheme not in CLUSTERS or not parts.hostname or not parts.port:
        raise ValueError
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise ValueError
    return value  # type: ignore[no-any-return]


def _shown_database(value: Any) -> str:
    return str(DatabaseServer(value)) if "://" in str(value) else str(value)


def _shown_place(value: Any) -> str:
    return without_user(str(value))


TEXT: Final = Kind("text", _text, _text)
TEXTS: Final = Kind("texts; in the variable, separated by spaces", _texts, lambda text: tuple(text.split()))
URLS: Final = Kind("addresses; in the variable, separated by spaces", _texts, lambda text: tuple(text.split()))
"""Whatever follows the host may be an access key: it is not printed."""

OBJECTS: Final = Kind(
    "a folder in the home folder, a whole path, or s3://bucket/prefix", _objects, _objects, _shown_place
)
WEB_FOLDER: Final = Kind("an http or https address", _web_folder, _web_folder)
FILE_NAME: Final = Kind("a file in the home folder, or a whole path", _file_name, _file_name)
DATABASE: Final = Kind(
    "a file in the home folder, a whole path, or postgresql://user@host:port/name, in the file without a password",
    _database_in_file,
    _database,
    _shown_database,
)
EXECUTOR: Final = Kind(
    "processes, processes:N, dask://host:port, or tls://host:port", _executor, _executor, _shown_place
)
COINS: Final = Kind("coins as decimal text, such as 0.25", _coins, _coins, coins_text, coins_text)
