"""The ledger on real chains: a registry deployed, checked, read and written, by each chain's own rules."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from chains import ACCOUNTS, embedded_chain, running_anvil
from viction import CHAIN_ID, viction

from endpoint_servers import Reply, serving
from vanbang.adapters.ethereum.ledger import RpcLedger, deploy_call
from vanbang.adapters.ethereum.profiles import ChainUnknown, profile_for
from vanbang.bootstrap import open_house, set_up
from vanbang.core.batch import AnchorKey
from vanbang.core.chain_profile import Finality
from vanbang.core.encoding import Digest
from vanbang.core.payload import issuer_id
from vanbang.core.registry import ROLE_ANCHOR
from vanbang.core.trust import trusted_registry
from vanbang.ports import Call, CallReverted, LedgerUnsure, LedgerWrong, Quote, Receipt

ISS = "https://songhong.edu.vn"
NOWHERE = "0x" + "00" * 20
NONE = AnchorKey(issuer_id(ISS), Digest(bytes(32)), 1, Digest(bytes(32)))


def pause() -> None:
    """A moment between two looks at the chain."""
    time.sleep(0.1)


class Owner:
    """The first development account as a Signer."""

    address = bytes.fromhex(ACCOUNTS[0].address[2:])

    def sign(self, digest: bytes) -> bytes:
        return bytes(ACCOUNTS[0].unsafe_sign_hash(digest).signature)


OWNER = Owner()


def ledger_at(urls: list[str], chain_id: int, registry: str = NOWHERE, depth: int | None = None) -> RpcLedger:
    trusted = trusted_registry(f"eip155:{chain_id}:{registry}", urls, depth=depth)
    return RpcLedger(trusted, profile_for(chain_id, depth), 5.0)


KINDS = ["embedded", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("anvil", "istanbul", "viction"))]


@pytest.fixture(params=KINDS)
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RpcLedger]:
    """A ledger on each kind of chain, without a registry yet. On Viction one endpoint of three is down."""
    with ExitStack() as stack:
        match request.param:
            case "embedded":
                url = stack.enter_context(embedded_chain()).w3.provider.endpoint_uri  # type: ignore[attr-defined]
                yield ledger_at([url], 31_337)
            case "anvil":
                yield ledger_at([stack.enter_context(running_anvil(tmp_path / "log", "--block-time", "0.3"))], 31_337)
            case "istanbul":
                options = ("--hardfork", "istanbul", "--block-time", "0.3")
                yield ledger_at([stack.enter_context(running_anvil(tmp_path / "log", *options))], 31_337, depth=2)
            case "viction":
                options = ("--hardfork", "istanbul", "--block-time", "0.3", "--mixed-mining")
                real = stack.enter_context(running_anvil(tmp_path / "log", "--chain-id", str(CHAIN_ID), *options))
                urls = [stack.enter_context(serving(viction(real))).url for _ in range(2)]
                down = stack.enter_context(serving(lambda *_: Reply(b"<html>", 503)))
                yield ledger_at([*urls, down.url], CHAIN_ID)


def mined(ledger: RpcLedger, call: Call, sent: int) -> tuple[Receipt, Quote]:
    """What became of a call of the owner's, with this nonce."""
    (quote,) = ledger.quotes(OWNER.address, [call])
    assert isinstance(quote, Quote), quote
    attempt = ledger.encode(sent, call, quote, OWNER)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ledger.send([attempt.raw, attempt.raw])
        (found,) = ledger.receipts([attempt.hash])
        if isinstance(found, Receipt):
            return found, quote
        time.sleep(0.05)
    raise AssertionError(f"'{call.purpose}' was not mined: {ledger.health()}")


def test_a_registry_is_made_and_used(chain: RpcLedger) -> None:
    """Deployed, checked, written and read at pinned blocks; what is final is below the newest and reaches the block."""
    receipt, quote = mined(chain, deploy_call(), 0)
    assert receipt.succeeded
    assert receipt.contract is not None
    assert quote.gas < chain.chain.max_transaction_gas
    assert chain.chain.min_gas_price <= receipt.gas_price <= quote.max_fee
    ours = replace_registry(chain, receipt.contract)
    ours.check()
    assert ours.dossiers([NONE], receipt.block - 1)[0].standing == 0
    register = ours.register_call(bytes(32), ISS, "SHB", "Bách khoa Sông Hồng", OWNER.address, False)
    done, _ = mined(ours, register, 1)
    assert done.succeeded
    assert done.events != receipt.events
    assert ours.standing(issuer_id(ISS)) == 1
    refused, _fine = ours.quotes(OWNER.address, [register, Call(OWNER.address, b"", "nothing")])
    assert isinstance(refused, CallReverted)
    assert "AnchorRegistry" in refused.reason
    key, _ = mined(ours, ours.add_key_call(issuer_id(ISS), OWNER.address, ROLE_ANCHOR, 0), 2)
    assert ours.issuer_keys([(issuer_id(ISS), OWNER.address)], key.block)[0].role == ROLE_ANCHOR
    assert ours.issuer_keys([(issuer_id(ISS), OWNER.address)], key.block - 1)[0].role == 0
    assert ours.nonce(OWNER.address, key.block) == 3
    assert ours.balance(OWNER.address) < 10_000 * 10**18
    horizon = ours.horizon()
    assert horizon.final <= horizon.latest
    assert abs(horizon.latest_time - time.time()) < 600  # these blocks come faster than their times say
    until = time.monotonic() + 60
    while ours.horizon().final < key.block:
        assert time.monotonic() < until, ours.horizon()
        time.sleep(0.05)
    assert ours.receipts([receipt.transaction_hash, bytes(32)]) == [receipt, None]


def replace_registry(ledger: RpcLedger, contract: bytes) -> RpcLedger:
    """The same endpoints, asked about a registry."""
    trusted = replace(ledger._trusted, name=f"eip155:{ledger.chain_id}:0x{contract.hex()}")
    return RpcLedger(trusted, ledger.chain, 5.0)


@pytest.mark.slow
def test_old_rules_are_told_by_their_names(tmp_path: Path) -> None:
    """A node without tags says that it has none; another chain and an address without contract are refused."""
    with (
        running_anvil(tmp_path / "log", "--hardfork", "istanbul", "--chain-id", str(CHAIN_ID)) as real,
        serving(viction(real)) as server,
    ):
        ledger = ledger_at([server.url], CHAIN_ID)
        tagged = RpcLedger(ledger._trusted, replace(ledger.chain, finality=Finality(tag="finalized")))
        with pytest.raises(LedgerUnsure, match="the newest final block: 1 tag_refused"):
            tagged.horizon()
        with pytest.raises(LedgerWrong, match="serve chain 88, not 1"):
            ledger_at([server.url], 1).check()
        with pytest.raises(LedgerWrong, match="found no contract"):
            ledger.check()


@pytest.mark.slow
def test_viction_refuses_what_its_profile_forbids(tmp_path: Path) -> None:
    """The emulated pool takes neither a cheap transaction nor one too far ahead, and the ledger makes neither."""
    with (
        running_anvil(
            tmp_path / "log", "--hardfork", "istanbul", "--chain-id", str(CHAIN_ID), "--gas-price", "1"
        ) as real,
        serving(viction(real)) as server,
    ):
        ledger = ledger_at([server.url], CHAIN_ID)
        call = Call(OWNER.address, b"", "nothing")
        (quote,) = ledger.quotes(OWNER.address, [call])
        assert isinstance(quote, Quote)
        assert (quote.max_fee, quote.priority_fee) == (250_000_000, None)
        cheap = ledger.encode(0, call, replace(quote, max_fee=249_999_999), OWNER)
        ahead = ledger.encode(11, call, quote, OWNER)
        good = ledger.encode(0, call, quote, OWNER)
        ledger.send([cheap.raw, ahead.raw, good.raw])
        assert [found is None for found in ledger.receipts([cheap.hash, ahead.hash, good.hash])] == [True, True, False]


@pytest.mark.slow
def test_an_unknown_chain_is_refused_until_a_file_describes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`init` leaves nothing behind then; with a file in the home folder, or one that is named, it goes by its rules."""
    profile = {
        "chain_id": 4711, "name": "Thử", "currency": "THU", "fees": "legacy", "finality": {"depth": 1},
        "block_seconds": "1", "min_gas_price_gwei": "3", "max_gas_price_gwei": "10", "max_pending": 10,
        "max_transaction_bytes": 32768, "max_transaction_gas": 8000000, "bump_after": 15, "state_proofs": False,
    }  # fmt: skip
    home, other, named = tmp_path / "home", tmp_path / "other", tmp_path / "own.json"
    with running_anvil(tmp_path / "log", "--chain-id", "4711", "--block-time", "0.3") as url:
        with pytest.raises(ChainUnknown):
            set_up(home, (url,), None, "http://127.0.0.1:1", pause)
        assert list(home.iterdir()) == []
        (home / "chains").mkdir()
        (home / "chains" / "thu.json").write_text(json.dumps(profile), encoding="utf-8")
        assert set_up(home, (url,), None, "http://127.0.0.1:1", pause).chain.name == "Thử"
        with open_house(home) as house:
            (quote,) = house.ledger.quotes(OWNER.address, [Call(OWNER.address, b"", "nothing")])
            assert isinstance(quote, Quote)
            assert (quote.max_fee, quote.priority_fee) == (3 * 10**9, None)
        named.write_text(json.dumps({**profile, "name": "Own"}), encoding="utf-8")
        monkeypatch.setenv("VANBANG_CHAIN_PROFILE", str(named))
        set_up(other, (url,), None, "http://127.0.0.1:1", pause)
        monkeypatch.delenv("VANBANG_CHAIN_PROFILE")
        with open_house(other) as house:
            assert house.ledger.chain.name == "Own"
