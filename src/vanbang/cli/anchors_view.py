"""One look at everything on its way to the registry, as JSON for machines and as tables for people."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from vanbang.bootstrap import House
from vanbang.cli.output import VIETNAMESE, plain, two_languages
from vanbang.core.encoding import time_text
from vanbang.core.errors import VanbangError
from vanbang.notary.progress import INCIDENTS, OTHER_INCIDENT, WAITING_FOR, trouble_said
from vanbang.notary.seats import relayer_of
from vanbang.notary.sending import DAY
from vanbang.notary.waiting import Waiting, waiting_now
from vanbang.ports import EndpointHealth, Horizon, Incident, Lease, Trouble
from vanbang.settings.kinds import coins_text

OPEN_AND_RECENT = 7 * 86_400
"""Seconds for which an incident that is mended is still shown."""


@dataclass(frozen=True, slots=True)
class Relayer:
    """The account that pays. Wei; `balance` None: not known now; `limit` None: there is none."""

    address: bytes
    balance: int | None
    spent: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """How things stand. `horizon` None: the chain cannot be asked, `unsure` says why."""

    at: int
    currency: str
    chain_id: int
    horizon: Horizon | None
    unsure: VanbangError | None
    endpoints: Sequence[EndpointHealth]
    relayer: Relayer
    waiting: Sequence[Waiting]
    leases: Sequence[Lease]
    incidents: Sequence[Incident]

    def to_json(self) -> dict[str, Any]:
        """The look as one JSON object."""
        chain = {"id": self.chain_id, "unsure": None if self.unsure is None else str(self.unsure)}
        if self.horizon is not None:
            blocks = {"latest": self.horizon.latest, "final": self.horizon.final}
            chain |= {**blocks, "latest_at": time_text(self.horizon.latest_time)}
        relayer = self.relayer
        return {
            "at": time_text(self.at),
            "chain": chain,
            "endpoints": [
                {"url": item.url, "state": item.state, "block": item.block, "failures": item.failures, "why": item.why}
                for item in self.endpoints
            ],
            "relayer": {
                "address": f"0x{relayer.address.hex()}",
                "balance_wei": relayer.balance,
                "spent_wei": relayer.spent,
                "limit_wei": relayer.limit,
            },
            "waiting": [self._waiting(item) for item in self.waiting],
            "leases": [{"work": item.name, "holder": item.holder} for item in self.leases],
            "incidents": [_incident(item) for item in self.incidents],
        }

    def _waiting(self, item: Waiting) -> dict[str, Any]:
        horizon, sent = self.horizon, item.transaction
        return {
            "kind": item.kind,
            "subject": item.subject,
            "issuer": item.institution.code,
            "state": item.state,
            "waiting_for": item.waiting_for,
            "since": None if item.since is None else time_text(item.since),
            "trouble": None if item.trouble is None else _trouble(item.trouble),
            "transaction": None if sent is None else {
                "state": sent.state,
                "nonce": sent.nonce,
                "attempts": [
                    {"hash": f"0x{attempt.hash.hex()}", "max_fee_wei": attempt.max_fee, "block": attempt.block}
                    for attempt in sent.attempts
                ],
                "block": sent.receipt.block if sent.receipt else None,
                "blocks_old": item.blocks_old(horizon) if horizon else None,
                "blocks_left": item.blocks_left(horizon) if horizon else None,
            },
        }  # fmt: skip


def look(house: House) -> Look:
    """Asks database and chain once. What the chain does not say is left out, and why is kept. Raises StoreError."""
    store, ledger, now = house.store, house.ledger, int(time.time())
    address = relayer_of(house.keys).address
    horizon, balance, unsure = None, None, None
    try:
        horizon, balance = ledger.horizon(), ledger.balance(address)
    except VanbangError as error:
        unsure = error
    spent = store.spent_since(ledger.chain_id, address, now - DAY)
    return Look(
        now,
        ledger.chain.currency,
        ledger.chain_id,
        horizon,
        unsure,
        ledger.health(),
        Relayer(address, balance, spent, house.settings.daily_spend),
        waiting_now(store, house.keys, ledger.chain_id),
        store.leases(),
        [item for item in store.incidents() if item.ended_at is None or item.ended_at > now - OPEN_AND_RECENT],
    )


def view(found: Look) -> Group:
    """The look as tables."""
    parts: list[RenderableType] = [_chain(found), _endpoints(found.endpoints), _things(found), _leases(found.leases)]
    if found.incidents:
        parts.append(_incidents(found.incidents))
    return Group(*parts)


def _chain(found: Look) -> Text:
    relayer, currency = found.relayer, found.currency
    balance = "?" if relayer.balance is None else coins_text(relayer.balance)
    limit = "không giới hạn / no limit" if relayer.limit is None else coins_text(relayer.limit)
    if found.horizon is None:
        code = getattr(found.unsure, "code", "vanbang")
        head = f"{VIETNAMESE.get(code, VIETNAMESE['vanbang'])}\n{found.unsure}"
    else:
        age = max(0, found.at - found.horizon.latest_time)
        head = f"khối / block {found.horizon.latest} ({age} s), chắc chắn / final {found.horizon.final}"
    paying = f"người gửi / relayer 0x{relayer.address.hex()}: {balance} {currency}"
    spending = f"24 h: {coins_text(relayer.spent)} / {limit}"
    return Text(plain(f"{time_text(found.at)}  chain {found.chain_id}: ") + _lines(head) + f"\n{paying}, {spending}")


def _lines(text: str) -> str:
    return "\n".join(plain(line) for line in text.splitlines())


def _endpoints(endpoints: Sequence[EndpointHealth]) -> Table:
    colours = {"good": "green", "new": "dim"}
    rows = [
        (item.url, Text(item.state, colours.get(item.state, "yellow")), str(item.block or "-"), item.why or "-")
        for item in endpoints
    ]
    return _table("Máy chủ JSON-RPC / endpoints", ("url", "state", "block", "why"), rows)


def _things(found: Look) -> Table:
    heads = ("Đơn vị / issuer", "Đợt, kỳ / what", "state", "Chờ gì / waits for", "Giao dịch / transaction")
    rows = [
        (
            item.institution.code,
            item.subject if item.kind == "batch" else f"status root {item.subject}",
            item.state,
            _words(item),
            "\n".join(_carried(item, found.horizon)) or "-",
        )
        for item in found.waiting
    ]
    return _table(f"Chưa chắc chắn / not final: {len(rows)}", heads, rows)


def _words(item: Waiting) -> Text:
    waits = two_languages(*WAITING_FOR[item.waiting_for])
    if item.trouble is None:
        return waits
    vietnamese, _ = trouble_said(item.trouble)
    told = f"{item.trouble.code}, {time_text(item.trouble.since)}: {item.trouble.text}"
    return Text.assemble(waits, "\n", (plain(vietnamese), "yellow"), "\n", (plain(told), "dim"))


def _carried(item: Waiting, horizon: Horizon | None) -> Iterator[str]:
    """Its transaction, line by line."""
    sent = item.transaction
    if sent is None or not sent.attempts:
        return
    mined = sent.receipt
    yield "0x" + (mined.transaction_hash if mined else sent.attempts[-1].hash).hex()
    fees = ", ".join(f"{attempt.max_fee / 10**9:g}" for attempt in sent.attempts)
    yield f"{sent.state}, nonce {sent.nonce}, gwei {fees}"
    if horizon is not None and mined is not None:
        yield f"khối / block {mined.block}, còn / left {item.blocks_left(horizon)}"
    elif horizon is not None:
        yield f"{item.blocks_old(horizon)} khối từ khi ký / blocks since it was signed"


def _leases(leases: Sequence[Lease]) -> Table:
    rows = [(item.name, item.holder) for item in leases]
    return _table("Ai đang làm gì / who does what", ("Việc / work", "Tiến trình / worker"), rows)


def _incidents(incidents: Sequence[Incident]) -> Table:
    rows = [
        (
            time_text(item.at),
            "-" if item.ended_at is None else time_text(item.ended_at),
            f"{item.kind} {item.iss} {item.subject}",
            two_languages(*INCIDENTS.get(item.kind, OTHER_INCIDENT)),
        )
        for item in incidents
    ]
    return _table("Sự cố / incidents", ("Từ / since", "Đến / until", "Gì / what", "Nghĩa là / means"), rows)


def _table(title: str, heads: Sequence[str], rows: Sequence[tuple[str | Text, ...]]) -> Table:
    table = Table(*(Column(head, overflow="fold") for head in heads), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(_lines(cell)) for cell in row))
    return table


def _trouble(trouble: Trouble) -> dict[str, str]:
    return {"code": trouble.code, "detail": trouble.text, "since": time_text(trouble.since)}


def _incident(item: Incident) -> dict[str, Any]:
    ended = None if item.ended_at is None else time_text(item.ended_at)
    told = {"kind": item.kind, "iss": item.iss, "subject": item.subject, "detail": item.text}
    return told | {"at": time_text(item.at), "ended_at": ended}
