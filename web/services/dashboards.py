"""An organiser's first page: what happens next, what needs them, how the last round went."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from web.models import Learning, LearningState, Programme, Round, RoundState, Showing
from web.services import previews, programmes, reports, rosters, rounds
from web.services.previews import Delivery, Row


@dataclass(frozen=True)
class Board:
    """`draft` waits to be sent; `learnings` and `reports` wait to be looked at; `last` is the newest
    sent round.
    """

    next_round_on: date | None
    tally: dict[str, int]
    draft: Round | None
    learnings: int
    reports: int
    last: Row | None
    delivery: Delivery | None


def of_programme(session: Session, programme: Programme, *, today: date) -> Board:
    sent = [row for row in previews.every(session, programme) if row.round.state is RoundState.SENT]
    last = sent[0] if sent else None
    return Board(
        next_round_on=programmes.next_round_on(programme, today),
        tally=rosters.tally(session, programme, today),
        draft=rounds.draft(session, programme),
        learnings=_waiting(session, programme),
        reports=reports.waiting(session, programme),
        last=last,
        delivery=previews.delivery(session, last.round) if last else None,
    )


def _waiting(session: Session, programme: Programme) -> int:
    waiting = select(func.count()).where(
        Learning.programme_id == programme.id,
        Learning.state == LearningState.WAITING,
        col(Learning.showing) != Showing.NO,
    )
    return session.exec(waiting).one()
