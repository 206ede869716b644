"""What stops a batch or an upload, as those may read it who wait for it."""

from typing import Annotated, Final

from pydantic import Field

from vanbang.core.encoding import time_text
from vanbang.notary.progress import first_of, trouble_said
from vanbang.web.call import Call
from vanbang.web.fields import Shown, Time
from vanbang.web.logs import redacted

OWN_WORDS: Final = frozenset({"call_reverted", "chain_stands_still", "empty_wallet", "ledger_unsure", "no_good_key"})
"""Codes whose own sentence is shown: it is about the chain, the account that pays or the institution itself. Others
may quote a path, an address of a key's keeper or a database: those words are for who runs the service."""


class TroubleShown(Shown):
    """What stops it, since when: a stable code and a sentence in each language."""

    code: Annotated[str, Field(examples=["ledger_unsure"])]
    detail: Annotated[str, Field(examples=["waiting for 2 of 3 endpoints to agree on eth_call: 1 answered, 2 timeout"])]
    detail_vi: Annotated[str, Field(examples=["Chưa biết được tình trạng trên chuỗi; sẽ tự hỏi lại."])]
    since: Time


def show_trouble(call: Call, subjects: tuple[str, ...]) -> TroubleShown | None:
    """The trouble of the first of these subjects that has one."""
    found = first_of(call.office.troubles(), subjects) if subjects else None
    if found is None:
        return None
    vietnamese, english = trouble_said(found)
    detail = redacted(found.text) if found.code in OWN_WORDS else english
    return TroubleShown(code=found.code, detail=detail, detail_vi=vietnamese, since=time_text(found.since))
