"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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
