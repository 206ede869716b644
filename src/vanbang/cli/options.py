"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from vanbang.core.errors import FormatError

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Thư mục cài đặt / the installation's folder [VANBANG_HOME, var/vanbang]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Kết quả dạng JSON / print JSON")]
RpcOption = Annotated[
    list[str] | None, typer.Option("--rpc", help="Địa chỉ JSON-RPC, dùng nhiều lần được / an endpoint; may be repeated")
]
DepthOption = Annotated[
    int | None,
    typer.Option("--depth", min=0, help="Chắc chắn sau N khối, thay cho hồ sơ của chuỗi / final after N blocks"),
]
TypeOption = Annotated[str, typer.Option("--type", help="Loại văn bằng / credential type")]
EditionOption = Annotated[
    int | None, typer.Option("--edition", min=1, help="Lần cấp; bỏ trống: mới nhất / edition; none: the newest")
]
ExecutorOption = Annotated[
    str,
    typer.Option(
        "--executor",
        help="Nơi làm việc nặng / where heavy work is done: processes[:N], dask://host:port [VANBANG_EXECUTOR]",
    ),
]
LogFormatOption = Annotated[
    str | None, typer.Option(help="Dạng nhật ký / json for machines, text for people [VANBANG_LOG_FORMAT]")
]


def log_format_of(given: str | None, otherwise: str) -> str:
    """What --log-format says, else `otherwise`. Raises FormatError."""
    if given not in (None, "json", "text"):
        raise FormatError("--log-format", "json or text")
    return given or otherwise
