"""vanbang extract: a holder chooses what is seen, and gets a file that shows nothing else."""

from pathlib import Path

import pytest
from command_line import Done, run_inside

from transcripts import TRANSCRIPT, file_of, transcript
from vanbang.core.credential import CredentialFile, read_credential
from vanbang.core.disclosure import resolve
from world import World


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "given.vanbang.json"
    path.write_bytes(file_of(TRANSCRIPT, transcript()).to_bytes())
    return path


def extracted(given: Path, *options: str | Path) -> Done:
    return run_inside("extract", given, *options, home=given.parent)


def shown(path: Path) -> dict[str, object]:
    file: CredentialFile = read_credential(path.read_bytes())
    return dict(resolve(file.payload.digests, file.disclosures).claims)


def test_one_course_is_shown_without_the_rest(given: Path) -> None:
    """The file has the chosen claim and course; the message says what is seen, and that extracts can be linked."""
    out = given.with_name("out.json")
    done = extracted(given, "--keep", "ho_va_ten", "--keep", "mon_hoc[2024-2025][toán],quyet_dinh[#3]", "-o", out)
    assert done.status == 0, done
    claims = TRANSCRIPT.claims_of(transcript())
    courses = [entry for entry in claims["mon_hoc"] if (entry["nam_hoc"], entry["ma_mon"]) == ("2024-2025", "TOAN")]
    wanted = {"ho_va_ten": claims["ho_va_ten"], "mon_hoc": courses, "quyet_dinh": claims["quyet_dinh"][2:]}
    assert shown(out) == wanted
    assert "2024-2025 · TOAN" in done.out
    assert "Extracts of one credential can be recognised" in done.out
    assert out.stat().st_mode & 0o077 == 0


def test_an_extract_can_be_extracted_again(given: Path) -> None:
    """What the first left can be chosen from, by its place in what is left; nothing else."""
    first, second = given.with_name("1.json"), given.with_name("2.json")
    assert extracted(given, "--keep", "mon_hoc[2024-2025]", "-o", first, "--json").json()["kept"] == ["mon_hoc"]
    assert extracted(first, "--keep", "mon_hoc[#1]", "-o", second).status == 0
    assert shown(second)["mon_hoc"] == shown(first)["mon_hoc"][:1]
    refused = extracted(first, "--keep", "ho_va_ten", "-o", given.with_name("3.json"))
    assert refused.status == 1
    assert "there is: mon_hoc" in refused.err


def test_the_list_says_what_can_be_kept(given: Path) -> None:
    """Each name it gives can be kept; people read labels in both languages, in the order of the type."""
    listed = extracted(given, "--list", "--json").json()["claims"]
    names = [claim["keep"] for claim in listed] + [part["keep"] for claim in listed for part in claim["elements"]]
    everything = given.with_name("all.json")
    assert extracted(given, "--keep", ",".join(names), "-o", everything).status == 0
    assert everything.read_bytes() == given.read_bytes()
    assert [claim["keep"] for claim in listed] == [c.name for c in TRANSCRIPT.claims if c.name in shown(given)]
    table = extracted(given, "--list").out
    for words in ("Kết quả từng môn", "Courses", "mon_hoc[#36]", "--keep 'mon_hoc[#1],mon_hoc[2023-2024][VAN]'"):
        assert words in table


def test_a_type_that_is_not_known_is_listed_by_its_names(tmp_path: Path) -> None:
    """Claims stand in the order of their names, which are shown as they are."""
    path = tmp_path / "other.json"
    path.write_bytes(World().file().to_bytes())
    listed = extracted(path, "--list", "--json").json()["claims"]
    assert [claim["keep"] for claim in listed] == ["co_so", "ho_va_ten", "mon_hoc", "xep_loai"]
    assert [claim["label_vi"] for claim in listed] == [claim["keep"] for claim in listed]


REFUSED = {
    "a claim that there is not": (
        ("--keep", "xep_loai", "-o", "{out}"),
        1,
        "'xep_loai'; there is: don_vi_cap, tinh, ho_va_ten",
    ),
    "a course that there is not": (("--keep", "mon_hoc[NHAC]", "-o", "{out}"), 1, "mon_hoc[#36]"),
    "a file that is there": (("--keep", "ho_va_ten", "-o", "{given}"), 1, "there is such a file already"),
    "a folder that is not there": (("--keep", "ho_va_ten", "-o", "{out}/x"), 1, "cannot be written"),
    "nothing to keep": (("-o", "{out}"), 64, "--list to see what there is"),
    "nowhere to write": (("--keep", "ho_va_ten"), 64, "--list to see what there is"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_written(case: str, given: Path) -> None:
    """A sentence says what to do; no file comes into being or is changed."""
    options, status, words = REFUSED[case]
    before, out = given.read_bytes(), given.with_name("out.json")
    done = extracted(given, *(option.format(out=out, given=given) for option in options))
    assert (done.status, given.read_bytes()) == (status, before)
    assert words in done.err
    assert [path.name for path in given.parent.iterdir()] == [given.name]


def test_the_file_inside_a_pdf_is_extracted_alike(given: Path) -> None:
    """Any embedded file that is a credential; a PDF without one says so."""
    whole = given.read_bytes()
    given.write_bytes(
        b"%%PDF-1.7\n1 0 obj<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream endobj" % (len(whole), whole)
    )
    out = given.with_name("out.json")
    assert extracted(given, "--keep", "ho_va_ten", "-o", out).status == 0
    assert list(shown(out)) == ["ho_va_ten"]
    given.write_bytes(b"%PDF-1.7\n")
    assert "pdf_without_credential" in extracted(given, "--list").err


@pytest.mark.parametrize("data", [b"", b"{}", "Nguyễn".encode("utf-16")])
def test_what_is_no_credential_file_is_refused(data: bytes, given: Path) -> None:
    """Whatever it is, a sentence says that it is none."""
    given.write_bytes(data)
    done = extracted(given, "--list")
    assert done.status == 1
    assert "(format)" in done.err
