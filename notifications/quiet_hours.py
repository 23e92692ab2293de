"""Letters and texts about rounds arrive by day: between 8:00 and 21:00 in London.

What falls due at night is put off to the morning, spread over half an hour so that no provider has a whole
round at eight. What somebody waits for at this minute, like a code or an answer, goes at once: each kind says
whether it is `by_day`.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from notifications.bulk import bunches
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
    """Move what is due by now, and goes by day alone, to the half hour after `morning`: each message to a
    minute of its own, but none before what its reader is told earlier. How many messages.
    """
    due = (
        select(col(OutboxMessage.id), col(OutboxMessage.person))
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
    rows = session.execute(due).all()
    last = _put_off_before(session, [row.person for row in rows], morning)
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        minute = morning.astimezone(UTC) + timedelta(minutes=row.id % SPREAD)
        last[row.person] = max(minute, last.get(row.person, minute))
        by_moment[last[row.person]].append(row.id)
    moved = 0
    for moment, ids in by_moment.items():
        later = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
        moved += change(session, later.values(due_at=moment))
    return moved


def _put_off_before(session: Session, people: Iterable[str], morning: datetime) -> dict[str, datetime]:
    """When each has what was put off for them already, the last of it."""
    found: dict[str, datetime] = {}
    for some in bunches(set(people)):
        waiting = select(col(OutboxMessage.person), func.max(col(OutboxMessage.due_at))).where(
            col(OutboxMessage.state) == State.QUEUED,
            col(OutboxMessage.kind).in_(BY_DAY),
            col(OutboxMessage.due_at).between(morning, morning + timedelta(minutes=SPREAD - 1)),
            col(OutboxMessage.person).in_(some),
        )
        rows = session.execute(waiting.group_by(col(OutboxMessage.person)))
        found |= dict(iter(rows))  # a result has keys of its own, and would be taken for a mapping
    return found
