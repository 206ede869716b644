"""The trust of section 12: what it leaves out, and what the judge does not look at."""
# ruff: noqa: E501 -- tables: one line a case

from collections.abc import Iterator
from typing import Any

from vanbang.core.encoding import digest_of
from vector_cases.anchoring import block_time, first_endpoints, saying
from vector_cases.case import FAILED, INVALID, UNDETERMINED, VALID, Case, dossier, without_anchor
from world import METADATA, NOW, VCT, World

KEYED = [
    "https://rpc-1.example:8545/v3/secret",
    "https://user:secret@rpc-2.example/?key=secret",
    "http://rpc-3.example#secret@rpc-4.example",
]
OPTIONAL = ("older", "public", "max_block_age", "max_block_ahead")
UNNAMED = {2: "fail type_not_trusted", 5: "cannot_check not_reached"}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _bare()
    yield from _quorum()
    yield from _ages()
    yield from _types()
    yield Case("trust-urls-with-keys", "endpoints whose addresses hold keys, which no report may show", VALID,
               configuration=lambda value: value["home"].update(endpoints=KEYED))  # fmt: skip
    yield Case("trust-finality-depth", "blocks of a depth: the judge takes nothing off", VALID,
               configuration=lambda value: value["home"].update(finality={"depth": 10}))  # fmt: skip


def _types() -> Iterator[Case]:
    own = digest_of(METADATA).hex()
    yield Case("type-trusted", "the type's hash is one of those trusted", VALID,
               configuration=lambda value: value.update(types={VCT: ["ab" * 32, own]}))  # fmt: skip
    yield Case("type-unknown-to-the-trust", "the trust speaks of another type only", VALID,
               configuration=lambda value: value.update(types={VCT + "1": ["ab" * 32]}))  # fmt: skip
    yield Case("type-not-trusted", "metadata of the issuer's own under a name the verifier knows", INVALID, UNNAMED,
               configuration=lambda value: value.update(types={VCT: ["ab" * 32]}))  # fmt: skip
    yield Case("type-never-trusted", "the trust accepts no metadata of this type", INVALID, UNNAMED,
               configuration=lambda value: value.update(types={VCT: []}))  # fmt: skip


def _bare() -> Iterator[Case]:
    yield Case("trust-without-finality", "the trust does not say what is final", VALID,
               configuration=lambda value: value["home"].pop("finality"))  # fmt: skip
    yield Case("trust-without-older", "the trust names no older registries", VALID, configuration=_without("older"))
    yield Case("trust-without-public", "the trust names no mirrors: evidence is evidence", VALID,
               configuration=_without("public"))  # fmt: skip
    yield Case("trust-of-what-must-be", "a trust with what it must have, and no more", VALID, configuration=_least)


def _without(name: str) -> Any:
    return lambda value: value.pop(name)


def _least(value: Any) -> None:
    for name in OPTIONAL:
        value.pop(name)
    value["home"].pop("quorum")
    value["home"].pop("finality")


def _quorum() -> Iterator[Case]:
    """More than half, where nothing else is said: two of three, and two of two."""
    told = without_anchor("cannot_check endpoints_unavailable", "cannot_check endpoints_unavailable")

    def without_quorum(value: Any) -> None:
        value["home"].pop("quorum")

    def of_two(value: Any) -> None:
        without_quorum(value)
        value["home"]["endpoints"].pop()

    def first_of_two(world: World) -> dict[str, Any]:
        return {**first_endpoints(2)(world), dossier(world): saying(world, world.chain, FAILED)}

    for name, desc, verdict, steps, edit, configuration in (
        ("trust-without-quorum", "two of three are more than half", VALID, {},
         lambda world: {dossier(world): saying(world, world.chain, FAILED, world.chain)}, without_quorum),
        ("trust-without-quorum-two-fail", "one of three is less than half", UNDETERMINED, told,
         lambda world: {dossier(world): saying(world, world.chain, FAILED, FAILED)}, without_quorum),
        ("trust-without-quorum-one-of-two-fails", "one of two is no more than half", UNDETERMINED, told, first_of_two, of_two),
    ):  # fmt: skip
        yield Case(name, desc, verdict, steps, edit=edit, configuration=configuration)


def _ages() -> Iterator[Case]:
    stale, ahead = "cannot_check chain_stale", "cannot_check chain_ahead"
    for name, desc, member, verdict, steps, edit in (
        ("trust-without-max-block-age", "a block of 3,600 seconds ago", OPTIONAL[2], VALID, {}, block_time(NOW - 3600)),
        ("trust-without-max-block-age-stale", "a block of 3,601 seconds ago", OPTIONAL[2], UNDETERMINED,
         without_anchor(stale, stale), block_time(NOW - 3601)),
        ("trust-without-max-block-ahead", "a block 900 seconds ahead", OPTIONAL[3], VALID, {}, block_time(NOW + 900)),
        ("trust-without-max-block-ahead-ahead", "a block 901 seconds ahead", OPTIONAL[3], UNDETERMINED,
         without_anchor(ahead, ahead), block_time(NOW + 901)),
    ):  # fmt: skip
        yield Case(
            name, f"the trust does not say it: {desc}", verdict, steps, edit=edit, configuration=_without(member)
        )
