"""What the registry costs its users, beside what others' contracts cost theirs, in gas and, given prices, in money."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from vanbang.cli.bench.costs import LEAVES, Cost, costs
from vanbang.cli.bench.local_node import running_node
from vanbang.cli.bench.measuring import Line
from vanbang.cli.output import errors

RULES: Final = {"istanbul": ("--hardfork", "istanbul"), "newest": ()}
"""Options of the node: the oldest rules that the registry runs on, with legacy transactions; the node's newest."""


@dataclass(frozen=True)
class Peer:
    """A contract that others published: gas of one root, of each of 10 and of 100 together, and of revoking.

    `revoking` is text: one document, and all 10,000 of a list where that is another figure.
    """

    name: str
    one: int
    ten: int | None
    hundred: int | None
    revoking: str


PEERS: Final = (
    Peer("a bare transaction as of Blockcerts: no issuer, no contract", 22_280, None, None, "off chain"),
    Peer("EAS timestamp: nobody's name on it", 45_869, 26_800, 24_800, "46k / 463M"),
    Peer("OpenAttestation DocumentStore", 47_886, 26_600, 24_500, "48k / 245M"),
    Peer("TrustVC DocumentStore", 48_997, 31_400, 29_200, "52-66k each"),
    Peer("EAS attest", 180_132, 149_000, 146_000, "60k each"),
    Peer("floor: one word, a role check, an event", 47_187, 26_361, 24_278, "-"),
)
"""Published contracts, deployed and measured on one local node under Osaka's rules; not measured again here.

Theirs are called by the issuer's own account; ours carry a signed statement that anybody may send.
"""


@dataclass(frozen=True)
class Prices:
    """Of a unit of gas in gwei, and of the chain's coin in US dollars."""

    gas_gwei: float
    coin_usd: float

    def usd(self, gas: float) -> float:
        return gas * self.gas_gwei * 1e-9 * self.coin_usd


def gas(gas_price: float | None, coin_price: float | None, as_json: bool) -> Iterator[Line]:
    """Every call under both rules, some against a limit; a diploma's share; then the peers. Tables unless `as_json`."""
    prices = None if gas_price is None or coin_price is None else Prices(gas_price, coin_price)
    measured = {}
    for rules, options in RULES.items():
        with running_node(*options) as node:
            measured[rules] = list(costs(node))
        yield from (_line(cost.what, rules, cost.n, cost.gas, cost.limit, prices) for cost in measured[rules])
        yield from (_share(cost, rules, prices) for cost in measured[rules] if cost.is_anchor)
    for peer in PEERS:
        for n, each in ((1, peer.one), (10, peer.ten), (100, peer.hundred)):
            if each is not None:
                yield _line(f"{peer.name}, {n} at once, each", "osaka", n, each, None, prices) | {"published": True}
    if not as_json:
        errors.print(_calls(measured, prices), _beside(measured))


def _share(cost: Cost, rules: str, prices: Prices | None) -> Line:
    """A diploma's part of the anchor of its batch."""
    what = f"one diploma of a batch of {LEAVES:,}: {cost.what}"
    return _line(what, rules, LEAVES * cost.n, round(cost.gas / LEAVES, 2), None, prices)


def _line(what: str, rules: str, n: int, each: float, limit: int | None, prices: Prices | None) -> Line:
    found: dict[str, Any] = {"what": f"gas, {what}", "rules": rules, "n": n, "gas": each, "limit": limit}
    found["ratio"] = None if limit is None else round(each / limit, 3)
    return found if prices is None else found | {"usd": float(f"{prices.usd(each):.3g}")}


def _calls(measured: dict[str, list[Cost]], prices: Prices | None) -> Table:
    """Calls down, rules across; for anchors a diploma's share as well."""
    columns = (f"{rules}{suffix}" for rules in measured for suffix in ("", f" / {LEAVES:,}"))
    table = Table("lệnh · call", *columns, "giới hạn · limit", title="phí gas · gas", title_justify="left")
    for calls in zip(*measured.values(), strict=True):
        cells = [cell for cost in calls for cell in _cells(cost, prices)]
        limit = calls[0].limit
        table.add_row(calls[0].what, *cells, "" if limit is None else f"{limit:,}")
    return table


def _cells(cost: Cost, prices: Prices | None) -> tuple[str, str]:
    share = cost.gas / LEAVES
    if prices is None:
        return f"{cost.gas:,}", f"{share:.2f}" if cost.is_anchor else ""
    return (
        f"{cost.gas:,} (${prices.usd(cost.gas):.3g})",
        f"{share:.2f} (${prices.usd(share):.3g})" if cost.is_anchor else "",
    )


def _beside(measured: dict[str, list[Cost]]) -> Table:
    """Ours above the peers."""
    heads = ("một gốc · one root", "10, each", "100, each", "thu hồi · revoking 1 / 10,000")
    table = Table("hợp đồng · contract", *heads, title="bên cạnh · beside", title_justify="left")
    for rules, calls in measured.items():
        ours = {cost.what: f"{cost.gas:,}" for cost in calls}
        roots = [ours[what] for what in ("one root", "10 roots of one issuer, each", "100 roots of one issuer, each")]
        table.add_row(f"vanbang, {rules}", *roots, f"{ours['a later status root, by its key']}, however many")
    for peer in PEERS:
        table.add_row(peer.name, *(_shown(each) for each in (peer.one, peer.ten, peer.hundred)), peer.revoking)
    return table


def _shown(each: int | None) -> str:
    return "-" if each is None else f"{each:,}"
