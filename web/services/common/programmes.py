"""Programmes: their settings, their place in the calendar, and the numbers they show to everyone.

NoSuchProgramme     no programme under that name; `.moved_to` is where one is now that was
BadSettings         a setting that cannot be; `.field`, `.message`
Ends                it is closing, or has closed
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from notifications import addresses, messages, outbox
from web.models import TAKING_PART, Answer, CheckIn, Group, Membership, Programme, Round, RoundState
from web.services.common import agreed_settings, audit, page_addresses, phrases, times

THINK_DO_SHARE = [
    "What are you thinking about at the moment?",
    "What are you doing?",
    "What would you like to share?",
]
CONVERSATION = timedelta(minutes=30)
TOP_UP_AFTER = timedelta(days=1)  # the cut-off: the last day to drop out
LONGEST_NAME = 80
# Asked for nearly every page, so put together once.
BY_SLUG = select(Programme).where(Programme.slug == bindparam("slug"))


class NoSuchProgramme(Exception):
    def __init__(self, slug: str, moved_to: str | None = None) -> None:
        super().__init__(slug)
        self.moved_to = moved_to


class Ends(Exception):
    """It is closing, or closed: what was asked for is not done any more."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(f"{programme.name} {'has ended' if programme.closed_at else 'is closing'}")
        self.programme = programme


class BadSettings(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


@dataclass(frozen=True)
class Figures:
    """What a programme's page says about itself. `hours` counts person-hours of conversations that took
    place.
    """

    people: int
    organisations: int
    rounds: int
    conversations: int
    hours: int


def by_slug(session: Session, slug: str) -> Programme:
    found = session.scalars(BY_SLUG, {"slug": slug}).one_or_none()
    if found is None:
        raise NoSuchProgramme(slug, page_addresses.moved_to(session, slug))
    return found


def held(session: Session, programme: int) -> Programme:
    """It as it is now, for us alone until commit. Rows that only point at it, as of whoever joins meanwhile,
    do not wait: a large round is drawn and sent with it in hand.
    """
    session.flush()  # or what was changed of it would be read over
    return session.get_one(Programme, programme, with_for_update={"key_share": True}, populate_existing=True)


def must_go_on(programme: Programme) -> None:
    """For what begins something: joining, drawing, planning, bringing people in.

    Raises:
        Ends: its end has been announced.
    """
    if programme.closing_on:
        raise Ends(programme)


def must_be_open(programme: Programme) -> None:
    """For everything that changes something.

    Raises:
        Ends: it has ended.
    """
    if programme.closed_at:
        raise Ends(programme)


def by_join_word(session: Session, word: str) -> Programme | None:
    """The programme that people join by texting JOIN and this word, unless it is closing."""
    said = word.casefold()
    wanted = select(Programme).where(
        (func.lower(Programme.join_word) == said) | ((Programme.join_word == "") & (Programme.slug == said))
    )
    return session.exec(wanted.where(col(Programme.closing_on).is_(None)).limit(1)).one_or_none()


def to_join(session: Session) -> list[Programme]:
    """Those that take people in."""
    return [one for one in every(session) if one.closing_on is None]


def every(session: Session) -> list[Programme]:
    return list(session.exec(select(Programme).order_by(Programme.name)))


def add(
    session: Session, slug: str, name: str, *, contact: str, now: datetime, by: str, **settings: Any
) -> Programme:
    """A new programme with the default settings.

    Raises:
        BadSettings: the slug is not one, is taken, or looks like another; the contact is no address.
    """
    page_addresses.hold(session)
    if refused := page_addresses.why_not(session, slug):
        raise BadSettings("slug", refused)
    if not settings.get("join_word") and by_join_word(session, slug):
        raise BadSettings("slug", f"people join another programme by texting “{slug}”")
    if not name.strip():
        raise BadSettings("name", "a programme needs a name")
    if len(name.strip()) > LONGEST_NAME or phrases.has_invisible(name.strip()):
        raise BadSettings("name", f"at most {LONGEST_NAME} letters, none of them invisible")
    made = Programme(
        slug=slug,
        name=name.strip(),
        contact=addresses.email(contact),
        prompts=list(THINK_DO_SHARE),
        created_at=now,
        **settings,
    )
    session.add(made)
    session.flush()
    agreed_settings.begin(session, made, times.today(now))
    audit.record(session, by, "programme added", now=now, programme=made.id, subject=slug)
    return made


def rename(session: Session, programme: Programme, slug: str, *, by: str, now: datetime) -> None:
    """Move a programme's pages to another address. The old one leads on, and people may go on texting it.

    Raises:
        BadSettings: the slug is not one, is taken, or looks like another's.
        Ends: it has ended.
    """
    must_be_open(programme)
    if slug == programme.slug:
        return
    page_addresses.hold(session)
    refused = page_addresses.why_not(session, slug, own=programme.id)
    other = by_join_word(session, slug)
    if not refused and other and other.id != programme.id:
        refused = f"people join another programme by texting “{slug}”"
    if refused:
        raise BadSettings("slug", refused)
    before, programme.join_word = programme.slug, programme.join_word or programme.slug
    page_addresses.give_up(session, programme, slug, now=now)
    outbox.rename_programme(session, before, slug)
    audit.record(session, by, "programme renamed", now=now, programme=programme.id, subject=slug)


def facts(programme: Programme, kind: type[messages.Message] | None = None) -> messages.Programme:
    """What a message says about its programme, with the words the programme has for this kind of message."""
    own = programme.wording.get(kind.kind, {}) if kind else {}
    return messages.Programme(
        programme.slug, programme.name, programme.contact, programme.hashtag, tuple(sorted(own.items()))
    )


def figures(session: Session, programme: Programme) -> Figures:
    if programme.closed_at:
        return Figures(**programme.ended_with)
    sent = select(func.count()).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    people, organisations, rounds = session.exec(
        select(
            func.count(), func.count(func.distinct(Membership.organisation_id)), sent.scalar_subquery()
        ).where(Membership.programme_id == programme.id, col(Membership.standing).in_(TAKING_PART))
    ).one()
    # Only those who said they met are counted as having given the time.
    given, conversations = session.exec(
        select(func.count(), func.count(func.distinct(CheckIn.group_id)))
        .select_from(CheckIn)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Round.programme_id == programme.id, CheckIn.answer == Answer.MET)
    ).one()
    hours = round(given * CONVERSATION / timedelta(hours=1))
    return Figures(people, organisations, rounds, conversations, hours)


def top_up_on(session: Session, programme: Programme, today: date) -> date | None:
    """When we look whom in the running round we can still introduce to somebody who comes late. None where
    the next round is planned for that day, or an earlier one: that will have them.
    """
    cut_off = session.exec(
        select(func.max(Round.cut_off_on)).where(
            Round.programme_id == programme.id,
            Round.state == RoundState.SENT,
            col(Round.topped_up_at).is_(None),
        )
    ).one()
    on, planned = cut_off + TOP_UP_AFTER if cut_off else None, next_round_on(programme, today)
    return on if on and on >= today and (planned is None or on < planned) else None


def next_round_on(programme: Programme, today: date) -> date | None:
    """The date that is planned, if it still lies ahead."""
    planned = programme.next_round_on
    return planned if planned and planned >= today else None


def promised_day(programme: Programme, today: date) -> date | None:
    """The date people are told on pages and in answers: none in a break, for which the round waits."""
    return None if programme.paused_at else next_round_on(programme, today)
