"""The ledger over three scripted endpoints: what they say together, and that lies of one change nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_abi.abi import encode

from endpoint_servers import Answering, Refused, Reply, Server, node, serving
from vanbang.adapters.ethereum.answers import events_digest
from vanbang.adapters.ethereum.contract import runtime_code
from vanbang.adapters.ethereum.ledger import BEHIND_SECONDS, CODE_GOOD_FOR, NO_KEY, NOTHING, RpcLedger, deploy_call
from vanbang.adapters.ethereum.profiles import profile_for
from vanbang.adapters.keys.memory import MemorySigner
from vanbang.core.batch import AnchorKey
from vanbang.core.chronicle.views import ISSUER_TYPE, IssuerView, issuer_call, owner_call, pending_owner_call
from vanbang.core.registry import Dossier, Key, dossier_call, key_call, read_dossier
from vanbang.core.trust import trusted_registry
from vanbang.ports import Call, CallReverted, Horizon, LedgerUnsure, LedgerWrong, Quote, Receipt
from world import Chain, World, address, seed

CONTRACT = bytes.fromhex("a1" * 20)
LATEST, FINAL, TIME = 1_000, 940, 1_782_000_000
GWEI = 10**9
BATCH = World().anchor_key()
SENDER = address("relayer")
RESULT = Chain().dossier(seed("status"), 3)
_SHOWN = "0x" + SENDER.hex()
ISSUER = (_SHOWN, 1, 9, 77, BATCH.root, BATCH.root, 5, _SHOWN, 6, True, False, BATCH.root, 8)
KEY = Key(1_700_000_000, 2**40 - 1, 0, 4)
MINED, PENDING = seed("mined"), seed("pending")
LOGS = [{"address": "0x" + CONTRACT.hex(), "topics": ["0x" + seed("topic").hex()], "data": "0x01"}]
DIES, FITS, BURNS = (Call(CONTRACT, bytes([number]) * 4, name) for number, name in enumerate(("dies", "fits", "burns")))


def block_json(number: int) -> dict[str, Any]:
    return {"number": hex(number), "hash": "0x" + seed(f"block {number}").hex(), "timestamp": hex(TIME + number)}


@dataclass(frozen=True)
class Truth:
    """What an honest node of a chain answers; `latest` is the newest block it has."""

    chain_id: int = 88
    latest: int = LATEST

    def __call__(self, method: str, params: list[Any]) -> Any:
        return getattr(self, method)(*params)

    def eth_chainId(self) -> str:
        return hex(self.chain_id)

    def eth_getCode(self, _: str, block: str) -> str:
        return "0x" + runtime_code().hex()

    def eth_blockNumber(self) -> str:
        return hex(self.latest)

    def eth_getBlockByNumber(self, which: str, _: bool) -> Any:
        number = {"latest": self.latest, "finalized": FINAL}.get(which)
        number = int(which, 16) if number is None else number
        fees = {"baseFeePerGas": hex(10 * GWEI)} if self.chain_id == 1 else {}
        return {**block_json(number), **fees} if number <= self.latest else None

    def eth_getBlockFinalityByNumber(self, block: str) -> int:
        return 100 if int(block, 16) <= FINAL else 40

    def eth_call(self, call: dict[str, str], block: str) -> str:
        self._has(block)
        assert call["to"] == "0x" + CONTRACT.hex()
        if call["data"] == key_call(BATCH.issuer_id, address("officer")):
            return "0x" + encode(["(uint40,uint40,uint40,uint8)"], [(1_700_000_000, 2**40 - 1, 0, 4)]).hex()
        if call["data"] == "0x" + issuer_call(BATCH.issuer_id).hex():
            return "0x" + encode([ISSUER_TYPE], [ISSUER]).hex()
        if call["data"] in ("0x" + owner_call().hex(), "0x" + pending_owner_call().hex()):
            return "0x" + encode(["address"], [SENDER]).hex()
        return "0x" + (RESULT if call["data"].startswith(dossier_call(BATCH)[:74]) else b"").hex()

    def eth_getTransactionCount(self, account: str, block: str) -> str:
        self._has(block)
        return "0x7"

    def eth_getBalance(self, account: str, block: str) -> str:
        self._has(block)
        return hex(10**20)

    def eth_gasPrice(self) -> str:
        return hex(12 * GWEI)

    def eth_estimateGas(self, call: dict[str, str]) -> str:
        if call["data"] == "0x" + DIES.data.hex():
            raise Refused(3, "execution reverted", "0x08c379a0")
        return hex(20_000_000) if call["data"] == "0x" + BURNS.data.hex() else hex(100_000)

    def eth_getTransactionReceipt(self, transaction: str) -> Any:
        if transaction != "0x" + MINED.hex():
            return None
        price = {"effectiveGasPrice": hex(GWEI)} if self.chain_id == 1 else {}
        return {
            "transactionHash": transaction, "blockNumber": "0x384", "blockHash": "0x" + seed("block 900").hex(),
            "status": "0x1", "gasUsed": "0x5208", "contractAddress": None, "logs": LOGS, **price,
        }  # fmt: skip

    def eth_getTransactionByHash(self, transaction: str) -> Any:
        return {"hash": transaction, "gasPrice": hex(GWEI)}

    def eth_sendRawTransaction(self, raw: str) -> str:
        return "0x" + seed(raw).hex()

    def _has(self, block: str) -> None:
        if int(block, 16) > self.latest:
            raise Refused(-32_000, "header not found")


@dataclass
class Clock:
    """Seconds that pass when told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Trio:
    ledger: RpcLedger
    servers: Sequence[Server]
    clock: Clock

    def asked(self) -> list[int]:
        """The requests to each endpoint since the last look."""
        counts = [len(server.requests) for server in self.servers]
        for server in self.servers:
            server.requests.clear()
        return counts


@contextmanager
def trio(*answerings: Answering, chain_id: int = 88, timeout: float = 20.0) -> Iterator[Trio]:
    """A ledger on these endpoints, most of which must agree."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(answering)) for answering in answerings]
        clock = Clock()
        trusted = trusted_registry(f"eip155:{chain_id}:0x{CONTRACT.hex()}", [server.url for server in servers])
        yield Trio(RpcLedger(trusted, profile_for(chain_id), timeout, clock), servers, clock)


ASKING: dict[str, Callable[[RpcLedger], Any]] = {
    "check": lambda ledger: ledger.check(),
    "horizon": lambda ledger: ledger.horizon(),
    "dossiers": lambda ledger: ledger.dossiers([BATCH, AnchorKey(BATCH.root, BATCH.root, 1, BATCH.root)], FINAL),
    "statuses": lambda ledger: ledger.statuses([BATCH.issuer_id], LATEST),
    "issuer_keys": lambda ledger: ledger.issuer_keys([(BATCH.issuer_id, address("officer"))], LATEST),
    "key": lambda ledger: ledger.key(BATCH.issuer_id, address("nobody")),
    "standing": lambda ledger: ledger.standing(BATCH.issuer_id),
    "issuer": lambda ledger: ledger.issuer(BATCH.issuer_id),
    "owners": lambda ledger: ledger.owners(),
    "nonce": lambda ledger: ledger.nonce(SENDER, LATEST),
    "balance": lambda ledger: ledger.balance(SENDER),
    "quotes": lambda ledger: [told(item) for item in ledger.quotes(SENDER, [FITS, DIES, BURNS])],
    "receipts": lambda ledger: [told(item) for item in ledger.receipts([MINED, PENDING])],
}
RECEIPT = Receipt(MINED, 900, seed("block 900"), True, 21_000, None, GWEI, events_digest(LOGS))
DOSSIER: Dossier = read_dossier(RESULT)
WANT: dict[str, Any] = {
    "check": None,
    "horizon": Horizon(LATEST, TIME + LATEST, FINAL),
    "dossiers": [DOSSIER, NOTHING],
    "statuses": [DOSSIER.status],
    "issuer_keys": [KEY],
    "key": NO_KEY,
    "standing": DOSSIER.standing,
    "issuer": IssuerView(SENDER, 1, 9, 77, BATCH.root, BATCH.root, 5, SENDER, 6, True, False, BATCH.root, 8),
    "owners": (SENDER, SENDER),
    "nonce": 7,
    "balance": 10**20,
    "quotes": [
        Quote(120_000, 12 * GWEI, None),
        "CallReverted: the registry refuses: 0x08c379a0",
        "CallReverted: the registry refuses: 'burns' takes 20000000 gas; Viction takes at most 16777216 a transaction",
    ],
    "receipts": [RECEIPT, None],
}


def told(item: Any) -> Any:
    """An error among answers as a text, so that it can be compared."""
    return f"{type(item).__name__}: {item}" if isinstance(item, Exception) else item


HONEST = node(Truth())


def test_what_honest_endpoints_say() -> None:
    """Every question has its answer, on a legacy chain and on one with base fees, where the price is in the receipt."""
    with trio(HONEST, HONEST, HONEST) as three:
        assert {name: ask(three.ledger) for name, ask in ASKING.items()} == WANT
        assert (three.ledger.chain.name, three.ledger.chain_id) == ("Viction", 88)
        assert [health.state for health in three.ledger.health()] == ["good"] * 3
        assert [health.block for health in three.ledger.health()] == [LATEST] * 3
    modern = node(Truth(1))
    with trio(modern, modern, modern, chain_id=1) as three:
        found = {name: ask(three.ledger) for name, ask in ASKING.items()}
        assert found.pop("quotes")[0] == Quote(120_000, 22 * GWEI, 2 * GWEI)
        assert found == {name: want for name, want in WANT.items() if name != "quotes"}


@pytest.mark.parametrize(
    ("name", "requests"),
    [
        ("check", 1), ("horizon", 3), ("dossiers", 1), ("statuses", 1), ("issuer_keys", 1), ("key", 2), ("standing", 2),
        ("nonce", 1), ("balance", 2), ("quotes", 1), ("receipts", 2),
    ],
)  # fmt: skip
def test_many_questions_are_few_requests(name: str, requests: int) -> None:
    """The number of HTTP requests to each endpoint does not depend on how many things are asked about."""
    with trio(HONEST, HONEST, HONEST) as three:
        ASKING[name](three.ledger)
        assert max(three.asked()) <= requests + (2 if name == "horizon" else 0)
    modern = node(Truth(1))
    with trio(modern, modern, modern, chain_id=1) as three:
        three.ledger.horizon()
        assert three.asked() == [1, 1, 1]
        three.ledger.receipts([MINED, PENDING] * 40)
        assert three.asked() == [1, 1, 1]
        three.ledger.dossiers([BATCH] * 90, LATEST)
        three.ledger.quotes(SENDER, [FITS] * 50)
        assert three.asked() == [2, 2, 2]


RAW: dict[str, Reply] = {
    "too many requests": Reply(b"slow down", 429, {"Retry-After": "60"}),
    "server error": Reply(b"oops", 500),
    "garbage": Reply(b"\xff\x00\x80garbage"),
    "no body": Reply(b""),
    "truncated": Reply(b'[{"jsonrpc":"2.0","id":1,"resu'),
    "cut off": Reply(b'[{"jsonrpc":"2.0","id":1,"result":"0x1"}', cut=20),
    "a web page": Reply(b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}),
    "a redirect": Reply(b"", 307, {"Location": "http://127.0.0.1:1/"}),
    "deep nesting": Reply(b"[" * 200_000),
    "one answer to many": Reply(b'{"jsonrpc":"2.0","id":1,"result":"0x58"}'),
    "an empty list": Reply(b"[]"),
    "a number": Reply(b"1"),
    "limit exceeded": Reply(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded"}}'),
    "not found": Reply(b"nothing here", 404),
}


def fewer(method: str, result: Any, salt: int) -> Any:
    """Lower numbers everywhere."""
    return hex(int(result, 16) // (2 + salt)) if isinstance(result, str) and 2 < len(result) < 20 else result


def other(method: str, result: Any, salt: int) -> Any:
    """The last hex digit of each text is another one."""
    if isinstance(result, dict):
        return {name: other(method, value, salt) for name, value in result.items()}
    if isinstance(result, str) and len(result) > 2 and method != "eth_chainId":
        return result[:-1] + "0123456789abcdef"[(int(result[-1], 16) + 1 + salt) % 16]
    return (result + 1 + salt) % 101 if type(result) is int else result


def refused(number: int) -> Callable[[str, Any, int], Any]:
    def lie(method: str, result: Any, salt: int) -> Any:
        raise Refused(number, "no", "0x08c379a0" if number == 3 else None)

    return lie


LIES: dict[str, Callable[[str, Any, int], Any]] = {
    "null everywhere": lambda m, r, s: None,
    "null but the chain": lambda m, r, s: r if m == "eth_chainId" else None,
    "empty results": lambda m, r, s: r if m == "eth_chainId" else "0x",
    "zero": lambda m, r, s: r if m == "eth_chainId" else "0x0",
    "other digits": other,
    "lower numbers": fewer,
    "odd hex": lambda m, r, s: r[:-1] if isinstance(r, str) and m != "eth_chainId" else r,
    "numbers for texts": lambda m, r, s: 7 if isinstance(r, str) and m != "eth_chainId" else r,
    "lists": lambda m, r, s: r if m == "eth_chainId" else [1, 2, 3],
    "objects": lambda m, r, s: r if m == "eth_chainId" else {"result": "0x"},
    "another chain": lambda m, r, s: hex(5 + s) if m == "eth_chainId" else r,
    "no chain": lambda m, r, s: "what" if m == "eth_chainId" else r,
    "another contract": lambda m, r, s: "0x60" + "00" * s if m == "eth_getCode" else r,
    "huge head": lambda m, r, s: {**r, "number": hex(2**53 - 1 - s)} if m == "eth_getBlockByNumber" and r else r,
    "head beyond 2^53": lambda m, r, s: {**r, "number": hex(2**64)} if m == "eth_getBlockByNumber" and r else r,
    "old head": lambda m, r, s: block_json(1 + s) if m == "eth_getBlockByNumber" else r,
    "another time": lambda m, r, s: {**r, "timestamp": hex(s)} if m == "eth_getBlockByNumber" and r else r,
    "all is final": lambda m, r, s: 100 if m == "eth_getBlockFinalityByNumber" else r,
    "no receipt": lambda m, r, s: None if m == "eth_getTransactionReceipt" else r,
    "a failed receipt": lambda m, r, s: {**r, "status": "0x0"} if m == "eth_getTransactionReceipt" and r else r,
    "events left out": lambda m, r, s: {**r, "logs": []} if m == "eth_getTransactionReceipt" and r else r,
    "free of charge": lambda m, r, s: {**r, "gasPrice": hex(s)} if m == "eth_getTransactionByHash" and r else r,
    "dear": lambda m, r, s: hex(2**50 + s) if m in ("eth_gasPrice", "eth_estimateGas") else r,
    "method not found": refused(-32_601),
    "reverts": refused(3),
    "rate limit": refused(-32_005),
}
FAULTS = [*RAW, *LIES]


def liar(fault: str, salt: int = 0) -> Answering:
    """An endpoint with one of the faults above; two with different salts do not tell the same lie."""
    if fault in RAW:
        return lambda *_: RAW[fault]

    def lie(method: str, params: list[Any]) -> Any:
        try:
            truth = Truth()(method, params)
        except Refused:
            if fault != "null everywhere":
                raise
            truth = None
        return LIES[fault](method, truth, salt)

    return node(lie)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_one_liar_of_three_changes_no_answer(fault: str) -> None:
    """Whatever one endpoint of three does, every question has the answer that the other two give."""
    with trio(HONEST, liar(fault), HONEST) as three:
        assert {name: ask(three.ledger) for name, ask in ASKING.items()} == WANT


UNISON = {"null everywhere", "null but the chain", "empty results", "zero", "odd hex", "one answer to many"}
"""Faults in which liars say the same: two of three are a quorum, and what a quorum says is believed."""
READING = {"dossiers", "statuses", "issuer_keys", "key", "nonce", "balance"}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_two_liars_of_three_are_uncertainty(fault: str) -> None:
    """Two endpoints that lie without agreeing leave questions open, and nothing else is ever raised."""
    with trio(liar(fault, 1), HONEST, liar(fault, 2)) as three:
        for name, ask in ASKING.items():
            try:
                found = ask(three.ledger)
            except (LedgerUnsure, LedgerWrong):
                continue
            if fault not in UNISON:
                assert name not in READING or found == WANT[name]
                assert fault not in RAW or name == "receipts"


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_three_liars_raise_nothing_but_uncertainty(fault: str) -> None:
    """When all endpoints break, there is one of our two errors or an answer, never a traceback."""
    with trio(*(liar(fault, salt) for salt in range(3))) as three:
        for ask in ASKING.values():
            try:
                ask(three.ledger)
            except (LedgerUnsure, LedgerWrong):
                continue


@pytest.mark.slow
@pytest.mark.parametrize("reply", [Reply(hang=True), Reply(b" " * 1_000, drip=True)])
def test_a_slow_endpoint_costs_one_timeout(reply: Reply) -> None:
    """An endpoint that hangs or drips is given up once, and then left alone."""
    with trio(HONEST, lambda *_: reply, HONEST, timeout=1.5) as three:
        assert {name: ask(three.ledger) for name, ask in ASKING.items()} == WANT
        assert three.asked()[1] == 1
        assert three.ledger.health()[1].why == "timeout"


def test_the_wrong_chain_is_refused() -> None:
    """What was expected and what was found is said; one of three that is wrong is none of our business."""
    wrong = node(Truth(1))
    with trio(wrong, wrong, HONEST) as three, pytest.raises(LedgerWrong, match="serve chain 1, not 88"):
        three.ledger.check()
    with trio(wrong, HONEST, HONEST) as three:
        three.ledger.check()


@pytest.mark.parametrize(("code", "found"), [("0x", "found no contract"), ("0x6000", "found code with the hash 0x")])
def test_the_wrong_contract_is_refused(code: str, found: str) -> None:
    """No code, or other code than ours, at the registry's address."""
    false = node(lambda method, params: code if method == "eth_getCode" else Truth()(method, params))
    with (
        trio(false, false, HONEST) as three,
        pytest.raises(LedgerWrong, match=f"0x{CONTRACT.hex()} on chain 88.*{found}"),
    ):
        three.ledger.check()


def test_checking_is_cheap() -> None:
    """The contract's code is asked for once a minute, the chain id each time."""
    codes: list[str] = []

    def counting(method: str, params: list[Any]) -> Any:
        codes.extend([method] if method == "eth_getCode" else [])
        return Truth()(method, params)

    with trio(node(counting)) as one:
        for _ in range(5):
            one.ledger.check()
        assert (one.asked(), len(codes)) == ([5], 1)
        one.clock.now += CODE_GOOD_FOR
        one.ledger.check()
        assert len(codes) == 2


def test_a_lagging_endpoint_does_not_disagree() -> None:
    """Questions are about blocks that a quorum has, and one that is a minute below is called behind."""
    lag = node(Truth(latest=LATEST - 1))
    with trio(lag, node(Truth(latest=LATEST + 1)), HONEST) as three:
        assert three.ledger.horizon() == WANT["horizon"]
        assert three.ledger.nonce(SENDER, LATEST) == 7
        assert {health.state for health in three.ledger.health()} == {"good"}
    lag = node(Truth(latest=LATEST - BEHIND_SECONDS // 2 - 1))
    with trio(lag, HONEST, HONEST) as three:
        assert three.ledger.horizon() == WANT["horizon"]
        assert three.ledger.balance(SENDER) == 10**20
        assert [health.state for health in three.ledger.health()] == ["behind", "good", "good"]


def test_before_the_contract_there_is_nothing() -> None:
    """At a block before its deployment a registry answers no bytes: nothing is anchored there, and no key known."""
    young = node(lambda method, params: "0x" if method == "eth_call" else Truth()(method, params))
    with trio(young) as one:
        assert one.ledger.dossiers([BATCH], 1) == [NOTHING]
        assert one.ledger.issuer_keys([(BATCH.issuer_id, SENDER)], 1) == [NO_KEY]
        assert one.ledger.statuses([BATCH.issuer_id], 1)[0].epoch == 0


def test_receipts_are_judged_one_by_one() -> None:
    """Where endpoints are at odds about one transaction, the others are still known."""
    blind = liar("no receipt")
    with trio(HONEST, blind) as two:
        found = two.ledger.receipts([MINED, PENDING])
    assert isinstance(found[0], LedgerUnsure)
    assert found[0].answers == {"answered": 1, "answered otherwise": 1}
    assert found[1] is None


def test_endpoints_may_say_the_price_or_leave_it_to_the_transaction() -> None:
    """A receipt with the price and one without are the same, if the transaction agrees."""

    def priced(method: str, params: list[Any]) -> Any:
        result = Truth()(method, params)
        if method == "eth_getTransactionReceipt" and result:
            return {**result, "effectiveGasPrice": hex(GWEI)}
        return result

    with trio(node(priced), HONEST) as two:
        assert two.ledger.receipts([MINED]) == [RECEIPT]
    with trio(node(priced), liar("free of charge")) as two:
        assert isinstance(two.ledger.receipts([MINED])[0], LedgerUnsure)


def test_everybody_is_sent_to() -> None:
    """Transactions go to all endpoints in one request each, whatever they answer, and also to who was left alone."""
    seen: list[list[str]] = [[], [], []]

    def counting(place: int) -> Answering:
        def answer(method: str, params: list[Any]) -> Any:
            if method == "eth_sendRawTransaction":
                seen[place].append(params[0])
                raise Refused(-32_000, "already known")
            return Truth()(method, params)

        return node(answer)

    moody: list[Answering] = [lambda *_: Reply(b"", 500)]
    with trio(counting(0), counting(1), lambda *arguments: moody[0](*arguments)) as three:
        three.ledger.horizon()
        three.asked()
        moody[0] = counting(2)
        three.ledger.send([b"\x01", b"\x02"])
        three.ledger.send([])
        assert three.asked() == [1, 1, 1]
    assert seen == [["0x01", "0x02"]] * 3
    with trio(*[lambda *_: Reply(b"", 500)] * 3) as three:
        three.ledger.send([b"\x01"])


def test_a_transaction_fits_the_chain_or_is_refused() -> None:
    """Too many bytes are refused before anything is asked about the call, and again when it is signed."""
    signer = MemorySigner("relayer")
    long = replace(FITS, data=bytes(32_768))
    with trio(HONEST) as one:
        first, second = one.ledger.quotes(SENDER, [long, FITS])
        assert isinstance(first, CallReverted)
        assert "32768 a transaction" in first.reason
        assert second == WANT["quotes"][0]
        with pytest.raises(CallReverted, match="32768 a transaction"):
            one.ledger.encode(0, long, Quote(1, 1, None), signer)
        attempt = one.ledger.encode(0, deploy_call(), Quote(5_000_000, GWEI, None), signer)
        assert len(attempt.raw) < 32_768


def test_an_empty_question_is_not_asked() -> None:
    """Nothing is asked about nothing."""
    with trio(HONEST) as one:
        assert one.ledger.dossiers([], LATEST) == one.ledger.statuses([], LATEST) == []
        assert one.ledger.issuer_keys([], LATEST) == one.ledger.receipts([]) == []
        assert one.asked() == [0]
