"""Exports, as lines and as an archive: what is asked, what is given, and where they go on."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from vanbang.client.errors import AnswerUnusable, ServerProblem, ServerUnreachable
from vanbang.client.exchange import Answer, Course, Following, Give, Listen, Patience, Wait
from vanbang.client.exporting import Files, files, save_lines, save_zip
from vanbang.core.credential import read_credential
from vanbang.core.errors import FormatError
from vanbang.notary.export_items import LeftOut
from world import World

FILE = World().credential()
OTHER = read_credential(FILE).extract(["ho_va_ten"]).to_bytes()
"""Of the same leaf: another file as bytes, the same place to go on behind."""
NOTE = b'{"export":{"left_out":{"batch":"b2","reason":"not_endorsed","records":40}}}'
ERASED = b'{"export":{"left_out":{"batch":"b1","reason":"erased","records":1,"credential":"c1"}}}'
BUSY = '{"export":{"problem":{"status":503,"code":"busy","detail_vi":"Bận.","detail":"Busy."}}}'.encode()
ENDED_KEY = BUSY.replace(b"503", b"401")
OK = Answer(200, {}, b"")
PATIENCE = Patience(repeats=2, longest=1.0)
NOTHING_CHOSEN = {"issuer": None, "since": None}


def end(number: int, left_out: int = 0) -> bytes:
    return b'{"export":{"files":%d,"left_out":%d}}' % (number, left_out)


def place(file: bytes) -> str:
    proof = read_credential(file).proof
    assert proof is not None
    return f"{sha256(proof.manifest_bytes).hexdigest()}.{proof.leaf_index}"


class Told:
    """A course with answers in pieces, None for one that breaks off; what was asked, and what it gave."""

    def __init__(self, following: Following, *answers: Sequence[bytes | None]) -> None:
        self.asked: list[dict[str, str]] = []
        self.given: list[Any] = []
        self._left = [iter(answer) for answer in answers]
        self._now: Iterator[bytes | None] = iter(())
        self._course = Course(following)

    def run(self) -> list[Any]:
        while not self._course.is_over:
            self._do(self._course.step)
        return self.given

    def _do(self, step: Any) -> None:
        match step:
            case Give(value):
                self.given.append(value)
                self._course.reply(None)
            case Wait():
                self._course.reply(None)
            case Listen(request):
                self.asked.append(dict(parse_qsl(urlsplit(request.path).query)))
                self._now = self._left.pop(0)
                self._course.reply(OK)
            case _:
                piece = next(self._now, b"")
                if piece is None:
                    self._course.fail(ServerUnreachable("broken", "cut"))
                else:
                    self._course.reply(piece or None)


def test_a_whole_export() -> None:
    """Files come as they are, what has none is told; the counts end it."""
    told = Told(files({"issuer": "SHB", "batch": None}, None, PATIENCE), [ERASED, FILE, OTHER, NOTE, end(2, 41)])
    assert told.run() == [LeftOut("b1", "c1", "erased", 1), FILE, OTHER, LeftOut("b2", "", "not_endorsed", 40)]
    assert told.asked == [{"issuer": "SHB", "format": "ndjson"}]


@pytest.mark.parametrize(
    "first",
    [[ERASED, FILE, NOTE, None], [ERASED, FILE, NOTE, BUSY], [ERASED, FILE, NOTE]],
    ids=["cut", "busy", "ended"],
)
def test_it_goes_on_where_it_broke_off(first: Sequence[bytes | None]) -> None:
    """Behind the last whole file, from where what is left out is told again: it is given once."""
    told = Told(files(NOTHING_CHOSEN, None, PATIENCE), first, [None], [NOTE, OTHER, end(1, 40)])
    assert told.run() == [
        LeftOut("b1", "c1", "erased", 1),
        FILE,
        LeftOut("b2", "", "not_endorsed", 40),
        OTHER,
    ]
    behind = {"format": "ndjson", "after": place(FILE)}
    assert told.asked == [{"format": "ndjson"}, behind, behind]


def test_it_goes_on_behind_a_file_of_before() -> None:
    """`after` is any file of an export; what is none, and one without a proof, is refused before anything is asked."""
    told = Told(files({}, FILE, PATIENCE), [end(0)])
    assert told.run() == []
    assert told.asked == [{"format": "ndjson", "after": place(FILE)}]
    for wrong in (b"", b"{}", FILE[:-1]):
        with pytest.raises(FormatError, match="after"):
            files({}, wrong, PATIENCE)


def test_patience_ends() -> None:
    """Failures in a row with nothing new in between are raised in the end, with the server's reason if it told one."""
    with pytest.raises(ServerUnreachable, match="without its counts"):
        Told(files({}, None, PATIENCE), [None], [None], [NOTE[:0]]).run()
    with pytest.raises(ServerProblem, match="503 busy"):
        Told(files({}, None, PATIENCE), [BUSY], [BUSY], [BUSY]).run()


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([FILE, ENDED_KEY], ServerProblem),
        ([b"<html>"], AnswerUnusable),
        ([b'{"export":7}'], AnswerUnusable),
        ([b'{"export":{"left_out":{"batch":"b1"}}}'], AnswerUnusable),
        ([b'{"export":{}', b""], AnswerUnusable),
        ([b'{"header":1}', None], AnswerUnusable),
    ],
)
def test_what_does_not_pass_is_raised_at_once(lines: Sequence[bytes | None], error: type[Exception]) -> None:
    """A key that was ended, and whatever is no export, is not asked again."""
    told = Told(files({}, None, PATIENCE), lines)
    with pytest.raises(error):
        told.run()
    assert len(told.asked) == 1


def test_into_a_file(tmp_path: Path) -> None:
    """However it is interrupted the file ends as the bytes of an export that was not; the counts are of all of it."""
    path, lines = tmp_path / "all.ndjson", [ERASED, FILE, OTHER, NOTE, end(2, 41)]
    Told(save_lines({}, path, False, PATIENCE), lines).run()
    whole = path.read_bytes()
    assert whole == b"".join(line + b"\n" for line in lines)
    path.unlink()
    Told(save_lines({}, path, False, PATIENCE), [ERASED, None], [ERASED, FILE, None], [OTHER, NOTE, end(1, 40)]).run()
    assert path.read_bytes() == whole
    path.unlink()
    with pytest.raises(ServerProblem):
        Told(save_lines({}, path, False, PATIENCE), [ERASED, FILE, NOTE, ENDED_KEY]).run()
    assert path.read_bytes().splitlines() == [ERASED, FILE, NOTE]
    with path.open("ab") as file:
        file.write(OTHER[:50])
    told = Told(save_lines({}, path, True, PATIENCE), [OTHER, NOTE, end(1, 40)])
    counts = told.run()[-1]
    assert (counts.files, counts.left_out) == (2, {"erased": 1, "not_endorsed": 40})
    assert told.asked == [{"format": "ndjson", "after": place(FILE)}]
    assert path.read_bytes() == whole
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """What is not to be gone on with is not written over, not even before a server refuses; nothing is asked."""
    path = tmp_path / "all.ndjson"
    for data in (b"", FILE + b"\n"):
        path.write_bytes(data)
        with pytest.raises(FormatError, match=r"all\.ndjson.*there already"):
            Told(save_lines({}, path, False, PATIENCE)).run()
        assert path.read_bytes() == data


def test_what_was_told_is_remembered_up_to_the_next_file() -> None:
    """However much is left out, no more of it is held than stands behind the last file: only that may come again."""
    stream = Files({}, None, "after")
    told = [stream.take(ERASED.replace(b"c1", b"c%d" % number)) for number in range(1_000)]
    assert len(set(told)) == 1_000
    assert stream.take(ERASED) is None
    stream.take(FILE)
    assert not stream._left_out


def test_a_file_of_something_else_stays(tmp_path: Path) -> None:
    """Nobody goes on behind what is no export, and the message names the file."""
    path = tmp_path / "mine.ndjson"
    for data in (b"mine", b'{"header":1}\n'):
        path.write_bytes(data)
        with pytest.raises(FormatError, match=r"mine\.ndjson"):
            Told(save_lines({}, path, True, PATIENCE)).run()
        assert path.read_bytes() == data


def test_an_archive(tmp_path: Path) -> None:
    """After a break it comes from its beginning; it has its name only when it is whole."""
    path = tmp_path / "all.zip"
    told = Told(save_zip({"batch": "b1"}, path, PATIENCE), [b"PK12", b"34", None], [b"PK1", b"2"])
    assert told.run() == [4]
    assert path.read_bytes() == b"PK12"
    assert told.asked == [{"batch": "b1", "format": "zip"}] * 2
    with pytest.raises(ServerUnreachable):
        Told(save_zip({}, tmp_path / "none.zip", PATIENCE), [None], [None], [None]).run()
    assert not (tmp_path / "none.zip").exists()
