"""Whom the command line says to believe."""

from dataclasses import replace

import pytest

from transcripts import parsed, world_of
from vanbang.catalog.sampling import sample_rows
from vanbang.catalog.vn_diploma import VN_DIPLOMA
from vanbang.cli.verification import chosen_trust, show
from vanbang.core.status import CredentialStatus
from vanbang.core.verification import Report, Verdict, judge
from world import NOW, World

CONTRACT = "0x" + "a1" * 20


@pytest.mark.parametrize(
    ("chain", "given", "depth"), [(88, None, 150), (1, None, None), (4_711, None, None), (88, 9, 9), (1, 0, 0)]
)
def test_the_profile_says_what_is_final(chain: int, given: int | None, depth: int | None) -> None:
    """A depth that is named counts, else that of the chain's profile, else the tag."""
    trust = chosen_trust(None, ["https://rpc.example"], f"eip155:{chain}:{CONTRACT}", [], None, given)
    assert trust is not None
    assert trust.home.depth == depth


def test_nobody_is_believed_unasked() -> None:
    """Without registry or endpoints there is no trust."""
    assert chosen_trust(None, [], f"eip155:1:{CONTRACT}", [], None, None) is None
    assert chosen_trust(None, ["https://rpc.example"], None, [], None, None) is None


def test_a_valid_diploma_without_a_name_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """An extract that does not say whose it is could be anybody's, and is told to be."""
    (row,) = sample_rows(1, "page", None, "vn-diploma")
    world = world_of(VN_DIPLOMA, parsed(VN_DIPLOMA, row))
    file = world.file()
    named = [one for one in file.disclosures if one.name in ("ho_va_ten", "xep_loai")]
    for shown, told in ((named, False), ([one for one in named if one.name == "xep_loai"], True)):
        report = judge(replace(file, disclosures=shown).to_bytes(), world.trust(), world.evidence(), NOW)
        assert isinstance(report, Report)
        assert report.verdict is Verdict.VALID
        show(report)
        assert ("does not say whose it is" in capsys.readouterr().out) is told


def test_why_a_diploma_is_not_valid_stands_before_what_it_claims(capsys: pytest.CaptureFixture[str]) -> None:
    """Reason and advice follow the verdict; the claims that nobody stands for come after them."""
    world = World(status=CredentialStatus.SUPERSEDED)
    report = judge(world.credential(), world.trust(), world.evidence(), NOW)
    assert isinstance(report, Report)
    show(report)
    verdict, vietnamese, english, *rest = capsys.readouterr().out.splitlines()
    assert verdict.endswith("INVALID")
    assert "văn bằng mới hơn" in vietnamese
    assert "replaced by a newer diploma" in english
    assert any("Nguyễn Thị Ánh Đào" in line for line in rest)
