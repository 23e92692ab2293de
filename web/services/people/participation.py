"""A participant's own page: what they may change, one programme at a time.

HasBegun            what was said was about a round that has begun meanwhile; `.round`
BadPause            a pause that ends before it starts; says what to do
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from sqlmodel import Session, col, select

from notifications import messages, outbox
from web.models import (
    TAKING_PART,
    Block,
    Consent,
    Membership,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
    Standing,
)
from web.services.common import audit, contacts, links, mixing, programmes, times
from web.services.common.contacts import recipient
from web.services.evidence import nameless
from web.services.organisations import organisations
from web.services.rounds import dropouts, pots

LONGEST_PAUSE = timedelta(days=730)
# What is not sent any more to somebody who has left meanwhile.
NOT_FOR_LEAVERS = (
    messages.AgendaNews.kind,
    messages.CheckIn.kind,
    messages.Digest.kind,
    messages.HeadsUp.kind,
    messages.NotThisTime.kind,
    messages.PanelDrawn.kind,
    messages.Paused.kind,
    messages.PostFound.kind,
    messages.Welcome.kind,
)


class HasBegun(Exception):
    """`round` is None where it is not one that we sent."""

    def __init__(self, round_: Round | None) -> None:
        self.round = round_


class BadPause(Exception):
    pass


@dataclass(frozen=True)
class Section:
    """One programme on the personal page."""

    programme: Programme
    membership: Membership
    organisation: Organisation
    next_number: int
    resting: bool


def sections(session: Session, person: Person) -> list[Section]:
    rows = session.exec(
        select(Programme, Membership, Organisation)
        .join(Membership, col(Membership.programme_id) == Programme.id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(Membership.person_id == person.id)
        .order_by(Programme.name)
    )
    return [
        Section(*row, number := pots.next_number(session, row[0].id), resting=_rests(session, row[1], number))
        for row in rows
    ]


def _rests(session: Session, membership: Membership, number: int) -> bool:
    return membership.person_id in pots.resting(
        session, membership.programme_id, number, membership.person_id
    )


def is_in_next(session: Session, membership: Membership, today: date) -> bool:
    """Are they in the next round, unless they say otherwise? A pause may end before its day."""
    programme = session.get_one(Programme, membership.programme_id)
    on = programmes.next_round_on(programme, today) or today
    paused = membership.silent_since or (membership.paused_until and membership.paused_until > on)
    if membership.standing not in TAKING_PART or membership.skips_next or paused:
        return False
    if membership.standing is Standing.NOTIFIED and not pots.is_told(membership.notified_at, on):
        return False
    if session.get_one(Person, membership.person_id).unreachable:
        return False
    return not rests(session, membership)


def rests(session: Session, membership: Membership) -> bool:
    """Is the next round one that they leave out, by how often they take part?"""
    return _rests(session, membership, pots.next_number(session, membership.programme_id))


def begun_since(session: Session, programme: Programme, moment: datetime) -> Round | None:
    """The round that was the next one then, if it has been sent since."""
    sent = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    return session.exec(sent.where(col(Round.sent_at) > moment).order_by(col(Round.number))).first()


def _must_be_next(session: Session, membership: Membership, number: int) -> None:
    # Who sends a round holds the memberships: after this line it is sent, or waits for what we say.
    session.refresh(membership, with_for_update=True)
    if number < pots.next_number(session, membership.programme_id):
        its_own = (Round.programme_id == membership.programme_id, Round.number == number)
        sent = select(Round).where(*its_own, Round.state == RoundState.SENT)
        raise HasBegun(session.exec(sent).first())


def skip_next(
    session: Session, membership: Membership, skips: bool, *, of: int | None = None, now: datetime
) -> None:
    """Out of the next round, or in it after all. `of` is the number of the round they were shown.

    Raises:
        HasBegun: the round they were shown is not the next one any more; nothing is changed.
    """
    if of is not None:
        _must_be_next(session, membership, of)
    membership.skips_next, membership.silent_since = skips, None
    _changed(session, membership, "skips the next round" if skips else "is in the next round", now)


def pause(session: Session, membership: Membership, until: date, *, now: datetime) -> None:
    """Out of every round before `until`, back in on that day.

    Raises:
        BadPause: a day that has been, or one more than two years away.
    """
    today = times.today(now)
    if until <= today:
        raise BadPause("Choose a day after today")
    if until > today + LONGEST_PAUSE:
        raise BadPause("Choose a day within two years, or leave instead")
    membership.paused_until, membership.silent_since = until, None
    _changed(session, membership, "paused", now)


def resume(session: Session, membership: Membership, *, of: int | None = None, now: datetime) -> None:
    """Back from a pause, a skip or from having left. Who is suspended or only invited stays so.

    Raises:
        HasBegun: the round they were shown, `of`, is not the next one any more; nothing is changed.
        programmes.Ends: they had left a programme that nobody joins any more.
    """
    if of is not None:
        _must_be_next(session, membership, of)
    if membership.standing is Standing.LEFT:
        programmes.must_go_on(session.get_one(Programme, membership.programme_id))
    membership.paused_until, membership.silent_since, membership.skips_next = None, None, False
    if membership.standing is Standing.LEFT:
        membership.standing, membership.left_at, membership.joined_at = Standing.ACTIVE, None, now
    _changed(session, membership, "is back", now)


def leave(session: Session, membership: Membership, *, now: datetime) -> None:
    """Out of this programme from now on. What they were part of stays; a second press changes nothing.

    Only who is in can leave: from a suspension or an invitation this would be a way around.
    """
    if membership.standing not in TAKING_PART:
        return
    programme = session.get_one(Programme, membership.programme_id)
    person = session.get_one(Person, membership.person_id)
    # First, because it holds rounds, and whoever holds one goes on to the memberships of those in it.
    dropouts.withdraw_everywhere(session, person.id, programme=programme.id, now=now)
    membership.standing, membership.left_at = Standing.LEFT, now
    _changed(session, membership, "left", now)
    for kind, known_as in product(NOT_FOR_LEAVERS, contacts.ids(session, person)):
        outbox.cancel(session, kind=kind, person=known_as, programme=programme.slug)
    rejoin = links.open_page(f"/p/{programme.slug}/join")
    outbox.queue(
        session,
        messages.Left(programmes.facts(programme), rejoin),
        recipient(person),
        subject=f"left {now.isoformat()}",
        programme=programme.slug,
        now=now,
    )


def set_happy_in_three(session: Session, membership: Membership, happy: bool, *, now: datetime) -> None:
    membership.happy_in_three = happy
    _changed(session, membership, "happy in a three" if happy else "rather not in a three", now)


def set_how_often(session: Session, membership: Membership, every: int, *, now: datetime) -> None:
    """Take part in every round, every second or every third, counted from the last one they were in."""
    membership.every = every
    _changed(session, membership, f"takes part in {pots.HOW_OFTEN[every]}", now)


def set_availability(session: Session, person: Person, blocks: Collection[Block], *, now: datetime) -> None:
    free = [block.value for block in Block if block in blocks]
    if free == person.availability:
        return
    person.availability = free
    session.add(person)
    audit.record(session, person.id, "said when they are free", now=now, subject=person.id)


def set_organisation(session: Session, membership: Membership, name: str, *, now: datetime) -> None:
    organisation = organisations.find_or_add(session, membership.programme_id, name)
    before, membership.organisation_id = membership.organisation_id, organisation.id
    _changed(session, membership, "changed organisation", now)
    nameless.forget(session, membership.programme_id, {before} - {organisation.id})


def set_mix_choice(
    session: Session, programme: Programme, membership: Membership, said: str, *, now: datetime
) -> None:
    """What they choose of what the programme also mixes by; nothing where `said` is none of its choices."""
    membership.mix_choice = mixing.choice(programme, said)
    _changed(session, membership, "changed what we mix by", now)


def has_agreed(session: Session, person: str, programme: Programme) -> bool:
    """Did they ever say yes to this programme's wordings?"""
    given = select(Consent.id).where(Consent.person_id == person, Consent.programme_id == programme.id)
    return session.exec(given).first() is not None


def _changed(session: Session, membership: Membership, action: str, now: datetime) -> None:
    """Keep what was set just now, before any query. What was so before is not written down once more."""
    if not session.is_modified(membership):
        return
    session.add(membership)
    audit.record(
        session,
        membership.person_id,
        action,
        now=now,
        programme=membership.programme_id,
        subject=membership.person_id,
    )
