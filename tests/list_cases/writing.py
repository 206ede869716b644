"""Lists as bytes, clean or spoilt, in each form that registrars hand in. Same rows, same bytes."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

Cells = Mapping[str, str]
Table = Sequence[Sequence[Any]]

MADE_ON = datetime(2026, 6, 10)  # noqa: DTZ001 - spreadsheets know no time zones

_TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢§£¤¥¦",
        strict=True,
    )
)
_TONES = dict(zip("\u0301\u0300\u0309\u0303\u0323", range(5), strict=True))
_VNI_VOWELS = {"\u0302": "áàåãä", "\u0306": "éèúüë", "": "ùøûõï"}
_VNI_SOLE = str.maketrans("đĐươƯƠỉĩịỵ", "ñÑöôÖÔæóòî")


def table(rows: Sequence[Cells]) -> list[list[str]]:
    """Header and rows."""
    return [list(rows[0]), *([*row.values()] for row in rows)]


def text(rows: Table, separator: str = ",", end: str = "\n") -> str:
    """CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


def written(rows: Sequence[Cells], encoding: str = "utf-8") -> bytes:
    """CSV as bytes."""
    return text(table(rows)).encode(encoding)


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def xlsx(*sheets: tuple[str, Table], **options: Any) -> bytes:
    """A workbook; texts become text cells, numbers and dates typed ones. `hidden` names a hidden sheet; `hidden_rows`
    are rows filtered out; `merged` ranges of the first sheet; `formulas` by place, with the value they last had."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": MADE_ON})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, (name, rows) in enumerate(sheets):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    _write(sheet, row, column, cell, dates)
            if name == options.get("hidden"):
                sheet.hide()
            if not number:
                _spoil(sheet, options)
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, dates: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, dates)
    else:
        sheet.write(row, column, cell)


def _spoil(sheet: Any, options: Mapping[str, Any]) -> None:
    for row in options.get("hidden_rows", ()):
        sheet.set_row(row, options={"hidden": True})
    for column in options.get("hidden_columns", ()):
        sheet.set_column(column, column, None, None, {"hidden": True})
    for place, title in options.get("merged", {}).items():
        sheet.merge_range(place, title)
    for place, (formula, value) in options.get("formulas", {}).items():
        sheet.write_formula(place, formula, None, value)


def parquet(rows: Sequence[Mapping[str, Any]], **types: pa.DataType) -> bytes:
    """Columns of text but those of other `types`."""
    schema = pa.schema([(name, types.get(name, pa.string())) for name in rows[0]])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema), out, compression="zstd")
    return out.getvalue()


def in_tcvn3(given: str) -> str:
    """As typed for the fonts .VnTime; capital vowels with tones have no letters of their own there."""
    return "".join(_TCVN3.get(letter) or _TCVN3.get(letter.lower(), letter) for letter in given)


def in_vni(given: str) -> str:
    """As typed for the fonts VNI-Times: a letter, and the sign of its marks behind it."""
    return "".join(_vni_letter(letter) for letter in given)


def _vni_letter(letter: str) -> str:
    plain = letter.translate(_VNI_SOLE)
    if plain != letter:
        return plain
    base, *marks = unicodedata.normalize("NFD", letter)
    if not marks:
        return letter
    tone = next((_TONES[mark] for mark in marks if mark in _TONES), None)
    hat = next((mark for mark in marks if mark in _VNI_VOWELS), "")
    base = {"o": "ô", "u": "ö", "O": "Ô", "U": "Ö"}[base] if "\u031b" in marks else base
    if base in "iI":
        return letter
    sign = {"\u0302": "â", "\u0306": "ê", "": ""}[hat] if tone is None else _VNI_VOWELS[hat][tone]
    return base + (sign.upper() if letter.isupper() else sign)


def in_windows_1258(given: str) -> bytes:
    """The vowel with its hat, then the tone."""
    return "".join(_tone_apart(letter) for letter in unicodedata.normalize("NFC", given)).encode("cp1258")


def _tone_apart(letter: str) -> str:
    marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks if mark in _TONES), "")
    return unicodedata.normalize("NFC", marks.replace(tone, "")) + tone if tone else letter
