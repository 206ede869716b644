"""What a handler gets of a request: who asks, what for, and whom it may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from vanbang.core.strict_json import canonical
from vanbang.ports import ApiKey, Holder, Institution, Store
from vanbang.web.answers import Answer, shown
from vanbang.web.desk import Desk
from vanbang.web.fields import Paging, Shown
from vanbang.web.office import Office
from vanbang.web.problems import Fault, Refused
from vanbang.web.repeating import Repeating

Row = TypeVar("Row")
Item = TypeVar("Item", bound=BaseModel)


class Page(Shown, Generic[Item]):
    """A page of a list; `next` is null on the last."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets of a request. `key` is None for public and holders' endpoints, `repeating` for what does not
    write; `holder` is there for holders' endpoints only. `is_head`: the answer's body is not sent."""

    office: Office
    store: Store
    key: ApiKey | None
    address: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    now: int
    repeating: Repeating | None = None
    holder: Holder | None = None
    is_head: bool = False

    @property
    def desk(self) -> Desk:
        return self.office.desk

    @property
    def actor(self) -> ApiKey:
        """The API key of a keyed endpoint."""
        if self.key is None:
            raise Refused("unauthorized")
        return self.key

    def check_key(self) -> None:
        """Looks the key up again: what goes on for long must not outlive it. Raises Refused."""
        found = self.store.api_key(self.actor.id)
        if found is None or not found.is_good(self.desk.clock()):
            raise Refused("unauthorized")

    @property
    def who(self) -> Holder:
        """The holder of a holder's endpoint."""
        if self.holder is None:
            raise Refused("unauthorized")
        return self.holder

    def secret_for(self, purpose: str) -> bytes:
        """32 secret bytes for what a write makes, the same when the request is sent again."""
        if self.repeating is None:
            raise Refused("no_idempotency_key")
        return self.repeating.secret(purpose)

    def new_id(self) -> str:
        """The id of what a write makes: 32 hex digits, the same when the request is sent again."""
        return self.secret_for("id").hex()[:32]

    def reaches(self, iss: str | None) -> bool:
        """Whether the key may know that something of this institution (None: of all together) exists."""
        return self.actor.iss is None or self.actor.iss == iss

    def institution(self, code: str) -> Institution:
        """The institution as it is stored now. Raises Refused: an unknown one and another one's key look the same."""
        for item in self.store.institutions():
            if item.code == code and self.reaches(item.iss):
                return item
        raise Refused("not_found")

    def known_institution(self, code: str) -> Institution:
        """As `institution`, from memory: for what is looked up often, and needs iss and code only."""
        found = self.office.institutions().get(code)
        if found is None:
            return self.institution(code)
        if not self.reaches(found.iss):
            raise Refused("not_found")
        return found

    def institution_in_body(self, code: str) -> Institution:
        """The institution that a body's member `issuer` names. Raises Refused (422)."""
        try:
            return self.institution(code)
        except Refused as error:
            fault = Fault("/issuer", "choice", "Không có đơn vị này.", "There is no such institution.")
            raise Refused("invalid", [fault]) from error

    def code_of(self, iss: str | None) -> str | None:
        """The code of an institution, None for none."""
        if iss is None:
            return None
        found = self._institution_of(iss)
        return found.code if found else None

    def slug_of(self, iss: str) -> str:
        """What an institution's keys are named by. Raises Refused."""
        found = self._institution_of(iss)
        if found is None:
            raise Refused("not_found")
        return found.slug

    def _institution_of(self, iss: str) -> Institution | None:
        # There are 1,500 of them: reading or walking through all of them takes longer than everything else.
        known = self.office.by_iss().get(iss)
        return known or next((item for item in self.store.institutions() if item.iss == iss), None)

    def place(self, query: Paging) -> list[Any] | None:
        """Where the page begins, None for the first. Raises Refused (400)."""
        return None if query.cursor is None else self.office.cursors.read(self._listed(query), query.cursor)

    def page(
        self,
        shape: type[Page[Item]],
        query: Paging,
        rows: Sequence[Row],
        show: Callable[[Row], Item],
        place: Callable[[Row], list[str | int]],
    ) -> Answer:
        """A page of `rows`, of which one more than the limit was read to know whether another page follows."""
        kept = rows[: query.limit]
        more = len(rows) > query.limit
        following = self.office.cursors.write(self._listed(query), place(kept[-1])) if more else None
        return shown(shape(items=[show(row) for row in kept], next=following))

    def _listed(self, query: Paging) -> str:
        filters = query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        iss = self.key.iss if self.key else None
        return f"{self.address}\0{iss or ''}\0{canonical(filters).decode()}"
