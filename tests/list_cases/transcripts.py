"""Transcripts: lists inside a row, which JSON Lines alone can carry."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from list_cases.case import SEED, Case, bad_rows, let_in, refused
from list_cases.writing import json_lines, table, text
from vanbang.catalog.sampling import sample_rows
from vanbang.catalog.vn_transcript import YEARS

Line = dict[str, Any]
TYPE = "vn-transcript"
PLACE = f"{YEARS}[2].mon_hoc[3]"
COUNT = 2
"""Lines of these lists: a transcript takes six kilobytes. The fault stands in the second."""


def lines() -> list[Line]:
    """Transcripts without a fault, of one school."""
    rows = sample_rows(COUNT, SEED, kind="vn-transcript")
    return [{**row, YEARS: json.loads(row[YEARS])} for row in rows]


def changed(change: Callable[[Line], object]) -> Callable[[], bytes]:
    def make() -> bytes:
        found = lines()
        change(found[-1])
        return json_lines(found)

    return make


def year(**members: Any) -> Callable[[], bytes]:
    """The second school year of the second line changed."""
    return changed(lambda line: line[YEARS][1].update(members))


def course(**members: Any) -> Callable[[], bytes]:
    """The third course of that year changed."""
    return changed(lambda line: line[YEARS][1]["mon_hoc"][2].update(members))


def bad(name: str, fault: tuple[str, str], remedy: str, make: Callable[[], bytes], *found: str) -> Case:
    return bad_rows(f"transcript-{name}.jsonl", fault, remedy, make, *found, rows=COUNT, accepted=COUNT - 1)


def good(name: str, fault: tuple[str, str], remedy: str, make: Callable[[], bytes], *found: str) -> Case:
    return let_in(f"transcript-{name}.jsonl", fault, remedy, make, *found, rows=COUNT)


def nested(line: Mapping[str, Any]) -> Line:
    """As school systems write it: objects for school and province, numbers for marks."""
    flat = {name: value for name, value in line.items() if not name.startswith(("tinh_", "truong_hien_tai_"))}
    years = [
        {**each, "khoi": int(each["khoi"]), "mon_hoc": [_numbered(one) for one in each["mon_hoc"]]}
        for each in line[YEARS]
    ]
    tinh = {"ma": line["tinh_ma"], "ten": line["tinh_ten"]}
    school = {"ma": line["truong_hien_tai_ma"], "ten": line["truong_hien_tai_ten"]}
    return {**flat, "tinh": tinh, "truong_hien_tai": school, YEARS: years}


def _numbered(one: Mapping[str, str]) -> Line:
    marked = one["hinh_thuc_danh_gia"] == "diem"
    return {name: float(value) if marked and value[:1].isdigit() else value for name, value in one.items()}


def without(name: str) -> bytes:
    return json_lines([{key: value for key, value in line.items() if key != name} for line in lines()])


def as_table() -> bytes:
    """As somebody would press it into a sheet."""
    return text(table([{**line, YEARS: json.dumps(line[YEARS], ensure_ascii=False)} for line in lines()])).encode()


def forms() -> list[Case]:
    fine = "Không phải làm gì."
    return [
        good(
            "nested",
            ("Học bạ như hệ thống xuất ra: đối tượng và điểm kiểu số", "a transcript with objects and numbers"),
            fine,
            lambda: json_lines(map(nested, lines())),
        ),
        refused(
            "transcript-table.csv",
            ("Học bạ trong bảng tính", "transcripts in a table"),
            "Gửi dạng JSON Lines, mẫu: `vanbang template --type vn-transcript`.",
            as_table,
            "error 0 - json_lines_only",
        ),
        Case(
            "transcript-asked-for.csv",
            "Bảng tính được gửi như học bạ",
            "a table sent in as transcripts",
            "Gửi dạng JSON Lines, mẫu: `vanbang template --type vn-transcript`.",
            lambda: b"ho_va_ten,ngay_sinh\n",
            ("error 0 - json_lines_only",),
            rows=0,
            accepted=0,
            type_name=TYPE,
        ),
        refused(
            "transcript-without-school.jsonl",
            ("Học bạ không nêu trường cấp", "transcripts that do not name the issuing school"),
            "Thêm trường truong_hien_tai_ma (hoặc truong_hien_tai: {ma, ten}), đúng mã đã đăng ký của trường.",
            lambda: without("truong_hien_tai_ma"),
            "error 1 truong_hien_tai_ma column_missing",
        ),
        refused(
            "transcript-without-years.jsonl",
            ("Học bạ thiếu quá trình học tập", "transcripts without school years"),
            "Thêm trường qua_trinh_hoc_tap, một mảng các năm học.",
            lambda: without(YEARS),
            f"error 1 {YEARS} column_missing",
        ),
        bad(
            "no-years",
            ("Một học bạ không có năm học nào", "a transcript without a school year"),
            "Điền các năm học, hoặc bỏ dòng.",
            changed(lambda line: line.update({YEARS: []})),
            f"error 2 {YEARS} required",
        ),
        bad(
            "years-no-list",
            ("Quá trình học tập không phải một mảng", "school years that are no array"),
            "Viết các năm học trong một mảng [ … ].",
            changed(lambda line: line.update({YEARS: line[YEARS][0]})),
            f"error 2 {YEARS} not_text",
        ),
        Case(
            "transcript-years-endless.jsonl",
            "Quá trình học tập dài quá mức",
            "school years beyond all measure",
            "Kiểm tra lại tệp xuất ra.",
            changed(lambda line: line[YEARS][0].update(nhan_xet="x" * 70_000)),
            (f"error 2 {YEARS} list_too_long",),
            rows=COUNT,
            accepted=COUNT - 1,
            is_kept=False,
        ),
        bad(
            "course-no-object",
            ("Môn học không phải đối tượng", "a course that is no object"),
            "Viết mỗi môn là một đối tượng {…}.",
            year(mon_hoc=["TOAN 8.5"]),
            f"error 2 {YEARS}[2].mon_hoc[1] list_form",
        ),
        bad(
            "courses-too-many",
            ("Quá nhiều môn trong một năm", "more courses than a year can have"),
            "Bỏ các môn lặp lại.",
            changed(lambda line: line[YEARS][1].update(mon_hoc=line[YEARS][1]["mon_hoc"] * 4)),
            f"error 2 {YEARS}[2].mon_hoc list_long",
        ),
    ]


def contents() -> list[Case]:
    return [
        bad(
            "mark-over-ten",
            ("Điểm lớn hơn 10", "a mark above ten"),
            "Sửa điểm.",
            course(hk1="10.5"),
            f"error 2 {PLACE}.hk1 mark_form",
        ),
        bad(
            "mark-two-decimals",
            ("Điểm có hai chữ số thập phân", "a mark with two decimals"),
            "Làm tròn đến một chữ số thập phân theo quy định.",
            course(hk1=8.25),
            f"error 2 {PLACE}.hk1 mark_form",
        ),
        bad(
            "mark-for-word",
            ("Môn tính điểm ghi Đạt", "a word where a mark belongs"),
            "Ghi điểm, hoặc sửa hình thức đánh giá.",
            course(hk1="Đạt"),
            f"error 2 {PLACE}.hk1 mark_method",
        ),
        bad(
            "year-mark",
            ("Điểm cả năm không khớp hai học kì", "a year's mark that does not follow from its terms"),
            "Tính lại: (học kì 1 + 2 × học kì 2) : 3.",
            course(hk1="6.0", hk2="6.0", ca_nam="9.0"),
            f"error 2 {PLACE}.ca_nam year_mark",
        ),
        good(
            "study-level",
            ("Mức học tập không khớp các môn", "a level of study that the courses do not come to"),
            "Tính lại theo Thông tư 22/2021, Điều 9.",
            year(ket_qua_hoc_tap_ca_nam="Chưa đạt"),
            f"warning 2 {YEARS}[2].ket_qua_hoc_tap_ca_nam study_level",
        ),
        bad(
            "course-twice",
            ("Một môn hai lần trong năm", "a subject twice in a year"),
            "Bỏ một môn hoặc sửa mã môn.",
            course(ma_mon="VAN"),
            f"error 2 {PLACE}.ma_mon course_repeated",
        ),
        bad(
            "course-member",
            ("Môn học có trường lạ", "a course with a member that there is not"),
            "Bỏ trường đó.",
            course(diem="8.0"),
            f"error 2 {PLACE}.diem unknown_field",
        ),
        bad(
            "retest-unknown",
            ("Kiểm tra lại một môn không học", "a re-test of a subject that is not taught"),
            "Sửa mã môn.",
            year(kiem_tra_lai=[{"ma_mon": "NHAC", "diem_kiem_tra_lai": "5.0"}]),
            f"error 2 {YEARS}[2].kiem_tra_lai[1].ma_mon retest_unknown",
        ),
        bad(
            "years-out-of-order",
            ("Các năm học không theo thứ tự", "school years out of order"),
            "Xếp các năm học từ trước đến sau.",
            changed(lambda line: line[YEARS].reverse()),
            f"error 2 {YEARS}[2].nam_hoc school_year_order",
            f"error 2 {YEARS}[2].khoi grade_order",
            f"error 2 {YEARS}[3].nam_hoc school_year_order",
            f"error 2 {YEARS}[3].khoi grade_order",
        ),
        bad(
            "school-year",
            ("Năm học viết sai", "a school year written otherwise"),
            "Viết hai năm liền nhau: 2024-2025.",
            year(nam_hoc="2024/25"),
            f"error 2 {YEARS}[2].nam_hoc school_year_form",
        ),
        bad(
            "number-for-text",
            ("Mã trường kiểu số, mất số 0 ở đầu", "a school code as a number without its zero"),
            "Đặt mã trong ngoặc kép.",
            year(ma_truong=1901),
            f"error 2 {YEARS}[2].ma_truong not_text",
        ),
        bad(
            "count",
            ("Số buổi nghỉ không phải số đếm", "days absent that are no count"),
            "Ghi số buổi.",
            year(so_buoi_nghi_co_phep=-1),
            f"error 2 {YEARS}[2].so_buoi_nghi_co_phep count_form",
        ),
        bad(
            "age",
            ("Ngày sinh không thể của học sinh", "a date of birth that no pupil has"),
            "Sửa ngày sinh.",
            changed(lambda line: line.update(ngay_sinh="13/10/2018", so_ddcn="", quoc_tich="Lào")),
            "error 2 ngay_sinh school_age",
        ),
        good(
            "decision-year",
            ("Ngày xét ngoài năm học", "a decision outside of its school year"),
            "Kiểm tra lại ngày.",
            year(quyet_dinh_ngay="25/05/2023"),
            f"warning 2 {YEARS}[2].quyet_dinh_ngay decision_year",
        ),
        good(
            "school-differs",
            ("Trường cấp khác trường của năm cuối", "another school than that of the last year"),
            "Chắc chắn trường này cấp học bạ.",
            changed(lambda line: line[YEARS][2].update(ma_truong="01902")),
            "warning 2 truong_hien_tai_ma school_differs",
        ),
    ]


def cases() -> list[Case]:
    """Sent in by the ministry: the school that issues them is another institution than most lists'."""
    return [replace(case, by_ministry=True) for case in (*forms(), *contents())]
