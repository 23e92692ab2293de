"""Sending again what a person decides to: one message, or what was refused because of us, all at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from notifications.outbox import change
from notifications.tables import RESENDABLE, OutboxMessage, State

AT_ONCE = 1000  # rows read at a time


def resend(session: Session, message_id: int, *, now: datetime) -> bool:
    """An organiser's decision to send again what failed, was parked or stayed uncertain. False if none such.

    It keeps its id, so its links and its calendar entry stay the same. What was not due yet stays due then.
    """
    row = session.get(OutboxMessage, message_id)
    if row is None or row.payload is None or row.state not in RESENDABLE:
        return False
    again = update(OutboxMessage).where(
        col(OutboxMessage.id) == message_id,
        col(OutboxMessage.state) == row.state,
        col(OutboxMessage.attempt) == row.attempt,
    )
    due = _due(row, now)
    fresh = {"state": State.QUEUED, "due_at": due, "expires_at": row.message().expires(due), "resent": True}
    clean = {
        "tries": 0,
        "crashes": 0,
        "reason": None,
        "provider_id": None,
        "settled_at": None,
        "sending_at": None,
    }
    return change(session, again.values(fresh | clean)) == 1


def _due(row: OutboxMessage, now: datetime) -> datetime:
    """At once, but for what expired before it was due, as by a clock that ran ahead: then when it is due."""
    early = row.state == State.EXPIRED and row.due_at < row.expires_at
    return max(row.due_at, now) if early else now


def chosen(
    states: Collection[State],
    *,
    since: datetime | None = None,
    kind: str | None = None,
    round: str | None = None,  # noqa: A002
) -> list[ColumnElement[bool]]:
    """What has ended in one of these states and can be sent, where all that is given holds. `since`: it ended
    then or later.
    """
    ended = func.coalesce(OutboxMessage.settled_at, OutboxMessage.sending_at, OutboxMessage.queued_at)
    where: list[ColumnElement[bool]] = [
        col(OutboxMessage.state).in_(states),
        col(OutboxMessage.payload).is_not(None),
    ]
    where += [ended >= since] if since else []
    where += [col(OutboxMessage.kind) == kind] if kind else []
    where += [col(OutboxMessage.round) == round] if round else []
    return where


def resend_all(
    session: Session,
    states: Collection[State],
    *,
    since: datetime | None = None,
    kind: str | None = None,
    round: str | None = None,  # noqa: A002
    now: datetime,
) -> int:
    """Send again what is `chosen` so. How many messages.

    What would come too late to be of use is left as it is. About 1 ms each.
    """
    where = chosen(states, since=since, kind=kind, round=round)
    done = last = 0
    while rows := session.scalars(
        select(OutboxMessage)
        .where(*where, col(OutboxMessage.id) > last)
        .order_by(col(OutboxMessage.id))
        .limit(AT_ONCE)
    ).all():
        last = rows[-1].id or 0
        useful = [row.id or 0 for row in rows if row.message().expires(_due(row, now)) > now]
        done += sum(resend(session, id_, now=now) for id_ in useful)
    return done
