"""What the tables' rows are made of."""

from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, LargeBinary, MetaData, text
from sqlmodel import Field, SQLModel


class Bytes(LargeBinary):
    """Bytes that go to the driver and come from it as they are: both drivers take and give `bytes`, and wrapping each
    of the four of a record takes longer than storing them."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing to do."""

    def result_processor(self, dialect: Dialect, coltype: Any) -> None:
        """Nothing to do."""


class Row(SQLModel):
    """What all rows are: constraints have names, so that a later migration can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def big(**options: Any) -> Any:
    """A time, a size or a number of the chain's: 32 bits are too few."""
    return Field(sa_type=BigInteger, **options)


def number_added(**options: Any) -> Any:
    """A number that rows of an earlier schema have not: 0 there."""
    return Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")}, **options)


def byte_column(*, nullable: bool = False, unique: bool = False) -> Column[bytes]:
    """A column of bytes."""
    return Column(Bytes, nullable=nullable, unique=unique)


def key_bytes() -> Column[bytes]:
    """Bytes that rows are found by."""
    return Column(Bytes, primary_key=True)
