"""F16 to F23: what the chain's endpoints do to us."""

import time
from collections.abc import Callable

from faults.fault import Fault, Inject
from faults.proxy import Way, honest, only
from faults.town import Town
from faults.ways import (
    PAGE,
    absent,
    down,
    false_receipt,
    hanging,
    lagging,
    reply_lost,
    says,
    swallowing,
    wrong_chain,
)

WHILE = 2.0
"""Seconds for which all is well hidden: several looks of the engine."""
SENDING = ["eth_sendRawTransaction"]


def nothing_final_while(here: Town, seconds: float = WHILE) -> None:
    """Nobody calls anything final for some time, and the workers live."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert "FINAL" not in here.batches().values(), here.standing()
        assert all(worker.is_alive() for worker in here.workers), here.said()
        time.sleep(0.1)


def all_of_them(way: Callable[[Town], Way]) -> Inject:
    """Every endpoint fails while batches are on their way; nothing is final meanwhile, and who waits is told."""

    def inject(here: Town) -> None:
        here.work()
        here.hand_in_everywhere()
        here.until(lambda: bool(here.store().open_transactions()), "a transaction under way")
        here.way(way(here))
        nothing_final_while(here)
        here.is_told("ledger_unsure")
        here.way(honest)

    return inject


def down_at_first(here: Town) -> None:
    """Nobody answers when a worker starts; it waits."""
    here.way(down)
    here.work()
    here.hand_in_everywhere()
    nothing_final_while(here)
    here.way(honest)


def one_of_three(way: Callable[[Town], Way]) -> Inject:
    """The first endpoint does so all the time; the other two are enough."""

    def inject(here: Town) -> None:
        here.work()
        here.way(way(here), honest, honest)
        here.hand_in_everywhere()
        here.until(here.all_final, "everything final with two good endpoints")

    return inject


def replies_lost(here: Town) -> None:
    """Every endpoint takes what is sent, and none says so."""
    here.way(only(SENDING, reply_lost))
    here.work()
    here.hand_in_everywhere()


def replies_late(here: Town) -> None:
    """Every endpoint takes what is sent, and the connection then hangs."""
    here.way(only(SENDING, hanging(3.0)))
    here.work()
    here.hand_in_everywhere()


def two_of_another_chain(here: Town) -> None:
    """A quorum of endpoints serves another chain for a while: nothing is believed, nothing is sent."""
    here.work()
    here.hand_in_everywhere()
    here.until(lambda: bool(here.store().open_transactions()), "a transaction under way")
    here.way(wrong_chain, wrong_chain, honest)
    nothing_final_while(here)
    here.way(honest)


def receipt_of_nothing(here: Town) -> None:
    """No endpoint passes transactions on, and one shows receipts for them all the same."""
    here.work()
    here.hand_in_everywhere()
    here.until(lambda: len(here.store().batches()) == len(here.promised), "the lists taken in")
    here.way(lying_receipts(here), only(SENDING, swallowing), only(SENDING, swallowing))
    nothing_final_while(here, 3.0)
    here.way(lying_receipts(here), honest, honest)


def lying_receipts(here: Town) -> Way:
    """Receipts for everything, and nothing passed on."""
    lie = false_receipt(success=True)
    return lambda method, params, ask: (swallowing if method in SENDING else lie)(method, params, ask)


def flapping(*, both: bool) -> Inject:
    """One endpoint (or two, never together) changes between two forks with every few calls."""

    def inject(here: Town) -> None:
        with here.fork() as other:
            here.work()
            here.proxies[0].flap(here.node_url, other, calls=7)
            if both:
                here.proxies[1].flap(other, here.node_url, calls=5)
            here.hand_in_everywhere()
            if both:
                time.sleep(WHILE)
                here.proxies[1].flap(here.node_url)
            here.until(here.all_final, "everything final on the fork of the quorum")
            here.proxies[0].flap(here.node_url)

    return inject


FAULTS = [
    Fault(
        16,
        "all endpoints are down",
        "everything waits, says so, and goes on by itself",
        {
            "no connection": all_of_them(lambda here: down),
            "error pages": all_of_them(lambda here: says(502, PAGE)),
            "pages for answers": all_of_them(lambda here: says(200, PAGE)),
            "from the start": down_at_first,
            "garbage": all_of_them(lambda here: says(200, b"\xff\x00garbage")),
        },
    ),
    Fault(
        17,
        "an endpoint takes a transaction and its answer is lost",
        "the outcome counts as unknown: the same bytes again, mined once",
        {"connection lost": replies_lost, "timeout": replies_late},
    ),
    Fault(
        18,
        "429 Too Many Requests",
        "no answer is read into it; the endpoint is left alone for a while",
        {
            "one": one_of_three(lambda here: says(429, b"slow down", Retry_After="1")),
            "all": all_of_them(lambda here: says(429, b"slow down", Retry_After="1")),
        },
    ),
    Fault(19, "an endpoint lags behind", "it holds nobody up", {"by 6 blocks": one_of_three(lambda here: lagging(6))}),
    Fault(
        20,
        "an endpoint serves another chain",
        "it is never believed; a quorum of them stops everything",
        {"one": one_of_three(lambda here: wrong_chain), "two for a while": two_of_another_chain},
    ),
    Fault(
        21,
        "an endpoint shows a false receipt",
        "a receipt counts only if a quorum shows it",
        {
            "of success, nothing sent": receipt_of_nothing,
            "of failure": one_of_three(lambda here: false_receipt(success=False)),
        },
    ),
    Fault(
        22,
        "an endpoint denies a transaction that is there",
        "nothing is sent under another nonce",
        {"one": one_of_three(lambda here: absent)},
    ),
    Fault(
        23,
        "endpoints flap between two forks",
        "only what a quorum sees on one fork counts",
        {"one": flapping(both=False), "two": flapping(both=True)},
    ),
]
