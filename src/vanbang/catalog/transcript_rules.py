"""The rules for lists inside a row, and for the school years and courses of a transcript (see `rules`)."""

from collections.abc import Mapping
from types import MappingProxyType

from vanbang.catalog.rules import Rule

TRANSCRIPT_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # a list inside a row
        "list_form": Rule(
            "error",
            "clean",
            "{label}: phải là một mảng JSON gồm các đối tượng {{...}} ({reason_vi}); hãy xuất lại từ hệ thống học bạ.",
            "{label}: must be a JSON array of objects {{...}} ({reason}); export it again from the school's system.",
        ),
        "list_long": Rule(
            "error",
            "accurate",
            "{label}: có {count} mục, tối đa {limit}; hãy kiểm tra lại.",
            "{label}: holds {count} entries, at most {limit} are possible; check it.",
        ),
        # the shape of single fields
        "school_year_form": Rule(
            "error",
            "clean",
            "{label}: “{value}” phải là hai năm liền nhau, ví dụ 2025-2026.",
            "{label}: “{value}” must be two years in a row, such as 2025-2026.",
        ),
        "mark_form": Rule(
            "error",
            "accurate",
            "{label}: “{value}” phải là điểm từ 0 đến 10 có một chữ số thập phân (8.5), hoặc Đạt, Chưa đạt.",
            "{label}: “{value}” must be a mark from 0 to 10 with one decimal (8.5), or Đạt, Chưa đạt.",
        ),
        "count_form": Rule(
            "error",
            "accurate",
            "{label}: “{value}” phải là một số đếm, ví dụ 0 hoặc 12.",
            "{label}: “{value}” must be a count such as 0 or 12.",
        ),
        # what must agree within a transcript
        "mark_method": Rule(
            "error",
            "accurate",
            "{label}: “{value}” không hợp với hình thức đánh giá của môn; môn tính điểm có điểm số, môn nhận xét có "
            "Đạt hoặc Chưa đạt.",
            "{label}: “{value}” does not fit how the subject is assessed: by marks, or by Đạt and Chưa đạt.",
        ),
        "year_mark": Rule(
            "error",
            "accurate",
            "{label}: “{value}” không khớp hai học kì, (học kì 1 + 2 × học kì 2) : 3 = {expected}; hãy kiểm tra lại.",
            "{label}: “{value}” is not (first term + 2 × second term) : 3 = {expected}; check the three marks.",
        ),
        "study_level": Rule(
            "warning",
            "accurate",
            "{label}: “{value}” khác mức tính từ các môn theo Thông tư 22/2021 ({expected}); hãy kiểm tra lại.",
            "{label}: “{value}” is not the level that the courses come to by Circular 22/2021 ({expected}); check it.",
        ),
        "course_repeated": Rule(
            "error",
            "accurate",
            "{label}: môn “{value}” đã có trong năm học này; hãy bỏ một dòng hoặc sửa mã môn.",
            "{label}: the subject “{value}” is in this school year already; remove one or correct its code.",
        ),
        "retest_unknown": Rule(
            "error",
            "accurate",
            "{label}: không có môn “{value}” trong năm học này; hãy sửa mã môn kiểm tra lại.",
            "{label}: this school year has no subject “{value}”; correct the code of the re-test.",
        ),
        "school_year_order": Rule(
            "error",
            "accurate",
            "{label}: “{value}” phải sau năm học trước đó ({other}); hãy xếp các năm theo thứ tự, mỗi năm một lần.",
            "{label}: “{value}” must come after the school year before it ({other}); put them in order, each once.",
        ),
        "grade_order": Rule(
            "error",
            "accurate",
            "{label}: khối “{value}” thấp hơn khối của năm học trước ({other}); hãy kiểm tra lại.",
            "{label}: grade “{value}” is below that of the school year before it ({other}); check both.",
        ),
        "decision_year": Rule(
            "warning",
            "accurate",
            "{label}: “{value}” không nằm trong năm kết thúc của năm học {other}; hãy kiểm tra lại.",
            "{label}: “{value}” is not in the year in which the school year {other} ends; check it.",
        ),
        "school_differs": Rule(
            "warning",
            "accurate",
            "{label}: “{value}” khác trường của năm học cuối ({other}); hãy chắc chắn trường này cấp học bạ.",
            "{label}: “{value}” is not the school of the last year ({other}); make sure that it issues the transcript.",
        ),
        "school_age": Rule(
            "error",
            "accurate",
            "{label}: “{value}”, vào năm học đầu mới {years} tuổi; hãy kiểm tra ngày sinh và năm học.",
            "{label}: “{value}” makes the learner {years} years old in the first school year; check both.",
        ),
    }
)
