"""How the command ends, whatever stops it."""

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
