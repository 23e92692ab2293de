"""What becomes of a conversation when somebody in it cannot make it: who stays is not left without a word.

Until the round's cut-off an introduction can be withdrawn, and then it does not count as having met: whoever
is left alone waits for the top-up (see `top_ups`). After it the introduction stands, and who is let down
comes first in the next round. Of a three, two talk on.

Whoever changes a group holds its round's row first, so that two who drop out together, or a top-up meanwhile,
come one after the other; whoever takes somebody out of a programme holds that before.

CutOffPassed        the cut-off has passed, or somebody in the group has said that they met
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from notifications import messages, outbox
from notifications.tables import WAITING, OutboxMessage
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
)
from web.services.common import audit, links, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds import introductions, regrouping, rounds
from web.services.rounds.introductions import Window

ASKED_OF_A_GROUP = (messages.Introduction.kind, messages.Nudge.kind, messages.CheckIn.kind)


class CutOffPassed(Exception):
    pass


def cannot_make_it(session: Session, group: int, person: str, *, now: datetime) -> None:
    """Somebody says that they cannot make this round. A second press changes nothing.

    Raises:
        CutOffPassed: nobody else can be found any more, or there is nothing left to drop out of.
    """
    found = session.get_one(Group, group)
    round_ = lock(session, found.round_id)
    session.refresh(found)
    member = session.get_one(GroupMember, (group, person), populate_existing=True)
    if member.withdrew_at:
        return
    too_late = now >= Window.of_round(round_).cut_off_at or group in _said(session, round_, (Answer.MET,))
    if too_late and not found.called_off_at:
        raise CutOffPassed
    for each in (found, *_waiting_since(session, found, person)):
        withdraw(session, each, person, now=now)
    audit.record(
        session,
        person,
        "cannot make it",
        now=now,
        programme=round_.programme_id,
        subject=introductions.about(found),
    )


def _waiting_since(session: Session, group: Group, person: str) -> Sequence[Group]:
    """Conversations of the same round that were called off before they were given this one instead: who
    cannot make this one waits for no other.
    """
    theirs = select(Group).join(GroupMember, col(GroupMember.group_id) == Group.id)
    return session.exec(
        theirs.where(
            Group.round_id == group.round_id,
            Group.id != group.id,
            col(Group.called_off_at).is_not(None),
            GroupMember.person_id == person,
            col(GroupMember.withdrew_at).is_(None),
        )
    ).all()


def lock(session: Session, round_id: int) -> Round:
    """The round's row as it is now, for us alone until we are done."""
    return session.get_one(Round, round_id, with_for_update=True, populate_existing=True)


def _said(session: Session, round_: Round, answers: Sequence[Answer]) -> set[int]:
    """The groups of a round in which somebody has said one of these."""
    said = (
        select(CheckIn.group_id)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .where(Group.round_id == round_.id, col(CheckIn.answer).in_(answers))
    )
    return set(session.exec(said))


def withdraw_everywhere(
    session: Session, person: str, *, programme: int | None = None, now: datetime
) -> None:
    """Out of every conversation still to come, of every programme or only of one: they have left, or are
    suspended.
    """
    wait_for_sendings(session, person, programme=programme)
    for group in open_groups(session, person, programme=programme, now=now):
        withdraw(session, group, person, now=now)


def wait_for_sendings(session: Session, person: str, *, programme: int | None = None) -> None:
    """Whoever sends a round holds its programme: until they have committed, nobody sees that somebody is in
    it, and then their partner would be left without a word, with their name in a letter that waits.
    """
    theirs = select(Membership.programme_id).where(Membership.person_id == person)
    wanted = theirs if programme is None else theirs.where(Membership.programme_id == programme)
    for each in sorted(session.exec(wanted).all()):
        programmes.held(session, each)


def cannot_be_reached(session: Session, person: str, *, now: datetime) -> None:
    """Somebody whom our messages do not reach, or who wants none: while there is time and nobody in the group
    has a date, somebody else is found for those who would wait for them.
    """
    for group in open_groups(session, person, settled=(Answer.MET, Answer.BOOKED), now=now):
        round_ = session.get_one(Round, group.round_id)
        if now < Window.of_round(round_).cut_off_at:
            withdraw(session, group, person, now=now)


def open_groups(
    session: Session,
    person: str,
    *,
    programme: int | None = None,
    settled: Sequence[Answer] = (Answer.MET,),
    now: datetime,
) -> Sequence[Group]:
    """The groups they are in whose round still goes on, or did when a break began: its introductions may
    wait. Where somebody has said one of the answers that settle it, it is over. Their rounds are locked.
    """
    found: list[Group] = []
    for round_ in hold_rounds(session, person, programme=programme, now=now):
        theirs = select(Group).join(GroupMember, col(GroupMember.group_id) == Group.id)
        rows = session.exec(
            theirs.where(
                Group.round_id == round_.id,
                GroupMember.person_id == person,
                col(GroupMember.withdrew_at).is_(None),
                col(Group.id).not_in(_said(session, round_, settled)),
            ).execution_options(populate_existing=True)
        )
        found += rows.all()
    return found


def hold_rounds(
    session: Session,
    *people: str,
    programme: int | None = None,
    address_key: str | None = None,
    now: datetime,
) -> Sequence[Round]:
    """The rounds that go on with any of these people in them, still or not, as they may come back. Held like
    these until commit are the places of whoever is in a group with them, and every message that names them
    or goes to this address: whoever may come to take somebody out of a conversation asks for it first.
    """
    in_a_break = col(Programme.paused_at).is_not(None)
    wanted = (
        select(col(Round.id), col(Round.ends_on), col(Programme.paused_at))
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Programme, col(Programme.id) == Round.programme_id)
        .where(
            col(GroupMember.person_id).in_(people),
            Round.state == RoundState.SENT,
            (col(Round.ends_on) >= times.today(now)) | in_a_break,
        )
    )
    if programme is not None:
        wanted = wanted.where(Round.programme_id == programme)
    found_in = session.exec(wanted).all()
    going_on = {
        number for number, ends_on, since in found_in if ends_on and ends_on >= times.today(since or now)
    }
    found = [lock(session, round_id) for round_id in sorted(going_on)]
    _hold_places(session, people, going_on)
    outbox.hold_all_of(session, people, address_key=address_key)
    return found


def _hold_places(session: Session, people: Sequence[str], rounds_: Collection[int]) -> None:
    """Theirs, and those of whoever is in a group of these rounds with them, who may be let down."""
    mine, theirs = aliased(GroupMember), aliased(GroupMember)
    partners = (
        select(theirs.person_id)
        .join(mine, col(mine.group_id) == theirs.group_id)
        .join(Group, col(Group.id) == mine.group_id)
        .where(col(Group.round_id).in_(rounds_), col(mine.person_id).in_(people))
    )
    place = col(Membership.person_id)
    held = select(place).where(place.in_(people) | place.in_(partners))
    session.execute(held.order_by(col(Membership.programme_id), place).with_for_update(key_share=True))


def withdraw(session: Session, group: Group, person: str, *, now: datetime) -> None:
    """Take somebody out of a group whose round is locked, and tell those who stay."""
    round_ = session.get_one(Round, group.round_id)
    programme = session.get_one(Programme, round_.programme_id)
    in_time = _stands_at(session, programme, group, now) < Window.of_round(round_).cut_off_at
    member = session.get_one(GroupMember, (group.id, person))
    member.withdrew_at, member.counts = now, member.counts and not in_time
    session.add(member)
    if group.called_off_at:
        # They were waiting for somebody else, and wait no more.
        outbox.cancel(session, kind=messages.PartnerGone.kind, subject=_gone(group), person=person)
        session.flush()
        return
    group.edition += 1
    session.add(group)
    session.flush()
    those_left = staying(session, group)
    # What they have heard, as long as that can be told from what is called off.
    unaware = introductions.never_told(session, group, (stays.person_id for stays in those_left))
    gone = (*_gone_unheard_of(session, group), *_named(session.get_one(Person, person)))
    outbox.call_off(session, introductions.about(group), ASKED_OF_A_GROUP)
    if len(those_left) > 1:
        regrouping.recount(session, round_, group, those_left)
        _introduce_anew(session, programme, round_, group, those_left, gone, unaware, now)
        return
    group.called_off_at = now
    for stays in those_left:
        stays.counts = stays.counts and not in_time
        session.add(stays)
        knew = stays.person_id not in unaware
        _tell_alone(session, programme, round_, group, stays, gone if knew else (), knew, in_time, now)
    session.flush()


def _stands_at(session: Session, programme: Programme, group: Group, now: datetime) -> datetime:
    """Of whom nobody has been introduced before a break will be after it, with all the days of the round."""
    if programme.paused_at is None:
        return now
    people = [member.person_id for member in staying(session, group)]
    unheard = len(introductions.never_told(session, group, people)) == len(people)
    return programme.paused_at if unheard else now


def staying(session: Session, group: Group) -> Sequence[GroupMember]:
    """Who is in it still, in their places. Who was erased after they had met is in it, and nobody to tell."""
    return session.exec(
        select(GroupMember)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(
            GroupMember.group_id == group.id,
            col(GroupMember.withdrew_at).is_(None),
            col(Person.erased_at).is_(None),
        )
        .order_by(col(GroupMember.position))
    ).all()


def _gone_unheard_of(session: Session, group: Group) -> tuple[messages.Named, ...]:
    """Who went before, where the word of it still waits: it is called off, and said with the next one."""
    subject = introductions.about(group)
    waiting = select(OutboxMessage).where(
        OutboxMessage.kind == messages.Introduction.kind,
        col(OutboxMessage.subject).startswith(f"{subject} "),
        col(OutboxMessage.state).in_(WAITING),
    )
    told = [row.message() for row in session.exec(waiting)]
    return tuple({one: None for each in told if isinstance(each, messages.Introduction) for one in each.gone})


def _named(person: Person) -> tuple[messages.Named, ...]:
    """Who has been erased is named to nobody."""
    return (introductions.named(person),) if person.name and not person.erased_at else ()


def _introduce_anew(
    session: Session,
    programme: Programme,
    round_: Round,
    group: Group,
    members: Sequence[GroupMember],
    gone: tuple[messages.Named, ...],
    unaware: set[str],
    now: datetime,
) -> None:
    rng = np.random.default_rng((group.id, group.edition))
    people = [member.person_id for member in members]
    if group.first_mover not in people:
        group.first_mover = rounds.first_movers(session, programme.id, [people], group.edition)[0]
        session.add(group)
    window = Window.of_round(round_)
    party = introductions.party(session, programme, group, window, rng, now=now, gone=gone, newcomers=unaware)
    introductions.introduce(session, programme, round_, [party], window, now=now)


def _tell_alone(
    session: Session,
    programme: Programme,
    round_: Round,
    group: Group,
    stays: GroupMember,
    gone: tuple[messages.Named, ...],
    introduced: bool,
    looking: bool,
    now: datetime,
) -> None:
    """One is left: we look for somebody else while there is time, and they come first next time. Who was not
    `introduced` yet hears of no partner, and has no entry in their calendar to take out.
    """
    membership = session.get_one(Membership, (programme.id, stays.person_id))
    membership.let_down = True
    session.add(membership)
    person = session.get_one(Person, stays.person_id)
    window = Window.of_round(round_)
    message = messages.PartnerGone(
        programme=programmes.facts(programme, messages.PartnerGone),
        group=str(group.id),
        sequence=group.edition,
        gone=gone,
        what_next=messages.WhatNext.LOOKING if looking else messages.WhatNext.NEXT_ROUND,
        page=links.make(session, Purpose.PAGE, person.id, now=now, subject=group.id),
        next_round=programmes.next_round_on(programme, times.today(now)),
        word_by=times.today(window.top_up_at) if looking else None,
        introduced=introduced,
    )
    outbox.queue(
        session,
        message,
        recipient(person),
        subject=_gone(group),
        programme=programme.slug,
        round=str(round_.id),
        now=now,
    )


def take_back(session: Session, round_: Round, group: Group, members: Sequence[GroupMember]) -> None:
    """Who went from a group that was called off is in it again, as if nobody had gone; nobody is told yet."""
    for member in members:
        outbox.cancel(session, kind=messages.PartnerGone.kind, subject=_gone(group), person=member.person_id)
        member.withdrew_at, member.counts = None, True
        session.add(member)
        membership = session.get_one(Membership, (round_.programme_id, member.person_id))
        membership.let_down = False
        session.add(membership)
    group.called_off_at = None
    group.edition += 1
    session.add(group)
    session.flush()


def _gone(group: Group) -> str:
    """A group can be called off, come back and be called off again: each is told."""
    again = f" {group.edition}" if group.edition > 1 else ""
    return f"{introductions.about(group)} gone{again}"
