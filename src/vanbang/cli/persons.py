"""Who gives an order that takes two people: whoever has an API key, on the command line as at the API."""

import json
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from vanbang.core.errors import FormatError, VanbangError
from vanbang.notary.access import Gate
from vanbang.ports import ApiKey, Store
from vanbang.settings import api_key_from_environment
from vanbang.web.rights import Right

KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="Tệp khóa API của người ra lệnh / file with the API key of who orders this [VANBANG_API_KEY_FILE]",
    ),
]


class NotAllowed(VanbangError):
    """An order that takes a person, given by nobody known, or by one who may not."""

    code: ClassVar[str] = "not_allowed"


def who_orders(store: Store, key_file: Path | None, right: Right, now: int) -> ApiKey:
    """The API key of whoever orders this, good at this time (unix seconds), with the right to. Raises NotAllowed."""
    text = api_key_from_environment() if key_file is None else key_text(key_file)
    if text is None:
        raise NotAllowed(
            "this takes two people, each with an API key (`vanbang api-key create`): name yours by --key-file, "
            "or by VANBANG_API_KEY_FILE"
        )
    key = Gate(store).enter(text, now)
    if key is None:
        raise NotAllowed("this API key is not known here, or not good any more: see `vanbang api-key list`")
    if not right.belongs_to(key):
        raise NotAllowed(f"a key with the role {key.role} may not do this, one with the role {_role(right)} may")
    return key


def key_text(path: Path) -> str:
    """The API key in a file: by itself, or as `api-key create --json` printed it. Raises FormatError."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise FormatError(str(path), f"cannot be read: {type(error).__name__}") from error
    if not text.startswith("{"):
        return text
    try:
        return str(json.loads(text)["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(str(path), "not what `vanbang api-key create --json` printed") from error


def _role(right: Right) -> str:
    return "registrar" if right.area == "status_changes" else "officer"
