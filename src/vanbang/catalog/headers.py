"""Column headers as registrars write them: "HỌ VÀ TÊN (*)", "Ho va ten", "ho-va-ten" all head the same column."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LONGEST_HEADER = 200
"""Characters. The longest label has 40; what is longer is a cell that slipped into the header row."""

_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_NOTES = frozenset(
    {"batbuoc", "khongbatbuoc", "neuco", "tuychon", "required", "mandatory", "optional"}
    | {"ddmmyyyy", "ddmmyy", "dmyyyy", "ngaythangnam", "12so", "12chuso"}
)
"""What templates add in brackets behind a column's name; the name is the same without it."""

_D_LETTERS = str.maketrans("đĐðÐ", "dDdD")


def folded(text: str) -> str:
    """The letters and digits of `text` without accents, case, spaces and signs: "Số hiệu VB (*)" is "sohieuvb"."""
    bare = unicodedata.normalize("NFKD", text.translate(_D_LETTERS))
    return "".join(c for c in bare.casefold() if c.isalnum())


def header_key(written: str) -> str:
    """What two headers of the same column have in common; "" for a header with no letter in it."""
    if len(written) > LONGEST_HEADER:
        return ""
    return folded(_BRACKETED.sub(lambda found: "" if folded(found[1]) in _NOTES else found[0], written))


def header_index(ways: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, str]:
    """Field name by header key, from each field's name and the ways its header is written.

    TypeError when one way leads to two fields, or to none.
    """
    index: dict[str, str] = {}
    for name, headers in ways:
        for header in headers:
            key = header_key(header)
            if not key or index.setdefault(key, name) != name:
                raise TypeError(f"the header {header!r} of {name} is empty or already heads {index.get(key)!r}")
    return MappingProxyType(index)
