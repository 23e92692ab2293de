"""A draft is sent: once, as it was looked at, to everybody in it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from matcher import legal
from notifications import messages, outbox
from notifications.bulk import bunches
from notifications.columns import table_of
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
from web.services.rounds import draw_records, introductions, moved_days, pots
from web.services.rounds.introductions import Party, Window
from web.services.rounds.pots import RoundPot
from web.services.rounds.rounds import NoDraft, ProgrammePaused, StaleDraft, by_number, names_of, stale

AT_ONCE = 500  # groups in memory
Thing = TypeVar("Thing", Group, GroupMember, Person)

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
    # First: whoever ends, pauses or draws for the programme holds it, and goes on to its draft.
    programme = programmes.held(session, programme.id)
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
    groups = _groups(session, round_)
    members = list(groups.values())
    _refuse_if_people_changed(session, pot, members)
    indices = _indices(pot, members)
    missing = np.setdiff1d(np.arange(pot.pot.n), indices)
    legal(pot.pot, indices, programme.group_size, missing.tolist())
    draw_records.keep_sent(session, round_, pot, members)
    _mark_sent(round_, window, by, now)
    _use_up_date(session, programme, number, times.today(now))
    # Of a hundred thousand people a third of all memory, and looked at no more.
    pot = replace(pot, members={})
    _tell_everyone(session, programme, round_, groups, pot, window, now)
    audit.record(
        session,
        by,
        "round sent",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        groups=len(groups),
        people=sum(map(len, members)),
    )
    return round_


def _refuse_if_rules_changed(session: Session, round_: Round) -> None:
    in_force = pots.rules_in_force(session, round_.programme_id)
    if round_.matching_version != in_force:
        raise StaleDraft(
            f"It was drawn under version {round_.matching_version} of how we match, and version {in_force} "
            "holds by now. Draw again"
        )


def _groups(session: Session, round_: Round) -> dict[int, list[str]]:
    """Who is in each group, by its number; both in their order."""
    rows = session.exec(
        select(Group.number, GroupMember.person_id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(Group.round_id == round_.id)
        .order_by(col(Group.number), col(GroupMember.position))
    )
    groups: dict[int, list[str]] = {}
    for number, person in rows:
        groups.setdefault(number, []).append(person)
    return groups


def parties(
    session: Session,
    programme: Programme,
    round_: Round,
    numbers: Sequence[int],
    pot: RoundPot,
    window: Window,
    rng: np.random.Generator,
) -> list[Party]:
    """The groups from one number to another, with everything needed to write to their members."""
    there = (col(Group.round_id) == round_.id) & col(Group.number).between(numbers[0], numbers[-1])
    groups = {group.id: group for group in _read(session, Group, there)}
    people = {person.id: person for person in _read(session, Person, there)}
    members: dict[int, list[GroupMember]] = {}
    for member in _read(session, GroupMember, there):
        members.setdefault(member.group_id, []).append(member)
    days = times.suggestable_days(window.starts_on, window.ends_on)
    silent = introductions.have_pressed_nothing(session, programme.id, people)
    # A draft from before the best was kept beside it is its own measure.
    by_hand = round_.figures["repeats"] > (round_.best or round_.figures)["repeats"]
    return [
        Party(
            group,
            members[id_],
            people,
            pot.organisations,
            times.suggest(days, introductions.shared_hours(people, members[id_]), rng),
            introductions.why(pot, group, members[id_], by_hand=by_hand),
            introductions.room(programme, secrets.token_hex(8)),
            have_pressed_nothing=silent,
        )
        for id_, group in groups.items()
    ]


def _read(session: Session, model: type[Thing], there: ColumnElement[bool]) -> Sequence[Thing]:
    """What groups are made of, in their order and that of their members, as rows that are only looked at:
    they are read in a third of the time that objects take.
    """
    wanted = (
        select(*table_of(model).columns)
        .select_from(Group)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(there)
        .order_by(col(Group.number), col(GroupMember.position))
    )
    return cast(Sequence[Thing], session.connection().execute(wanted).all())


def _refuse_if_people_changed(session: Session, pot: RoundPot, groups: Sequence[Sequence[str]]) -> None:
    still_in = set(pot.people)
    gone = [person for group in groups for person in group if person not in still_in]
    if gone:
        names = names_of(session, gone)
        verb = "is" if len(gone) == 1 else "are"
        said = phrases.listing([names[person] or phrases.GONE for person in gone])
        raise StaleDraft(f"{said} {verb} no longer in this round. Draw again")


def _indices(pot: RoundPot, groups: Sequence[Sequence[str]]) -> NDArray[np.int32]:
    index = pot.index()
    width = max(map(len, groups))
    rows = [[index[person] for person in group] + [-1] * (width - len(group)) for group in groups]
    return np.array(rows, np.int32)


def _mark_sent(round_: Round, window: Window, by: str, now: datetime) -> None:
    round_.state, round_.sent_at, round_.sent_by = RoundState.SENT, now, by
    round_.version += 1
    round_.sqlmodel_update(asdict(window))


def _tell_everyone(
    session: Session,
    programme: Programme,
    round_: Round,
    groups: Mapping[int, Sequence[str]],
    pot: RoundPot,
    window: Window,
    now: datetime,
) -> None:
    """Introductions for those in a group, a word for those who could be in one and are not; flags reset."""
    rng = np.random.default_rng(round_.seed)
    # Some groups after the others: a large programme does not fit into a small machine.
    for numbers in bunches(groups, AT_ONCE):
        some = parties(session, programme, round_, numbers, pot, window, rng)
        introductions.introduce(session, programme, round_, some, window, now=now)
    placed = {person for group in groups.values() for person in group}
    waiting = [person for person in (*pot.people, *pot.left_out_once) if person not in placed]
    for person in waiting:
        _tell_not_this_time(session, programme, round_, person, now)
    in_it = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    met = col(Membership.person_id).in_(in_it.where(Group.round_id == round_.id))
    here = col(Membership.programme_id) == programme.id
    for who, flags in (
        # Few of those who meet were let down, and each row that is written is written whole.
        (col(Membership.let_down) & met, {"let_down": False}),
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
        after = max(planned, today)
        programme.next_round_on = moved_days.following(session, schedule, after) if schedule else None
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
