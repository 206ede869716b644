"""The thirteen invariants from scratch: by the audit's own code, and by what only the one who did the faults knows.

The node is asked directly, past all endpoints: whatever these told the workers, what counts is what is there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from faults.ground import SCHOOLS
from faults.town import Town
from vanbang.adapters.ethereum.chronicle import RpcChronicle
from vanbang.adapters.ethereum.profiles import profile_for
from vanbang.adapters.ethereum.witness import RpcWitness
from vanbang.adapters.http.published import MirrorFiles
from vanbang.adapters.notebook import SqliteNotebook
from vanbang.adapters.objects import FolderStore
from vanbang.catalog import TYPES
from vanbang.core.encoding import registry_name
from vanbang.core.errors import VanbangError
from vanbang.core.verification import Verdict
from vanbang.notary.auditing.invariants import Broken, Premises, check_invariants
from vanbang.notary.publishing import credential_of
from vanbang.notary.records import decrypt_record
from vanbang.notary.verifying import verify


def judge(town: Town, exempt: Sequence[int] = ()) -> None:
    """All invariants but the exempt ones; names all that are broken."""
    broken = [f"invariant {item.number}, by the audit: {item.place}" for item in _audited(town, exempt)]
    for number, look in SEEN.items():
        if number not in exempt:
            broken += [f"invariant {number}: {breach}" for breach in look(town)]
    assert not broken, "\n".join([*broken, town.standing(), town.said()])


def _audited(town: Town, exempt: Sequence[int]) -> Sequence[Broken]:
    trust = town.trust()
    chain_id, _ = registry_name(trust.home.name, "registry")
    with closing(SqliteNotebook(None)) as notebook:
        premises = Premises(
            town.store(),
            RpcChronicle.pinned(trust.home),
            MirrorFiles(trust.public),
            notebook,
            [*town.sent, town.all_said()],
            profile_for(chain_id, trust.home.depth).max_gas_price,
        )
        return [item for item in check_invariants(premises, exempt) if item.number not in exempt]


def every_list_is_whole(town: Town) -> Iterator[str]:
    """1: the records of the batches of a promised list are exactly those that were promised."""
    store = town.store()
    found: dict[str, list[str]] = {}
    for batch in store.batches():
        kind = TYPES[batch.vct]
        values = [kind.values_of(decrypt_record(kind, record)) for record in store.records(batch.id)]
        found.setdefault(batch.upload, []).extend(value["so_hieu_vbcc"] for value in values)
    for name, serials in town.promised.items():
        upload = store.upload(name)
        if upload is None:
            yield f"the upload {name} is gone"
        elif upload.state == "ACCEPTED" and Counter(found.get(name, [])) != Counter(serials):
            yield f"the upload {name} has {sorted(found.get(name, []))}, not {sorted(serials)}"
        elif upload.state not in ("ACCEPTED", "REFUSED"):
            yield f"the upload {name} is {upload.state}"


def stored_before_sent(town: Town) -> Iterator[str]:
    """6: what the endpoints saw was stored by then, and is stored now."""
    yield from (f"sent before it was stored: {raw}" for raw in town.unstored)
    stored = {attempt.raw for sent in town.all_transactions() for attempt in sent.attempts}
    yield from (f"sent and not stored: {raw.hex()}" for raw in set(town.sent) - stored)


def same_answers(town: Town) -> Iterator[str]:
    """8: the same idempotency key got the same bytes."""
    for key, answers in town.answers.items():
        if len(set(answers)) > 1:
            yield f"the key {key} got different answers: {answers}"


def diplomas_verify(town: Town) -> Iterator[str]:
    """9: every diploma's file can be made, and one of each batch is VALID to a stranger who asks the chain."""
    store, objects, keys = town.store(), FolderStore(town.home / "public"), town.keys()
    slugs = {school.iss: school.slug for school in SCHOOLS}
    for batch in store.batches():
        if batch.state != "FINAL":
            continue
        kind, jwk = TYPES[batch.vct], keys.es256(f"{slugs[batch.iss]}/credential")
        try:
            files = [credential_of(objects, kind, batch, record, jwk) for record in store.records(batch.id)]
        except VanbangError as error:
            yield f"the diplomas of {batch.id} cannot be made: {error}"
            continue
        report = verify(files[0].to_bytes(), town.trust(), RpcWitness(), town.now())
        if report.verdict is not Verdict.VALID:
            yield f"a diploma of {batch.id} is {report.verdict.name}: {report.steps}"


SEEN: dict[int, Callable[[Town], Iterator[str]]] = {
    1: every_list_is_whole,
    6: stored_before_sent,
    8: same_answers,
    9: diplomas_verify,
}
"""What the audit cannot see: who was promised what, when endpoints saw a transaction, what was answered."""
