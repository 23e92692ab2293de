"""One worker at a time looks at a row that has `claimed_until`, and another if that one dies."""

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col

from notifications import outbox
from notifications.sending import A_CLOCK_AHEAD

PATIENCE = timedelta(minutes=2)  # after so long without an end, a look is another worker's
Row = TypeVar("Row", bound=SQLModel)


def is_free(table: type[SQLModel], now: datetime) -> ColumnElement[bool]:
    return is_over(col(table.claimed_until), now)  # type: ignore[attr-defined]


def is_over(until: Mapped[datetime | None], now: datetime) -> ColumnElement[bool]:
    """It has come to its end, or was given by a clock that ran ahead and was put right since."""
    return or_(until.is_(None), until <= now, until > now + A_CLOCK_AHEAD)


def taken(session: Session, found: Row | None, *, now: datetime) -> Row | None:
    """The row, if nobody else has taken it meanwhile. It needs an `id`."""
    if found is None:
        return None
    table = type(found)
    mine = update(table).where(col(table.id) == found.id, is_free(table, now))  # type: ignore[attr-defined]
    return found if outbox.change(session, mine.values(claimed_until=now + PATIENCE)) else None
