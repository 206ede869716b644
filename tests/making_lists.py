"""Writes tests/lists, the dirty lists of `list_cases`, and their table in docs/lists.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from list_cases import bombs, days, letters, machines, numbers, shapes, sheets, together, transcripts, whole_files
from list_cases.case import Case

FOLDER = Path(__file__).parent / "lists"
PAGE = Path(__file__).parents[1] / "docs" / "lists.md"
BEGIN, END = "<!-- cases: written by tests/making_lists.py -->", "<!-- end of cases -->"
TEST = "test_each_list_gets_its_findings"
FINDINGS_NAMED = 4
"""Kinds of findings that a line of the table names; the case has them all."""


def all_cases() -> list[Case]:
    """Every dirty list."""
    modules = (whole_files, shapes, sheets, letters, numbers, days, together, machines, transcripts, bombs)
    return [case for module in modules for case in module.cases()]


def write_all(folder: Path = FOLDER) -> int:
    """Writes all lists and removes those that no case names any more; gives their number."""
    made = {case.file: case.make() for case in all_cases() if case.is_kept}
    for old in folder.iterdir():
        if old.name not in made:
            old.unlink()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return len(made)


def write_table(page: Path = PAGE) -> None:
    """Puts the table of all cases in its place in the paper."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    lines = "\n".join(table_of(all_cases()))
    page.write_text(f"{before}{BEGIN}\n{lines}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def table_in(text: str) -> list[str]:
    """The lines of the table in the paper."""
    return text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()


def table_of(cases: Iterable[Case]) -> list[str]:
    """The table: a line for each case, below its head."""
    head = [
        "| lỗi · fault | tệp · file | phát hiện · finding | cần làm · what to do | ca thử · test |",
        "|---|---|---|---|---|",
    ]
    return [*head, *map(_line, cases)]


def _line(case: Case) -> str:
    file = f"[{case.file}](../tests/lists/{case.file})" if case.is_kept else f"{case.file} (tạo khi thử)"
    found = _told([*case.found, *(f"{line} (khi tiếp nhận)" for line in case.at_intake)])
    fault = f"{case.fault_vi} · {case.fault_en}"
    return (
        "| "
        + " | ".join(
            (*(text.replace("|", "\\|") for text in (fault, file, found, case.remedy)), f"`{TEST}[{case.file}]`")
        )
        + " |"
    )


def _told(found: Sequence[str]) -> str:
    """Rule, place and, where it is one, that it is a warning; each rule once in each column."""
    if not found:
        return "không có · none"
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for line in found:
        severity, row, column, rule, *rest = line.split(" ", 4)
        rows.setdefault((rule, column, severity, " ".join(rest)), []).append(row)
    told = [_finding(*key, places) for key, places in rows.items()]
    more = len(told) - FINDINGS_NAMED
    return "<br>".join(told[:FINDINGS_NAMED] + ([f"và {more} phát hiện nữa"] if more > 0 else []))


def _finding(rule: str, column: str, severity: str, rest: str, rows: Sequence[str]) -> str:
    place = "tệp" if rows == ["0"] else f"dòng {', '.join(dict.fromkeys(rows))}"
    cell = "" if column == "-" else f", {column}"
    mild = ", cảnh báo" if severity == "warning" else ""
    return f"`{rule}` ({place}{cell}{mild}{', khi tiếp nhận' if rest else ''})"


if __name__ == "__main__":
    write_all()
    write_table()
