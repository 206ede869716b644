"""erase: one person's record, for good."""

import time
from typing import Annotated, Any

import typer

from vanbang.bootstrap import open_house
from vanbang.catalog import type_by_name
from vanbang.cli.issuing import credential_of_stored, find
from vanbang.cli.options import HomeOption, JsonOption, TypeOption
from vanbang.cli.output import console, print_json
from vanbang.notary.erasing import Erasure, check_none_on_its_way
from vanbang.notary.erasing import erase as erase_record
from vanbang.settings import home_folder


def erase(
    code: Annotated[str, typer.Option("--issuer", help="Mã đơn vị cấp bằng / the institution's code")],
    serial: Annotated[
        str,
        typer.Option(
            "--serial",
            help="Số hiệu; mã định danh học bạ / serial number; a transcript's identifier",
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="Mã lý do, không ghi tên người / a code, no names: e.g. court-order")
    ],
    type_name: TypeOption = "vn-diploma",
    edition: Annotated[
        int | None,
        typer.Option("--edition", min=1, help="Chỉ lần cấp này; bỏ trống: tất cả / this edition only; none: all"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại / do not ask")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xóa vĩnh viễn dữ liệu của một người / erase one person's record for good. May be given again."""
    if not yes:
        typer.confirm("Xóa vĩnh viễn, không lấy lại được / erase for good?", abort=True, err=True)
    with open_house(home_folder(home)) as house:
        newest = find(house, code, type_by_name(type_name), serial, edition)
        if edition is None:
            check_none_on_its_way(house.store, newest.key)
        stored = [newest] if edition is not None else house.store.editions(newest.key)
        done = [
            erase_record(
                *(house.store.acting_as("cli"), house.objects, house.spool, item, reason, int(time.time())),
                lambda other: credential_of_stored(house, other),
            )
            for item in stored
        ]
    facts = [_facts(item.edition, erasure) for item, erasure in zip(stored, done, strict=True)]
    if as_json:
        print_json({**facts[-1], "older": facts[:-1]})
        return
    for told in facts:
        for name, value in told.items():
            console.print(f"{name:>16}: {value}")
    console.print(
        "Đã xóa khóa và bản mã; các văn bằng khác của đợt vẫn kiểm tra được. Lá trong cây băm vẫn còn: một mã băm có "
        "muối mà không ai mở được. Các bản sao lưu đã làm trước đây vẫn còn dữ liệu này: hãy hủy khi hết hạn.\n"
        "Secret and ciphertext are gone; the batch's root was computed again from its tiles. The leaf stays: a salted "
        "hash that nobody can open. Backups made earlier still hold the record: they must expire.",
        markup=False,
    )


def _facts(edition: int, done: Erasure) -> dict[str, Any]:
    return {
        "record": done.record,
        "edition": edition,
        "batch": done.batch,
        "root": done.root.hex(),
        "leaf_index": done.leaf_index,
        "shares_withdrawn": done.shares,
        "rebuilt": done.rebuilt,
    }
