"""Lists that programs write: JSON Lines and Parquet, with the faults that only programs make."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from list_cases.case import Case, altered, bad_rows, good, let_in, refused, school
from list_cases.writing import json_lines, parquet

MEND = "Sửa chương trình xuất: mỗi dòng một đối tượng JSON, giá trị là chuỗi."
TYPED = "Chuyển cột thành chuỗi (string) rồi ghi lại."


def line(written: str) -> bytes:
    """The list with this in place of the second line."""
    first, _, third = json_lines(good()).decode().splitlines(keepends=True)
    return f"{first}{written}\n{third}".encode("utf-8", "surrogatepass")


def member(value: str, name: str = "tong_so_tin_chi") -> bytes:
    """The second line with this JSON text as the value of a member."""
    row = good()[1]
    return line(json.dumps(row, ensure_ascii=False).replace(f'"{name}": "{row[name]}"', f'"{name}": {value}'))


def jsonl() -> list[Case]:
    second = json.dumps(good()[1], ensure_ascii=False)
    bad = "error 2 - json_line"

    def one(file: str, fault: tuple[str, str], data: bytes, *found: str) -> Case:
        return bad_rows(file, fault, MEND, lambda: data, *(found or (bad,)))

    return [
        let_in(
            "good.jsonl",
            ("JSON Lines đúng", "JSON Lines as they should be"),
            "Không phải làm gì.",
            lambda: json_lines(good()),
        ),
        let_in(
            "null.jsonl",
            ("null ở ô không bắt buộc", "null in an optional member"),
            "Không phải làm gì.",
            lambda: (
                member("null", "ghi_chu")
                if good()[1]["ghi_chu"]
                else line(second.replace('"ghi_chu": ""', '"ghi_chu": null'))
            ),
        ),
        one("key-twice.jsonl", ("Khóa JSON lặp lại", "a JSON key twice"), line('{"ho_va_ten": "A", ' + second[1:])),
        one("nan.jsonl", ("NaN trong JSON", "NaN"), member("NaN")),
        one("infinity.jsonl", ("Infinity trong JSON", "Infinity"), member("Infinity")),
        one("lone-surrogate.jsonl", ("Nửa cặp thay thế \\ud800", "a lone surrogate"), member('"\\ud800"', "ho_va_ten")),
        one(
            "surrogate-bytes.jsonl",
            ("Byte của nửa cặp thay thế", "a surrogate in raw bytes"),
            member('"\ud800"', "ho_va_ten"),
        ),
        one("deep.jsonl", ("Lồng quá sâu", "nested too deep"), member("[" * 5000 + "]" * 5000)),
        one(
            "number-beyond-2-53.jsonl",
            ("Số lớn hơn 2^53", "a number beyond 2^53"),
            member("9007199254740993", "so_hieu_vbcc"),
        ),
        one("number-huge.jsonl", ("Số khổng lồ", "a huge number"), member("9" * 400)),
        one("fraction.jsonl", ("Số thập phân JSON", "a fraction"), member("132.5")),
        one(
            "number.jsonl",
            ("Số JSON thay cho chuỗi", "a number in place of a text"),
            member("132"),
            "error 2 tong_so_tin_chi not_text",
        ),
        one(
            "truth-value.jsonl",
            ("true thay cho chuỗi", "true in place of a text"),
            member("true"),
            "error 2 tong_so_tin_chi not_text",
        ),
        one(
            "object.jsonl",
            ("Đối tượng thay cho chuỗi", "an object in place of a text"),
            member('{"so": 132}'),
            "error 2 tong_so_tin_chi not_text",
        ),
        one("array-line.jsonl", ("Dòng là một mảng", "a line that is an array"), line("[1, 2]")),
        one("two-objects.jsonl", ("Hai đối tượng một dòng", "two objects in a line"), line(second + " " + second)),
        one("trailing-comma.jsonl", ("Dấu phẩy thừa", "a trailing comma"), line(second[:-1] + ",}")),
        one("comment.jsonl", ("Chú thích trong JSON", "a comment"), line("// " + second)),
        one("single-quotes.jsonl", ("Nháy đơn (Python)", "single quotes"), line(str(good()[1]))),
        one(
            "key-unknown.jsonl",
            ("Khóa lạ ở một dòng", "an unknown member in one line"),
            line('{"diem": "3.1", ' + second[1:]),
            "error 2 diem column_unknown",
        ),
        one(
            "field-twice.jsonl",
            ("Hai khóa cùng một trường", "two members for one field"),
            line('{"Họ tên": "A", ' + second[1:]),
            "error 2 ho_va_ten column_repeated",
        ),
        one(
            "control-character.jsonl",
            ("Ký tự điều khiển trong chuỗi", "a control character"),
            member('"\\u0007"', "ho_va_ten"),
            "error 2 ho_va_ten invisible_character",
        ),
    ]


def columns() -> list[Case]:
    def typed(change: Mapping[str, Any], **types: pa.DataType) -> bytes:
        return parquet([row | change for row in good()], **types)

    return [
        let_in(
            "good.parquet", ("Parquet đúng", "Parquet as it should be"), "Không phải làm gì.", lambda: parquet(good())
        ),
        replace(
            let_in(
                "high-school.parquet",
                ("Parquet của trường phổ thông", "a school's Parquet"),
                "Không phải làm gì.",
                lambda: parquet(school()),
            ),
            by_ministry=True,
        ),
        let_in(
            "dates.parquet",
            ("Cột ngày kiểu date", "a column of dates"),
            "Không phải làm gì.",
            lambda: typed({"ngay_cap_vbcc": date(2026, 6, 10)}, ngay_cap_vbcc=pa.date32()),
        ),
        bad_rows(
            "numbers.parquet",
            ("Số định danh kiểu int64", "citizen numbers as int64"),
            TYPED,
            lambda: parquet([row | {"so_ddcn": int(row["so_ddcn"])} for row in good()], so_ddcn=pa.int64()),
            *(
                line
                for row in (1, 2, 3)
                for line in (f"warning {row} so_ddcn number_cell", f"error {row} so_ddcn citizen_form")
            ),
            accepted=0,
        ),
        bad_rows(
            "serial-float.parquet",
            ("Số hiệu kiểu double", "serials as double"),
            TYPED,
            lambda: parquet(
                [row | {"so_hieu_vbcc": 1.5e17 + i} for i, row in enumerate(good())], so_hieu_vbcc=pa.float64()
            ),
            *(f"error {row} so_hieu_vbcc number_too_long" for row in (1, 2, 3)),
            accepted=0,
        ),
        bad_rows(
            "truth-values.parquet",
            ("Giới tính kiểu boolean", "sex as boolean"),
            TYPED,
            lambda: typed({"gioi_tinh": True}, gioi_tinh=pa.bool_()),
            *(f"error {row} gioi_tinh not_text" for row in (1, 2, 3)),
            accepted=0,
        ),
        refused(
            "binary.parquet",
            ("Cột kiểu binary", "a binary column"),
            TYPED,
            lambda: typed({"ho_va_ten": b"Ho"}, ho_va_ten=pa.binary()),
            "error 1 ho_va_ten column_type",
        ),
        refused(
            "list.parquet",
            ("Cột kiểu danh sách", "a column of lists"),
            TYPED,
            lambda: typed({"ho_va_ten": ["A"]}, ho_va_ten=pa.list_(pa.string())),
            "error 1 ho_va_ten column_type",
        ),
        refused(
            "struct.parquet",
            ("Cột lồng nhau", "a nested column"),
            TYPED,
            lambda: typed({"ho_va_ten": {"ho": "A"}}, ho_va_ten=pa.struct([("ho", pa.string())])),
            "error 1 ho_va_ten column_type",
        ),
        refused(
            "time-zone.parquet",
            ("Cột thời điểm có múi giờ", "a timestamp with a zone"),
            TYPED,
            lambda: typed(
                {"ngay_cap_vbcc": datetime(2026, 6, 10, tzinfo=UTC)}, ngay_cap_vbcc=pa.timestamp("us", "UTC")
            ),
            "error 1 ngay_cap_vbcc column_type",
        ),
        bad_rows(
            "nulls.parquet",
            ("null ở cột bắt buộc", "null in a required column"),
            "Điền giá trị.",
            lambda: parquet(altered({"noi_sinh": None})),
            "error 2 noi_sinh required",
        ),  # type: ignore[dict-item]
    ]


def cases() -> list[Case]:
    return [*jsonl(), *columns()]
