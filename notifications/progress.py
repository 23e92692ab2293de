"""How far messages have come: counted, listed, and since when they wait. Nothing is changed here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlmodel import Session, col

from notifications.tables import FAILED, UNDECIDED, WAITING, OutboxMessage, State


def counts(
    session: Session,
    *,
    round: str | None = None,  # noqa: A002
    programme: str | None = None,
    kind: str | None = None,
) -> dict[State, int]:
    """How many messages are in each state; states without any are left out."""
    found = select(col(OutboxMessage.state), func.count()).group_by(col(OutboxMessage.state))
    for column, value in (("round", round), ("programme", programme), ("kind", kind)):
        if value is not None:
            found = found.where(col(getattr(OutboxMessage, column)) == value)
    return {State(state): number for state, number in session.execute(found)}


def failures(session: Session, providers: Collection[str], since: datetime) -> tuple[int, int]:
    """How many messages have failed since then, of how many that providers took or refused for good."""
    late = select(func.count()).where(FAILED, col(OutboxMessage.settled_at) >= since)
    taken = select(func.count()).where(
        col(OutboxMessage.provider).in_(providers),
        col(OutboxMessage.accepted_at) >= since,
        col(OutboxMessage.state) != State.FAILED,
    )
    failed = session.scalar(late) or 0
    return failed, failed + (session.scalar(taken) or 0 if failed else 0)


def failed_by_programme(session: Session, since: datetime) -> dict[str, int]:
    """How many messages of each programme have failed since then, by the name it is known under here."""
    late = (
        select(col(OutboxMessage.programme), func.count())
        .where(FAILED, col(OutboxMessage.settled_at) >= since, col(OutboxMessage.programme).is_not(None))
        .group_by(col(OutboxMessage.programme))
    )
    return {str(programme): count for programme, count in session.execute(late)}


def arrived(session: Session, rounds: Sequence[str], kind: str) -> ColumnElement[bool]:
    """Which messages of a kind count as having arrived, as a condition: those reported delivered, and where
    a provider has reported nothing of a round, those it took.

    One read of these messages.
    """
    ours = col(OutboxMessage.round).in_(rounds), col(OutboxMessage.kind) == kind
    delivered = col(OutboxMessage.state) == State.DELIVERED
    reported = col(OutboxMessage.round), col(OutboxMessage.provider)
    known = session.execute(select(*reported).where(*ours, delivered).distinct()).all()
    taken = and_(col(OutboxMessage.state) == State.ACCEPTED, tuple_(*reported).not_in([*map(tuple, known)]))
    return and_(*ours, or_(delivered, taken))


def listing(
    session: Session,
    *,
    state: State | None = None,
    round: str | None = None,  # noqa: A002
    programme: str | None = None,
    person: str | None = None,
    kind: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[OutboxMessage]:
    """Messages to one reader, of one round, or in one state: newest first."""
    given = {"state": state, "round": round, "programme": programme, "person": person, "kind": kind}
    where = [col(getattr(OutboxMessage, name)) == value for name, value in given.items() if value is not None]
    newest = select(OutboxMessage).where(*where).order_by(col(OutboxMessage.id).desc())
    return list(session.scalars(newest.limit(limit).offset(offset)))


@dataclass(frozen=True)
class Unsettled:
    """So many messages in a state; the oldest of them has been due since `oldest`."""

    state: str
    count: int
    oldest: datetime


def unsettled(session: Session) -> list[Unsettled]:
    """Messages of which more is to come, or that somebody has to look at. By their index alone."""
    states = (*WAITING, *UNDECIDED, State.FAILED_TEMPORARILY, State.FAILED, State.PARKED)
    found = (
        select(col(OutboxMessage.state), func.count(), func.min(col(OutboxMessage.due_at)))
        .where(col(OutboxMessage.state).in_(states))
        .group_by(col(OutboxMessage.state))
        .order_by(col(OutboxMessage.state))
    )
    return [Unsettled(state, count, oldest) for state, count, oldest in session.execute(found)]


@dataclass(frozen=True)
class InState:
    """So many messages of a kind in one state, due from the first moment to the last."""

    kind: str
    count: int
    first: datetime
    last: datetime


def by_kind(session: Session, state: State) -> list[InState]:
    """What is in a state, the kind with the most first. Reads each of these messages."""
    due, number = col(OutboxMessage.due_at), func.count()
    found = (
        select(col(OutboxMessage.kind), number, func.min(due), func.max(due))
        .where(col(OutboxMessage.state) == state)
        .group_by(col(OutboxMessage.kind))
        .order_by(number.desc(), col(OutboxMessage.kind))
    )
    return [InState(*row) for row in session.execute(found)]


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """Since when the message has waited that should have gone first; None when nothing that is due waits.

    What may have gone out already waits for evidence, and some of it for ever: not for a worker.
    """
    due = select(func.min(col(OutboxMessage.due_at))).where(
        col(OutboxMessage.state).in_((State.QUEUED, State.CLAIMED, State.SENDING)),
        col(OutboxMessage.due_at) <= now,
    )
    return session.scalar(due)
