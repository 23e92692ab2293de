"""Who sent STOP by mistake has their conversation back with START, while their partner has no other.

STOP calls a conversation off at the moment at which it is taken: that moment tells it from one that somebody
called off themselves.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlmodel import Session, col, select

from web.models import (
    TAKING_PART,
    Group,
    GroupMember,
    Membership,
    Person,
    Programme,
    Round,
    RoundState,
)
from web.services.common import audit, times
from web.services.conversations import conversations
from web.services.rounds import dropouts, introductions, never_pairs, regrouping
from web.services.rounds.introductions import Window


def come_back(session: Session, person: str, stopped_at: datetime, *, now: datetime) -> None:
    """Introduce them anew to whom their STOP of that moment took from them."""
    for group_id, round_id in _called_off(session, person, stopped_at, now):
        round_ = dropouts.lock(session, round_id)
        group = session.get_one(Group, group_id, populate_existing=True)
        if group.called_off_at == stopped_at and _all_are_free(session, round_, group, person):
            _reopen(session, round_, group, now)
            audit.record(
                session,
                person,
                "can make it after all",
                now=now,
                programme=round_.programme_id,
                subject=introductions.about(group),
            )


def _called_off(
    session: Session, person: str, stopped_at: datetime, now: datetime
) -> Sequence[tuple[int, int]]:
    """Group and round of the pairs that ended at that moment because they went."""
    theirs = (
        select(Group.id, Group.round_id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(
            GroupMember.person_id == person,
            GroupMember.withdrew_at == stopped_at,
            Group.called_off_at == stopped_at,
            Round.state == RoundState.SENT,
            col(Round.topped_up_at).is_(None),
            col(Round.ends_on) > times.today(now),
        )
    )
    return session.exec(theirs.order_by(col(Group.round_id))).all()


def _pair(session: Session, group: Group) -> Sequence[GroupMember]:
    """Both of them: whoever was in it at the end, in their places."""
    ended = GroupMember.withdrew_at == group.called_off_at
    return session.exec(
        select(GroupMember)
        .where(GroupMember.group_id == group.id, col(GroupMember.withdrew_at).is_(None) | ended)
        .order_by(col(GroupMember.position))
        .execution_options(populate_existing=True)
    ).all()


def _all_are_free(session: Session, round_: Round, group: Group, person: str) -> bool:
    pair = _pair(session, group)
    stayed = [member for member in pair if member.withdrew_at is None]
    if len(pair) != 2 or len(stayed) != 1 or stayed[0].person_id == person:
        return False
    programme = session.get_one(Programme, round_.programme_id)
    kept_apart = never_pairs.never_pairs(session, programme)
    one, other = sorted(member.person_id for member in pair)
    return (one, other) not in kept_apart and all(
        _is_free(session, round_, member.person_id) for member in pair
    )


def _is_free(session: Session, round_: Round, person: str) -> bool:
    found = session.get_one(Person, person)
    membership = session.get(Membership, (round_.programme_id, person))
    newest = conversations.in_round(session, round_, person)
    here = membership is not None and membership.standing in TAKING_PART and not found.erased_at
    return here and not found.unreachable and not (newest and newest.goes_on)


def _reopen(session: Session, round_: Round, group: Group, now: datetime) -> None:
    programme = session.get_one(Programme, round_.programme_id)
    pair = _pair(session, group)
    dropouts.take_back(session, round_, group, pair)
    regrouping.recount(session, round_, group, pair)
    window = Window.of_round(round_)
    rng = np.random.default_rng((group.id, group.edition))
    never_told = introductions.never_told(session, group, (member.person_id for member in pair))
    party = introductions.party(session, programme, group, window, rng, now=now, newcomers=never_told)
    introductions.introduce(session, programme, round_, [party], window, now=now)
