"""A draft is sent: once, as it was looked at, to everybody in it."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import update
from sqlmodel import Session, col, select

from matcher import legal
from notifications import messages, outbox
from web.models import (
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Schedule,
    Tick,
)
from web.services.common import audit, links, phrases, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds import draw_records, introductions, pots, recurrence
from web.services.rounds.introductions import Party, Window
from web.services.rounds.pots import RoundPot
from web.services.rounds.rounds import NoDraft, ProgrammePaused, StaleDraft, by_number, members_of, stale

# The true reason may be that two people must not meet, which nobody is told: the organiser sees it.
AFTER_THE_DRAW = "This round was drawn just before you joined or came back. You come first in the next one."
NOT_THIS_TIME = "There was nobody free whom you could meet in this round. You come first in the next one."
THIS_ONCE = "The organisers left you out of it, this once: write to them if that surprises you."
# Of who was not to be in it when it was drawn, and came back before it went out.
SAID_YES_LATER = "This round was drawn before you said that you take part. You come first in the next one."
WERE_SILENT = "You were paused after two silent rounds when it was drawn. You come first in the next one."
WERE_AWAY = "You had skipped or paused when this round was drawn. You come first in the next one."
NOT_YOURS = "This round was not one of yours when it was drawn. You come first in the next one."
WHY = {
    pots.THIS_ONCE: THIS_ONCE,
    pots.NOT_YET: SAID_YES_LATER,
    pots.SILENT: WERE_SILENT,
}


def send_round(
    session: Session, programme: Programme, number: int, version: int, *, by: str, now: datetime
) -> Round:
    """Turn a draft into introductions, once.

    Round, groups, who was left out, messages and audit entry are written together or not at all. A second
    call returns the round already sent.

    Raises:
        NoDraft: there is no such round.
        StaleDraft: the draft, or who is in it, changed after `version` was shown; or how we match is another
            version by now.
        ProgrammePaused: nothing is sent meanwhile.
        matcher.Refused: the groups break a rule; nothing is written.
    """
    round_ = by_number(session, programme, number, lock=True)
    if round_.state is RoundState.SENT:
        return round_
    if round_.state is RoundState.IMPORTED:
        raise NoDraft(f"Round {number} was imported: it took place before this service")
    if round_.version != version:
        raise stale(session, round_, version)
    if programme.paused_at:
        raise ProgrammePaused(f"{programme.name} is paused: let it go on first")
    _refuse_if_rules_changed(session, round_)
    pot = pots.gather(session, programme, times.today(now), lock=True)
    window = Window.of(programme, times.today(now))
    parties = _parties(session, programme, round_, pot, window)
    _refuse_if_people_changed(pot, parties)
    indices = _indices(pot, parties)
    missing = np.setdiff1d(np.arange(pot.pot.n), indices)
    legal(pot.pot, indices, programme.group_size, missing.tolist())
    groups = [[member.person_id for member in party.members] for party in parties]
    draw_records.keep_sent(session, round_, pot, groups)
    _mark_sent(round_, window, by, now)
    _use_up_date(session, programme, number, times.today(now))
    _tell_everyone(session, programme, round_, parties, pot, window, now)
    audit.record(
        session,
        by,
        "round sent",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        groups=len(parties),
        people=sum(len(party.members) for party in parties),
    )
    return round_


def _refuse_if_rules_changed(session: Session, round_: Round) -> None:
    in_force = pots.rules_in_force(session, round_.programme_id)
    if round_.matching_version != in_force:
        raise StaleDraft(
            f"It was drawn under version {round_.matching_version} of how we match, and version {in_force} "
            "holds by now. Draw again"
        )


def _parties(
    session: Session, programme: Programme, round_: Round, pot: RoundPot, window: Window
) -> list[Party]:
    groups = session.exec(select(Group).where(Group.round_id == round_.id).order_by(col(Group.number))).all()
    return parties(session, programme, round_, groups, pot, window)


def parties(
    session: Session,
    programme: Programme,
    round_: Round,
    groups: Sequence[Group],
    pot: RoundPot,
    window: Window,
) -> list[Party]:
    """Groups with everything needed to write to their members."""
    keys = [group.id for group in groups]
    members = members_of(session, round_, keys if len(keys) == 1 else None)
    theirs = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    theirs = theirs.where(Group.round_id == round_.id)
    people = {
        person.id: person for person in session.exec(select(Person).where(col(Person.id).in_(theirs))).all()
    }
    rng, days = np.random.default_rng(round_.seed), times.suggestable_days(window.starts_on, window.ends_on)
    return [
        Party(
            group,
            members[group.id],
            people,
            pot.organisations,
            times.suggest(days, introductions.shared_hours(people, members[group.id]), rng),
            introductions.why(pot, group, members[group.id]),
            introductions.room(programme, secrets.token_hex(8)),
        )
        for group in groups
        if group.id is not None
    ]


def _refuse_if_people_changed(pot: RoundPot, parties: Sequence[Party]) -> None:
    still_in = set(pot.people)
    gone = [
        party.people[member.person_id].name or phrases.GONE
        for party in parties
        for member in party.members
        if member.person_id not in still_in
    ]
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        raise StaleDraft(f"{phrases.listing(gone)} {verb} no longer in this round. Draw again")


def _indices(pot: RoundPot, parties: Sequence[Party]) -> NDArray[np.int32]:
    index = pot.index()
    width = max(len(party.members) for party in parties)
    rows = [
        [index[member.person_id] for member in party.members] + [-1] * (width - len(party.members))
        for party in parties
    ]
    return np.array(rows, np.int32)


def _mark_sent(round_: Round, window: Window, by: str, now: datetime) -> None:
    round_.state, round_.sent_at, round_.sent_by = RoundState.SENT, now, by
    round_.version += 1
    round_.sqlmodel_update(asdict(window))


def _tell_everyone(
    session: Session,
    programme: Programme,
    round_: Round,
    parties: Sequence[Party],
    pot: RoundPot,
    window: Window,
    now: datetime,
) -> None:
    """Introductions for those in a group, a word for those who could be in one and are not; flags reset."""
    introductions.introduce(session, programme, round_, parties, window, now=now)
    placed = {member.person_id for party in parties for member in party.members}
    waiting = [person for person in (*pot.people, *pot.left_out_once) if person not in placed]
    for person in waiting:
        _tell_not_this_time(session, programme, round_, person, now)
    in_it = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    here = col(Membership.programme_id) == programme.id
    for who, flags in (
        (col(Membership.person_id).in_(in_it.where(Group.round_id == round_.id)), {"let_down": False}),
        (col(Membership.person_id).in_(waiting), {"let_down": True}),
        (col(Membership.skips_next), {"skips_next": False}),
    ):
        session.execute(update(Membership).where(here, who).values(flags))
    session.flush()


def _use_up_date(session: Session, programme: Programme, number: int, today: date) -> None:
    """The day this round was planned for is used, also when people were told of it and it is sent earlier."""
    planned = programme.next_round_on
    tick = session.get(Tick, (programme.id, "heads-up", f"round {number}"))
    if planned and (planned <= today or (tick and tick.became == planned.isoformat())):
        schedule = session.get(Schedule, programme.id)
        programme.next_round_on = recurrence.following(schedule, max(planned, today)) if schedule else None
        session.add(programme)
    for kind in (messages.HeadsUp, messages.DraftReady):
        outbox.cancel(session, kind=kind.kind, programme=programme.slug)


def _reason_for(out: LeftOut | None) -> str:
    """Why somebody who could be in this round is not, said to themselves."""
    if out is None:
        return AFTER_THE_DRAW
    if not out.on_purpose:
        return NOT_THIS_TIME
    rests = out.reason.startswith(pots.TAKES_PART)
    return WHY.get(out.reason, NOT_YOURS if rests else WERE_AWAY)


def _tell_not_this_time(
    session: Session, programme: Programme, round_: Round, who: str, now: datetime
) -> None:
    out = session.get(LeftOut, (round_.id, who))
    reason = _reason_for(out)
    if out is None:
        out = LeftOut(
            round_id=round_.id,
            person_id=who,
            reason="joined or came back after the draw",
            on_purpose=False,
        )
        session.add(out)
    person = session.get_one(Person, who)
    message = messages.NotThisTime(
        programmes.facts(programme, messages.NotThisTime),
        reason,
        programmes.next_round_on(programme, times.today(now)),
        links.make(session, Purpose.PAGE, person.id, now=now),
    )
    outbox.queue(
        session,
        message,
        recipient(person),
        subject=f"round {round_.id}",
        programme=programme.slug,
        round=str(round_.id),
        now=now,
    )
