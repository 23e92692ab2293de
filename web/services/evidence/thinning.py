"""What is left of a round's messages: thirteen months after its end their rows go, and the figures stay.

sent ─► ended ─► 13 months ─► counted, in `Round.messages_were` ─► deleted, a thousand rows at a time
"""

from datetime import datetime, timedelta

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import outbox, progress
from notifications.messages import Introduction
from notifications.tables import OutboxMessage, State
from web.models import Programme, Round, RoundState
from web.services.common import times

KEEP = timedelta(days=400)
AT_ONCE = 1_000


def thin(session: Session, *, now: datetime) -> int:
    """Delete some messages of a round that ended long ago; how many. None when there are no more."""
    round_ = session.exec(_due(now)).first()
    if round_ is None:
        return 0
    if round_.messages_were is None:
        reached = _counted(session, [round_.id]).get(str(round_.id), 0)
        round_.messages_were = {"reached": reached, "introductions": introductions(session, round_)}
        session.add(round_)
        session.flush()
    return outbox.delete_some(session, str(round_.id), AT_ONCE)


def _due(now: datetime) -> SelectOfScalar[Round]:
    theirs = select(OutboxMessage.id).where(OutboxMessage.round == cast(Round.id, String), outbox.is_over())
    ended = (Round.state == RoundState.SENT, col(Round.ends_on) < times.today(now - KEEP))
    return select(Round).where(*ended, theirs.exists()).order_by(col(Round.id)).limit(1)


def introductions(session: Session, round_: Round) -> dict[State, int]:
    """How many introductions of a round are, or were, in each state."""
    if round_.messages_were is not None:
        return {State(state): number for state, number in round_.messages_were["introductions"].items()}
    return progress.counts(session, round=str(round_.id), kind=Introduction.kind)


def reached(session: Session, programme: Programme) -> dict[str | None, int]:
    """How many people an introduction has arrived at, by the id of the round."""
    theirs = select(Round.id, Round.messages_were).where(Round.programme_id == programme.id)
    rounds = session.exec(theirs).all()
    kept = {str(number): were["reached"] for number, were in rounds if were is not None}
    return _counted(session, [number for number, were in rounds if were is None]) | kept


def _counted(session: Session, rounds: list[int]) -> dict[str | None, int]:
    arrived = progress.arrived(session, [str(number) for number in rounds], Introduction.kind)
    people = func.count(func.distinct(col(OutboxMessage.person)))
    return dict(
        session.exec(select(OutboxMessage.round, people).where(arrived).group_by(OutboxMessage.round)).all()
    )
