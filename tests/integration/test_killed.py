"""kill -9 while lists arrive, while batches are sealed and while diplomas are erased; then everything is looked at.

Nothing that was answered with 202 may be lost or doubled, nothing may be half there, and the logs must hold.
"""

import io
import random
import subprocess
import time
from pathlib import Path

import pytest
import requests
from api_calling import Caller, api_key
from command_line import SAMPLE, Installation, installed, serving, start

from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.catalog import TYPES
from vanbang.catalog.sampling import sample_rows, write_csv
from vanbang.core.encoding import Digest
from vanbang.notary.records import decrypt_record
from vanbang.notary.sealing import check_tiles
from vanbang.ports import Store

pytestmark = [pytest.mark.slow, pytest.mark.long]
SECONDS = 120


def store_of(home: Path) -> Store:
    return SqlStore(open_database(home / "vanbang.sqlite"))


def a_list(count: int, seed: str, faulty: int | None = None) -> tuple[bytes, list[str]]:
    """A list as CSV and its serial numbers; one row may be without a name."""
    rows = [row | {"so_hieu_vbcc": f"{seed}{n:06d}", "so_vao_so": f"{seed}{n}"} for n, row in
            enumerate(sample_rows(count, seed, (SAMPLE.code,)))]  # fmt: skip
    if faulty is not None:
        rows[faulty]["ho_va_ten"] = ""
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode(), [row["so_hieu_vbcc"] for row in rows]


def look_at_everything(home: Path, accepted: dict[str, list[str]], refused: set[str], erased: int = 0) -> None:
    """Every record of every accepted list is in exactly one final batch and opens; roots come out of rows and tiles."""
    store, objects = store_of(home), FolderStore(home / "public")
    found: dict[str, list[str]] = {name: [] for name in accepted}
    for batch in store.batches():
        assert batch.state == "FINAL"
        assert batch.root is not None
        check_tiles(objects, Digest(batch.root), batch.tree_size or 0)
        records = list(store.records(batch.id))
        assert sorted(record.leaf_index or 0 for record in records) == list(range(len(records)))
        kind = TYPES[batch.vct]
        for record in records:
            if record.erased_at:
                erased -= 1
                assert (record.secret, record.ciphertext) == (b"", b"")
            else:
                found[batch.upload].append(kind.values_of(decrypt_record(kind, record))["so_hieu_vbcc"])
    assert erased == 0
    if not any(record.erased_at for batch in store.batches() for record in store.records(batch.id)):
        assert {name: sorted(serials) for name, serials in found.items()} == {
            name: sorted(serials) for name, serials in accepted.items()
        }
    assert {upload.id for upload in store.uploads(states=("REFUSED",))} == refused
    done = Installation(home).good("audit-log", "verify", "--json").json()
    assert (done["holds"], done["wrong"]) == (True, None)


def test_while_lists_arrive(tmp_path: Path) -> None:
    """The service is killed again and again while lists come in by parts; the client repeats what got no answer."""
    home, log, drawn = tmp_path / "home", tmp_path / "log", random.Random(20)
    installed(home)
    key = api_key(home, SAMPLE.iss, "registrar")
    lists = {f"L{n}": a_list(700, f"L{n}", faulty=5 if n == 2 else None) for n in range(4)}
    promised: dict[str, str] = {}
    kills, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        with serving(home, log) as (base, process):
            caller, killed_at = (
                Caller(base, key),
                time.monotonic() + (drawn.uniform(0.1, 1.6) if kills < 8 else SECONDS),
            )
            try:
                for name, (data, _) in lists.items():
                    if name not in promised:
                        promised[name] = caller.send(f"{name}.csv", data, f"key-{name}")["id"]
                    if time.monotonic() > killed_at:
                        process.kill()
                while time.monotonic() < killed_at and not all_ended(home, promised):
                    time.sleep(0.1)
            except requests.RequestException:
                pass
            if len(promised) == len(lists) and all_ended(home, promised):
                break
        kills += 1
    assert kills >= 3, "it was too quick to be killed"
    refused = {promised["L2"]}
    accepted = {promised[name]: serials for name, (_, serials) in lists.items() if name != "L2"}
    look_at_everything(home, accepted, refused)


def all_ended(home: Path, promised: dict[str, str]) -> bool:
    store = store_of(home)
    return all(upload.state in ("ACCEPTED", "REFUSED") for upload in store.uploads()) and all(
        batch.state == "FINAL" for batch in store.batches()
    ) and len(store.uploads(states=("ACCEPTED", "REFUSED"))) == len(promised)  # fmt: skip


def test_while_it_seals(tmp_path: Path) -> None:
    """`issue` is killed at random moments and started again until it comes to its end."""
    home, log, drawn = tmp_path / "home", tmp_path / "log", random.Random(4)
    installed(home)
    data, serials = a_list(2_500, "S")
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    for attempt in range(60):
        process = start("issue", path, "--issuer", SAMPLE.code, home=home, log=log)
        try:
            process.wait(drawn.uniform(0.1, 1.8) if attempt < 10 else SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            continue
        assert process.returncode == 0, log.read_text()[-2_000:]
        break
    (batch,) = store_of(home).batches()
    look_at_everything(home, {batch.upload: serials}, set())


def test_while_it_erases(tmp_path: Path) -> None:
    """`erase` is killed at random moments: a diploma is whole or gone, and in the end gone, bytes and all."""
    home, log, drawn = tmp_path / "home", tmp_path / "log", random.Random(9)
    house = installed(home)
    data, serials = a_list(40, "E")
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    house.good("issue", path, "--issuer", SAMPLE.code)
    store = store_of(home)
    (batch,) = store.batches()
    before = {record.id: record.ciphertext for record in store.records(batch.id)}
    for serial in serials[:4]:
        for attempt in range(20):
            arguments = ("erase", "--issuer", SAMPLE.code, "--serial", serial, "--reason", "asked", "--yes")
            process = start(*arguments, home=home, log=log)
            try:
                process.wait(drawn.uniform(0.05, 1.0) if attempt < 4 else SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                continue
            assert process.returncode == 0, log.read_text()[-2_000:]
            break
    look_at_everything(home, {batch.upload: serials}, set(), erased=4)
    gone = [before[record.id] for record in store.records(batch.id) if record.erased_at]
    on_disk = b"".join(file.read_bytes() for file in home.glob("vanbang.sqlite*"))
    assert len(gone) == 4
    assert not any(ciphertext[:32] in on_disk for ciphertext in gone)
