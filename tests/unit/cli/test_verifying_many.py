"""Many diplomas at once: what is counted, sorted, written, and what the exit status says."""

import csv
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vanbang.adapters.gathering import Found, Item, Unreadable
from vanbang.adapters.pdf.errors import PdfWithoutCredential
from vanbang.cli import many_results, verifying_many
from vanbang.cli.many_options import Order
from vanbang.cli.many_results import results
from vanbang.cli.output import Exit
from vanbang.cli.verifying_many import check_many
from vanbang.core.errors import FormatError
from vanbang.core.quorum import Failure
from vanbang.notary.briefs import brief_alone
from vanbang.notary.verifying import verify
from world import NOW, World

WORLD = World()
GOOD, BAD = WORLD.credential(), WORLD.credential().replace(b'"leaf_index":', b'"leaf_index":99999')


@dataclass
class Truthful:
    """A witness in the small world; `silent`: nobody answers."""

    evidence: dict[str, Any]

    def chain_answer(self, registry: Any, question: str) -> Any:
        return self.evidence.get(question, [Failure("unreachable")] * 3)

    def file_answer(self, _: Any, path: str) -> Any:
        return self.evidence.get(f"file {path}", Failure("absent"))


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    believed(monkeypatch, WORLD.evidence())
    monkeypatch.setattr(verifying_many.time, "time", lambda: NOW)


def believed(monkeypatch: pytest.MonkeyPatch, evidence: dict[str, Any]) -> None:
    monkeypatch.setattr(verifying_many, "RpcWitness", lambda: Truthful(evidence))


def check(folder: Path, csv_file: Path | None = None, order: Order = Order.BAD, as_json: bool = False) -> Exit:
    return check_many(str(folder), WORLD.trust(), csv_file, order, as_json)


def write(folder: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (folder / f"{name}.json").write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a": GOOD, "b": GOOD}, Exit.OK),
        ({"a": GOOD, "b": BAD}, Exit.INVALID),
        ({"a": GOOD, "b": b""}, Exit.INVALID),
        ({"a": GOOD, "b": b"PK\x03\x04"}, Exit.UNDETERMINED),
        ({"a": BAD, "b": b"PK\x03\x04"}, Exit.INVALID),
        ({"a": b"%PDF-1.7 a scan"}, Exit.UNDETERMINED),
    ],
)
def test_exit_statuses(tmp_path: Path, files: dict[str, bytes], status: Exit) -> None:
    """0 only if every file is VALID, 10 if one is INVALID, else 11, also for what was not read."""
    assert check(write(tmp_path, **files)) is status


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any endpoint everything is UNDETERMINED, and so is the exit status."""
    believed(monkeypatch, {})
    assert check(write(tmp_path, a=GOOD)) is Exit.UNDETERMINED


def test_nothing_to_judge(tmp_path: Path) -> None:
    """An empty folder is an error, never a good end, and leaves no CSV."""
    (tmp_path / "trong").mkdir()
    with pytest.raises(FormatError, match="there is no file"):
        check(tmp_path / "trong", tmp_path / "o.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["trong"]


def test_the_bad_ones_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table begins with what is INVALID, then what was not read; totals and words in both languages follow."""
    check(write(tmp_path, a=GOOD, b=b"PK\x03\x04", c=BAD))
    told = capsys.readouterr().out
    assert told.index("c.json") < told.index("b.json") < told.index("a.json")
    assert "3 tệp / files: 1 HỢP LỆ / VALID, 1 KHÔNG HỢP LỆ / INVALID" in told
    assert "1 KHÔNG ĐỌC ĐƯỢC / NOT READ" in told
    assert "Nguyễn Thị Ánh Đào" in told


@pytest.mark.parametrize(("order", "names"), [(Order.GIVEN, "cab"), (Order.FILE, "abc"), (Order.BAD, "bca")])
def test_the_table_in_the_order_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], order: Order, names: str
) -> None:
    """As given, by file, or the bad ones first."""
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name, data in (("c", GOOD), ("a", GOOD), ("b", BAD)):
            archive.writestr(f"tep-{name}", data)
    check(tmp_path / "z.zip", order=order)
    told = capsys.readouterr().out
    assert sorted("abc", key=lambda name: told.index(f"tep-{name}")) == list(names)


def test_only_what_is_shown_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many files the worst are in the table, all are counted, and the rest is told as a number."""
    monkeypatch.setattr(verifying_many, "SHOWN", 2)
    files = {f"tep-{number}": GOOD for number in range(7)}
    check(write(tmp_path, **files, xau=BAD))
    told = capsys.readouterr().out
    assert "xau.json" in told
    assert told.count("tep-") == 1
    assert "... và 6 tệp nữa" in told
    assert "8 tệp / files: 7 HỢP LỆ" in told


def test_json_a_line_for_each(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Each line has the file and the members of its report; what was not read has a null verdict and the reason."""
    check(write(tmp_path, a=GOOD, b=b"PK\x03\x04"), as_json=True)
    first, second = (json.loads(line) for line in capfdbinary.readouterr().out.splitlines())
    report = verify(GOOD, WORLD.trust(), Truthful(WORLD.evidence()), NOW).to_json()
    assert first == {"number": 1, "file": "a.json", **report}
    assert (second["number"], second["file"], second["verdict"]) == (2, "b.json", None)
    assert second["error"]["code"] == "archive_inside"


def test_csv_for_spreadsheets(tmp_path: Path) -> None:
    """All results with a byte order mark; no cell is a formula, hides letters or breaks a line."""
    out = tmp_path / "kq.csv"
    names = ["=cmd|' /C calc'!A0.json", "+1.json", "a\u202etxt.json", "b\n.json"]
    claims = {"ho_va_ten": '=HYPERLINK("x")', "xep_loai": "@Giỏi"}
    (tmp_path / "d").mkdir()
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name in names:
            archive.writestr(name, World(claims=claims).credential())
    check(tmp_path / "d.zip", out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 5
    assert {len(row) for row in rows} == {15}
    assert [row[1] for row in rows[1:]] == [f"'{names[0]}", f"'{names[1]}", "a\\u202etxt.json", "b\\u000a.json"]
    assert {(row[6], row[9]) for row in rows[1:]} == {('\'=HYPERLINK("x")', "'@Giỏi")}
    assert not any(cell[:1] in set("=+-@") for row in rows for cell in row)


def test_a_run_that_breaks_off_leaves_the_old_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays whole, and nothing half-written stands beside it."""
    write(tmp_path, a=GOOD)
    (tmp_path / "kq.csv").write_text("old")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verifying_many.Tally, "add", broken)
    with pytest.raises(KeyboardInterrupt):
        check(tmp_path, tmp_path / "kq.csv")
    assert (tmp_path / "kq.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "kq.csv"]


def test_a_csv_that_cannot_be_written(tmp_path: Path) -> None:
    """It is said before the first file is judged, and names the place."""
    write(tmp_path, a=GOOD)
    for place in (tmp_path / "khong" / "kq.csv", tmp_path):
        with pytest.raises(FormatError, match="cannot be written"):
            check(tmp_path, place)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_results_keep_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is read ahead, each verdict stands beside the name of its own file, in the order given."""

    def opened(data: bytes) -> bytes:
        if b"scan" in data:
            raise PdfWithoutCredential
        return GOOD

    monkeypatch.setattr(many_results, "credential_in", opened)
    items: list[Item] = [
        Unreadable("1", "link"),
        Found("2", GOOD),
        Found("3", b"%PDF-1.7 scan"),
        Found("4", BAD),
        Found("5", b"%PDF-1.7"),
        Unreadable("6", "zip_bomb"),
    ]
    witness = Truthful(WORLD.evidence())

    def all_at_once(files: Any) -> Any:
        reports = [verify(data, WORLD.trust(), witness, NOW) for data in list(files)]
        return iter([brief_alone(report) for report in reports])

    def one_by_one(files: Any) -> Any:
        return (brief_alone(verify(data, WORLD.trust(), witness, NOW)) for data in files)

    for judging in (all_at_once, one_by_one):
        found = list(results(items, judging))
        assert [(result.number, result.name) for result in found] == [(n, str(n)) for n in range(1, 7)]
        assert [result.verdict and result.verdict.value for result in found] == [
            *(None, "VALID", None, "INVALID", "VALID", None)
        ]
        assert [result.from_pdf for result in found] == [False, False, False, False, True, False]


@pytest.mark.slow
def test_many_are_judged_by_other_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is more than a unit of work goes to the workers, and ends with the same totals and exit status."""
    monkeypatch.setattr(verifying_many, "CHUNK", 0)
    assert check(write(tmp_path, a=GOOD, b=GOOD)) is Exit.OK
    assert check(write(tmp_path, c=BAD)) is Exit.INVALID
