"""What `verify --many` is told."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Order(StrEnum):
    """How the table is sorted."""

    BAD = "bad"
    GIVEN = "given"
    FILE = "file"


ManyOption = Annotated[
    bool,
    typer.Option(
        "--many",
        help="Kiểm tra cả thư mục, tệp ZIP hay từng dòng (-: đầu vào chuẩn) / a folder, a ZIP, or lines (-: stdin)",
    ),
]
CsvOption = Annotated[
    Path | None, typer.Option("--csv", help="Ghi mọi kết quả ra CSV, đi với --many / all results of --many as CSV")
]
OrderOption = Annotated[
    Order, typer.Option("--order", help="Thứ tự của bảng: lỗi trước, như đã cho, theo tên tệp / the table's order")
]
