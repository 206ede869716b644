"""What was found in a list: page by page, as a report for machines and for people, and in the list itself."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from vanbang.adapters.render import quality_page, quality_page_policy
from vanbang.notary.uploading import MEDIA_TYPES
from vanbang.ports import Upload
from vanbang.web.answers import UNKEPT, Answer, plain_json
from vanbang.web.call import Call, Page
from vanbang.web.endpoints import OCTETS, Endpoints
from vanbang.web.fields import Count, NoQuery, Paging, Shown
from vanbang.web.problems import Refused
from vanbang.web.rights import Right
from vanbang.web.v1.uploads import upload_of, uploads_of

api = Endpoints("uploads")

READ = Right("uploads", "read")
HTML: Final = "text/html; charset=utf-8"


class FindingShown(Shown):
    """One thing to look at; row 0 is the file as a whole. `value` is as it was sent: personal data."""

    number: Annotated[int, Field(ge=1, examples=[1])]
    row: Count
    column: Annotated[str, Field(examples=["ngay_sinh"])]
    value: Annotated[str, Field(examples=["31/02/2003"])]
    rule: Annotated[str, Field(examples=["date_form"])]
    severity: Annotated[Literal["error", "warning"], Field(examples=["error"])]
    message_vi: Annotated[str, Field(examples=["Không có ngày này trong lịch."])]
    message_en: Annotated[str, Field(examples=["There is no such day in the calendar."])]
    suggestion: Annotated[str | None, Field(examples=[None])]
    dimension: Annotated[Literal["accurate", "complete", "clean", "live"], Field(examples=["accurate"])]


class FindingPage(Page[FindingShown]):
    """Findings in order of rows."""


@api.get("/v1/uploads/{upload_id}/findings", READ, pace="writes", takes=Paging, gives=FindingPage)
def list_findings(call: Call, query: Paging) -> Answer:
    """Phát hiện trong danh sách / what was found in a list, in order of rows."""
    upload = upload_of(call)
    place = call.place(query)
    after = place[0] if place else 0
    found = uploads_of(call).findings(upload, after, query.limit + 1)
    call.store.note("findings.read", upload.id, {"after": after, "findings": len(found)})
    return _unkept(
        call.page(FindingPage, query, found, lambda item: FindingShown(**item), lambda item: [item["number"]])
    )


@api.get("/v1/uploads/{upload_id}/report", READ, pace="writes", gives=("application/json",))
def read_report(call: Call, _: NoQuery) -> Answer:
    """Báo cáo chất lượng / the quality report: scores, counts, the first findings."""
    return _unkept(plain_json(_report(call, upload_of(call))))


@api.get("/v1/uploads/{upload_id}/report.html", READ, pace="writes", gives=("text/html",))
def read_report_page(call: Call, _: NoQuery) -> Answer:
    """Báo cáo chất lượng để đọc và in / the quality report as a page for people."""
    upload = upload_of(call)
    page = quality_page(_report(call, upload), upload.name, upload.finished_at or upload.created_at)
    return Answer(200, page, HTML, {"Content-Security-Policy": quality_page_policy(), **UNKEPT})


@api.get("/v1/uploads/{upload_id}/sheet", READ, pace="writes", gives=(*MEDIA_TYPES.values(), OCTETS))
def read_sheet(call: Call, _: NoQuery) -> Answer:
    """Danh sách kèm phát hiện / the list with a column of findings, in the form it came in."""
    upload = upload_of(call)
    pieces = uploads_of(call).sheet(upload)
    if pieces is None:
        raise Refused("not_found")
    call.store.note("sheet.read", upload.id, {})
    named = {"Content-Disposition": f'attachment; filename="{upload.id}"', **UNKEPT}
    return Answer(200, b"", uploads_of(call).media_type(upload), named, pieces)


def _report(call: Call, upload: Upload) -> dict[str, Any]:
    report = uploads_of(call).report(upload)
    if report is None:
        raise Refused("not_found")
    call.store.note("report.read", upload.id, {})
    return report


def _unkept(answer: Answer) -> Answer:
    """Personal data: nobody on the way may store it."""
    return Answer(answer.status, answer.body, answer.media_type, {**answer.headers, **UNKEPT})
