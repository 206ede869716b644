"""Batches: how far each is, what it waits for, and where it is anchored."""

from functools import partial
from typing import Annotated, Literal, cast

from pydantic import Field

from vanbang.catalog import TYPES
from vanbang.core.encoding import digest_of, time_text
from vanbang.notary.progress import subjects_of, waiting_for
from vanbang.ports import Batch
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import EVENTS, Endpoints, Follow
from vanbang.web.fields import Code, Count, Hex32, NoQuery, Paging, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right
from vanbang.web.troubles import TroubleShown, show_trouble

api = Endpoints("batches")

READ = Right("batches", "read")
State = Literal["ACCEPTED", "SEALED", "ENDORSED", "ANCHORING", "FINAL"]
Waiting = Literal["sealing", "officer_signature", "institution_signature", "status_root", "anchoring", "finality", ""]


class BatchShown(Shown):
    """A batch; what is not decided yet is null. `waiting_for` is empty once it is final; `trouble` is what stops it."""

    id: Annotated[str, Field(examples=["0d" * 16])]
    issuer: Code
    type: Annotated[str, Field(examples=["vn-diploma"])]
    upload: Annotated[str | None, Field(examples=["b1" * 16])]
    state: Annotated[State, Field(examples=["FINAL"])]
    waiting_for: Annotated[Waiting, Field(examples=[""])]
    trouble: Annotated[TroubleShown | None, Field(examples=[None])]
    rows: Count
    accepted_at: Time
    sealed_at: Time | None
    root: Hex32 | None
    tree_size: Count | None
    manifest: Hex32 | None
    transaction: Annotated[str | None, Field(examples=["0x" + "77" * 32])]
    block: Annotated[int | None, Field(examples=[4711])]


class BatchPage(Page[BatchShown]):
    """Batches, oldest first."""


class BatchQuery(Paging):
    """Which batches."""

    state: State | None = None
    upload: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    issuer: Code | None = None


@api.get("/v1/batches", READ, takes=BatchQuery, gives=BatchPage)
def list_batches(call: Call, query: BatchQuery) -> Answer:
    """Các đợt cấp / batches, oldest first."""
    place = call.place(query)
    iss = call.actor.iss if query.issuer is None else call.known_institution(query.issuer).iss
    found = call.store.batches_page(
        iss=iss,
        states=(query.state,) if query.state else (),
        upload=query.upload,
        after=(place[0], place[1]) if place else None,
        limit=query.limit + 1,
    )
    return call.page(BatchPage, query, found, partial(show_batch, call), lambda item: [item.accepted_at, item.id])


@api.get("/v1/batches/{batch_id}", READ, gives=BatchShown, pace="quick")
def read_batch(call: Call, _: NoQuery) -> Answer:
    """Một đợt cấp: trạng thái, còn chờ gì / a batch: how far it is, what it waits for."""
    return shown(show_batch(call, _batch(call)))


@api.get("/v1/batches/{batch_id}/events", READ, gives=(EVENTS,), problems=("busy",))
def follow_batch(call: Call, _: NoQuery) -> Follow:
    """Diễn biến của đợt cấp / the batch's state as events, until it is final."""
    _batch(call)

    def look() -> tuple[bytes, bool]:
        batch = _batch(call)
        return show_batch(call, batch).model_dump_json().encode(), batch.state == "FINAL"

    return Follow(look)


def show_batch(call: Call, batch: Batch) -> BatchShown:
    """The batch as it is shown."""
    kind = TYPES.get(batch.vct)
    return BatchShown.model_construct(
        id=batch.id,
        issuer=call.code_of(batch.iss) or "",
        type=kind.name if kind else batch.vct,
        upload=batch.upload or None,
        state=cast(State, batch.state),
        waiting_for=cast(Waiting, waiting_for(call.store, batch)),
        trouble=show_trouble(call, subjects_of(batch, call.desk.ledger.chain_id)),
        rows=batch.rows,
        accepted_at=time_text(batch.accepted_at),
        sealed_at=None if batch.sealed_at is None else time_text(batch.sealed_at),
        root=batch.root.hex() if batch.root else None,
        tree_size=batch.tree_size,
        manifest=digest_of(batch.manifest).hex() if batch.manifest else None,
        transaction=_transaction(call, batch),
        block=batch.block,
    )


def _batch(call: Call) -> Batch:
    batch = call.store.batch(call.path["batch_id"])
    if batch is None or batch.state == "RECEIVING" or not call.reaches(batch.iss):
        raise Refused("not_found")
    return batch


def _transaction(call: Call, batch: Batch) -> str | None:
    """The hash that is in a block, or else the newest one that was sent."""
    number = batch.transaction
    if number is None:
        return None

    def read() -> str | None:
        sent = call.store.transaction(number)
        newest = sent.attempts[-1].hash if sent.attempts else None
        found = sent.receipt.transaction_hash if sent.receipt else newest
        return "0x" + found.hex() if found else None

    return call.office.transactions.get(str(number), read)
