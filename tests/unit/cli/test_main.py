"""How the command ends, whatever stops it."""

import sys

import pytest

from vanbang.cli import main


def test_stopped_before_it_has_begun(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C while a command is still being loaded is a sentence, no stack trace."""

    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "command_line", stopped)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    assert "Stopped" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["export", "SHB26000123"], "--issuer"),
        (["export", "A", "--issuer", "B", "--edition", "0"], "--edition"),
        (["holder", "create", "--issuer", "SHB"], "--serial"),
    ],
)
def test_wrong_usage_names_the_option(
    arguments: list[str], named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing or out of bounds is named as it is typed."""
    monkeypatch.setattr("sys.argv", ["vanbang", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 64
    assert named in capsys.readouterr().err


def test_what_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are no UTF-8 where text is wanted are misuse, and the word that holds them is named."""

    def looked_up(**_: object) -> None:
        sys.argv[-1].encode()

    monkeypatch.setattr(main, "_imported", lambda _: looked_up)
    monkeypatch.setattr("sys.argv", ["vanbang", "find", "--serial", "\udcff"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 64
    assert "word 3" in capsys.readouterr().err


def test_a_fault_is_told_as_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What this program did wrong, coding of text included, is not blamed on who called it."""

    def faulty(**_: object) -> None:
        "\udcff".encode()

    monkeypatch.setattr(main, "_imported", lambda _: faulty)
    monkeypatch.setattr("sys.argv", ["vanbang", "find"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 70
    assert "A fault in the program (UnicodeEncodeError)" in capsys.readouterr().err
    monkeypatch.setenv("VANBANG_TRACEBACK", "1")
    with pytest.raises(UnicodeEncodeError):
        main.main()
