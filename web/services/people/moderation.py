"""What an organiser decides about one person: suspended or not, their name and organisation put right, and a
fresh link.

NotNow              it cannot be done as things are; says why
"""

from datetime import datetime, timedelta
from itertools import product

from sqlmodel import Session, col, select

from notifications import messages, outbox
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.models import TAKING_PART, Membership, Person, Programme, Purpose, Standing
from web.services.common import audit, contacts, links, names, written_names
from web.services.common.contacts import recipient
from web.services.evidence import nameless
from web.services.imports import inviting
from web.services.organisations import organisations
from web.services.people import own_link, participation
from web.services.rounds import dropouts

BETWEEN_LINKS = timedelta(minutes=10)


class NotNow(Exception):
    pass


def suspend(
    session: Session, programme: Programme, person: Person, reason: str, *, by: str, now: datetime
) -> None:
    """Out of every round until an organiser says otherwise. Whoever is talking with them is looked after.

    What waits to be sent to them about rounds is not. A second press only changes the reason.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    if (membership.standing, membership.suspended_because) == (Standing.SUSPENDED, reason):
        return
    if membership.standing in TAKING_PART:
        dropouts.withdraw_everywhere(session, person.id, programme=programme.id, now=now)
    membership.standing, membership.suspended_because = Standing.SUSPENDED, reason
    session.add(membership)
    audit.record(session, by, "suspended", now=now, programme=programme.id, subject=person.id)
    for kind, known_as in product(outbox.BULK, contacts.ids(session, person)):
        outbox.cancel(session, kind=kind, person=known_as, programme=programme.slug)


def unsuspend(session: Session, programme: Programme, person: Person, *, by: str, now: datetime) -> None:
    """Back to where they were: in, or still to answer their invitation if they never said yes.

    Who had left when they were suspended has to join again themselves.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    if membership.standing is not Standing.SUSPENDED:
        return
    agreed = participation.has_agreed(session, person.id, programme)
    never_said_yes = Standing.NOTIFIED if membership.notified_at else Standing.INVITED
    membership.standing = (
        Standing.LEFT if membership.left_at else Standing.ACTIVE if agreed else never_said_yes
    )
    membership.suspended_because = ""
    session.add(membership)
    audit.record(session, by, "suspension ended", now=now, programme=programme.id, subject=person.id)


def correct_name(
    session: Session,
    programme: Programme,
    person: Person,
    name: str,
    known_as: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """Put right what somebody is named and called, in every programme they are in."""
    before = (person.name, person.known_as)
    names.rename(session, person, written_names.in_order(name))
    person.known_as = known_as
    session.add(person)
    if (person.name, person.known_as) == before:
        return
    outbox.readdress(session, recipient(person))
    audit.record(session, by, "corrected a name", now=now, programme=programme.id, subject=person.id)


def correct_organisation(
    session: Session, programme: Programme, person: Person, name: str, *, by: str, now: datetime
) -> None:
    """Put right where somebody is from, from the next draw on: rounds keep what they were drawn with."""
    membership = session.get_one(Membership, (programme.id, person.id))
    organisation = organisations.find_or_add(session, programme.id, name)
    before = membership.organisation_id
    if organisation.id == before:
        return
    membership.organisation_id = organisation.id
    session.add(membership)
    audit.record(session, by, "corrected an organisation", now=now, programme=programme.id, subject=person.id)
    nameless.forget(session, programme.id, {before})


def send_link(session: Session, programme: Programme, person: Person, *, by: str, now: datetime) -> None:
    """Their own page by a fresh link, or their invitation once more, to the address we have; the link by text
    where there is only a number.

    Raises:
        NotNow: one went out less than ten minutes ago, or there is nowhere to send it.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    by_text = not person.email
    if by_text and membership.standing is Standing.INVITED:
        raise NotNow("An invitation goes by email, and we have no email address for them")
    if by_text and not (person.phone and person.phone_verified_at):
        raise NotNow("We have no email address for them, and no number that they have confirmed")
    if by_text and person.unreachable:
        raise NotNow("Texts do not reach them, or they have asked us to send none")
    subject = f"organiser {now.isoformat()}"
    if _went_out_since(session, person, now - BETWEEN_LINKS):
        raise NotNow("A link went out to them less than ten minutes ago. Wait a little, then send another")
    if membership.standing is Standing.INVITED:
        confirm = links.make(session, Purpose.INVITATION, person.id, now=now, subject=programme.id)
        to = messages.Recipient(person.id, "", Channel.EMAIL, email=person.email)
        message = inviting.invitation(programme, confirm, now=now)
        outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)
    else:
        own_link.send_full_page(session, person, subject=subject, now=now, by_text=by_text)
    audit.record(session, by, "link sent", now=now, programme=programme.id, subject=person.id)


def _went_out_since(session: Session, person: Person, since: datetime) -> bool:
    sent = select(OutboxMessage.id).where(
        OutboxMessage.person == person.id,
        col(OutboxMessage.kind).in_((messages.Invitation.kind, messages.MyLink.kind)),
        col(OutboxMessage.subject).startswith("organiser "),
        col(OutboxMessage.queued_at) > since,
    )
    return session.exec(sent).first() is not None
