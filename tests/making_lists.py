"""Writes tests/lists, the dirty lists of `list_cases`, and their table in docs/lists.md."""

from pathlib import Path

from list_cases import cells, machines, shapes, together, whole_files
from list_cases.case import Case

FOLDER = Path(__file__).parent / "lists"


def all_cases() -> list[Case]:
    """Every dirty list."""
    return [case for module in (whole_files, shapes, cells, together, machines) for case in module.cases()]


def write_all(folder: Path = FOLDER) -> int:
    """Writes all lists and removes those that no case names any more; gives their number."""
    made = {case.file: case.make() for case in all_cases() if case.is_kept}
    for old in folder.iterdir():
        if old.name not in made:
            old.unlink()
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return len(made)


if __name__ == "__main__":
    write_all()
