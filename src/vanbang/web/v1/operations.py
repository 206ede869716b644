"""Operations: work that ends on chain, asked for here and done in the background."""

from typing import Annotated, Any, Literal

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.core.strict_json import parse
from vanbang.ports import Operation
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import NoQuery, Shown, Time
from vanbang.web.problems import Refused
from vanbang.web.rights import Right

api = Endpoints("operations")


class OperationShown(Shown):
    """An operation and how it ended: `error` says why it FAILED."""

    id: Annotated[str, Field(examples=["0f" * 16])]
    kind: Annotated[Literal["register_institution", "add_key", "end_key"], Field(examples=["add_key"])]
    iss: Annotated[str, Field(examples=["https://songhong.edu.vn"])]
    arguments: Annotated[dict[str, Any], Field(examples=[{"role": "officer", "name": "officer-2"}])]
    state: Annotated[Literal["WAITING", "DONE", "FAILED"], Field(examples=["WAITING"])]
    error: Annotated[str | None, Field(examples=[None])]
    created_at: Time
    finished_at: Annotated[Time | None, Field(examples=[None])]


@api.get("/v1/operations/{operation_id}", Right("operations", "read"), gives=OperationShown, pace="quick")
def read_operation(call: Call, _: NoQuery) -> Answer:
    """Một việc đang làm trên sổ / an operation and how far it is."""
    operation = call.store.operation(call.path["operation_id"])
    if operation is None or not call.reaches(operation.iss):
        raise Refused("not_found")
    return shown(show_operation(operation))


def show_operation(operation: Operation) -> OperationShown:
    """The operation as it is shown."""
    return OperationShown(
        id=operation.id,
        kind=operation.kind,
        iss=operation.iss,
        arguments=parse(operation.arguments.encode(), "arguments"),
        state=operation.state,
        error=operation.error or None,
        created_at=time_text(operation.created_at),
        finished_at=None if operation.finished_at is None else time_text(operation.finished_at),
    )
