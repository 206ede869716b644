"""The one place that builds adapters and hands them to use cases."""

import logging
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from zlib import crc32

from vanbang.adapters import files
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.devchain import DEV_ACCOUNTS, ChainStoreBusy, DevChain, DevChainServer
from vanbang.adapters.ethereum.json_rpc import JsonRpc, quantity
from vanbang.adapters.ethereum.ledger import RpcLedger, deploy_call
from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.adapters.keys import SCRYPT_N_GENERATED, Elsewhere, KeystoreFolder, password_file, place_of
from vanbang.adapters.objects import FolderStore, FolderTree
from vanbang.adapters.objects.paths import BucketPlace
from vanbang.adapters.objects.spool import FolderSpool
from vanbang.adapters.sql import SqlStore, open_database
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.errors import FormatError, VanbangError
from vanbang.executing import executor_at
from vanbang.notary.intake import Intake
from vanbang.notary.issuing import Issuing
from vanbang.notary.leasing import Leases, holder_name
from vanbang.notary.registering import Wait, finish_open, send
from vanbang.notary.uploading import Uploads
from vanbang.ports import (
    Institution,
    KeyStore,
    Ledger,
    LedgerUnsure,
    ObjectStore,
    Spool,
    StaticTree,
    Store,
    Witness,
)
from vanbang.ports.chronicle import Chronicle
from vanbang.ports.printing import Printer
from vanbang.settings import (
    FILE,
    AlreadySetUp,
    NotSetUp,
    Settings,
    chain_profile,
    database_at,
    load,
    password_from_environment,
    pkcs11_pin_from_environment,
)

# A library that web3 brings along raises the limit to 100,000 for the whole process: deep recursion would then end it
# with a crash instead of an error.
sys.setrecursionlimit(1_000)

INDEX_KEY = "record-index"
DEV_FUNDS = hex(100 * 10**18)
FUNDING_PATIENCE = 60.0
"""Seconds: longer than the block time of any development chain."""
STAND_BY = 1.0
"""Seconds between two looks whether the embedded chain is still run by the process that began with it."""

log = logging.getLogger("vanbang.bootstrap")


def clock() -> int:
    """Unix seconds, now."""
    return int(time.time())


@dataclass(frozen=True, slots=True)
class House:
    """An installation with everything it works with."""

    settings: Settings
    store: Store
    objects: ObjectStore
    spool: Spool
    keys: KeyStore
    ledger: Ledger
    witness: Witness
    leases: Leases
    executor: Executor
    """Where heavy work is done: worker processes, or a cluster. Neither is there before the first such work."""
    holder: str
    """In whose name leases are taken."""

    @property
    def index_key(self) -> bytes:
        """The key of the blind indexes, kept apart from the database."""
        return self.keys.secret(INDEX_KEY)

    @property
    def uploads(self) -> Uploads:
        """Lists on their way in."""
        return Uploads(self.store, self.spool)

    @property
    def intake(self) -> Intake:
        """What checks and stores them."""
        return Intake(self.store, self.uploads, files, self.index_key, clock, self.objects, self.executor)

    @property
    def issuing(self) -> Issuing:
        """What takes batches from there to final."""
        return Issuing(
            self.store,
            self.objects,
            self.keys,
            self.ledger,
            self.leases,
            clock,
            self.executor,
            self.settings.daily_spend,
        )

    @property
    def printer(self) -> Printer:
        """What prints diplomas, and signs the PDFs if there is a certificate to do it with."""
        from vanbang.adapters.pdf.printing import TypstPrinter  # half a second that few commands need

        printer, certificate = TypstPrinter(), self.settings.pdf_certificate
        if certificate is None:
            return printer
        from vanbang.adapters.pdf.signing import SigningPrinter

        return SigningPrinter(printer, self.settings.home / certificate, self.settings.pdf_certificate_password)

    def chronicle(self) -> Chronicle:
        """The registry's past, at its newest final block. Raises LedgerUnsure, LedgerWrong."""
        return RpcChronicle.pinned(self.settings.trust().home)

    def acting_as(self, actor: str) -> "House":
        """The same house, whose audit log lines name this actor."""
        store = self.store.acting_as(actor)
        return replace(self, store=store, leases=Leases(store, self.holder, self.settings.lease_seconds))

    def working_on(self, store: Store) -> "House":
        """The same house, that writes under a lease: `store` is what `leases` gave."""
        return replace(self, store=store)

    def institution(self, code: str) -> Institution:
        """The institution with this code. Raises FormatError."""
        for item in self.store.institutions():
            if item.code == code:
                return item
        raise FormatError(code, "there is no institution with this code: see `vanbang issuer list`")


@contextmanager
def open_house(
    home: Path, name: str = "", *, patient: bool = False, executor: str | None = None, is_service: bool = False
) -> Iterator[House]:
    """Opens an installation; the embedded chain, if it uses one, runs as long. Raises VanbangErrors.

    `name` is what other processes see of this one, the machine's if empty. `patient`: endpoints may be down for now.
    `executor`: what a command with heavy work names to do it, the setting's if empty; a cluster is looked at now.
    `is_service`: what waits for a cluster that is away is not the whole process.
    """
    settings = load(home)
    with ExitStack() as stack:
        place, is_wanted = executor or settings.executor, executor is not None
        workers = stack.enter_context(executor_at(place, is_wanted=is_wanted, may_be_away=is_service))
        if not settings.rpc:
            stack.enter_context(embedded_chain(home, settings.chain_port))
        ledger = RpcLedger(settings.trust().home, settings.chain)
        try:
            ledger.check()
        except LedgerUnsure:  # asked again before every send
            if not patient:
                raise
        store, holder = SqlStore(open_database(settings.database_at)).acting_as("cli"), holder_name(name)
        yield House(
            settings,
            store,
            object_store(settings.objects_at),
            FolderSpool(home / "uploads"),
            _keys(home),
            ledger,
            RpcWitness(),
            Leases(store, holder, settings.lease_seconds),
            workers,
            holder,
        )


def object_store(place: Path | BucketPlace) -> ObjectStore:
    """The public files at a place. Raises NotSetUp."""
    if isinstance(place, Path):
        return FolderStore(place)
    store: ObjectStore = _buckets().BucketStore(place)
    return store


def static_tree(place: Path | BucketPlace) -> StaticTree:
    """A static tree at a place, which need not be there yet. Raises NotSetUp, StoreError."""
    if isinstance(place, Path):
        folder = FolderTree(place)
        folder.public.sweep()
        return folder
    tree: StaticTree = _buckets().BucketTree(place)
    return tree


def _buckets() -> ModuleType:
    try:
        return import_module("vanbang.adapters.objects.bucket")
    except ModuleNotFoundError as error:
        raise NotSetUp("public files in a bucket need one more library: pip install 'vanbang[s3]'") from error


@contextmanager
def embedded_chain(home: Path, port: int) -> Iterator[None]:
    """Runs the embedded development chain; or stands by, while another process of this installation does.

    When that one ends or is killed, one of those that stand by goes on with the chain, on the same port. In between,
    for about a second, the chain does not answer. Raises NotSetUp if another program has the port.
    """
    server = _chain_server(home, port)
    if server is not None:
        with server:
            yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_stand_by, args=(home, port, ended), name="embedded chain", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _chain_server(home: Path, port: int) -> DevChainServer | None:
    """The embedded chain, not served yet; None if another process has it. Raises NotSetUp."""
    try:
        chain = DevChain(home / "chain")
    except ChainStoreBusy:
        return None
    try:
        return DevChainServer(chain, port=port)
    except OSError as error:
        chain.close()
        raise NotSetUp(f"port {port} of the embedded chain is taken by another program: {error.strerror}") from error


def _stand_by(home: Path, port: int, ended: threading.Event) -> None:
    while not ended.wait(STAND_BY):
        try:
            server = _chain_server(home, port)
        except VanbangError as error:  # the port may be free again at the next look
            log.warning("cannot go on with the embedded chain: %s", error)
            continue
        if server is not None:
            with server:
                ended.wait()


def set_up(
    home: Path,
    rpc: tuple[str, ...],
    registry: str | None,
    base_url: str,
    wait: Wait,
    depth: int | None = None,
    page_rpc: tuple[str, ...] = (),
) -> Settings:
    """Makes an installation: folders, keys, database, and the registry deployed unless one is named.

    May be run again after a crash. Raises VanbangErrors; AlreadySetUp rather than change an installation's registry.
    """
    if (home / FILE).exists():
        raise AlreadySetUp(f"{home} holds an installation already: its registry is what its diplomas are anchored in")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = free_port(chain_port(home))
    with ExitStack() as stack:
        if not rpc:
            stack.enter_context(embedded_chain(home, port))
        endpoints = rpc or (f"http://127.0.0.1:{port}",)
        chain_id = quantity(JsonRpc(endpoints[0]).request("eth_chainId", []))
        nowhere = f"eip155:{chain_id}:0x{'00' * 20}"
        settings = Settings(home, registry or nowhere, rpc, port, base_url, depth, chain_profile(), page_rpc)
        chain = settings.chain
        keys = _keys(home)
        _create_keys(keys)
        _fund_on_development_chain(JsonRpc(endpoints[0]), keys, wait)
        if registry is None:
            settings = replace(settings, registry=_deploy(settings, chain, keys, wait))
        RpcLedger(settings.trust().home, chain).check()
    settings.save()
    return settings


def chain_port(home: Path) -> int:
    """The port for an installation's embedded chain: its own, so that two installations can run side by side."""
    return 20_000 + crc32(str(home.resolve()).encode()) % 10_000


def free_port(wanted: int) -> int:
    """`wanted` if it is free on loopback, else a port that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise NotSetUp("no free port on 127.0.0.1")


def bind_key(home: Path, name: str, place: dict[str, dict[str, str]]) -> bytes:
    """Gives a name to a key that is kept elsewhere, also before `set_up`; `place` as in its file. Gives its account.

    Asks where the key is kept, not the chain. Raises VanbangErrors; then nothing is stored.
    """
    return _keys(home).bind(name, place_of(place, "key bind")).address


def _keys(home: Path) -> KeystoreFolder:
    password, elsewhere = password_from_environment(), Elsewhere(pkcs11_pin_from_environment)
    if password is not None:
        return KeystoreFolder(home / "keys", password, elsewhere=elsewhere)
    (home / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
    generated = password_file(home / "keys" / ".password")
    return KeystoreFolder(home / "keys", generated, SCRYPT_N_GENERATED, elsewhere)


def _create_keys(keys: KeyStore) -> None:
    known = set(keys.names())
    for name in ("owner", "relayer"):
        if name not in known:
            keys.create(name)
    if INDEX_KEY not in known:
        keys.create_secret(INDEX_KEY)


def fund(rpc: JsonRpc, address: bytes, wait: Wait) -> None:
    """Gives an account money from the first of the well-known development accounts, where the node unlocks it.

    Returns when it has the money. Raises LedgerUnsure if the node takes the gift and mines nothing.
    """
    known = {account.address.lower() for account in DEV_ACCOUNTS}
    accounts = rpc.request("eth_accounts", [])
    if _has_money(rpc, address) or not isinstance(accounts, list) or not accounts:
        return
    if str(accounts[0]).lower() not in known:
        return
    gift = {"from": accounts[0], "to": "0x" + address.hex(), "value": DEV_FUNDS}
    if not rpc.request("eth_getBlockByNumber", ["latest", False]).get("baseFeePerGas"):
        gift["gasPrice"] = rpc.request("eth_gasPrice", [])
    rpc.request("eth_sendTransaction", [gift])
    until = time.monotonic() + FUNDING_PATIENCE
    while not _has_money(rpc, address):
        if time.monotonic() > until:
            raise LedgerUnsure("the development chain mines no blocks")
        wait()


def _has_money(rpc: JsonRpc, address: bytes) -> bool:
    balance = rpc.request("eth_getBalance", ["0x" + address.hex(), "latest"])
    return isinstance(balance, str) and balance.strip("0x") != ""


def _fund_on_development_chain(rpc: JsonRpc, keys: KeyStore, wait: Wait) -> None:
    for name in ("owner", "relayer"):
        fund(rpc, keys.signer(name).address, wait)


def _deploy(settings: Settings, chain: ChainProfile, keys: KeyStore, wait: Wait) -> str:
    store = SqlStore(open_database(database_at(settings.home)))
    ledger = RpcLedger(settings.trust().home, chain)
    owner = keys.signer("owner")
    finish_open(store, ledger, owner.address, wait)
    done = send(store, ledger, owner, deploy_call(), wait)
    if done.receipt is None or done.receipt.contract is None:
        raise NotSetUp("the chain gave the new registry no address")
    return f"eip155:{chain.chain_id}:0x{done.receipt.contract.hex()}"
