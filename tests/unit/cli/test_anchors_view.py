"""One look at what is on its way: the same for machines and for people, and no more than is known."""

import warnings
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from fake_ledger import CHAIN_ID, FakeChain, FakeLedger
from small_house import INSTITUTION, MemoryStore, Silent, accept, impatient, new_keys, new_store, registered_keys, rows
from vanbang.cli import anchors_view
from vanbang.cli.anchors_view import look, view
from vanbang.notary.issuing import Issuing
from vanbang.ports import EndpointHealth, Horizon, Incident, LedgerUnsure, Trouble

HEALTH = (
    EndpointHealth("https://a.example", "good", 12, 0, ""),
    EndpointHealth("https://b.example", "failing", None, 3, "timeout"),
)
UNSURE = LedgerUnsure("the newest block", 2, 3, {"answered": 1, "timeout": 2})


class Tried(FakeLedger):
    """A ledger whose endpoints are known, and may all be away."""

    unsure: LedgerUnsure | None = None

    def health(self) -> Sequence[EndpointHealth]:
        return HEALTH

    def horizon(self) -> Horizon:
        if self.unsure is not None:
            raise self.unsure
        return super().horizon()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As much of a house as a look needs, with a batch whose status root is in a block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = new_keys()
    store, chain = new_store(tmp_path), FakeChain(registered_keys(keys), depth=3)
    ledger = Tried(chain)
    issuing = Issuing(store, MemoryStore(), keys, ledger, impatient(store), lambda: chain.time)
    batch = accept(store, rows(2))
    for _ in range(5):
        issuing.advance(store.batch(batch.id) or batch, Silent())
        chain.mine()
    monkeypatch.setattr(anchors_view, "time", SimpleNamespace(time=lambda: chain.time + 5))
    return SimpleNamespace(
        store=store, keys=keys, ledger=ledger, settings=SimpleNamespace(daily_spend=2 * 10**18), batch=batch
    )


@pytest.fixture
def told() -> Callable[[Any], str]:
    """What a terminal shows of a look."""

    def tell(house: Any) -> str:
        console = Console(file=StringIO(), width=200)
        console.print(view(look(house)))
        return console.file.getvalue()  # type: ignore[attr-defined]

    return tell


def test_all_of_it_as_json(house: Any) -> None:
    """A look says how far the chain is, how endpoints and relayer do, what waits and why, and who does what."""
    house.store.take_lease("keeping", "host:1:ab")
    house.store.note_troubles({f"batch:{house.batch.id}": Trouble("conflict", "words", 1_782_000_000)}, [])
    found = look(house).to_json()
    assert found["chain"] == {
        "id": CHAIN_ID, "unsure": None, "latest": 5, "final": 2, "latest_at": "2026-06-21T00:01:00Z",
    }  # fmt: skip
    assert found["endpoints"][1] == {
        "url": "https://b.example", "state": "failing", "block": None, "failures": 3, "why": "timeout",
    }  # fmt: skip
    assert found["relayer"] == {
        "address": "0x" + house.keys.signer("relayer").address.hex(),
        "balance_wei": 10**18,
        "spent_wei": 10**6,
        "limit_wei": 2 * 10**18,
    }
    assert found["leases"] == [{"work": "keeping", "holder": "host:1:ab"}]
    batch, root = found["waiting"]
    assert (batch["kind"], batch["subject"], batch["issuer"]) == ("batch", house.batch.id, INSTITUTION.code)
    assert batch["trouble"] == {"code": "conflict", "detail": "words", "since": "2026-06-21T00:00:00Z"}
    assert (batch["waiting_for"], batch["transaction"]) == ("status_root", None)
    assert (root["kind"], root["subject"], root["waiting_for"]) == ("status_root", "1", "finality")
    sent = root["transaction"]
    assert (sent["state"], sent["nonce"], sent["block"], sent["blocks_left"]) == ("MINED", 0, 4, 2)
    assert [attempt["max_fee_wei"] for attempt in sent["attempts"]] == [10]


def test_the_same_for_people(house: Any, told: Callable[[Any], str]) -> None:
    """Tables say it Vietnamese first, English beside; a text from outside moves nothing on the terminal."""
    house.store.take_lease("issuer:x\x1b[2J", "host:1:ab")
    house.store.note_troubles({f"status:{INSTITUTION.iss}": Trouble("no_good_key", "SHB has no status key", 1)}, [])
    text = told(house)
    for part in (
        "Chờ danh sách trạng thái vào sổ",
        "waits for its status list to be in the registry",
        "Đơn vị không còn khóa ký có hiệu lực",
        "SHB has no status key",
        "MINED, nonce 0",
        "còn / left 2",
        "b.example",
        "timeout",
        "24 h: 0.000000000001 / 2",
        "\\u001b[2J",
    ):
        assert part in text
    assert "Sự cố" not in text


def test_an_unsure_chain_is_not_a_failed_one(house: Any, told: Callable[[Any], str]) -> None:
    """When endpoints do not agree, what the database knows is still shown, and the words say what is waited for."""
    house.ledger.unsure = UNSURE
    text, found = told(house), look(house).to_json()
    assert "waiting for 2 of 3 endpoints to agree on the newest block: 1 answered, 2 timeout" in text
    assert "failed" not in text.lower()
    assert "?" in text
    assert found["chain"] == {"id": CHAIN_ID, "unsure": str(UNSURE)}
    assert found["relayer"]["balance_wei"] is None
    assert found["waiting"][1]["transaction"]["blocks_left"] is None


def test_incidents_open_and_recent(house: Any, told: Callable[[Any], str]) -> None:
    """Open incidents are shown, and for a week those that are mended."""
    now = look(house).at
    for kind, at, ended in (("anchor_gone", 1, None), ("status_root_gone", now - 60, now - 30), ("anchor_void", 1, 2)):
        house.store.add_incident(Incident(kind, INSTITUTION.iss, "s", "t", at, ended_at=ended))
    assert [item["kind"] for item in look(house).to_json()["incidents"]] == ["anchor_gone", "status_root_gone"]
    text = told(house)
    assert "Sự cố / incidents" in text
    assert "chuỗi bị tổ chức lại" in text
