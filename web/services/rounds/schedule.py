"""What the calendar brings about by itself: heads-ups, and rounds that a schedule draws or sends.

A sweep asks every minute. Each thing happens once, because its row in `Tick` is written in the transaction
that does it: two workers, a clock that is put back or a restart cannot do it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from notifications import messages, outbox, quiet_hours
from notifications.messages import Channel
from notifications.outbox import insert_on
from web.models import (
    Membership,
    Organiser,
    OrganiserRole,
    Person,
    Programme,
    Purpose,
    Role,
    Round,
    RoundState,
    Schedule,
    Tick,
)
from web.services.common import audit, links, phrases, programmes, times
from web.services.common.contacts import recipient
from web.services.evidence import thinning
from web.services.organisers import accounts
from web.services.organisers.accounts import RANK
from web.services.rounds import drafts, moved_days, pots, rounds, sending
from web.services.rounds.drafts import Drawn
from web.services.rounds.introductions import MORNING
from web.services.rounds.pots import RoundPot

# How late a round may begin, as after a weekend without a worker. Later it would surprise people.
LATEST = timedelta(days=2)
REMIND_AFTER = timedelta(days=2)
# So long whoever drew a draft is taken to be looking at it: it is not "still waiting" yet.
FRESH = timedelta(hours=1)
AHEAD = 6
ROUND, HEADS_UP = "round", "heads-up"


@dataclass(frozen=True)
class ReadyRound:
    """What there is to do for a programme's round of a day: a draw to keep, or why there is none.

    `waiting` is the number and version of the draft that is the reason, `alone` who was in and has nobody to
    meet.
    """

    programme: int
    on: date
    drawn: Drawn | None = None
    why_not: str = ""
    waiting: tuple[int, int] | None = None
    alone: Sequence[str] = ()


@dataclass(frozen=True)
class ProgrammeDay:
    """`key` stays when the day is moved."""

    on: date
    what: str
    key: str


def once(session: Session, programme: Programme, what: str, of: str, *, now: datetime, became: str) -> bool:
    """Is it for us to do? Whoever writes the row does it, and only then."""
    row = {"programme_id": programme.id, "what": what, "of": of, "at": now, "became": became}
    wanted = insert_on(session)(Tick).values(row).on_conflict_do_nothing().returning(col(Tick.what))
    return session.execute(wanted).first() is not None


def forget_old(session: Session, *, now: datetime) -> None:
    """Retention: what came about so long ago comes about no more. A round begins two days late at most."""
    session.execute(delete(Tick).where(col(Tick.at) < now - thinning.KEEP))


# Heads-ups


def heads_up_due(session: Session, *, now: datetime) -> list[int]:
    """Ids of the programmes whose people are to be told of a round that comes soon, and can be: what falls
    due on the night before it is put off to its day.
    """
    today = times.today(now)
    wanted = select(Programme).where(
        col(Programme.next_round_on) > today, col(Programme.paused_at).is_(None), Programme.heads_up_days > 0
    )
    due_now = [row for row in session.exec(wanted) if _heads_up_at(row) <= now < _too_late_at(row)]
    return [row.id for row in due_now if not _told(session, row, today)]


def _heads_up_at(programme: Programme) -> datetime:
    on = programme.next_round_on or date.max
    return times.london(on - timedelta(days=programme.heads_up_days), MORNING)


def is_too_late_to_tell(session: Session, programme: Programme, now: datetime) -> bool:
    """Does the next round come before anybody is told of it, who should have been?"""
    on = programme.next_round_on
    wants_to = on is not None and programme.heads_up_days > 0
    return wants_to and now >= _too_late_at(programme) and told_of(session, programme, now) != on


def _too_late_at(programme: Programme) -> datetime:
    on = programme.next_round_on or date.max
    return times.london(on - timedelta(days=1), quiet_hours.EVENING)


def _told(session: Session, programme: Programme, today: date) -> Tick | None:
    """The heads-up of the next round, if it has been given."""
    number = pots.next_number(session, programme.id)
    tick = session.get(Tick, (programme.id, HEADS_UP, f"round {number}"))
    return None if tick and _came_to_nothing(session, programme, tick, today) else tick


def told_of(session: Session, programme: Programme, now: datetime) -> date | None:
    """The day of the next round that people have had a heads-up of."""
    tick = _told(session, programme, times.today(now))
    return date.fromisoformat(tick.became) if tick and tick.became else None


def _came_to_nothing(session: Session, programme: Programme, tick: Tick, today: date) -> bool:
    """Has the day of a heads-up gone by without a round, and without a draft that may still be sent? Then
    people have been told of no day to come.
    """
    gone_by = tick.became != "" and date.fromisoformat(tick.became) < today
    return gone_by and rounds.draft(session, programme) is None


def moved(session: Session, programme: Programme, *, now: datetime) -> bool:
    """The next round has another day. Had people been told of the one before? They are not told again, but
    for what has not been sent yet.
    """
    tick = _told(session, programme, times.today(now))
    if tick is None:
        return False
    begun = session.get(Tick, (programme.id, ROUND, tick.became))
    if begun:  # a draft of the day they were told of waits: the one that moves comes after it
        return False
    on = programme.next_round_on
    if on is None:
        outbox.cancel(session, kind=messages.HeadsUp.kind, programme=programme.slug)
    else:
        corrected = partial(replace, round_on=on)
        outbox.rewrite(session, messages.HeadsUp, corrected, programme=programme.slug)
    tick.became = on.isoformat() if on else ""
    session.add(tick)
    return True


def history(session: Session, programme: Programme, most: int = 10) -> Sequence[Tick]:
    """What became of the days of a schedule, newest first."""
    wanted = select(Tick).where(Tick.programme_id == programme.id, Tick.what == ROUND)
    return session.exec(wanted.order_by(col(Tick.of).desc()).limit(most)).all()


def days(session: Session, programme: Programme, today: date) -> list[ProgrammeDay]:
    """The days anybody may know of: the rounds to come, and those of rounds that are running."""
    running = select(Round).where(
        Round.programme_id == programme.id, Round.state == RoundState.SENT, col(Round.ends_on) >= today
    )
    found = [
        ProgrammeDay(on, f"{which} day of round {round_.number}", f"round-{round_.number}-{which}")
        for round_ in session.exec(running.order_by(col(Round.number)))
        for on, which in ((round_.starts_on, "first"), (round_.ends_on, "last"))
        if on
    ]
    number, kept = pots.next_number(session, programme.id), session.get(Schedule, programme.id)
    on = programmes.next_round_on(programme, today)
    for ahead in range(AHEAD):
        if on is None:
            break
        what = "a round" if ahead else "the next round"
        found.append(ProgrammeDay(on, what, f"round-{number + ahead}-first"))
        on = moved_days.following(session, kept, on) if kept else None
    return found


def heads_up(session: Session, programme_id: int, *, now: datetime) -> int:
    """Tell everyone in the pot that the next round comes, once for each round; again only if the day that
    they were told of went by without it. How many they are.
    """
    programme = programmes.held(session, programme_id)
    on = programme.next_round_on
    if on is None or programme.paused_at:
        return 0
    pot = pots.gather(session, programme, on)
    told = session.get(Tick, (programme.id, HEADS_UP, f"round {pot.number}"))
    if told and _came_to_nothing(session, programme, told, times.today(now)):
        session.delete(told)
        session.flush()
    if not once(session, programme, HEADS_UP, f"round {pot.number}", now=now, became=on.isoformat()):
        return 0
    people = _people(session, pot)
    outbox.queue_all(session, _heads_ups(session, programme, pot.number, on, people, now), now=now)
    return len(people)


def _people(session: Session, pot: RoundPot) -> list[Person]:
    members = (
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == pot.programme)
    )
    inside = set(pot.people)
    return [person for person in session.exec(members) if person.id in inside]


def _heads_ups(
    session: Session, programme: Programme, number: int, on: date, people: list[Person], now: datetime
) -> list[outbox.Order]:
    wanted = [
        links.LinkWanted(purpose, person.id, subject)
        for person in people
        for purpose, subject in ((Purpose.PAGE, None), (Purpose.NEXT_ROUND, programme.id))
    ]
    doors = iter(links.make_all(session, wanted, now=now))
    facts = programmes.facts(programme, messages.HeadsUp)
    # The number comes last: it is read when somebody answers.
    subject = f"programme {programme.id} on {on.isoformat()} round {number}"
    return [
        outbox.Order(
            messages.HeadsUp(facts, on, page=next(doors), skip=next(doors)),
            recipient(person),
            subject,
            programme.slug,
        )
        for person in people
    ]


# Rounds


def due(session: Session, *, now: datetime) -> list[int]:
    """Ids of the programmes whose scheduled round should begin by now: none while all messages are held."""
    # After a restore: the round of a day since the backup went out already, and nobody here knows of it.
    if outbox.is_held(session):
        return []
    rows = session.exec(
        select(Programme, Schedule)
        .join(Schedule, col(Schedule.programme_id) == Programme.id)
        .where(col(Programme.next_round_on) <= times.today(now), col(Programme.paused_at).is_(None))
    )
    return [
        programme.id
        for programme, schedule in rows
        if programme.next_round_on
        and now >= times.london(programme.next_round_on, schedule.at)
        and not session.get(Tick, (programme.id, ROUND, programme.next_round_on.isoformat()))
    ]


def prepare(session: Session, programme_id: int, *, seed: int, now: datetime) -> ReadyRound | None:
    """Draw what is due. It may take long and holds no lock. None while somebody is at a draft of theirs."""
    programme = session.get_one(Programme, programme_id)
    on, today = programme.next_round_on, times.today(now)
    if on is None:
        return None
    if today - on > LATEST:
        return ReadyRound(
            programme_id, on, why_not=f"the service was not running, or was held, from then to {_said(today)}"
        )
    if waiting := rounds.draft(session, programme):
        if now - waiting.drawn_at < FRESH:
            return None
        why_not = f"the draft of round {waiting.number} was still waiting"
        return ReadyRound(programme_id, on, why_not=why_not, waiting=(waiting.number, waiting.version))
    pot = pots.gather(session, programme, today)
    try:
        drawn = drafts.compute(pot, programme, seed=seed)
    except rounds.NobodyToIntroduce as error:
        return ReadyRound(programme_id, on, why_not=_as_clause(str(error)), alone=pot.people)
    return ReadyRound(programme_id, on, drawn)


def fire(session: Session, ready: ReadyRound, *, now: datetime) -> None:
    """Keep the draw, send it if the schedule says so, and tell the organisers what waits for them.

    It acts for whoever switched the schedule on; without that organiser the schedule ends.

    Raises:
        rounds.StaleDraft: people or drafts changed since `prepare`; nothing is written, the next sweep
            draws again.
    """
    programme = programmes.held(session, ready.programme)
    schedule = session.get(Schedule, programme.id)
    if schedule is None or programme.next_round_on != ready.on or programme.paused_at:
        return
    if ready.waiting and ready.waiting != _waiting(session, programme):
        return  # sent, thrown away or changed meanwhile: the next sweep looks again
    if not once(session, programme, ROUND, ready.on.isoformat(), now=now, became=""):
        return
    if not _still_organises(session, schedule, programme):
        became = _end(session, schedule, programme, ready.on, now)
    elif ready.drawn is None:
        became = _leave_out(session, schedule, programme, ready, now)
    else:
        became = _begin(session, schedule, programme, ready.on, ready.drawn, now)
    session.get_one(Tick, (programme.id, ROUND, ready.on.isoformat())).became = became


def _waiting(session: Session, programme: Programme) -> tuple[int, int] | None:
    draft = rounds.draft(session, programme)
    return (draft.number, draft.version) if draft else None


def _still_organises(session: Session, schedule: Schedule, programme: Programme) -> bool:
    return accounts.may(accounts.role_in(session, schedule.enabled_by, programme), Role.ORGANISER)


def _begin(
    session: Session, schedule: Schedule, programme: Programme, on: date, drawn: Drawn, now: datetime
) -> str:
    by = schedule.enabled_by
    draft = drafts.save_draft(session, programme, drawn, by=by, now=now)
    audit.record(
        session,
        audit.SYSTEM,
        "round began by itself",
        now=now,
        programme=programme.id,
        subject=f"round {draft.number}",
        for_organiser=by,
        sends=schedule.automatic,
    )
    programme.next_round_on = moved_days.following(session, schedule, max(on, times.today(now)))
    session.add(programme)
    if schedule.automatic:
        sending.send_round(session, programme, draft.number, draft.version, by=by, now=now)
        return f"Round {draft.number} was drawn and sent."
    _show_draft(session, programme, draft, on, now)
    return f"Round {draft.number} was drawn and waited for you."


def _show_draft(session: Session, programme: Programme, draft: Round, on: date, now: datetime) -> None:
    """To the organisers: now, and once more if it still waits in two days."""
    summary = (
        f"{phrases.counted(draft.figures['groups'], 'group')}, with "
        f"{phrases.counted(draft.figures['repeats'], 'pair')} that met before"
    )
    page = links.open_page(f"/organise/{programme.slug}/rounds/{draft.number}")
    message = messages.DraftReady(programmes.facts(programme), on, summary, page)
    subject = f"programme {programme.id} on {on.isoformat()}"
    # By then the draft may be another one, of other people.
    again = replace(message, summary="It has waited for two days, and may have been changed since")
    for letter, about, at in ((message, subject, now), (again, f"{subject} again", now + REMIND_AFTER)):
        _tell(session, programme, letter, about, Role.ORGANISER, now, at)


def _leave_out(
    session: Session, schedule: Schedule, programme: Programme, ready: ReadyRound, now: datetime
) -> str:
    following = moved_days.following(session, schedule, max(ready.on, times.today(now)))
    programme.next_round_on = following
    session.add(programme)
    if ready.waiting is None:
        _end_skips(session, programme)
    if told_of(session, programme, now) == ready.on:
        _tell_who_is_alone(session, programme, ready.alone, ready.on, now)
    audit.record(
        session,
        audit.SYSTEM,
        "round did not begin",
        now=now,
        programme=programme.id,
        subject=ready.on.isoformat(),
        for_organiser=schedule.enabled_by,
    )
    reason = f"No round was drawn: {ready.why_not}."
    _tell_trouble(session, programme, ready.on, reason, following, Role.ORGANISER, now)
    return reason


def _tell_who_is_alone(
    session: Session, programme: Programme, people: Sequence[str], on: date, now: datetime
) -> None:
    """They had read that they are in for this day."""
    for who in people:
        person, membership = session.get_one(Person, who), session.get_one(Membership, (programme.id, who))
        membership.let_down = True
        message = messages.NotThisTime(
            programmes.facts(programme, messages.NotThisTime),
            sending.NOT_THIS_TIME,
            programmes.next_round_on(programme, times.today(now)),
            links.make(session, Purpose.PAGE, who, now=now),
        )
        subject = f"programme {programme.id} on {on.isoformat()}"
        outbox.queue(session, message, recipient(person), subject=subject, programme=programme.slug, now=now)


def _end_skips(session: Session, programme: Programme) -> None:
    """Whoever skipped the round of a day is in again after it, also when that day went by without a round:
    two who skip in turn would else never meet.
    """
    skipped = col(Membership.programme_id) == programme.id, col(Membership.skips_next)
    session.execute(update(Membership).where(*skipped).values(skips_next=False))


def _end(session: Session, schedule: Schedule, programme: Programme, on: date, now: datetime) -> str:
    audit.record(
        session,
        audit.SYSTEM,
        "schedule ended",
        now=now,
        programme=programme.id,
        for_organiser=schedule.enabled_by,
    )
    session.delete(schedule)
    programme.next_round_on = None
    session.add(programme)
    reason = "The schedule has ended: whoever switched it on is no longer an organiser here."
    _tell_trouble(session, programme, on, reason, None, Role.OWNER, now)
    return reason


def _tell_trouble(
    session: Session,
    programme: Programme,
    on: date,
    reason: str,
    following: date | None,
    role: Role,
    now: datetime,
) -> None:
    page = links.open_page(f"/organise/{programme.slug}/schedule")
    message = messages.NotAsPlanned(programmes.facts(programme), on, reason, following, page)
    _tell(session, programme, message, f"programme {programme.id} on {on.isoformat()}", role, now, now)


def _tell(
    session: Session,
    programme: Programme,
    message: messages.Message,
    subject: str,
    role: Role,
    now: datetime,
    due_at: datetime,
) -> None:
    """Write to everybody with at least that role."""
    roles = [each for each in Role if RANK[each] >= RANK[role]]
    people = session.exec(
        select(Organiser)
        .join(OrganiserRole, col(OrganiserRole.organiser_id) == Organiser.id)
        .where(OrganiserRole.programme_id == programme.id, col(OrganiserRole.role).in_(roles))
    ).all()
    orders = [
        outbox.Order(
            message,
            messages.Recipient(one.id, "", Channel.EMAIL, email=one.email),
            subject,
            programme.slug,
            due=due_at,
        )
        for one in people
    ]
    outbox.queue_all(session, orders, now=now)


def _said(day: date) -> str:
    return f"{day.day} {day:%B}"


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
