"""Taking over a scheme that ran elsewhere: its people have agreed there, and are told instead of asked.

An owner states who asked them, when, in which words, and on what basis in law; that is kept. Each person has
a letter with what is held and one press to leave, and is in no round before they have had it for seven days.
Whom it does not reach is invited, as in any import.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from notifications import messages, outbox
from notifications.tables import OutboxMessage, State
from web.models import CANNOT_BE_REACHED, Membership, Person, Programme, Purpose, Standing
from web.models.imports import Import
from web.models.takeovers import LawfulBasis, Takeover
from web.services.common import audit, links, programmes
from web.services.common.links import LinkWanted

ARRIVED = (State.ACCEPTED, State.DELIVERED, State.FAILED_TEMPORARILY)
LOST = (State.FAILED, State.SUPPRESSED, State.EXPIRED, State.CANCELLED)


@dataclass(frozen=True)
class Statement:
    """What an owner states. `asked_by` is a person or a body, as people there know it."""

    asked_by: str
    asked_on: date
    wording: str
    basis: LawfulBasis


def keep(session: Session, job: Import, said: Statement, *, by: str, now: datetime) -> None:
    """Keep what an owner states of the people of a file."""
    session.add(
        Takeover(
            programme_id=job.programme_id,
            import_id=job.id,
            asked_by=said.asked_by,
            asked_on=said.asked_on,
            wording=said.wording,
            basis=said.basis,
            stated_by=by,
            stated_at=now,
        )
    )
    audit.record(
        session,
        by,
        "scheme taken over",
        now=now,
        programme=job.programme_id,
        subject=f"import {job.id}",
        basis=said.basis.value,
        asked_on=said.asked_on.isoformat(),
    )


def of_import(session: Session, job: Import) -> Takeover | None:
    return session.scalars(select(Takeover).where(col(Takeover.import_id) == job.id)).one_or_none()


def tell(
    session: Session,
    programme: Programme,
    takeover: Takeover,
    people: Sequence[tuple[messages.Recipient, str]],
    *,
    now: datetime,
) -> None:
    """Queue the letter that says what is held, for each reader and the name of their organisation."""
    wanted = [LinkWanted(Purpose.INVITATION, to.person, programme.id) for to, _ in people]
    facts = programmes.facts(programme)
    outbox.queue_all(
        session,
        [
            outbox.Order(
                messages.TakenOver(
                    facts,
                    to.name,
                    organisation,
                    to.email or "",
                    takeover.asked_by,
                    takeover.asked_on,
                    link,
                ),
                to,
                f"import {takeover.import_id}",
                programme.slug,
            )
            for link, (to, organisation) in zip(links.make_all(session, wanted, now=now), people, strict=True)
        ],
        now=now,
    )


def note_told(session: Session) -> int:
    """Since when those taken over have had their letter. Whom it has not reached is invited instead: somebody
    may send the invitation once there is a way to them. How many places changed.
    """
    waiting = (
        select(Membership, col(OutboxMessage.state), col(OutboxMessage.accepted_at))
        .join(Programme, col(Programme.id) == Membership.programme_id)
        .join(
            OutboxMessage,
            (col(OutboxMessage.person) == Membership.person_id)
            & (col(OutboxMessage.programme) == Programme.slug)
            & (col(OutboxMessage.kind) == messages.TakenOver.kind),
        )
        .where(col(Membership.standing) == Standing.NOTIFIED, col(Membership.notified_at).is_(None))
    )
    changed = 0
    for membership, became, accepted_at in session.execute(waiting).all():
        if became in ARRIVED and accepted_at:
            membership.notified_at = accepted_at
        elif became in LOST:
            membership.standing = Standing.INVITED
        else:
            continue
        session.add(membership)
        changed += 1
    return changed + _invite_bounced(session)


def _invite_bounced(session: Session) -> int:
    """A letter may come back later than it was taken."""
    bounced = select(col(Person.id)).where(CANNOT_BE_REACHED)
    lost = update(Membership).where(
        col(Membership.standing) == Standing.NOTIFIED, col(Membership.person_id).in_(bounced)
    )
    return outbox.change(session, lost.values(standing=Standing.INVITED, notified_at=None))
