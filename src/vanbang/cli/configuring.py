"""settings: what is in force, and where each value is from."""

from dataclasses import MISSING
from typing import Annotated, Any

import typer

from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import print_json, print_table
from vanbang.core.trust import shown_url
from vanbang.settings import PASSWORDS, TABLE, Effective, Setting, effective, home_folder
from vanbang.settings.kinds import DATABASE, URLS

MASK = "***"


def settings(
    home: HomeOption = None,
    as_json: JsonOption = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Bảng mọi thiết đặt, để đưa vào tài liệu / the table of the papers")
    ] = False,
) -> None:
    """Các thiết đặt đang dùng và nguồn của chúng / the settings in force, and where each is from."""
    if markdown:
        typer.echo(markdown_table(), nl=False)
        return
    found = effective(home_folder(home))
    if as_json:
        print_json([_json_row(item) for item in found])
        return
    rows = [(item.setting.name, _text(shown(item)), item.source) for item in found]
    print_table("Thiết đặt / settings", ("Tên / name", "Giá trị / value", "Nguồn / source"), rows)


def shown(item: Effective) -> Any:
    """The value as it may be printed: a secret masked, of an address what follows the host, which may be a key."""
    if item.setting.secret:
        return None if item.value is None else MASK
    if item.setting.kind is URLS:
        return [url if shown_url(url) == url.rstrip("/") else f"{shown_url(url)}/{MASK}" for url in item.value]
    if item.setting.kind is DATABASE:
        return DATABASE.shown(item.value)
    return None if item.value is None else item.setting.kind.to_json(item.value)


def markdown_table() -> str:
    """The table of docs/operations.md: all settings, what they may be and what they are if nothing is said."""
    head = "| setting | variable | allowed | default | tiếng Việt | English |\n|---|---|---|---|---|---|\n"
    return head + "".join(_markdown_row(row) for row in (*TABLE, *PASSWORDS))


def _json_row(item: Effective) -> dict[str, Any]:
    row = item.setting
    return {"name": row.name, "variable": row.variable, "value": shown(item), "source": item.source}


def _markdown_row(row: Setting) -> str:
    variable = f"`{row.variable}`" + (f", `{row.variable}_FILE`" if row.secret else "")
    default = "by `init`" if row.default is MISSING else _text(row.default)
    return f"| `{row.name}` | {variable} | {row.kind.allowed} | {default} | {row.vietnamese} | {row.english} |\n"


def _text(value: Any) -> str:
    if value is None or value in ((), []):
        return "-"
    return " ".join(value) if isinstance(value, list | tuple) else str(value)
