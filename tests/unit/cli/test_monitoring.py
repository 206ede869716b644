"""Monitoring: each alarm once, told wherever it should be, and never its secrets."""

import shutil
import time
import urllib.request
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from endpoint_servers import Reply, serving
from ports import free_port
from published_batches import House, town
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.cli import monitoring
from vanbang.cli.auditing import Subject
from vanbang.cli.monitoring import Measures, Watch, send
from vanbang.cli.output import Exit
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.trust import Trust, trusted_registry
from vanbang.notary.auditing.findings import Finding
from vanbang.ports import LedgerUnsure, LedgerWrong, StoreError

SUBJECT = Subject(Trust(trusted_registry("eip155:1:0x" + "11" * 20, ("http://127.0.0.1:1",))), None, None, None)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    """What the monitor audits, in place of a chain."""
    made = town()
    monkeypatch.setattr(monitoring, "audited", lambda _, quiet: (made.audit(), []))
    return made


def watch(webhook: str | None = None, metrics: str | None = None) -> Watch:
    return Watch(SUBJECT, webhook, Measures(metrics), as_json=False)


def test_an_alarm_is_raised_once(house: House) -> None:
    """What is wrong is raised once, while it lasts; when it went away and came back, again."""
    path = next(path for path in house.files.files if path.startswith("manifests/"))
    whole, taken = house.files.files[path], []
    with serving(lambda _m, _p, body: taken.append(body) or Reply(b"")) as server:
        looking = watch(server.url)
        for wanted, data in ((0, whole), (1, b"x"), (1, b"x"), (1, whole), (2, b"x")):
            house.files.files[path] = data
            looking.once()
            assert len(taken) == wanted
    assert path in taken[0].decode()
    assert looking.has_raised


def test_a_webhook_that_does_not_take_it(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """An alarm that was not taken is sent again next time; the address is told without what may be secret."""
    house.files.files.popitem()
    replies = iter([Reply(b"", 500), Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}), Reply(b"")])
    with serving(lambda *_: next(replies)) as server:
        looking = watch(server.url + "secret?token=secret")
        for _ in range(4):
            looking.once()
        assert len(server.requests) == 3
    told = capsys.readouterr()
    assert "http_500" in told.err
    assert "http_302" in told.err
    assert "secret" not in told.out + told.err
    assert not send("http://127.0.0.1:9/secret", {})
    assert "secret" not in capsys.readouterr().err


def test_new_keys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is new in the registry is raised where no database says that it is ours, and changes no verdict."""
    fresh = [Finding("key_new", "https://a.edu.vn", detail="0x11")]
    monkeypatch.setattr(monitoring, "audited", lambda _, quiet: (house.audit(), fresh))
    looking = watch()
    assert (looking.once(), looking.has_raised) == (Exit.OK, True)


def test_news_are_owed_until_they_are_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told only once, such as a new key, is sent again until the webhook has taken it, and then no more."""
    fresh = [[Finding("key_new", "https://a.edu.vn", detail="0x11")], [], [], []]
    monkeypatch.setattr(monitoring, "audited", lambda _, quiet: (house.audit(), fresh.pop(0)))
    replies, taken = iter([Reply(b"", 500), Reply(b"", 500), Reply(b"")]), []
    with serving(lambda _m, _p, body: taken.append(body) or next(replies)) as server:
        looking = watch(server.url)
        for _ in range(4):
            looking.once()
    assert len(taken) == 3
    assert all(b"key_new" in body for body in taken)


def test_a_final_block_that_is_gone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain that lost a block which was final is an alarm: what is new since then cannot be told."""
    notes = SqliteNotebook()
    reports = iter([house.audit(notes), house.audit(notes, fork="other")])
    monkeypatch.setattr(monitoring, "audited", lambda _, quiet: (next(reports), []))
    looking = watch()
    looking.once()
    assert not looking.has_raised
    looking.once()
    assert looking.has_raised


@pytest.mark.parametrize("error", [LedgerWrong("another contract"), StoreError("the database restarts")])
def test_a_watch_that_has_begun_goes_on(house: House, monkeypatch: pytest.MonkeyPatch, error: VanbangError) -> None:
    """What ends a command at its start ends no watch: it says so, and looks again."""

    def failing(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(monitoring, "audited", failing)
    looking = watch()
    with pytest.raises(type(error)):
        looking.once()
    monkeypatch.setattr(monitoring, "audited", lambda _, quiet: (house.audit(), []))
    assert looking.once() == Exit.OK
    monkeypatch.setattr(monitoring, "audited", failing)
    assert looking.once() == Exit.UNDETERMINED


def test_measures_that_cannot_be_written(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be written is refused at the start; one that cannot be written any more ends no watch."""
    with pytest.raises(FormatError, match="--metrics"):
        Measures(str(tmp_path / "nowhere" / "metrics"))
    folder = tmp_path / "metrics"
    folder.mkdir()
    looking = watch(metrics=str(folder / "file"))
    shutil.rmtree(folder)
    assert looking.once() == Exit.OK
    assert "measures" in capsys.readouterr().err


def test_a_webhook_that_drips() -> None:
    """The answer's body is not waited for: a server that sends it byte by byte holds up no watch."""
    with serving(lambda *_: Reply(b"x" * 200, drip=True)) as server:
        start = time.monotonic()
        assert send(server.url, {})
        assert time.monotonic() - start < 8


def test_a_chain_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Doubt raises no alarm: exit status 11, and a measure that says so."""

    def down(*_: Any, **__: Any) -> Any:
        raise LedgerUnsure("eth_call", 2, 3, {"timeout": 3})

    monkeypatch.setattr(monitoring, "audited", down)
    looking = watch(metrics=str(tmp_path / "metrics"))
    assert (looking.once(), looking.has_raised) == (Exit.UNDETERMINED, False)
    assert "vanbang_audit_reached 0.0" in (tmp_path / "metrics").read_text()


def test_measures_at_a_port(house: House) -> None:
    """A number is a port of this machine, where Prometheus reads what a file would hold; a taken one is refused."""
    port = free_port()
    looking = watch(metrics=str(port))
    house.files.files.popitem()
    looking.once()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    assert "vanbang_audit_holds 0.0" in text
    assert "vanbang_audit_anchors 2.0" in text
    assert 'vanbang_audit_findings{weight="missing"} 1.0' in text
    with pytest.raises(FormatError, match="--metrics"):
        Measures(str(port))
    with pytest.raises(FormatError, match="--metrics"):
        Measures("99999")


def test_what_is_printed(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each audit with what is new, a line for each alarm; or one JSON document each."""
    watch().once()
    assert "+2 anchors, +3 keys" in capsys.readouterr().out
    house.files.files.popitem()
    watch().once()
    assert "  ! " in capsys.readouterr().out
    replace(watch(), as_json=True).once()
    assert '"alarms": 1' in capsys.readouterr().out


def test_until_it_is_stopped(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes on until it is stopped, and its exit status then remembers that an alarm was raised."""
    paths = iter([path for path in house.files.files if "manifests" in path])
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            house.files.files.pop(next(paths))
        if len(waited) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(monitoring.time, "sleep", sleep)
    monkeypatch.setattr(monitoring, "subject", lambda *_, **__: nullcontext(SUBJECT))
    with pytest.raises(typer.Exit) as ended:
        monitoring.monitor(every=7)
    assert (ended.value.exit_code, waited) == (Exit.REFUSED, [7, 7, 7])
    assert capsys.readouterr().out.count("  ! ") == 1
    with pytest.raises(FormatError, match="--webhook"):
        monitoring.monitor(webhook="ftp://x")
