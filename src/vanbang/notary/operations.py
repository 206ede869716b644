"""Operations: what somebody asks for that ends on chain. Stored first; the engine repeats them until they are done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vanbang.core.encoding import account
from vanbang.core.errors import FormatError, VanbangError
from vanbang.core.strict_json import parse
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.registering import Wait, add_key, end_key, register_institution
from vanbang.ports import (
    Institution,
    KeyStore,
    KeyUnreachable,
    LeaseLost,
    Ledger,
    LedgerUnsure,
    Operation,
    SpendingLimit,
    Store,
    StoreError,
)

AGAIN: Final = (LedgerUnsure, SpendingLimit, StoreError, LeaseLost, KeyUnreachable)
"""What passes: the operation waits and is tried again. Everything else ends it."""
AT_ONCE: Final = 20
"""Operations that may wait for the chain at the same time; each asks it a few questions when it is tried again."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Does what was asked for, one after the other."""

    store: Store
    ledger: Ledger
    keys: KeyStore
    daily_limit: int | None = None
    """Wei that the relayer may spend in a day."""

    def run_waiting(self, wait: Wait, now: int) -> int:
        """Takes the waiting operations to their end as far as the chain lets it; gives how many still wait.

        `wait` returns after a moment, or raises LedgerUnsure (`come_back`).
        """
        waiting = self.store.waiting_operations()
        held: set[str] = set()
        asked = 0
        left = len(waiting)
        for operation in waiting:
            # An institution's come in the order in which they were asked for: a key after the register's entry.
            if operation.iss in held or asked == AT_ONCE:
                continue
            try:
                self._run(operation, wait)
            except AGAIN as error:
                held.add(operation.iss)
                asked += isinstance(error, LedgerUnsure)
                continue
            except VanbangError as error:
                self.store.end_operation(operation.id, "FAILED", f"{error.code}: {error}", now)
            else:
                self.store.end_operation(operation.id, "DONE", "", now)
            left -= 1
        return left

    def _run(self, operation: Operation, wait: Wait) -> None:
        # A crash here leaves the operation WAITING; what it did on chain is found when it is run again.
        arguments = parse(operation.arguments.encode(), "operation")
        if operation.kind == "register_institution":
            self._register(arguments, wait)
        elif operation.kind == "add_key":
            self._add_key(self._institution(operation.iss), arguments, wait)
        else:
            address = account(arguments["address"], "address")
            end_key(self.store, self.ledger, self.keys, self._institution(operation.iss), address, wait)

    def _register(self, arguments: Mapping[str, Any], wait: Wait) -> None:
        names = ("iss", "code", "name", "slug", "officer_name", "officer_title")
        institution = Institution(**{name: arguments[name] for name in names})
        elsewhere = {role: account(text, f"keys.{role}") for role, text in arguments.get("keys", {}).items()}
        register_institution(self.store, self.ledger, self.keys, institution, wait, elsewhere, self.daily_limit)

    def _add_key(self, institution: Institution, arguments: Mapping[str, Any], wait: Wait) -> None:
        role = ROLES[arguments["role"]]
        if "address" in arguments:
            address = account(arguments["address"], "address")
        else:
            full = f"{institution.slug}/{arguments['name']}"
            signer = self.keys.signer(full) if full in self.keys.names() else self.keys.create(full)
            address = signer.address
        add_key(self.store, self.ledger, self.keys, institution, address, role, wait)

    def _institution(self, iss: str) -> Institution:
        for item in self.store.institutions():
            if item.iss == iss:
                return item
        raise FormatError(iss, "there is no such institution")


def come_back() -> None:
    """A Wait for who has other things to do: the operation goes on where it was when it is run again.

    Raises LedgerUnsure.
    """
    raise LedgerUnsure("the chain takes its time: other work goes on meanwhile")


def ask(store: Store, operation: Operation) -> Operation:
    """Stores an operation for the engine to do; the same id again gives the one that is stored."""
    return store.add_operation(operation)


def slug_of(code: str) -> str:
    """What names the institution's keys: its code in lower-case ASCII. Raises FormatError if nothing is left of it."""
    slug = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code.lower()).strip("-")
    if not slug:
        raise FormatError("code", "needs at least one ASCII letter or digit")
    return slug
