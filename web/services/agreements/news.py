"""What became of a proposal, told to whom it concerns: its author, and who raised an objection to it."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.models import (
    Objection,
    ObjectionState,
    Organiser,
    OrganiserRole,
    Panel,
    Programme,
    Proposal,
    Purpose,
    Role,
)
from web.services.agreements import agreements, lookup, tally
from web.services.common import links, programmes
from web.services.common.contacts import recipient

NEWS = messages.ProposalNews.kind
OBJECTED_TO = (
    "Somebody objects to what you proposed. It is not adopted until that is met, or people drawn by chance "
    "find that it does not hold."
)
NOBODY_OBJECTS = "Nobody objects to what you proposed any more."
STEPS = " Amend it, take it back or ask a panel within 14 days, or it is withdrawn."


def somebody_objects(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> None:
    """Tell its author, once for each version and until a panel has judged what was raised, or it is taken
    back: others may object as well.
    """
    # What is in force already cannot be amended.
    said = OBJECTED_TO if proposal.urgent else OBJECTED_TO + STEPS
    over = select(func.count()).where(Panel.proposal_id == proposal.id, col(Panel.ended_at).is_not(None))
    occasion = f"objected to {proposal.version} after {session.exec(over).one()}"
    content = _content(session, proposal)
    occasion += f" and {content}" if content else ""
    to_author(session, programme, proposal, said, occasion=occasion, now=now)


def nobody_objects(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> None:
    """Tell its author, if they have heard that somebody does; of whoever goes to and fro, once."""
    objected, taken_back = f"objected to {proposal.version}", f"taken back {proposal.version}"
    outbox.call_off(session, f"{tally.about(proposal)} {objected}", [NEWS])
    content = _content(session, proposal)
    heard = _told(session, proposal, objected, col(OutboxMessage.accepted_at).is_not(None))
    if content and heard > _told(session, proposal, taken_back):
        then = "It stays" if proposal.urgent else "It is adopted by itself"
        said = f"{NOBODY_OBJECTS} {then} if nobody objects again."
        to_author(session, programme, proposal, said, occasion=f"{taken_back} {content}", now=now)


def _told(session: Session, proposal: Proposal, occasion: str, *where: ColumnElement[bool]) -> int:
    """Of how many occasions of a kind its author has been told, as far as these fit."""
    told = select(func.count()).where(
        OutboxMessage.kind == NEWS,
        col(OutboxMessage.subject).startswith(f"{tally.about(proposal)} {occasion} "),
        *where,
    )
    return session.exec(told).one()


def _content(session: Session, proposal: Proposal) -> int:
    """How many others than its author have taken back what they objected to this version."""
    taken_back = select(func.count(func.distinct(Objection.person_id))).where(
        Objection.proposal_id == proposal.id,
        Objection.version == proposal.version,
        Objection.state == ObjectionState.TAKEN_BACK,
        Objection.person_id != proposal.by,
    )
    return session.exec(taken_back).one()


def to_author(
    session: Session, programme: Programme, proposal: Proposal, what: str, *, occasion: str, now: datetime
) -> None:
    """Tell its author, once for each occasion, if they can still be reached."""
    if proposal.by_participant:
        to_person(session, programme, proposal, proposal.by, what, occasion=occasion, now=now)
        return
    organiser = session.get(Organiser, proposal.by)
    if organiser:
        to = messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email)
        page = links.open_page(_page_for(session, programme, proposal, organiser))
        _queue(session, programme, proposal, to, page, what, occasion, now)


def _page_for(session: Session, programme: Programme, proposal: Proposal, organiser: Organiser) -> str:
    """Where whoever runs the programme takes a step, while there is one to take; else the log."""
    role = session.get(OrganiserRole, (organiser.id, programme.id))
    steers = role is not None and role.role is not Role.VIEWER and proposal.ended_at is None
    base = f"/organise/{programme.slug}/proposals" if steers else f"/p/{programme.slug}/agreements"
    return f"{base}/{proposal.number}"


def to_person(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    person: str,
    what: str,
    *,
    occasion: str,
    now: datetime,
) -> None:
    found = agreements.still_reachable(session, programme, person)
    if found:
        to = recipient(found, by_email_only=bool(found.email))
        page = links.make(session, Purpose.PROPOSAL, found.id, now=now, subject=proposal.id)
        _queue(session, programme, proposal, to, page, what, occasion, now)


def _queue(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    to: messages.Recipient,
    page: messages.Link,
    what: str,
    occasion: str,
    now: datetime,
) -> None:
    message = messages.ProposalNews(
        programme=programmes.facts(programme),
        title=lookup.title(session, proposal),
        news=what,
        is_objection=proposal.is_objection,
        log=page,
    )
    subject = f"{tally.about(proposal)} {occasion}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)
