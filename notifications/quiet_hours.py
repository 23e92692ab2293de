"""Letters and texts about rounds arrive by day: between 8:00 and 21:00 in London.

What falls due at night is put off to the morning, spread over half an hour so that no provider has a whole
round at eight. What somebody waits for at this minute, like a code or an answer, goes at once: each kind says
whether it is `by_day`.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import case, literal, select, update
from sqlmodel import Session, col

from notifications.columns import UTCDateTime
from notifications.messages import BY_KIND, LONDON
from notifications.outbox import change
from notifications.tables import OutboxMessage, State

MORNING, EVENING = time(8), time(21)
SPREAD = 30  # minutes
AT_ONCE = 5_000  # messages put off in one transaction: others wait for it
BY_DAY = tuple(name for name, kind in BY_KIND.items() if kind.by_day)


def until(now: datetime) -> datetime | None:
    """When the night is over that it is now, aware; None by day."""
    there = now.astimezone(LONDON)
    if MORNING <= there.time() < EVENING:
        return None
    day = there.date() if there.time() < MORNING else there.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, LONDON)


def put_off(session: Session, morning: datetime, now: datetime) -> int:
    """Move what is due by now, and goes by day alone, to the half hour after `morning`. How many messages."""
    due = (
        select(col(OutboxMessage.id))
        .where(
            col(OutboxMessage.state) == State.QUEUED,
            col(OutboxMessage.kind).in_(BY_DAY),
            col(OutboxMessage.due_at) <= now,
            col(OutboxMessage.expires_at) > now,
        )
        .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    minute = col(OutboxMessage.id) % SPREAD
    moments = [literal(morning + timedelta(minutes=late), UTCDateTime()) for late in range(SPREAD)]
    then = case(*((minute == late, moments[late]) for late in range(1, SPREAD)), else_=moments[0])
    later = update(OutboxMessage).where(col(OutboxMessage.id).in_(due))
    return change(session, later.values(due_at=then))
