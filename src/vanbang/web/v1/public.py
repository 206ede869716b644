"""What is for everybody: credential types, public files, verification."""

import gzip
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from vanbang.catalog import TYPES, CredentialType, UnknownCredentialType, type_by_name
from vanbang.catalog.templates import json_template
from vanbang.core.credential import MAX_CREDENTIAL_BYTES
from vanbang.notary.verifying import verify
from vanbang.ports.objects import FOR_EVER, PUBLIC_MEDIA
from vanbang.web.answers import Answer, json_answer, plain_json, shown, tag_of, takes_gzip
from vanbang.web.bodies import JSON
from vanbang.web.call import Call
from vanbang.web.endpoints import OCTETS, Endpoints, NoBody, Public
from vanbang.web.fields import NoQuery, Shown
from vanbang.web.lines import NDJSON, ByLine
from vanbang.web.problems import Refused
from vanbang.web.ranges import ACCEPTED, ranged, wants_part

api = Endpoints("public")

AT_ONCE: Final = 32_768
"""Bytes of a credential file that is judged, if it can be, while other requests wait: under a millisecond."""
SMALL, COMPRESSED = 300, 262_144
"""Bytes of a public file between which compressing it is worth a telephone's while, and its memory ours."""
CSV: Final = "text/csv; charset=utf-8"
PUBLIC_HEADERS: Final = {"Cache-Control": FOR_EVER, "Access-Control-Allow-Origin": "*", "Vary": "Accept-Encoding"}
"""On every public file; another web server in front of the same files has to send them too (docs/operations.md)."""


class TypeShown(Shown):
    """A credential type."""

    name: Annotated[str, Field(examples=["vn-diploma"])]
    version: Annotated[int, Field(examples=[1])]
    vct: Annotated[str, Field(examples=["urn:vanbang:type:vn-diploma:1"])]
    title_vi: Annotated[str, Field(examples=["Bằng tốt nghiệp đại học"])]
    title_en: Annotated[str, Field(examples=["Diploma"])]


class Types(Shown):
    """All types a list may hold."""

    items: list[TypeShown]


class ReportShown(Shown):
    """A verification report (docs/format.md section 14); only its verdict is described here."""

    model_config = ConfigDict(extra="allow")

    verdict: Annotated[Literal["VALID", "INVALID", "UNDETERMINED"], Field(examples=["VALID"])]


@api.get("/v1/types", Public.COUNTED, gives=Types, pace="quick")
def list_types(_call: Call, _: NoQuery) -> Answer:
    """Các loại văn bằng / credential types."""
    return shown(Types(items=[_type(kind) for kind in sorted(TYPES.values(), key=lambda kind: kind.vct)]))


@api.get("/v1/types/{name}/schema", Public.COUNTED, gives=("application/schema+json",))
def read_type_schema(call: Call, _: NoQuery) -> Answer:
    """JSON Schema của một bản ghi / JSON Schema of one record of the type."""
    answer = plain_json(_named(call).json_schema())
    return Answer(200, answer.body, "application/schema+json", answer.headers)


@api.get("/v1/types/{name}/template.csv", Public.COUNTED, gives=("text/csv",))
def read_type_template(call: Call, _: NoQuery) -> Answer:
    """Danh sách mẫu / an empty list with one example row."""
    kind = _named(call)
    if kind.nests:
        raise Refused("json_lines_only")
    return _template(kind, kind.csv_template(), "csv", CSV)


@api.get("/v1/types/{name}/template.jsonl", Public.COUNTED, gives=("application/x-ndjson",))
def read_type_line(call: Call, _: NoQuery) -> Answer:
    """Một dòng mẫu dạng JSON Lines / one example row as a line of JSON Lines; transcripts come in no other form."""
    kind = _named(call)
    return _template(kind, json_template(kind), "jsonl", "application/x-ndjson")


def verify_known(call: Call, data: bytes) -> Answer | None:
    """`verify_credential` by what is known already of the credential's batch."""
    report = call.office.present.verify(data, call.now) if len(data) <= AT_ONCE else None
    return json_answer(report.to_bytes()) if report is not None else None


@api.ask(
    "/v1/verify",
    Public.COUNTED,
    octets=("application/vanbang+json", "application/json", OCTETS),
    most=MAX_CREDENTIAL_BYTES,
    gives=ReportShown,
    pace="slow",
    at_once=verify_known,
)
def verify_credential(call: Call, data: bytes) -> Answer:
    """Kiểm tra một tệp văn bằng / judge a credential file by this server's own trust. Always 200 with a report, for a
    broken file too: the verdict is in it."""
    desk = call.desk
    return json_answer(verify(data, desk.own, desk.witness, call.now, call.office.evidence).to_bytes())


@api.ask(
    "/v1/verify/batch",
    Public.COUNTED,
    octets=(NDJSON,),
    gives=(NDJSON,),
    by_line=True,
    problems=("busy", "media_type", "worker_lost"),
)
def verify_credentials(call: Call, _: NoBody) -> ByLine:
    """Kiểm tra nhiều tệp văn bằng, mỗi dòng một tệp / judge many credential files, one a line. Each line is answered by
    a line, in the same order: `{"line": n, ...its report}`; a line that is no credential file has a report as well."""
    bulk, clock = call.office.bulk, call.desk.clock

    def work(number: int, lines: Sequence[bytes]) -> bytes:
        reports = bulk.judge(lines, clock())
        return b"".join([b'{"line":%d,%b\n' % (n, report[1:]) for n, report in enumerate(reports, number)])

    return ByLine(work, MAX_CREDENTIAL_BYTES)


@api.get("/public/{path:path}", Public.FILES, gives=(OCTETS, "application/json"), ranges=True, pace="slow")
def read_public_file(call: Call, _: NoQuery) -> Answer:
    """Tệp công khai / a public, immutable file: tiles, manifests, endorsements, type metadata, status lists."""
    path = call.path["path"]
    media_type = PUBLIC_MEDIA.get(path.partition("/")[0])
    # Read whole: no public file is longer than a status manifest may be, and a tile has 8 KiB.
    data = call.desk.objects.get(path) if media_type else None
    if data is None or media_type is None:
        raise Refused("not_found")
    smaller = media_type == JSON and SMALL < len(data) <= COMPRESSED and not wants_part(call.headers)
    if smaller and takes_gzip(call.headers.get("accept-encoding", "")):
        data = compressed(data)
        return Answer(200, data, media_type, PUBLIC_HEADERS | {"Content-Encoding": "gzip", "ETag": tag_of(data)})
    return ranged(Answer(200, data, media_type, PUBLIC_HEADERS | ACCEPTED | {"ETag": tag_of(data)}), call.headers)


@lru_cache(maxsize=64)
def compressed(data: bytes) -> bytes:
    """A public file as it goes out: these few are asked for again and again, and every browser asks for them so."""
    return gzip.compress(data, 6, mtime=0)


def openapi_endpoint(document: bytes) -> Endpoints:
    """The endpoint that gives this document."""
    made = Endpoints("public")
    ready = json_answer(document)

    @made.get("/v1/openapi.json", Public.COUNTED, gives=("application/json",), pace="quick")
    def read_openapi(_call: Call, _: NoQuery) -> Answer:
        """Mô tả API / this description, OpenAPI 3.1."""
        return ready

    return made


def _named(call: Call) -> CredentialType:
    try:
        return type_by_name(call.path["name"])
    except UnknownCredentialType as error:
        raise Refused("not_found") from error


def _template(kind: CredentialType, body: bytes, suffix: str, media_type: str) -> Answer:
    named = {"Content-Disposition": f'attachment; filename="{kind.name}.{suffix}"'}
    return Answer(200, body, media_type, {**json_answer(body).headers, **named})


def _type(kind: CredentialType) -> TypeShown:
    told: dict[str, Any] = {"vct": kind.vct, "title_vi": kind.title_vi, "title_en": kind.title_en}
    return TypeShown(name=kind.name, version=kind.version, **told)
