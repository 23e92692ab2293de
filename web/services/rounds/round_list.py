"""The list of a programme's rounds, and its last one: groups, people, answers, meetings.

Counted as the evidence counts: an introduction that was withdrawn in time did not happen. Every page, and the
digest, has its numbers from here.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from web.models import Answer, CheckIn, Group, GroupMember, Programme, Round
from web.services.evidence import counting

NOTHING = (0, 0, 0, 0)


@dataclass(frozen=True)
class Row:
    """A round in the list of rounds. `people` were introduced, and of them `answered`, and of these `met`."""

    round: Round
    groups: int
    people: int
    answered: int
    met: int


def of_round(session: Session, round_: Round) -> Row:
    """One round, as the list of rounds has it."""
    found = _tallies(session, col(Round.id) == round_.id)
    return Row(round_, *found.get(round_.id, NOTHING))


def said(session: Session, round_: Round) -> dict[Answer, int]:
    """How many people of a round have answered what. One query."""
    rows = session.execute(
        select_columns(col(CheckIn.answer), func.count())
        .join(Group, col(Group.id) == CheckIn.group_id)
        .join(
            GroupMember,
            and_(
                col(GroupMember.group_id) == CheckIn.group_id,
                col(GroupMember.person_id) == CheckIn.person_id,
            ),
        )
        .where(col(Group.round_id) == round_.id, col(GroupMember.counts).is_(True))
        .group_by(col(CheckIn.answer))
    )
    return {row[0]: row[1] for row in rows}


def every(session: Session, programme: Programme) -> list[Row]:
    """All rounds of a programme, newest first; of one that is over, as its evidence was last counted."""
    before = _counted_before(session, programme)
    live = _tallies(session, col(Round.programme_id) == programme.id, col(Round.number).not_in(before))
    rows = session.exec(
        select(Round).where(Round.programme_id == programme.id).order_by(col(Round.number).desc())
    )
    return [Row(row, *(before.get(row.number) or live.get(row.id, NOTHING))) for row in rows]


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


def _tallies(session: Session, *where: Any) -> dict[int, tuple[int, int, int, int]]:
    """Groups, people, answers and meetings of rounds, by id."""
    said = and_(
        col(CheckIn.group_id) == GroupMember.group_id, col(CheckIn.person_id) == GroupMember.person_id
    )
    rows = session.execute(
        select_columns(
            col(Round.id),
            func.count(func.distinct(Group.id)),
            func.count(),
            func.count(col(CheckIn.person_id)),
            func.count().filter(col(CheckIn.answer) == Answer.MET),
        )
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .outerjoin(CheckIn, said)
        .where(col(GroupMember.counts).is_(True), *where)
        .group_by(col(Round.id))
    )
    return {number: (groups, people, answered, met) for number, groups, people, answered, met in rows}
