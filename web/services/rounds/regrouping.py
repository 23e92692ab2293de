"""What is kept of a group whose members have changed while its round goes on, counted anew."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from matcher import Pot, explain
from web.models import Group, GroupMember, Organisation, Round
from web.services.rounds import pots, rounds


def recount(session: Session, round_: Round, group: Group, members: Sequence[GroupMember]) -> None:
    """Repeats, crossing pairs and reason, by what these people did in earlier rounds: the round's own count
    was of other people.
    """
    people = {member.person_id: place for place, member in enumerate(members)}
    organisations = sorted({member.organisation_id for member in members})
    pot = Pot(
        [organisations.index(member.organisation_id) for member in members],
        [
            (number, people[one], people[other])
            for number, one, other in _met_before(session, round_, list(people))
        ],
    )
    table = np.arange(len(people), dtype=np.int32)[np.newaxis, :]
    (group.repeats,), (group.crossing,) = rounds.counts_of(pot, table)
    labels = explain.Labels([pots.placeholder(person) for person in people], _names(session, organisations))
    group.why = explain.alone(pot, range(len(people)), labels)
    session.add(group)


def _met_before(session: Session, round_: Round, people: Sequence[str]) -> Sequence[tuple[int, str, str]]:
    """Earlier round, and two of these people who were in a group of it."""
    one, other = aliased(GroupMember), aliased(GroupMember)
    return session.exec(
        select(Round.number, one.person_id, other.person_id)
        .join(Group, col(Group.round_id) == Round.id)
        .join(one, col(one.group_id) == Group.id)
        .join(other, (col(other.group_id) == Group.id) & (col(other.person_id) > col(one.person_id)))
        .where(
            Round.programme_id == round_.programme_id,
            Round.number < round_.number,
            col(Round.state).in_(pots.HAPPENED),
            col(one.person_id).in_(people),
            col(other.person_id).in_(people),
            col(one.counts).is_(True),
            col(other.counts).is_(True),
        )
    ).all()


def _names(session: Session, organisations: Sequence[int]) -> list[str]:
    rows = session.exec(select(Organisation).where(col(Organisation.id).in_(organisations)))
    return [row.short_name or row.name for row in sorted(rows, key=lambda row: row.id)]
