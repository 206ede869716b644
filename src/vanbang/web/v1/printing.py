"""Printing: a credential as a PDF to keep, with the file inside and a new proof URL behind its QR code."""

from typing import Annotated

from pydantic import Field

from vanbang.core.errors import FormatError
from vanbang.notary.publishing import share
from vanbang.web.answers import UNKEPT, Answer
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints
from vanbang.web.problems import Fault, Refused
from vanbang.web.v1.credentials import credential_file, sealed_record
from vanbang.web.v1.shares import WRITE, NewShare, end_of

api = Endpoints("printing")

PDF = "application/pdf"


class NewPdf(NewShare):
    """As for a new share; `claims` are those that stay disclosed, null: all. The body may be left out."""

    claims: Annotated[
        list[Annotated[str, Field(max_length=100)]] | None, Field(max_length=100, examples=[["ho_va_ten"]])
    ] = None


@api.write(
    "POST",
    "/v1/credentials/{credential_id}/pdf",
    WRITE,
    takes=NewPdf,
    optional=True,
    gives=(PDF,),
    status=201,
    problems=("not_issued", "too_many"),
)
def print_credential(call: Call, given: NewPdf) -> Answer:
    """In thành PDF / a PDF to print or pass on: the credential file is inside, its QR code is a new share."""
    record = sealed_record(call)
    file = credential_file(call, record)
    if given.claims is not None:
        try:
            file = file.extract(given.claims)
        except FormatError as error:
            fault = Fault("/claims", "choice", "Có mục không có trong văn bằng này.", "A claim is not in this file.")
            raise Refused("invalid", [fault]) from error
    # A crash behind this leaves a share whose key nobody knows; the same request again finds it and prints its URL.
    seed, until = call.secret_for("share"), end_of(call.now, given.days)
    made = share(call.store, record.id, file, call.now, seed, given.purpose, until)
    pdf = call.desk.printer.diploma(file.to_bytes(), made.url(call.desk.base_url))
    name = f'attachment; filename="{record.key.hex()[:16]}.pdf"'
    headers = {**UNKEPT, "Content-Disposition": name, "Location": f"/v1/shares/{made.id}"}
    return Answer(201, pdf, PDF, headers)
