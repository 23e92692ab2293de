"""What every table of the house shares: its base, column types, and itself without its model."""

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import DateTime, Table, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from typing_extensions import override


class Base(SQLModel):
    """What each table is a model on. SQLModel validates no row of a table, so the validators that it would
    make of all of them, a quarter of what loading the tables takes, are made when one is asked for.
    """

    model_config = SQLModel.model_config | {"defer_build": True}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware datetimes in, aware UTC datetimes out, on SQLite and PostgreSQL alike.

    Raises:
        ValueError: a datetime without a zone was given. It would be read as UTC on one database and as the
            server's zone on the other.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value!r}")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no zone: what it returns is what we stored, which is UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table_of(model: type[SQLModel]) -> Table:
    """The bare table: for many rows at once, a third of the time."""
    return cast(Table, inspect(model).local_table)
