"""find: the diplomas of one serial number, learner or citizen; index: what makes those of earlier versions found."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from vanbang.bootstrap import House, open_house
from vanbang.catalog import TYPES, type_by_name
from vanbang.cli.issuing import find as find_serial
from vanbang.cli.options import HomeOption, JsonOption
from vanbang.cli.output import Exit, console, errors, print_json
from vanbang.cli.status_view import code_of, status_name
from vanbang.core.encoding import time_text
from vanbang.core.errors import FormatError
from vanbang.notary.changing_status import status_of
from vanbang.notary.looking_up import By, LookingUp, index_all
from vanbang.ports import Batch, StoredRecord
from vanbang.settings import home_folder

FROM_INPUT: Final = "-"


def find(
    serial: Annotated[
        str | None,
        typer.Option("--serial", help="Số hiệu; mã định danh học bạ / serial number; transcript's identifier"),
    ] = None,
    learner: Annotated[str | None, typer.Option("--learner", help="Mã người học / learner number")] = None,
    citizen: Annotated[
        str | None,
        typer.Option("--citizen", help="Số định danh cá nhân; -: đọc từ đầu vào / citizen number; -: from the input"),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--issuer", help="Mã đơn vị; bắt buộc với --serial / issuer, needed with --serial")
    ] = None,
    type_name: Annotated[str, typer.Option("--type", help="Loại văn bằng, với --serial / type")] = "vn-diploma",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm văn bằng theo số hiệu, mã người học hay số định danh / find diplomas by serial, learner or citizen number.

    Số định danh cá nhân nên đọc từ đầu vào (`--citizen -`) để không nằm lại trong lịch sử lệnh / give a citizen number
    as input, so that the shell's history does not keep it.
    """
    if sum(given is not None for given in (serial, learner, citizen)) != 1:
        raise FormatError("--serial, --learner, --citizen", "give exactly one of them")
    unreadable: Sequence[StoredRecord] = ()
    with open_house(home_folder(home)) as house:
        if serial is not None:
            if code is None:
                raise FormatError("--issuer", "a serial number is one institution's own: name it")
            newest = find_serial(house, code, type_by_name(type_name), serial)
            records = house.store.editions(newest.key)
        else:
            by: By = "learner" if citizen is None else "citizen"
            number, iss = learner or _given(citizen or ""), None if code is None else house.institution(code).iss
            found, unreadable = LookingUp(house.store, house.index_key).of_person(by, number, iss)
            records = [item.stored for item in found]
        told = [_facts(house, record) for record in records]
    if as_json:
        print_json({"found": told, "unreadable": [record.key.hex() for record in unreadable]})
    for item in () if as_json else told:
        console.print(
            f"{item['issuer']}  {item['type']}  lần / edition {item['edition']}  {item['status']}  "
            f"{item['batch_state']}\n  {item['id']}",
            markup=False,
        )
    _tell_unreadable([record.key.hex() for record in unreadable])
    if not told:
        words = " đọc được / no diploma that can be read was found." if unreadable else " / no diploma was found."
        errors.print(f"Không có văn bằng nào{words}")
        raise typer.Exit(Exit.REFUSED)


def index(
    behind: Annotated[int, typer.Option("--behind", min=0, help="Từ sau bản ghi này / go on behind this record")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lập chỉ mục người học cho văn bằng nhận từ bản trước / index diplomas of earlier versions by learner and citizen.

    Chạy lại được bất cứ lúc nào / may be stopped and given again at any time.
    """

    def show(last: int, added: int) -> None:
        errors.print(f"đến bản ghi / up to record {last}: +{added}", markup=False)

    with open_house(home_folder(home)) as house:
        done = index_all(house.store, house.index_key, behind, (lambda last, added: None) if as_json else show)
    if as_json:
        print_json({"indexed": done.added, "unreadable": done.unreadable})
        return
    console.print(f"Đã lập chỉ mục / indexed: {done.added}")
    if done.unreadable:
        errors.print(
            f"Không đọc được vì dữ liệu lưu đã bị sửa / cannot be read, for what is stored was changed: "
            f"{done.unreadable}; `vanbang audit --database`",
            markup=False,
        )


def _given(number: str) -> str:
    return sys.stdin.readline().strip() if number == FROM_INPUT else number


def _tell_unreadable(ids: Sequence[str]) -> None:
    """Says on standard error that these may be the person's as well, and that nobody can tell."""
    if ids:
        errors.print(
            f"Số bản ghi có thể cũng của người này nhưng không đọc được, vì dữ liệu lưu đã bị sửa: {len(ids)}; "
            "hãy chạy `vanbang audit --database`\n"
            f"Records that may be this person's too, but cannot be read, for what is stored was changed: {len(ids)}; "
            "run `vanbang audit --database`",
            *(f"  {one}" for one in ids),
            sep="\n",
            markup=False,
        )


def _facts(house: House, record: StoredRecord) -> dict[str, Any]:
    batch = house.store.batch(record.batch_id)
    if batch is None:
        raise FormatError(record.batch_id, "this batch is not in the database any more")
    return {
        "id": record.key.hex(),
        "issuer": code_of(house, batch.iss),
        "type": _type_name(batch),
        "edition": record.edition,
        "batch": batch.id,
        "batch_state": batch.state,
        "status": status_name(status_of(house.store, record)),
        "erased_at": None if record.erased_at is None else time_text(record.erased_at),
    }


def _type_name(batch: Batch) -> str:
    kind = TYPES.get(batch.vct)
    return batch.vct if kind is None else kind.name
