"""What keys are called: the installation's `owner` and `relayer`; an institution's `<slug>/<role>`, `<slug>/<role>-2`.
Who follows on a seat, as `relayer-2` or `<slug>/admin-2`, has a number.

A name tells the role, so that no key is looked for under another one.
"""

from vanbang.core.errors import FormatError
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.operations import slug_of
from vanbang.notary.seats import number_of
from vanbang.ports import Institution

OF_THE_HOUSE = ("owner", "relayer")
OF_AN_INSTITUTION = ("admin", *ROLES)


def key_name(role: str, code: str | None, name: str | None) -> str:
    """The full name of a key: `name` is the role, or begins with it (`anchor-2`); none: the role. Raises FormatError.

    Keys of seats (owner, relayer, an institution's admin) are told apart by numbers only. The institution need not be
    registered yet.
    """
    if role not in (*OF_THE_HOUSE, *OF_AN_INSTITUTION):
        raise FormatError("--role", f"not one of {', '.join((*OF_THE_HOUSE, *OF_AN_INSTITUTION))}")
    chosen = name or role
    number = number_of(chosen)
    follows_on = chosen.startswith(f"{role}-") if role in ROLES else number > 1 and chosen == f"{role}-{number}"
    if chosen != role and not follows_on:
        follows = f"or begins with {role}-" if role in ROLES else f"or {role}-2, {role}-3 and so on"
        raise FormatError("--name", f"a key of the role {role} is called {role} {follows}")
    if (code is None) != (role in OF_THE_HOUSE):
        raise FormatError("--code", "names the institution; the keys owner and relayer are of none")
    return chosen if code is None else f"{slug_of(code.strip())}/{chosen}"


def own_name(institution: Institution, name: str) -> str:
    """The full name of an institution's key, given as lists show it (`shb/anchor-2`) or short (`anchor-2`)."""
    return f"{institution.slug}/{name.removeprefix(f'{institution.slug}/')}"
