"""The registry on one chain, as a quorum of JSON-RPC endpoints sees it."""

import time
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from math import ceil
from typing import Any, Final, TypeVar

from eth_utils.crypto import keccak

from vanbang.adapters.ethereum.abi import encode_call
from vanbang.adapters.ethereum.answers import (
    UNPRICED,
    priced,
    read_gas_price,
    read_head,
    read_receipt,
    read_view,
    read_wei,
)
from vanbang.adapters.ethereum.contract import bytecode, runtime_code_hash
from vanbang.adapters.ethereum.endpoints import HTTP, Clock, Endpoints, Question, Wire
from vanbang.adapters.ethereum.fees import fees, quote, refusal, too_long
from vanbang.adapters.ethereum.finality import FinalBlocks
from vanbang.adapters.ethereum.json_rpc import data_bytes, quantity
from vanbang.adapters.ethereum.profiles import profile_for
from vanbang.adapters.ethereum.transactions import sign_transaction
from vanbang.core.batch import AnchorKey
from vanbang.core.chain_profile import ChainProfile
from vanbang.core.chronicle.views import (
    IssuerView,
    issuer_call,
    owner_call,
    pending_owner_call,
    read_issuer,
    read_owner,
)
from vanbang.core.eip712 import registry_domain
from vanbang.core.encoding import Digest, registry_name
from vanbang.core.quorum import Failure, block_to_ask
from vanbang.core.registry import (
    Anchor,
    Dossier,
    Key,
    StatusRoot,
    dossier_call,
    key_call,
    read_dossier,
    read_key,
)
from vanbang.core.trust import TrustedRegistry
from vanbang.ports import (
    Attempt,
    Call,
    CallReverted,
    EndpointHealth,
    Horizon,
    LedgerUnsure,
    LedgerWrong,
    Order,
    Quote,
    Receipt,
    SignedGroup,
    Signer,
)

BEHIND_SECONDS: Final = 60
"""An endpoint whose newest block is so much older than the quorum's is called behind."""
CODE_GOOD_FOR: Final = 60
"""Seconds for which the contract's code is not asked for again: it cannot change, only the endpoints can."""
NO_KEY: Final = Key(0, 0, 0, 0)
NOTHING: Final = Dossier(
    Anchor(bytes(20), 0, 0, 0), NO_KEY, 0, NO_KEY, StatusRoot(Digest(bytes(32)), 0, 0), NO_KEY, 0, 0, ()
)
"""What a registry that is not there yet says of every batch."""
Value = TypeVar("Value", bound=Hashable)


class RpcLedger:
    """Ledger over the endpoints of a TrustedRegistry. `chain` None: the package's profile. `clock` gives seconds."""

    def __init__(
        self,
        registry: TrustedRegistry,
        chain: ChainProfile | None = None,
        timeout: float = 10.0,
        clock: Clock = time.monotonic,
        wire: Wire = HTTP,
    ) -> None:
        self._trusted = registry
        self._chain_id, self._contract = registry_name(registry.name, "registry")
        self._chain = chain or profile_for(self._chain_id, registry.depth)
        self._endpoints = Endpoints(registry.endpoints, registry.quorum, self._chain_id, timeout, clock, wire)
        self._final = FinalBlocks(self._chain.finality, self._endpoints)
        self._clock = clock
        self._code_until = -1.0

    @property
    def chain(self) -> ChainProfile:
        return self._chain

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def registry(self) -> str:
        return self._trusted.name

    def domain(self) -> bytes:
        return registry_domain(self._chain_id, self._contract)

    def check(self) -> None:
        known = self._clock() < self._code_until
        code: Question[Any] = Question("eth_getCode", [_hex(self._contract), "latest"], data_bytes)
        chain: Question[Any] = Question("eth_chainId", [], quantity)
        found = self._endpoints.ask([chain] if known else [chain, code], chain=True)
        wrong = self._endpoints.wrong_chains()
        if len(wrong) >= self._trusted.quorum:
            served = ", ".join(str(number) for number in sorted(set(wrong)))
            raise LedgerWrong(f"the endpoints serve chain {served}, not {self._chain_id}")
        self._endpoints.decide(found[0], "eth_chainId")
        if not known:
            self._check_code(self._endpoints.decide(found[1], "eth_getCode"))

    def _check_code(self, code: bytes) -> None:
        expected, hashed = runtime_code_hash(), keccak(code)
        if hashed != expected:
            what = f"code with the hash {_hex(hashed)}" if code else "no contract"
            raise LedgerWrong(
                f"the contract at {_hex(self._contract)} on chain {self._chain_id} is not the AnchorRegistry that this "
                f"version knows: expected code with the hash {_hex(expected)}, found {what}"
            )
        self._code_until = self._clock() + CODE_GOOD_FOR

    def anchor_call(self, groups: Sequence[SignedGroup]) -> Call:
        encoded = [
            (g.issuer_id, g.deadline, [(e.root, e.tree_size, e.manifest_hash) for e in g.entries], g.signature)
            for g in groups
        ]
        return self._call(f"anchor {sum(len(g.entries) for g in groups)} batches", "anchor", encoded)

    def status_root_call(self, issuer_id: bytes, root: bytes, epoch: int, deadline: int, signature: bytes) -> Call:
        purpose = f"set status root, epoch {epoch}"
        return self._call(purpose, "setStatusRootBySignature", issuer_id, root, epoch, deadline, signature)

    def register_call(self, parent: bytes, iss: str, code: str, name: str, admin: bytes, registrar: bool) -> Call:
        return self._call(f"register {code}", "registerIssuer", parent, iss, code, name, _hex(admin), registrar)

    def add_key_call(self, issuer_id: bytes, address: bytes, role: int, not_after: int) -> Call:
        return self._call(f"add key {_hex(address)}", "addKey", issuer_id, _hex(address), role, 0, not_after)

    def end_key_call(self, issuer_id: bytes, address: bytes, not_after: int) -> Call:
        return self._call(f"end key {_hex(address)}", "endKey", issuer_id, _hex(address), not_after)

    def order_call(self, order: Order) -> Call:
        return self._call(order.purpose, order.function, *order.arguments)

    def _call(self, purpose: str, function: str, *arguments: Any) -> Call:
        return Call(self._contract, encode_call(function, *arguments), purpose)

    def horizon(self) -> Horizon:
        newest: Question[Any] = Question("eth_getBlockByNumber", ["latest", False], read_head)
        heads, *finals = self._endpoints.ask([newest, *self._final.questions()])
        numbers = [head if isinstance(head, Failure) else head.number for head in heads]
        latest = block_to_ask(numbers, self._trusted.quorum)
        if latest is None:
            raise self._endpoints.unsure(numbers, "the newest block")
        self._endpoints.saw(numbers, latest - ceil(BEHIND_SECONDS / self._chain.block_seconds))
        times = [head.time for head in heads if not isinstance(head, Failure) and head.number == latest]
        if not times or times.count(times[0]) < self._trusted.quorum:
            times = self._endpoints.agreed([Question("eth_getBlockByNumber", [hex(latest), False], _time)], "its time")
        return Horizon(latest, times[0], self._final.newest(latest, finals))

    def dossiers(self, keys: Sequence[AnchorKey], block: int) -> Sequence[Dossier]:
        return self._read([dossier_call(key) for key in keys], block, read_dossier, NOTHING)

    def statuses(self, issuer_ids: Sequence[bytes], block: int) -> Sequence[StatusRoot]:
        return [dossier.status for dossier in self.dossiers([_no_batch(issuer) for issuer in issuer_ids], block)]

    def issuer_keys(self, keys: Sequence[tuple[bytes, bytes]], block: int) -> Sequence[Key]:
        return self._read([key_call(*key) for key in keys], block, read_key, NO_KEY)

    def key(self, issuer_id: bytes, address: bytes) -> Key:
        return self.issuer_keys([(issuer_id, address)], self._newest())[0]

    def standing(self, issuer_id: bytes) -> int:
        return self.dossiers([_no_batch(issuer_id)], self._newest())[0].standing

    def issuer(self, issuer_id: bytes) -> IssuerView:
        return self._read([_hex(issuer_call(issuer_id))], self._newest(), read_issuer, IssuerView())[0]

    def owners(self) -> tuple[bytes, bytes]:
        calls = [_hex(call) for call in (owner_call(), pending_owner_call())]
        owner, pending = self._read(calls, self._newest(), read_owner, bytes(20))
        return owner, pending

    def nonce(self, sender: bytes, block: int) -> int:
        return self._endpoints.agreed([Question("eth_getTransactionCount", [_hex(sender), hex(block)], quantity)])[0]

    def balance(self, address: bytes) -> int:
        block = hex(self._newest())
        return self._endpoints.agreed([Question("eth_getBalance", [_hex(address), block], read_wei)])[0]

    def _read(self, calls: Sequence[str], block: int, read: Callable[[bytes], Value], nothing: Value) -> list[Value]:
        """What views answer; `nothing` where there is no contract yet: it answers no bytes."""
        to, view = _hex(self._contract), partial(read_view, read, nothing)
        return self._endpoints.agreed(
            [Question("eth_call", [{"to": to, "data": data}, hex(block)], view) for data in calls]
        )

    def _newest(self) -> int:
        (heads,) = self._endpoints.ask([Question("eth_blockNumber", [], quantity)])
        found = block_to_ask(heads, self._trusted.quorum)
        if found is None:
            raise self._endpoints.unsure(heads, "the newest block")
        return found

    def quotes(self, sender: bytes, calls: Sequence[Call]) -> Sequence[Quote | CallReverted | LedgerUnsure]:
        refused = [too_long(self._chain, call) for call in calls]
        questions: list[Question[Any]] = [
            Question("eth_getBlockByNumber", ["latest", False], read_head),
            Question("eth_gasPrice", [], quantity),
        ]
        questions += [
            Question("eth_estimateGas", [_request(sender, call)], quantity, refusal)
            for call, too in zip(calls, refused, strict=True)
            if too is None
        ]
        heads, prices, *answers = self._endpoints.ask(questions)
        price = self._price(heads, prices)
        waiting = iter(answers)
        return [too or self._quote(call, next(waiting), price) for call, too in zip(calls, refused, strict=True)]

    def _price(self, heads: Sequence[Any], prices: Sequence[Any]) -> tuple[int, int | None]:
        bases = [head.base_fee for head in heads if not isinstance(head, Failure)]
        asked = [price for price in prices if not isinstance(price, Failure)]
        if min(len(bases), len(asked)) < self._trusted.quorum:
            raise self._endpoints.unsure(prices if len(asked) < self._trusted.quorum else heads, "eth_gasPrice")
        return fees(self._chain, bases, asked)

    def _quote(
        self, call: Call, answers: Sequence[Any], price: tuple[int, int | None]
    ) -> Quote | CallReverted | LedgerUnsure:
        found = quote(self._chain, call, answers, self._trusted.quorum, price)
        return found or self._endpoints.unsure(answers, "eth_estimateGas")

    def encode(self, sender_nonce: int, call: Call, quote: Quote, signer: Signer) -> Attempt:
        if reason := too_long(self._chain, call):
            raise reason
        return sign_transaction(self._chain_id, sender_nonce, call, quote, signer)

    def send(self, raws: Sequence[bytes]) -> None:
        questions = [Question("eth_sendRawTransaction", [_hex(raw)], data_bytes) for raw in raws]
        self._endpoints.ask(questions, everyone=True)

    def receipts(self, hashes: Sequence[bytes]) -> Sequence[Receipt | LedgerUnsure | None]:
        found = self._endpoints.ask(
            [Question("eth_getTransactionReceipt", [_hex(item)], partial(read_receipt, item)) for item in hashes]
        )
        self._ask_prices(hashes, found)
        return [self._receipt(answers) for answers in found]

    def _ask_prices(self, hashes: Sequence[bytes], found: list[list[Receipt | Failure | None]]) -> None:
        """Completes in place the receipts of endpoints that leave the price to the transaction."""
        lacking = [index for index, answers in enumerate(found) if any(_is_unpriced(answer) for answer in answers)]
        prices = self._endpoints.ask(
            [
                Question("eth_getTransactionByHash", [_hex(hashes[index])], partial(read_gas_price, hashes[index]))
                for index in lacking
            ]
        )
        for index, asked in zip(lacking, prices, strict=True):
            found[index] = [
                (price if isinstance(price, Failure) else priced(answer, price))
                if isinstance(answer, Receipt) and _is_unpriced(answer)
                else answer
                for answer, price in zip(found[index], asked, strict=True)
            ]

    def _receipt(self, answers: Sequence[Receipt | Failure | None]) -> Receipt | LedgerUnsure | None:
        try:
            return self._endpoints.decide(answers, "eth_getTransactionReceipt")
        except LedgerUnsure as unsure:
            return unsure

    def health(self) -> Sequence[EndpointHealth]:
        return self._endpoints.health()


def deploy_call() -> Call:
    """Creates a registry; its sender becomes the owner."""
    return Call(None, bytecode(), "deploy the AnchorRegistry")


def _request(sender: bytes, call: Call) -> dict[str, str]:
    request = {"from": _hex(sender), "data": _hex(call.data), "value": hex(call.value)}
    return {**request, "to": _hex(call.target)} if call.target else request


def _no_batch(issuer_id: bytes) -> AnchorKey:
    return AnchorKey(Digest(issuer_id), Digest(bytes(32)), 1, Digest(bytes(32)))


def _is_unpriced(answer: Receipt | Failure | None) -> bool:
    return isinstance(answer, Receipt) and answer.gas_price == UNPRICED


def _time(value: Any) -> int:
    return read_head(value).time


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
