"""A client of vanbang for other programs: verifying diplomas, and all that an institution does by the API.

`Client` and `AsyncClient` speak to a server; `vanbang.client.local.Verifier` judges on this machine and trusts none.
Nothing of a server is imported here. docs/client.md has examples.
"""

from vanbang.adapters.handing_out.tally import Tally
from vanbang.client.asynchronous import AsyncClient
from vanbang.client.blocking import Client
from vanbang.client.connecting import Times
from vanbang.client.errors import AnswerUnusable, Fault, ServerProblem, ServerUnreachable
from vanbang.client.exchange import Patience
from vanbang.client.models import (
    Batch,
    Credential,
    Finding,
    NewShare,
    PersonsCredentials,
    PrivateLink,
    Share,
    StatusChange,
    Trouble,
    Upload,
)
from vanbang.client.reports import Report, Step
from vanbang.core.verification import Outcome, Verdict
from vanbang.notary.export_items import LeftOut

__all__ = [
    "AnswerUnusable",
    "AsyncClient",
    "Batch",
    "Client",
    "Credential",
    "Fault",
    "Finding",
    "LeftOut",
    "NewShare",
    "Outcome",
    "Patience",
    "PersonsCredentials",
    "PrivateLink",
    "Report",
    "ServerProblem",
    "ServerUnreachable",
    "Share",
    "StatusChange",
    "Step",
    "Tally",
    "Times",
    "Trouble",
    "Upload",
    "Verdict",
]
