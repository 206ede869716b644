"""What keys are called: the installation's `owner` and `relayer`; an institution's `<slug>/<role>`, `<slug>/<role>-2`.

A name tells the role, so that no key is looked for under another one.
"""

from vanbang.core.errors import FormatError
from vanbang.notary.acting_keys import ROLES
from vanbang.notary.operations import slug_of

OF_THE_HOUSE = ("owner", "relayer")
OF_AN_INSTITUTION = ("admin", *ROLES)


def key_name(role: str, code: str | None, name: str | None) -> str:
    """The full name of a key: `name` is the role, or begins with it (`anchor-2`); none: the role. Raises FormatError.

    An institution's admin and the keys of the house have one name each. The institution need not be registered yet.
    """
    if role not in (*OF_THE_HOUSE, *OF_AN_INSTITUTION):
        raise FormatError("--role", f"not one of {', '.join((*OF_THE_HOUSE, *OF_AN_INSTITUTION))}")
    chosen = name or role
    if chosen != role and not (role in ROLES and chosen.startswith(f"{role}-")):
        follows = f" or begins with {role}-" if role in ROLES else ""
        raise FormatError("--name", f"a key of the role {role} is called {role}{follows}")
    if (code is None) != (role in OF_THE_HOUSE):
        raise FormatError("--code", "names the institution; the keys owner and relayer are of none")
    return chosen if code is None else f"{slug_of(code.strip())}/{chosen}"
