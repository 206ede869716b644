"""Anchoring: endorsed batches of different institutions to FINAL, on a node that makes a block a second."""

import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes

from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS
from vanbang.adapters.ethereum.json_rpc import JsonRpc
from vanbang.adapters.ethereum.ledger import RpcLedger, deploy_call
from vanbang.adapters.ethereum.profiles import profile_for
from vanbang.adapters.keys import MemoryKeyStore
from vanbang.adapters.objects import FolderStore
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.bootstrap import DEV_FUNDS
from vanbang.catalog import type_by_name
from vanbang.cli.bench.local_node import node_at
from vanbang.cli.bench.measuring import Line, line
from vanbang.cli.bench.seal import stored_records
from vanbang.core.payload import issuer_id
from vanbang.core.trust import trusted_registry
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.issuing import Issuing
from vanbang.notary.leasing import Leases, holder_name
from vanbang.notary.registering import send
from vanbang.notary.sending import Outbox
from vanbang.ports import SETTLED, Batch, Call, Institution, Ledger, NewRecord, Store, Upload

BATCHES = 100
RECORDS = 10
SECONDS = 60.0
KIND = type_by_name("vn-diploma")


class Unwatched:
    """Nobody looks."""

    def stage(self, name: str) -> None:
        """Not shown."""

    def done(self, number: int, of: int = 0) -> None:
        """Not shown."""

    def wait(self, doubt: str = "") -> None:
        """A moment: a block takes a second."""
        time.sleep(0.2)


class Counted(RpcLedger):
    """Counts questions to the chain: each is one HTTP request to each endpoint, however many things it asks for."""

    asked = 0

    def __getattribute__(self, name: str) -> object:
        if name in ("horizon", "dossiers", "statuses", "issuer_keys", "key", "nonce", "balance", "quotes", "send",
                    "receipts", "check"):  # fmt: skip
            Counted.asked += 1
        return super().__getattribute__(name)


def anchoring(rows: int | None) -> Iterator[Line]:
    """One worker, one relayer key; first what is endorsed, then what the whole way from accepted records took."""
    count = rows or BATCHES
    with node_at("--slots-in-an-epoch", "1") as url, tempfile.TemporaryDirectory() as folder:
        node = JsonRpc(url)
        issuing, institutions = _installation(node, url, Path(folder), count)
        _accept(issuing, institutions)
        node.request("evm_setIntervalMining", [1])
        began = time.perf_counter()
        for batch in issuing.store.batches("ACCEPTED"):
            while batch.state in ("ACCEPTED", "SEALED"):
                issuing.advance(batch, Unwatched())
                batch = issuing.store.batch(batch.id) or batch
        endorsed, Counted.asked = time.perf_counter(), 0
        while len(issuing.store.batches("FINAL")) < count:
            issuing.reconcile()
            time.sleep(0.2)
        ended = time.perf_counter()
        allowed = SECONDS * count / BATCHES
        found = line("anchor: batches of different institutions to final", count, ended - endorsed,
                     ended - endorsed, allowed)  # fmt: skip
        yield found | {"questions": Counted.asked, "transactions": _transactions(issuing)}
        yield line("seal, endorse and anchor them", count, ended - began, ended - began, allowed)


def _installation(node: JsonRpc, url: str, folder: Path, count: int) -> tuple[Issuing, Sequence[Institution]]:
    """A registry with institutions and their keys: transactions are mined at once meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys = MemoryKeyStore()
    owner, relayer = keys.create("owner"), keys.create("relayer")
    for signer in (owner, relayer):
        gift = {"from": DEV_ACCOUNTS[0].address, "to": "0x" + signer.address.hex(), "value": DEV_FUNDS}
        node.request("eth_sendTransaction", [gift])
    profile = profile_for(31_337)
    store = SqlStore(open_database(folder / "vanbang.sqlite"))
    nowhere = trusted_registry(f"eip155:31337:0x{'00' * 20}", (url,))
    receipt = send(store, RpcLedger(nowhere, profile), owner, deploy_call(), lambda: mine(node)).receipt
    contract = receipt and receipt.contract
    ledger = Counted(trusted_registry(f"eip155:31337:0x{(contract or b'').hex()}", (url,)), profile)
    institutions = [_institution(number) for number in range(count)]
    calls: list[Call] = []
    for item in institutions:
        store.add_institution(item)
        keys.create_es256(f"{item.slug}/credential")
        calls.append(ledger.register_call(bytes(32), item.iss, item.code, item.name, owner.address, False))
    send_all(node, store, ledger, Outbox(store, ledger, owner), calls)
    added = [
        ledger.add_key_call(issuer_id(item.iss), keys.create(f"{item.slug}/{role}").address, bit, 0)
        for item in institutions
        for role, bit in ROLES.items()
    ]
    send_all(node, store, ledger, Outbox(store, ledger, owner), added)
    leases = Leases(store, holder_name())
    objects = FolderStore(folder / "public")
    return Issuing(store, objects, keys, ledger, leases, lambda: int(time.time())), institutions


def _institution(number: int) -> Institution:
    code = f"B{number:04}"
    return Institution(f"https://{code.lower()}.example.edu.vn", code, f"Trường số {number}", code.lower(), "A", "B")


def send_all(node: JsonRpc, store: Store, ledger: Ledger, outbox: Outbox, calls: Sequence[Call]) -> None:
    """Sends calls and follows them to their end, on a node that mines when it is told to."""
    left = list(calls)
    while left or store.open_transactions():
        horizon = ledger.horizon()
        sent = outbox.prepare(left, horizon, 1) if left else ()
        left = left[sum(1 for outcome in sent if outcome is not None) :]
        outbox.follow(horizon, 1)
        mine(node)


def mine(node: JsonRpc) -> None:
    """Enough blocks for what is mined to be final."""
    node.request("anvil_mine", ["0x3"])


def _accept(issuing: Issuing, institutions: Sequence[Institution]) -> None:
    """Each institution's batch of a few encrypted records, accepted as one list."""
    store, now = issuing.store, int(time.time())
    upload = Upload("bench", None, "bench", now, "bench.csv", token_bytes(32), "vn-diploma", False)
    store.add_upload(upload)
    store.receive(upload.id, (), token_bytes(32))
    records = list(stored_records(len(institutions) * RECORDS))
    ids = []
    for number, item in enumerate(institutions):
        mine = records[number * RECORDS : (number + 1) * RECORDS]
        ids.append(f"batch-{number:04}")
        store.begin(Batch(ids[-1], item.iss, KIND.vct, "RECEIVING", upload.id, now, 0))
        store.add_records({ids[-1]: [NewRecord(token_bytes(32), r.secret, r.ciphertext) for r in mine]})
    store.accept(replace(upload, rows=len(records), accepted=len(records)), ids, now)


def _transactions(issuing: Issuing) -> int:
    """How many transactions the relayer's batches and status roots took."""
    numbers = {batch.transaction for batch in issuing.store.batches()}
    roots = {root.transaction for item in issuing.store.institutions() for root in issuing.store.status_roots(item.iss)}
    found = {number for number in numbers | roots if number is not None}
    assert all(issuing.store.transaction(number).state in SETTLED for number in found)  # noqa: S101
    return len(found)
