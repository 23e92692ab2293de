"""The list of a programme's rounds, and its last one: groups, people, answers, meetings."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from web.models import Answer, CheckIn, Group, GroupMember, Programme, Round
from web.services.evidence import counting


@dataclass(frozen=True)
class Row:
    """A round in the list of rounds."""

    round: Round
    groups: int
    people: int
    answered: int
    met: int


def of_sent(session: Session, round_: Round) -> Row:
    """A round that was sent, as the list of rounds has it; groups and people as they were then."""
    answered, met = session.exec(
        select(func.count(), func.count().filter(col(CheckIn.answer) == Answer.MET))
        .select_from(CheckIn)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .where(Group.round_id == round_.id)
    ).one()
    figures = round_.figures
    return Row(round_, figures["groups"], figures["people"] - figures["unplaced"], answered, met)


def every(session: Session, programme: Programme) -> list[Row]:
    """All rounds of a programme, newest first; of one that is over, as its evidence was last counted."""
    before = _counted_before(session, programme)
    live = [col(Round.programme_id) == programme.id, col(Round.number).not_in(before)]
    groups = _count(session, func.count(func.distinct(Group.id)), *live)
    people = _count(session, func.count(col(GroupMember.person_id)), *live, members=True)
    answered = _check_ins(session, *live)
    met = _check_ins(session, *live, col(CheckIn.answer) == Answer.MET)
    rows = session.exec(
        select(Round).where(Round.programme_id == programme.id).order_by(col(Round.number).desc())
    )
    return [
        Row(row, *before[row.number])
        if row.number in before
        else Row(
            row, groups.get(row.id, 0), people.get(row.id, 0), answered.get(row.id, 0), met.get(row.id, 0)
        )
        for row in rows
    ]


def _counted_before(session: Session, programme: Programme) -> dict[int, tuple[int, int, int, int]]:
    """Groups, people, answers and meetings of rounds that are over, by number, where they are kept: to count
    them takes seconds, and of a programme that has ended the answers went with the people.
    """
    kept = counting.kept(session, programme)
    return {
        one.number: (one.groups, one.introduced, one.answered, one.met)
        for one in (kept.rounds if kept else ())
        if programme.closed_at or not one.runs
    }


def _count(session: Session, what: Any, *where: Any, members: bool = False) -> dict[int | None, int]:
    query = select(Round.id, what).join(Group, col(Group.round_id) == Round.id)
    if members:
        query = query.join(GroupMember, col(GroupMember.group_id) == Group.id)
        query = query.where(col(GroupMember.withdrew_at).is_(None))
    query = query.where(col(Group.called_off_at).is_(None))
    return dict(session.exec(query.where(*where).group_by(col(Round.id))).all())


def _check_ins(session: Session, *where: Any) -> dict[int | None, int]:
    query = (
        select(Round.id, func.count())
        .join(Group, col(Group.round_id) == Round.id)
        .join(CheckIn, col(CheckIn.group_id) == Group.id)
        .where(*where)
        .group_by(col(Round.id))
    )
    return dict(session.exec(query).all())
