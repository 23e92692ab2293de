"""What became of a proposal, told to whom it concerns: its author, and who raised an objection to it."""

from datetime import datetime

from sqlmodel import Session

from notifications import messages, outbox
from notifications.messages import Channel
from web.models import Organiser, Programme, Proposal
from web.services.agreements import agreements, lookup, tally
from web.services.common import links, programmes
from web.services.common.contacts import recipient


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
        _queue(session, programme, proposal, to, what, occasion, now)


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
        _queue(session, programme, proposal, to, what, occasion, now)


def _queue(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    to: messages.Recipient,
    what: str,
    occasion: str,
    now: datetime,
) -> None:
    message = messages.ProposalNews(
        programme=programmes.facts(programme),
        title=lookup.title(session, proposal),
        news=what,
        is_objection=proposal.is_objection,
        log=links.open_page(_page(programme, proposal)),
    )
    subject = f"{tally.about(proposal)} {occasion}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def _page(programme: Programme, proposal: Proposal) -> str:
    """In the log; where it is not in it, what is."""
    log = f"/p/{programme.slug}/agreements"
    return f"{log}/{proposal.number}" if lookup.is_public(proposal) else log
