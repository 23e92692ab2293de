"""A proposal opens: who is asked, told of it in parts, and reminded once."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session, col, func, literal, select

from notifications import messages, outbox
from notifications.columns import table_of
from notifications.tables import OutboxMessage
from web.models import (
    Asked,
    Membership,
    Person,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalState,
    Purpose,
    Review,
)
from web.services.agreements import agreements, clock, lookup, objections, tally
from web.services.agreements.proposals import URGENT_NOTICE, WAIT_FOR_DELIVERY, record
from web.services.common import audit, links, programmes
from web.services.common.contacts import recipient

AT_ONCE = 1_000  # people whose message is queued in one transaction
REMIND_BEFORE = timedelta(hours=24)


def open_(
    session: Session, programme: Programme, proposal: Proposal, *, held: datetime | None, now: datetime
) -> None:
    """Ask everybody who takes part now. Its clock waits until they have had it."""
    proposal.state = ProposalState.OPEN
    proposal.opened_at = proposal.version_opened_at = now
    notice = timedelta(days=programme.consent_days)
    notice = min(notice, URGENT_NOTICE) if proposal.urgent else notice
    proposal.notice_seconds = round(notice.total_seconds())
    proposal.telling = True
    clock.run(proposal, WAIT_FOR_DELIVERY, held=held, now=now)
    session.add(proposal)
    session.flush()
    people = select(literal(proposal.id), col(Membership.person_id)).where(
        *agreements.reachable(programme.id)  # type: ignore[arg-type]
    )
    session.execute(insert(table_of(Asked)).from_select(["proposal_id", "person_id"], people))
    record(session, programme, proposal, audit.SYSTEM, "opened a proposal", now)


def last_asked(session: Session, programme: Programme) -> datetime | None:
    """When everybody was last asked something, but for what was urgent: nobody is asked twice a week."""
    opened = select(func.max(Proposal.opened_at)).where(
        Proposal.programme_id == programme.id, col(Proposal.urgent).is_(False)
    )
    reviewed = select(func.max(Review.asked_at)).where(Review.programme_id == programme.id)
    found = (session.exec(opened).one(), session.exec(reviewed).one())
    return max((one for one in found if one), default=None)


def commitment(proposal: Proposal) -> str:
    """What is public of the draw of its panels from the day it opens."""
    return hashlib.sha256(bytes.fromhex(proposal.secret)).hexdigest()


def tell_some(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> int:
    """Tell, or remind, the next of those who have not been. How many they were."""
    reminder = proposal.reminding and not proposal.telling
    people = _untold(session, proposal, reminder)
    if len(people) < AT_ONCE:
        proposal.telling = False
        proposal.reminding = proposal.reminding and not reminder
        proposal.reminded = proposal.reminded or reminder
        session.add(proposal)
    orders = _orders(session, programme, proposal, people, reminder, now)
    outbox.queue_all(session, orders, now=now)
    return len(people)


def _untold(session: Session, proposal: Proposal, reminder: bool) -> Sequence[Person]:
    told = select(OutboxMessage.person).where(
        OutboxMessage.kind == messages.Proposal.kind,
        OutboxMessage.subject == tally.subject(proposal, reminder=reminder),
    )
    still = (*agreements.reachable(proposal.programme_id), col(Person.id).not_in(told))
    asked = select(Asked.person_id).where(Asked.proposal_id == proposal.id)
    # Who joined later was not asked, and what they said to an earlier version does not count for this one.
    said_before = select(ProposalAnswer.person_id).where(
        ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.version < proposal.version
    )
    wanted = select(Person).where(
        col(Person.id).in_(asked) | col(Person.id).in_(said_before),
        *still,  # type: ignore[arg-type]
    )
    if reminder:
        answered = select(ProposalAnswer.person_id).where(
            ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.version == proposal.version
        )
        wanted = wanted.where(col(Person.id).not_in(answered))
    return session.exec(wanted.order_by(col(Person.id)).limit(AT_ONCE)).all()


def _orders(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    people: Sequence[Person],
    reminder: bool,
    now: datetime,
) -> list[outbox.Order]:
    version = lookup.version_of(session, proposal)
    change = "; ".join(lookup.difference(session, proposal))
    closes = now + clock.left(proposal, now) if proposal.started_at else _earliest_end(proposal, now)
    subject = tally.subject(proposal, reminder=reminder)
    objected = {one.person_id for one in objections.to_another_version(session, proposal)}
    wanted = [links.LinkWanted(Purpose.PROPOSAL, person.id, proposal.id) for person in people]
    doors = links.make_all(session, wanted, now=now)
    pages = links.make_all(session, [links.LinkWanted(Purpose.PAGE, one.id) for one in people], now=now)
    return [
        outbox.Order(
            messages.Proposal(
                programme=programmes.facts(programme),
                title=lookup.title(session, proposal),
                change=change,
                reason=version.driver,
                closes_at=closes,
                answer=door,
                page=page,
                urgent=proposal.urgent,
                reminder=reminder,
                amended=proposal.version > 1,
                objected=person.id in objected,
            ),
            # Texts cost money: only to who has nothing else.
            recipient(person, by_email_only=bool(person.email)),
            subject,
            programme.slug,
        )
        for person, door, page in zip(people, doors, pages, strict=True)
    ]


def _earliest_end(proposal: Proposal, now: datetime) -> datetime:
    """It may end later, when delivery takes long, and never sooner."""
    return now + timedelta(seconds=proposal.notice_seconds)


def date_anew(
    session: Session, programme: Programme, proposal: Proposal, *, since: datetime, now: datetime
) -> None:
    """After a break, in which its clock stood still: what waited says until when people can object by now."""
    links.live_anew(session, Purpose.PROPOSAL, proposal.id, now=now)
    left = clock.remaining(proposal, held=since, now=now)
    closes = now + left if proposal.started_at else _earliest_end(proposal, now)
    for reminder in (False, True):
        outbox.rewrite(
            session,
            messages.Proposal,
            lambda waiting: replace(waiting, closes_at=closes),
            programme=programme.slug,
            subject=tally.subject(proposal, reminder=reminder),
        )


def remind_if_due(proposal: Proposal, *, now: datetime) -> bool:
    """Begin to remind whoever has not answered, in the last day, once for each version."""
    due = (
        proposal.started_at is not None
        and not (proposal.reminded or proposal.reminding or proposal.telling)
        and timedelta(0) < clock.left(proposal, now) <= REMIND_BEFORE
    )
    if due:
        proposal.reminding = True
    return due
