"""Claims made of lists inside a record."""

from dataclasses import replace

import pytest

from vanbang.catalog import type_by_name
from vanbang.catalog.rows_claim import RowsClaim, rows_along, rows_of

TRANSCRIPT = type_by_name("vn-transcript")
LIST = '[{"nam":"1","mon":[{"ma":"A","diem":"9"},{"ma":"B"}]},{"nam":"2"},{"nam":"3","mon":[{"diem":"7"}]}]'
COURSES = RowsClaim(
    "mon", ("nam",), "Môn", "Courses", elements=True, path=("nam", "mon"), members=("nam", "ma", "diem")
)


def test_elements_have_members_of_their_row_and_of_the_row_around_it() -> None:
    """Empty ones are left out, and rows that say nothing of their own."""
    assert COURSES.value_in({"nam": LIST}) == [
        {"nam": "1", "ma": "A", "diem": "9"},
        {"nam": "1", "ma": "B"},
        {"nam": "3", "diem": "7"},
    ]
    assert replace(COURSES, path=("nam",), members=("nam", "ma")).value_in({"nam": LIST}) == []
    assert COURSES.value_in({"nam": ""}) == []


def test_a_list_is_read_once_for_all_claims_made_of_it() -> None:
    """The same text gives the same rows."""
    assert rows_of(LIST) is rows_of(LIST)


@pytest.mark.parametrize(
    "wrong",
    [{"elements": False}, {"path": ("mon",)}, {"members": ("nam",)}, {"path": ()}],
    ids=["not by element", "another field", "one member", "no path"],
)
def test_a_claim_that_says_too_little_is_refused(wrong: dict[str, object]) -> None:
    """It is disclosed by element, from its own field, and an element says more than what it belongs to."""
    with pytest.raises(TypeError, match="mon"):
        replace(COURSES, **wrong)  # type: ignore[arg-type]


def test_a_path_leads_through_lists_alone() -> None:
    """The rows on the way, or an error that names what is no list."""
    assert [rows.label_en for rows in rows_along(("qua_trinh_hoc_tap", "mon_hoc"), TRANSCRIPT.fields)] == [
        "School year",
        "Course",
    ]
    with pytest.raises(TypeError, match="ho_va_ten is no list"):
        rows_along(("ho_va_ten",), TRANSCRIPT.fields)
