"""What becomes of a conversation when somebody in it is erased: who stays is not left without a word."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlmodel import Session, col, select

from notifications import messages, outbox
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Standing,
)
from web.services import introductions, links, programmes, times
from web.services.introductions import Party, Window
from web.services.joining import recipient


def open_groups(session: Session, person: Person, *, now: datetime) -> Sequence[Group]:
    """The groups of theirs whose round still goes on and who have not said that they met."""
    met = select(CheckIn.group_id).where(CheckIn.answer == Answer.MET)
    return session.exec(
        select(Group)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(
            GroupMember.person_id == person.id,
            Round.state == RoundState.SENT,
            col(Round.ends_on) >= times.today(now),
            col(Group.id).not_in(met),
        )
    ).all()


def regroup(session: Session, group: Group, *, now: datetime) -> None:
    """Introduce those who stay to each other anew, or tell the one who stays and put them first next time."""
    rows = session.exec(
        select(GroupMember, Person)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(GroupMember.group_id == group.id)
        .order_by(col(GroupMember.position))
    ).all()
    round_ = session.get_one(Round, group.round_id)
    programme = session.get_one(Programme, round_.programme_id)
    suspended = _suspended(session, programme)
    staying = [
        (member, person)
        for member, person in rows
        if not person.erased_at and person.email and person.id not in suspended
    ]
    edition = len(rows) - len(staying)
    if len(staying) > 1:
        _introduce_anew(session, programme, round_, group, staying, edition, now)
    for _, person in staying[:1] if len(staying) == 1 else []:
        _tell_alone(session, programme, round_, group, person, edition, now)


def programme_of(session: Session, group: Group) -> int:
    return session.get_one(Round, group.round_id).programme_id


def _suspended(session: Session, programme: Programme) -> set[str]:
    return set(
        session.exec(
            select(Membership.person_id).where(
                Membership.programme_id == programme.id, Membership.standing == Standing.SUSPENDED
            )
        )
    )


def _introduce_anew(
    session: Session,
    programme: Programme,
    round_: Round,
    group: Group,
    staying: Sequence[tuple[GroupMember, Person]],
    edition: int,
    now: datetime,
) -> None:
    people = {person.id: person for _, person in staying}
    if group.first_mover not in people:
        group.first_mover = staying[0][1].id
        session.add(group)
    window = Window.of_round(round_)
    days = times.suggestable_days(times.today(now), window.ends_on)
    organisations = session.exec(
        select(Organisation).where(
            col(Organisation.id).in_([member.organisation_id for member, _ in staying])
        )
    )
    party = Party(
        group,
        [member for member, _ in staying],
        people,
        {row.id: row for row in organisations},
        times.suggest(days, np.random.default_rng(group.id)),
        why="",
        room=None,
        edition=edition,
    )
    introductions.introduce(session, programme, round_, [party], window, now=now)


def _tell_alone(
    session: Session,
    programme: Programme,
    round_: Round,
    group: Group,
    person: Person,
    edition: int,
    now: datetime,
) -> None:
    membership = session.get_one(Membership, (programme.id, person.id))
    membership.let_down = True
    session.add(membership)
    message = messages.PartnerGone(
        programme=programmes.facts(programme),
        group=str(group.id),
        sequence=edition,
        gone=(),
        what_next=messages.WhatNext.NEXT_ROUND,
        page=links.make(session, Purpose.PAGE, person.id, now=now),
        next_round=programmes.next_round_on(programme, times.today(now)),
    )
    outbox.queue(
        session,
        message,
        recipient(person),
        subject=f"group {group.id} gone",
        programme=programme.slug,
        round=str(round_.id),
        now=now,
    )
