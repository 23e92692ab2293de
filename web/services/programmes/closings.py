"""Closing a programme: announced to everybody, taken back if need be, and done once its last day is over.

`programmes.BadSettings` says what day cannot be. Decision 0054 has what stays and why.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox
from notifications.tables import OutboxMessage, State
from notifications.words import full_day
from web.models import (
    AuditEntry,
    GatheredPost,
    GatheringSource,
    Learning,
    LearningState,
    Membership,
    NeverPair,
    Person,
    Programme,
    Purpose,
    Report,
    Round,
    RoundState,
    RoundStory,
    Schedule,
    Showing,
    Standing,
    Webmention,
)
from web.models.jobs import Errand
from web.services.agreements import deciding
from web.services.common import audit, contacts, links, programmes, times
from web.services.common.contacts import recipient
from web.services.common.programmes import BadSettings
from web.services.evidence import counting, nameless
from web.services.evidence.findings import Evidence
from web.services.people import erasure
from web.services.rounds import dates, drafts, draw_records, rounds
from web.services.rounds.introductions import MORNING

# Long enough to read the message and to take away what is theirs.
NOTICE = timedelta(days=7)
USUAL = timedelta(days=14)
LONGEST = timedelta(days=365)
AT_ONCE = 100  # people erased in one transaction: others wait for it
TOLD_AT_ONCE = 1_000  # people whose message is queued in one transaction
AT_MOST = 10_000  # people whose messages a page writes itself
ANNOUNCED = "announced"
BY = "closing"
ERASED = (
    "There are no more rounds. After that day your details are erased, unless you take part in another "
    "programme here. "
)
WALL = {
    True: "What you let us show of what you learned stays on its public page, without your name.",
    False: "The public page of what people learned goes too.",
}
KEPT = "Your place and your details are kept. You need not do anything."


def earliest(session: Session, programme: Programme, today: date) -> date:
    """The first day that may be its last: a week away, and no round is still running."""
    return max(today + NOTICE, _last_round_ends(session, programme, today))


def usual(session: Session, programme: Programme, today: date) -> date:
    return max(today + USUAL, _last_round_ends(session, programme, today))


def _last_round_ends(session: Session, programme: Programme, today: date) -> date:
    ends = select(func.max(Round.ends_on)).where(
        Round.programme_id == programme.id, Round.state == RoundState.SENT
    )
    return session.exec(ends).one() or today


def announce(
    session: Session, programme: Programme, on: date, *, wall_stays: bool, by: str, now: datetime
) -> int:
    """From now on nobody joins and nothing is drawn; after `on` it closes. Everybody is told, once. How many
    they are: none if it had been announced before.

    Raises:
        BadSettings: too soon, or too far away.
    """
    programme = programmes.held(session, programme.id)
    if programme.closing_on:
        return 0
    first = earliest(session, programme, times.today(now))
    if not first <= on <= times.today(now) + LONGEST:
        raise BadSettings("on", f"Choose a day within a year, not before {full_day(first)}")
    if draft := rounds.draft(session, programme):
        drafts.discard(session, programme, draft.version, by=by, now=now)
    planned = programme.next_round_on
    _plan_nothing(session, programme, on, by, now)
    programme.closing_on, programme.wall_stays = on, wall_stays
    session.flush()
    # Else what waited in a break would ask people about rules that end with the programme.
    deciding.sweep(session, programme.id, now=now)
    outbox.call_off(session, _about(programme), [messages.Closing.kind])
    people = _begin_telling(session, programme, on, now)
    _changed(
        session,
        programme,
        "closing announced",
        by,
        now,
        on=on.isoformat(),
        wall_stays=wall_stays,
        told=people,
        planned=planned.isoformat() if planned else "",
    )
    return people


def _plan_nothing(session: Session, programme: Programme, last: date, by: str, now: datetime) -> None:
    """The schedule ends, and so does a break: what waited goes out before people hear of the end."""
    if kept := session.get(Schedule, programme.id):
        session.delete(kept)
    programme.next_round_on = None
    outbox.cancel(session, kind=messages.HeadsUp.kind, programme=programme.slug)
    outbox.rewrite(session, messages.Digest, _without_next_round, programme=programme.slug)
    if programme.paused_at:
        since, programme.paused_at = programme.paused_at, None
        # They speak of rounds to come.
        for kind in (messages.Welcome.kind, messages.NotThisTime.kind, messages.Paused.kind):
            outbox.cancel(session, kind=kind, programme=programme.slug, held=True)
        dates.ask_after_break(session, programme, since=since, last=last, by=by, now=now)
        outbox.release(session, programme=programme.slug, now=now)


def _without_next_round(digest: messages.Digest) -> messages.Digest:
    return replace(digest, next_round=None)


def _planned_before(session: Session, programme: Programme, today: date) -> date | None:
    """The day of the next round when the end was announced, as the audit has it."""
    announced = select(AuditEntry).where(
        AuditEntry.programme_id == programme.id, AuditEntry.action == "closing announced"
    )
    entry = session.exec(announced.order_by(col(AuditEntry.id).desc()).limit(1)).first()
    planned = entry.facts.get("planned") if entry else None
    day = date.fromisoformat(planned) if planned else None
    return day if day and day > today else None


def take_back(session: Session, programme: Programme, *, by: str, now: datetime) -> int:
    """Keep it open after all, and tell whoever has been told otherwise. How many those are.

    The day that was planned for the next round is planned again, if it is still to come. The schedule stays
    off until it is switched on again.

    Raises:
        programmes.Ends: it has closed.
    """
    programme = programmes.held(session, programme.id)
    programmes.must_be_open(programme)
    if programme.closing_on is None:
        return 0
    outbox.call_off(session, _about(programme), [messages.Closing.kind])
    on, programme.closing_on = programme.closing_on, None
    programme.next_round_on = _planned_before(session, programme, times.today(now))
    people = _begin_telling(session, programme, on, now)
    _changed(session, programme, "closing taken back", by, now, told=people)
    return people


def _begin_telling(session: Session, programme: Programme, on: date, now: datetime) -> int:
    """Everybody is to be told, at once where a page can wait for it; else a worker goes on. How many."""
    programme.telling_since, programme.telling_of = now, on
    session.flush()
    people = waiting(session, programme)
    if people <= AT_MOST:
        _tell_some(session, programme, AT_MOST, now=now)
    return people


def to_be_told(session: Session) -> int | None:
    """A programme of which not everybody has been told yet that it ends, or that it does not."""
    return session.exec(
        select(Programme.id).where(col(Programme.telling_since).is_not(None)).limit(1)
    ).first()


def waiting(session: Session, programme: Programme) -> int:
    """How many are still to be told."""
    if programme.telling_since is None:
        return 0
    untold = _untold(session, programme, programme.telling_since).subquery()
    return session.exec(select(func.count()).select_from(untold)).one()


def concerned(session: Session, programme: Programme) -> int:
    """How many take part or are invited, and can be written to."""
    return session.exec(select(func.count()).select_from(_people(programme).subquery())).one()


def tell_some(session: Session, programme_id: int, *, now: datetime) -> int:
    """Queue the messages of the next of those who have not been told; how many they were."""
    return _tell_some(session, programmes.held(session, programme_id), TOLD_AT_ONCE, now=now)


def _untold(session: Session, programme: Programme, since: datetime) -> SelectOfScalar[Person]:
    """Who takes part and has not been told. That a programme stays open is news only for whoever has heard,
    or may have heard, that it does not.
    """
    sent = select(OutboxMessage.person).where(OutboxMessage.kind == messages.Closing.kind)
    messages_about = sent.where(OutboxMessage.subject == _subject(programme, since))
    people = _people(programme).where(col(Person.id).not_in(messages_about))
    if programme.closing_on:
        return people
    last = session.exec(
        select(OutboxMessage.subject)
        .where(OutboxMessage.kind == messages.Closing.kind)
        .where(col(OutboxMessage.subject).startswith(f"{_about(programme)} {ANNOUNCED}"))
        .order_by(col(OutboxMessage.id).desc())
    ).first()
    stopped = col(OutboxMessage.state) == State.CANCELLED
    may_have_heard = ~stopped | col(OutboxMessage.sending_at).is_not(None)
    heard = sent.where(OutboxMessage.subject == last, may_have_heard)
    return people.where(col(Person.id).in_(heard))


def _people(programme: Programme) -> SelectOfScalar[Person]:
    return (
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme.id, Membership.standing != Standing.LEFT)
        .where(col(Person.email).is_not(None) | col(Person.phone_verified_at).is_not(None))
    )


def _tell_some(session: Session, programme: Programme, most: int, *, now: datetime) -> int:
    since = programme.telling_since
    if since is None:
        return 0
    people = session.exec(_untold(session, programme, since).order_by(col(Person.id)).limit(most)).all()
    if len(people) < most:
        programme.telling_since = None
        session.add(programme)
    stays_open = programme.closing_on is None
    details = KEPT if stays_open else ERASED + WALL[programme.wall_stays]
    doors = links.make_all(session, [links.LinkWanted(Purpose.PAGE, one.id) for one in people], now=now)
    facts, on = programmes.facts(programme), programme.telling_of or times.today(now)
    subject = _subject(programme, since)
    orders = [
        outbox.Order(
            messages.Closing(facts, on, details, page, stays_open), recipient(person), subject, programme.slug
        )
        for person, page in zip(people, doors, strict=True)
    ]
    outbox.queue_all(session, orders, now=now)
    return len(orders)


def _about(programme: Programme) -> str:
    return f"closing {programme.id}"


def _subject(programme: Programme, since: datetime) -> str:
    return f"{_about(programme)} {ANNOUNCED if programme.closing_on else 'taken back'} {since.isoformat()}"


# When the last day is over


def due(session: Session, *, now: datetime) -> Sequence[Programme]:
    """The programmes to be closed by now, in the morning after their last day: none while all messages are
    held.
    """
    # After a restore: the end may have been taken back since the backup, and nobody here knows of it.
    if outbox.is_held(session):
        return []
    announced = session.exec(
        select(Programme).where(
            col(Programme.closing_on) < times.today(now), col(Programme.closed_at).is_(None)
        )
    )
    return [one for one in announced if now >= times.london(times.today(now), MORNING)]


def close(session: Session, programme_id: int, counted: Evidence, *, now: datetime) -> None:
    """End it, once: nobody is a member any more, and nothing in it changes. The figures stay as they are now.

    Whoever takes part in no other programme is erased afterwards, by `erase_some`.
    """
    programme = programmes.held(session, programme_id)
    if programme.closed_at or programme.closing_on is None or programme.closing_on >= times.today(now):
        return
    programme.ended_with = asdict(programmes.figures(session, programme))
    counting.keep(session, programme.id, counted)
    outbox.cancel(session, programme=programme.slug)
    _settle_wall(session, programme)
    for table in (Errand, GatheredPost, GatheringSource, NeverPair, Report, Webmention):
        session.execute(delete(table).where(col(table.programme_id) == programme.id))
    draw_records.forget(session, programme)
    _end_memberships(session, programme, now)
    programme.closed_at, programme.telling_since = now, None
    _changed(session, programme, "programme closed", audit.SYSTEM, now)


def _settle_wall(session: Session, programme: Programme) -> None:
    """What was published may stay, without names; everything else told to us goes, and so do stories."""
    published = (col(Learning.state) == LearningState.PUBLISHED) & programme.wall_stays
    here = col(Learning.programme_id) == programme.id
    session.execute(delete(Learning).where(here, ~published))
    session.execute(update(Learning).where(here).values(showing=Showing.WITHOUT_NAME))
    told = col(RoundStory.programme_id) == programme.id
    public = col(RoundStory.public_since).is_not(None) & programme.wall_stays
    session.execute(delete(RoundStory).where(told, ~public))


def _end_memberships(session: Session, programme: Programme, now: datetime) -> None:
    members = col(Membership.programme_id) == programme.id
    nothing = {"paused_until": None, "silent_since": None, "skips_next": False, "suspended_because": ""}
    session.execute(update(Membership).where(members).values(nothing))
    still = members & (col(Membership.standing) != Standing.LEFT)
    session.execute(update(Membership).where(still).values(standing=Standing.LEFT, left_at=now))


def to_be_emptied(session: Session) -> Sequence[int]:
    """Ids of closed programmes whose people have not all been looked at."""
    closed = col(Programme.closed_at).is_not(None) & col(Programme.emptied_at).is_(None)
    return session.exec(select(Programme.id).where(closed)).all()


def erase_some(session: Session, programme_id: int, *, now: datetime) -> int:
    """Erase the next of those who were in a closed programme and are in no other. How many they were."""
    other, others = aliased(Membership), aliased(Programme)
    elsewhere = (
        exists()
        .where(col(other.person_id) == Person.id, col(others.id) == other.programme_id)
        .where(col(other.standing) != Standing.LEFT, col(others.closed_at).is_(None))
    )
    wanted = (
        select(Person.id)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme_id, col(Person.erased_at).is_(None), ~elsewhere)
    )
    people = session.exec(wanted.order_by(Person.id).limit(AT_ONCE)).all()
    # All of them before any of their conversations, as by whoever presses something.
    held = contacts.hold(session, *people)
    still = set(session.exec(wanted.where(col(Person.id).in_(people))).all())  # none has joined elsewhere
    for person in held:
        if person.id in still:
            erasure.erase(session, person, by=BY, now=now, keep_closed_walls=True)
    programme = programmes.held(session, programme_id)  # after its people, as whoever leaves holds them
    if len(people) < AT_ONCE and programme.emptied_at is None:
        programme.emptied_at = now
        nameless.forget(session, programme.id)
        _changed(session, programme, "programme emptied", audit.SYSTEM, now)
    return len(people)


def _changed(
    session: Session, programme: Programme, action: str, by: str, now: datetime, **facts: int | str | bool
) -> None:
    session.add(programme)
    audit.record(session, by, action, now=now, programme=programme.id, subject=programme.slug, **facts)
