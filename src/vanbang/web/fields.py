"""Members that several bodies share: what they may hold, and an example of each for the documentation."""

import re
from typing import Annotated, Any, Final
from unicodedata import category, normalize

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DIGITS: Final = re.compile(r"[0-9]{1,9}\Z")


class Given(BaseModel):
    """A body or query that a client gives: exactly these members, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def line(text: str) -> str:
    """The text in NFC, without surrounding spaces. Raises for what nobody can see, and for nothing at all."""
    composed = normalize("NFC", text.strip(" "))
    if any(category(character) in _UNSEEN for character in composed):
        raise PydanticCustomError("unseen", "characters that cannot be seen")
    if not composed:
        raise PydanticCustomError("string_too_short", "empty")
    return composed


def whole_number(value: Any) -> Any:
    """The number that plain digits of a query say."""
    if isinstance(value, str):
        if not _DIGITS.match(value):
            raise PydanticCustomError("int_type", "not a whole number")
        return int(value)
    return value


Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(line)]
Sentence = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(line)]
Code = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9Đđ][A-Za-z0-9Đđ._-]{0,31}$", examples=["SHB"], description="Mã đơn vị / issuer code"),
]
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["9f" * 32])]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-f]{40}$", examples=["0x" + "5a" * 20])]
Signature = Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$", examples=["0x" + "1b" * 65])]
Time = Annotated[str, Field(examples=["2026-06-10T08:00:00Z"], description="UTC")]
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", examples=["2020-01-01"])]
Count = Annotated[int, Field(ge=0, examples=[3412])]
QueryNumber = BeforeValidator(whole_number)
Limit = Annotated[int, QueryNumber, Field(ge=1, le=200, examples=[50], description="Items on a page")]
Cursor = Annotated[str, Field(max_length=1_024, description="`next` of the page before")]


class NoQuery(Given):
    """No parameters are taken."""


class Paging(Given):
    """How much of a list, and from where."""

    limit: Limit = 50
    cursor: Cursor | None = None
