"""Bulk export: every credential file of an institution in one answer, as lines or a ZIP."""

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Annotated, Literal

from pydantic import Field

from vanbang.adapters.handing_out import FORMATS
from vanbang.core.errors import FormatError
from vanbang.notary.export_items import NOTE
from vanbang.notary.export_log import noted
from vanbang.notary.exporting_many import Export, Position, Selection, position_of, since_of
from vanbang.notary.workers import InProcess
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Code, Given
from vanbang.web.flows import Flow, why_broken
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right

api = Endpoints("exports")

NAME = "vanbang"


class ExportQuery(Given):
    """What is exported: of an institution, a batch, a list, sealed since a day; `after` goes on with lines."""

    issuer: Code | None = None
    batch: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    upload: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    since: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-06-01"])] | None = None
    format: Literal["ndjson", "zip"] = "ndjson"
    after: (
        Annotated[
            str,
            Field(
                pattern=r"^[0-9a-f]{64}\.[0-9]{1,15}$",
                description="SHA-256 of the manifest in the last whole line, a dot, and its leaf_index",
            ),
        ]
        | None
    ) = None


@api.get(
    "/v1/exports/credentials",
    Right("exports", "read"),
    takes=ExportQuery,
    gives=tuple(form.media_type for form in FORMATS.values()),
    pace="writes",
    flows=True,
    problems=("busy", "not_found", "worker_lost"),
)
def export_credentials(call: Call, query: ExportQuery) -> Flow:
    """Xuất mọi tệp văn bằng / all credential files. As lines, a file a line; what is left out, and the counts at the
    end, are lines that begin with `{"export":`. As a ZIP, an entry a file, and MISSING.csv if any is left out."""
    chosen, form = _chosen(call, query), FORMATS[query.format]
    behind = _behind(call, chosen, query.after) if query.after else None
    is_lines = query.format == "ndjson"
    return Flow(_pieces(call, chosen, behind, query.format), form.media_type, NAME + form.suffix, _broken(is_lines))


def _chosen(call: Call, query: ExportQuery) -> Selection:
    """Never more than the key reaches. Raises Refused."""
    iss = call.actor.iss if query.issuer is None else call.institution(query.issuer).iss
    if query.batch is not None:
        batch = call.store.batch(query.batch)
        if batch is None or batch.state == "RECEIVING" or not call.reaches(batch.iss):
            raise Refused("not_found")
    try:
        since = None if query.since is None else since_of(query.since, "since")
    except FormatError as error:
        fault = Fault("since", "form", "Không có ngày này.", "There is no such day.")
        raise Refused("query", [fault]) from error
    return Selection(iss, query.batch, query.upload, since)


def _behind(call: Call, chosen: Selection, after: str) -> Position:
    digest, _, leaf_index = after.partition(".")
    found = position_of(call.store, chosen, bytes.fromhex(digest), int(leaf_index))
    if found is None:
        fault = Fault("after", "choice", "Không có tệp nào như vậy.", "None of these files is that one.")
        raise Refused("query", [fault])
    return found


def _pieces(call: Call, chosen: Selection, behind: Position | None, form: str) -> Generator[bytes]:
    shaped, desk = FORMATS[form](), call.desk
    export = Export(call.store, desk.objects, desk.keys, desk.executor or InProcess())
    facts: dict[str, str | int] = {"format": form, "continued": int(behind is not None)}
    with noted(call.store, chosen, facts, lambda: shaped.tally.files, why_broken):
        with closing(export.files(chosen, behind)) as units:
            for unit in units:
                call.check_key()
                yield shaped.put(unit)
        yield from shaped.end()


def _broken(is_lines: bool) -> Callable[[bytes], bytes]:
    """The last line of one that breaks off; a ZIP has no place for it."""
    return lambda problem: NOTE + b'{"problem":' + problem + b"}}\n" if is_lines else b""
