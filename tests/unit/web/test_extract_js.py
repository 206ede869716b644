"""The browser's extracts under node: the same pieces and the same bytes as the library's."""

import json
import subprocess
from base64 import b64encode
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tools import program
from transcripts import TRANSCRIPT, file_of, transcript
from vanbang.core.credential import CredentialFile
from vanbang.core.extract import Piece, extract, pieces
from world import METADATA, World

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "js" / "extracts.mjs"
CHOICES = 40


def by_browser(file: CredentialFile, metadata: bytes, keeps: list[list[str]], folder: Path) -> dict[str, Any]:
    """What the browser's modules make of these choices."""
    case = folder / "case.json"
    texts = {"file": b64encode(file.to_bytes()).decode(), "type": b64encode(metadata).decode(), "keeps": keeps}
    case.write_text(json.dumps(texts), encoding="utf-8")
    command = [program("node"), str(SCRIPT), str(case)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def as_json(piece: Piece) -> dict[str, Any]:
    return {
        "digest": piece.digest,
        "path": list(piece.path),
        "value": piece.value,
        "pieces": [as_json(below) for below in piece.pieces],
    }


def without_labels(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [{name: value for name, value in piece.items() if name != "label"} for piece in tree]
    return [{**piece, "pieces": without_labels(piece["pieces"])} for piece in kept]


def choices(file: CredentialFile) -> list[list[str]]:
    """Nothing, everything, and what chance draws."""
    digests = [d.digest for d in file.disclosures]
    drawn = Random(8)
    return [[], digests, *(drawn.sample(digests, drawn.randrange(len(digests))) for _ in range(CHOICES))]


def same_in_both(file: CredentialFile, metadata: bytes, folder: Path) -> dict[str, Any]:
    """Compares pieces and extracts of both implementations; gives the browser's."""
    keeps = choices(file)
    found = by_browser(file, metadata, [*keeps, ["A" * 43]], folder)
    *extracts, refused = found["extracts"]
    assert extracts == [b64encode(extract(file, keep).to_bytes()).decode() for keep in keeps]
    assert refused == {"refused": f"Malformed: no disclosure of this file: {'A' * 43}"}
    by_name = sorted(without_labels(found["pieces"]), key=lambda piece: piece["path"])
    assert by_name == [as_json(piece) for piece in pieces(file)]
    assert found["unlabelled"] == [list(piece.path) for piece in pieces(file)]
    assert sorted(found["whole"]) == [d.digest for d in file.disclosures]
    return found


NESTED = {"ho_va_ten": "Lê An", "a": {"b": ["x", {"c": [True, {"__proto__": "y"}]}]}}


@pytest.mark.parametrize("world", [World(), World(claims=NESTED, by_element=())], ids=["elements", "objects"])
def test_both_implementations_make_the_same_extracts(world: World, tmp_path: Path) -> None:
    """For the same file and choice: the same pieces, the same bytes, the same refusal."""
    same_in_both(world.file(), METADATA, tmp_path)


def test_an_extract_is_a_file_with_pieces_of_its_own(tmp_path: Path) -> None:
    """What was withheld is gone, places in arrays stay."""
    file = World().file()
    last = next(piece for piece in pieces(file) if piece.pieces).pieces[-1]
    found = same_in_both(extract(file, [last.digest]), METADATA, tmp_path)
    assert [piece["path"] for piece in found["pieces"][0]["pieces"]] == [["mon_hoc", 2]]


def test_every_course_of_a_transcript_is_labelled(tmp_path: Path) -> None:
    """Claims stand in the layout's order; claims and elements have the labels of the metadata."""
    found = same_in_both(file_of(TRANSCRIPT, transcript()), TRANSCRIPT.metadata(), tmp_path)
    order = [name for block in TRANSCRIPT.layout for name in block.claims]
    names = [piece["path"][0] for piece in found["pieces"]]
    assert names == [name for name in order if name in names]
    courses = found["pieces"][names.index("mon_hoc")]
    assert courses["label"] == {"vi-VN": "Kết quả từng môn", "en-US": "Courses"}
    assert {tuple(part["label"].values()) for part in courses["pieces"]} == {("Môn học", "Course")}
    assert [part["path"] for part in courses["pieces"]] == [["mon_hoc", place] for place in range(36)]
