"""docs/corrections.md as a registrar lives through it: suspended and back, superseded, issued again."""

import json
from pathlib import Path

import pytest
from command_line import SAMPLE, Done, Installation, installed, serving, write_list

pytestmark = pytest.mark.slow


def test_the_whole_way(tmp_path: Path) -> None:
    """VALID, INVALID while suspended, VALID again, replaced: the old file says so, the new one is VALID."""
    vanbang = installed(tmp_path / "home", inside=True)
    (row,) = write_list(tmp_path / "list.csv", 1, "corrections")
    serial, old, new = row["so_hieu_vbcc"], tmp_path / "old.json", tmp_path / "new.json"
    named = (serial, "--issuer", SAMPLE.code)
    with serving(vanbang.home, tmp_path / "serve.log"):
        vanbang.good("issue", tmp_path / "list.csv")
        vanbang.good("export", *named, "--out", old)
        people = {role: key_of(vanbang, role, tmp_path) for role in ("registrar", "officer")}
        change(vanbang, people, named, "suspended", "QĐ 1")
        assert said(vanbang, old) == (10, "This diploma is suspended for the time being.")
        change(vanbang, people, named, "valid", "QĐ 2")
        assert said(vanbang, old)[0] == 0
        corrected = tmp_path / "corrected.csv"
        corrected.write_text((tmp_path / "list.csv").read_text().replace(row["ho_va_ten"], "Lê Thị Sửa"))
        refused = vanbang("issue", corrected, "--json")
        assert (refused.status, refused.json()["rules"]["already_issued"]) == (1, 1)
        many = tmp_path / "changes.csv"
        many.write_text(f"so_hieu;tinh_trang\n{serial};superseded\n{serial};valid\n")
        words = ("--issuer", SAMPLE.code, "--reason", "wrong_data", "--decision", "QĐ 3")
        none = vanbang("status", "propose", "--from", many, *words, "--key-file", people["registrar"], "--json")
        assert (none.status, [item["row"] for item in none.json()["refused"]]) == (1, [2, 3])
        change(vanbang, people, named, "superseded", "QĐ 3")
        vanbang.good("issue", corrected)
        vanbang.good("export", *named, "--out", new)
        assert said(vanbang, old) == (10, "This diploma was replaced by a newer diploma.")
        judged = vanbang("verify", new, *vanbang.trust(), "--json").json()
        shown = vanbang.good("status", "show", *named).out
        again = vanbang.good(
            "export", *named, "--edition", "1", "--claim", "xep_loai", "--out", tmp_path / "older.json"
        )
        assert (tmp_path / "older.json").exists(), again
        assert vanbang("export", *named, "--edition", "3").status == 1
        older = vanbang.good("status", "show", *named, "--edition", "1", "--json").json()
    claims = judged["credential"]["claims"]
    assert (judged["verdict"], claims["ho_va_ten"]) == ("VALID", "Lê Thị Sửa")
    assert (claims["thay_the"]["lan_cap"], claims["thay_the"]["quyet_dinh_thay_the"]) == ("2", "QĐ 3")
    assert "edition 2/2" in shown
    assert (older["status"], [item["step"] for item in older["changes"]]) == ("superseded", ["FINAL"] * 3)


def key_of(vanbang: Installation, role: str, folder: Path) -> Path:
    """A file with an API key of this role."""
    path = folder / f"{role}.json"
    path.write_text(
        vanbang.good("api-key", "create", "--role", role, "--label", role, "--code", SAMPLE.code, "--json").out
    )
    return path


def change(vanbang: Installation, people: dict[str, Path], named: tuple[str, ...], status: str, decision: str) -> None:
    """A change that one proposes and another approves, waited for until it is final; nobody does both."""
    words = ("--status", status, "--reason", "under_review", "--decision", decision)
    proposed = vanbang.good("status", "propose", *named, *words, "--key-file", people["registrar"], "--json").json()
    alone = vanbang("status", "approve", proposed[0]["id"], "--key-file", people["registrar"], "--yes")
    assert (alone.status, "role registrar" in alone.err) == (1, True)
    order = ("status", "approve", "--all-of", decision, "--key-file", people["officer"], "--wait", "--json")
    (done,) = vanbang.good(*order).json()
    assert (done["id"], done["step"]) == (proposed[0]["id"], "FINAL")


def said(vanbang: Installation, file: Path) -> tuple[int, str]:
    """The exit status of `verify`, and what it says of the status."""
    done: Done = vanbang("verify", file, *vanbang.trust(), "--json")
    words = vanbang("verify", file, *vanbang.trust()).out if done.status else ""
    line = next((line for line in words.splitlines() if "This diploma" in line and "status" not in line), "")
    assert json.loads(done.out)["verdict"] in ("VALID", "INVALID")
    return done.status, line.strip().removesuffix(" Do not rely on this diploma.")
