"""One worker at a time looks at a row that has `claimed_until`, and another if that one dies."""

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, SQLModel, col

from notifications import outbox

PATIENCE = timedelta(minutes=2)  # after so long without an end, a look is another worker's
Row = TypeVar("Row", bound=SQLModel)


def is_free(table: type[SQLModel], now: datetime) -> ColumnElement[bool]:
    until = col(table.claimed_until)  # type: ignore[attr-defined]
    return or_(until.is_(None), until <= now)


def taken(session: Session, found: Row | None, *, now: datetime) -> Row | None:
    """The row, if nobody else has taken it meanwhile. It needs an `id`."""
    if found is None:
        return None
    table = type(found)
    mine = update(table).where(col(table.id) == found.id, is_free(table, now))  # type: ignore[attr-defined]
    return found if outbox.change(session, mine.values(claimed_until=now + PATIENCE)) else None
