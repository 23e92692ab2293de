"""The people who run a programme: who they are, who joins them, who goes.

HoldsMore           somebody who is asked to help may do more here already; says what they are
NoSuchOrganiser     nobody of that id or address has a role here
TooManyInvited      twenty a day in a programme
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.models import Link, Organiser, OrganiserRole, Programme, Purpose, Role, Schedule
from web.services.common import allowances, audit, kept_from, links, programmes
from web.services.common.allowances import What
from web.services.organisers import accounts, organiser_sessions

CALLED = {Role.VIEWER: "a viewer", Role.ORGANISER: "an organiser", Role.OWNER: "an owner"}
MAY = {
    Role.VIEWER: "you can see how many take part, and whether it works; no names",
    Role.ORGANISER: "you can draw and send rounds, look after people, and decide what is shown",
    Role.OWNER: "you can do everything, and decide who organises",
}
BETWEEN_LETTERS = timedelta(minutes=1)


class NoSuchOrganiser(Exception):
    pass


class HoldsMore(Exception):
    pass


class TooManyInvited(Exception):
    pass


@dataclass(frozen=True)
class TeamMember:
    """An organiser of a programme. `schedules`: its rounds begin by themselves on their behalf."""

    organiser: Organiser
    held: OrganiserRole
    schedules: bool


def of_programme(session: Session, programme: Programme) -> Sequence[TeamMember]:
    """Owners first, then by address."""
    schedule = session.get(Schedule, programme.id)
    rows = session.exec(
        select(Organiser, OrganiserRole)
        .join(OrganiserRole, col(OrganiserRole.organiser_id) == Organiser.id)
        .where(OrganiserRole.programme_id == programme.id)
    ).all()
    found = [
        TeamMember(organiser, held, schedule is not None and schedule.enabled_by == organiser.id)
        for organiser, held in rows
    ]
    return sorted(found, key=lambda one: (-accounts.RANK[one.held.role], one.organiser.email))


def owners(session: Session, programme: Programme) -> list[str]:
    """Their addresses."""
    return [one.organiser.email for one in of_programme(session, programme) if one.held.role is Role.OWNER]


def member(session: Session, programme: Programme, organiser: str) -> TeamMember:
    for one in of_programme(session, programme):
        if one.organiser.id == organiser:
            return one
    raise NoSuchOrganiser(organiser)


def by_email(session: Session, programme: Programme, email: str) -> TeamMember:
    key = addresses.email_key(email)
    for one in of_programme(session, programme):
        if one.organiser.email_key == key:
            return one
    raise NoSuchOrganiser(email)


def invite(
    session: Session, programme: Programme, email: str, role: Role, *, by: Organiser, now: datetime
) -> Organiser:
    """Give somebody a role and write to them, once a minute. It takes nobody's role away: see `change`.

    Raises:
        HoldsMore: nothing has changed, and nobody was written to.
        TooManyInvited: so many were invited today that somebody else may be at an owner's desk.
    """
    there = accounts.by_email(session, email)
    held = accounts.role_in(session, there.id, programme) if there else None
    if held and accounts.RANK[role] < accounts.RANK[held]:
        raise HoldsMore(f"{email} is {CALLED[held]} already")
    if there and role is held and _was_written_to(session, programme, there, since=now - BETWEEN_LETTERS):
        return there
    if not allowances.take(session, What.ORGANISERS, str(programme.id), now=now):
        raise TooManyInvited
    organiser = accounts.add(session, programme, email, role, by=by.id, now=now)
    message = messages.Organise(
        programmes.facts(programme),
        CALLED[role],
        MAY[role],
        by.email,
        links.make(session, Purpose.ORGANISE, organiser.id, now=now),
    )
    to = messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email)
    subject = f"programme {programme.id} at {now.isoformat()}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)
    return organiser


def _was_written_to(session: Session, programme: Programme, organiser: Organiser, *, since: datetime) -> bool:
    """By an invitation, as a first press leaves it."""
    letters = select(OutboxMessage.id).where(
        OutboxMessage.person == organiser.id,
        OutboxMessage.kind == messages.Organise.kind,
        OutboxMessage.programme == programme.slug,
        col(OutboxMessage.queued_at) > since,
    )
    return session.exec(letters).first() is not None


def change(
    session: Session, programme: Programme, organiser: str, role: Role, *, by: str, now: datetime
) -> None:
    """Raises NoSuchOrganiser, or organisers.LastOwner: nothing has changed then."""
    found = member(session, programme, organiser)
    accounts.add(session, programme, found.organiser.email, role, by=by, now=now)


def remove(session: Session, programme: Programme, organiser: str, *, by: str, now: datetime) -> None:
    """Take somebody's role away. Who has none left anywhere is forgotten, address and all.

    Raises:
        NoSuchOrganiser, or organisers.LastOwner: nothing has changed then.
    """
    _hold(session, organiser)
    found = member(session, programme, organiser)
    if found.held.role is Role.OWNER:
        accounts.check_others_own(session, found.held)
    session.delete(found.held)
    session.flush()
    audit.record(session, by, "role taken", now=now, programme=programme.id, subject=organiser)
    accounts.lose(session, organiser, by=by, now=now)
    forget_unless_needed(session, found.organiser, by=by, now=now)


def forget_unless_needed(session: Session, organiser: Organiser, *, by: str, now: datetime) -> None:
    """Forget who has no role anywhere, and does not look after the installation."""
    if organiser.operates_since is None and not accounts.programmes_of(session, organiser.id):
        _forget(session, organiser, by=by, now=now)


def _hold(session: Session, organiser: str) -> None:
    """Who signs in at this moment has done so, or waits: links first, as signing in takes them."""
    session.exec(select(Link.id).where(Link.person == organiser).with_for_update()).all()
    session.get(Organiser, organiser, with_for_update=True)


def _forget(session: Session, organiser: Organiser, *, by: str, now: datetime) -> None:
    organiser_sessions.end_all(session, organiser.id, by=by, now=now)
    outbox.forget(session, organiser.id)
    kept_from.forget(session, organiser.id)
    session.execute(delete(Link).where(col(Link.person) == organiser.id))
    session.delete(organiser)
    session.flush()
