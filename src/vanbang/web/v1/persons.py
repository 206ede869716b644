"""Diplomas of one person, found by learner or citizen number: neither ever stands in an address, an answer or a log."""

from typing import Annotated

from pydantic import Field

from vanbang.core.errors import FormatError
from vanbang.notary.looking_up import By, LookingUp
from vanbang.web.answers import Answer, shown
from vanbang.web.call import Call
from vanbang.web.endpoints import Endpoints
from vanbang.web.fields import Code, Given, Line, Shown
from vanbang.web.problems import Fault, Refused
from vanbang.web.rights import Right
from vanbang.web.v1.credentials import CredentialShown, shown_credential

api = Endpoints("persons")

READ = Right("persons", "read")


class Person(Given):
    """Who, by one of the two numbers. `issuer`: of this institution only; null: of all that the key reaches."""

    learner: Annotated[Line | None, Field(max_length=100, examples=["0126000123"])] = None
    citizen: Annotated[str | None, Field(pattern=r"^[0-9]{12}$", examples=[None])] = None
    issuer: Annotated[Code | None, Field(examples=[None])] = None


class PersonsCredentials(Shown):
    """Every edition of every sealed credential of the person, oldest first; none: nothing is known under the number.
    `unreadable`: records that may be the person's and do not open any more; the audit log names them."""

    items: list[CredentialShown]
    unreadable: Annotated[int, Field(ge=0, examples=[0])]


@api.ask(
    "/v1/persons/credentials", READ, takes=Person, gives=PersonsCredentials, pace="writes", problems=("not_found",)
)
def find_persons_credentials(call: Call, given: Person) -> Answer:
    """Văn bằng của một người / a person's credentials, by learner or citizen number. It is noted in the audit log that
    somebody asked, and not for whom."""
    if (given.learner is None) == (given.citizen is None):
        fault = Fault("/learner", "choice", "Cần đúng một trong hai số.", "Exactly one of the two numbers is needed.")
        raise Refused("invalid", [fault])
    iss = call.actor.iss if given.issuer is None else call.known_institution(given.issuer).iss
    by: By = "learner" if given.citizen is None else "citizen"
    try:
        number = given.citizen or given.learner or ""
        found, unreadable = LookingUp(call.store, call.desk.index_key).of_person(by, number, iss)
    except FormatError as error:
        fault = Fault(f"/{by}", "choice", "Số này không dùng được.", str(error))
        raise Refused("invalid", [fault]) from error
    items = [shown_credential(call, item.stored, item.batch) for item in found]
    return shown(PersonsCredentials(items=items, unreadable=len(unreadable)), kept=False)
