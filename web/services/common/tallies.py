"""What is counted as it is done, so that nobody has to count rows, and rows may go: see /metrics."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, select

from notifications.columns import table_of
from notifications.outbox import insert_on
from web.models import Tally


class What(StrEnum):
    SENT = "sent"  # messages handed to a provider, by provider and what came of it
    DRAWN = "drawn"  # rounds drawn
    ROUND_SENT = "round sent"  # rounds sent


def add(session: Session, what: What, label: str, *, times: int = 1, seconds: float = 0.0) -> None:
    """Count `times` more, which took so many seconds altogether.

    Call it last in a transaction: others who count the same wait for its end.
    """
    table = table_of(Tally)
    first = insert_on(session)(table).values(what=what, label=label, times=times, seconds=seconds)
    more = {"times": table.c.times + times, "seconds": table.c.seconds + seconds}
    session.execute(first.on_conflict_do_update(index_elements=["what", "label"], set_=more))


def every(session: Session) -> Sequence[Tally]:
    return session.exec(select(Tally).order_by(Tally.what, Tally.label)).all()
