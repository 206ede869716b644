"""Step 6: whether the batch was revoked, and whether the revocation counts."""
# ruff: noqa: E501 -- tables: one line a case

from collections.abc import Iterator
from dataclasses import replace

from vector_cases.anchoring import saying
from vector_cases.case import FAILED, INVALID, VALID, Case, dossier, head, without_anchor
from world import ABSENT, ANCHORED_AT, OLDER, Chain, World, address

REVOKED_AT = ANCHORED_AT + 1000


def revoked(compromised_since: int = 0) -> Chain:
    """A registry with a revocation, by a key compromised then."""
    key = (1_700_000_000, 2**40 - 1, compromised_since, 2)
    return Chain(revocation=(address("status key"), REVOKED_AT), revoker_key=key)


def cases() -> Iterator[Case]:
    """All of them."""
    told, nobody = {6: "fail batch_revoked"}, {"anchor": ABSENT.anchor, "anchor_key": ABSENT.anchor_key}
    yield Case("batch-revoked", "home has a revocation", INVALID, told, World(chain=revoked()))
    yield Case("batch-revoked-by-a-key-compromised-later", "the revoker's key was compromised a second later", INVALID, told,
               World(chain=revoked(REVOKED_AT + 1)))  # fmt: skip
    yield Case("batch-revoked-by-a-compromised-key", "the revoker's key was compromised by then", VALID,
               world=World(chain=revoked(REVOKED_AT)))  # fmt: skip
    yield Case("batch-revoked-in-older-registry", "only an older registry has the revocation", INVALID, told,
               World(older=revoked()))  # fmt: skip
    yield Case("batch-revoked-in-older-registry-without-anchor", "an older registry revokes what it does not hold", INVALID, told,
               World(older=replace(revoked(), **nobody)))  # fmt: skip
    yield Case("batch-revoked-in-home-anchored-in-older", "home revokes what an older registry holds", INVALID, told,
               World(chain=replace(revoked(), **nobody), older=Chain()))  # fmt: skip
    yield Case("batch-revoked-and-older-registry-silent", "a revocation known is enough", INVALID, told,
               World(chain=revoked(), older=Chain()), edit=lambda world: {head(OLDER): [FAILED]})  # fmt: skip
    yield Case("batch-revoked-in-older-registry-and-home-silent", "a revocation known is enough, wherever it stands", INVALID,
               {5: "cannot_check endpoints_unavailable", **told, 7: "cannot_check endpoints_unavailable"},
               World(chain=ABSENT, older=revoked()),
               edit=lambda world: {dossier(world): saying(world, FAILED, FAILED, FAILED)})  # fmt: skip
    yield Case("batch-revoked-and-not-anchored", "a revocation of a batch that is not there", INVALID,
               without_anchor("fail not_anchored", "fail batch_revoked"), World(chain=replace(revoked(), **nobody)))  # fmt: skip
