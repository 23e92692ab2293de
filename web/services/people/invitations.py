"""How those who were invited say yes or no, and everybody as a file."""

from datetime import datetime

from sqlmodel import Session, select

from notifications import messages, outbox
from web.models import Membership, Person, Programme, Standing
from web.services.common import audit, programmes
from web.services.evidence import nameless
from web.services.people import erasure, joining


def accept_invitation(session: Session, person: Person, programme: Programme, *, now: datetime) -> None:
    """An imported person says yes: from now on they are in the pot.

    Raises:
        programmes.Ends: nobody joins any more.
    """
    programmes.must_go_on(programme)
    membership = session.get_one(Membership, (programme.id, person.id))
    session.refresh(membership, with_for_update=True)  # they may be joining by the form at this moment
    if membership.standing is not Standing.INVITED or programme.id is None:
        return
    membership.standing, membership.joined_at = Standing.ACTIVE, now
    session.add(membership)
    joining.record_consents(session, person.id, programme.id, source="invitation", now=now)
    joining.welcome(session, programme, person, now=now)


def decline_invitation(session: Session, person: Person, programme: Programme, *, now: datetime) -> None:
    """Whoever was imported says no: they are off the list, and what is known of them is erased unless they
    are in another programme. Nothing is sent to them about it.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    if membership.standing is not Standing.INVITED:
        return
    audit.record(
        session, person.id, "said no to the invitation", now=now, programme=programme.id, subject=person.id
    )
    elsewhere = select(Membership).where(
        Membership.person_id == person.id, Membership.programme_id != programme.id
    )
    if session.exec(elsewhere).first() is None:
        erasure.erase(session, person, by=person.id, now=now, farewell=False)
    else:
        outbox.cancel(session, kind=messages.Invitation.kind, programme=programme.slug, person=person.id)
    session.delete(membership)
    session.flush()
    nameless.forget(session, programme.id, {membership.organisation_id})
