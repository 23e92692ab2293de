"""How those who were invited say yes or no, and everybody as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox
from notifications.messages import Channel
from notifications.tables import WAITING, OutboxMessage
from web.models import Membership, Person, Programme, Purpose, Standing
from web.models.imports import Import, ImportKind, ImportRow, Outcome
from web.services.common import audit, links, passed_over, programmes
from web.services.evidence import nameless
from web.services.imports import inviting, known_elsewhere
from web.services.people import erasure, joining
from web.services.rounds import dropouts

REMIND_AFTER = timedelta(days=5)
AT_ONCE = 500  # people written to by one statement
UNANSWERED = (Standing.INVITED, Standing.NOTIFIED)
_IS_TOLD = col(Membership.standing) == Standing.NOTIFIED


def accept_invitation(
    session: Session, person: Person, programme: Programme, *, now: datetime, shares_email: bool | None = None
) -> None:
    """An imported person says yes: from now on they are in the pot. Who was taken over says by it that they
    keep to the code of conduct, and whether partners may see their address: `shares_email`.

    Raises:
        programmes.Ends: nobody joins any more.
    """
    programmes.must_go_on(programme)
    membership = session.get_one(Membership, (programme.id, person.id))
    session.refresh(membership, with_for_update=True)  # they may be joining by the form at this moment
    if membership.standing not in UNANSWERED or programme.id is None:
        return
    source = "takeover" if membership.standing is Standing.NOTIFIED else "invitation"
    if shares_email is not None:
        person.shares_email = shares_email
        session.add(person)
    membership.standing, membership.joined_at = Standing.ACTIVE, now
    session.add(membership)
    joining.record_consents(session, person.id, programme.id, source=source, now=now)
    joining.welcome(session, programme, person, now=now)


def taken_over(session: Session, person: str) -> list[str]:
    """The names of the programmes that somebody was taken along to and in which they have pressed nothing."""
    wanted = select(Programme.name).join(Membership, col(Membership.programme_id) == Programme.id)
    return list(session.exec(wanted.where(Membership.person_id == person, _IS_TOLD).order_by(Programme.name)))


def press_first(session: Session, person: str, *, now: datetime) -> None:
    """Whoever was taken over takes part like everybody else, and keeps to the code of conduct, as the page
    says on which they press anything.
    """
    waiting = select(Membership).where(Membership.person_id == person, _IS_TOLD)
    for told in session.exec(waiting.order_by(col(Membership.programme_id))).all():
        programmes.held(session, told.programme_id)  # as whoever sends a round holds it, and then its places
    held = waiting.with_for_update().execution_options(populate_existing=True)
    for membership in session.exec(held).all():
        membership.standing = Standing.ACTIVE
        session.add(membership)
        programme = membership.programme_id
        joining.record_consents(session, person, programme, source="first press", now=now)
        audit.record(session, person, "takes part", now=now, programme=programme, subject=person)


def decline_invitation(
    session: Session, person: Person, programme: Programme, *, key: bytes, now: datetime
) -> None:
    """Whoever was imported or taken over says no: they are off the list, and what is known of them is erased
    unless they are in another programme. Nothing is sent to them about it, and whoever they are talking with
    is looked after. What stays is a digest by which a later file invites them no more: `key` is the
    suppression list's.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    if membership.standing not in UNANSWERED:
        return
    if person.email_key:
        passed_over.invite_no_more(session, [programme.id], person.email_key, key=key, now=now)
    dropouts.withdraw_everywhere(session, person.id, programme=programme.id, now=now)
    audit.record(
        session, person.id, "said no to the invitation", now=now, programme=programme.id, subject=person.id
    )
    elsewhere = select(Membership).where(
        Membership.person_id == person.id, Membership.programme_id != programme.id
    )
    if session.exec(elsewhere).first() is None:
        erasure.erase(session, person, by=person.id, now=now, farewell=False)
    else:
        for kind in (messages.Invitation, messages.TakenOver):
            outbox.cancel(session, kind=kind.kind, programme=programme.slug, person=person.id)
        known_elsewhere.forget(session, person.id, programme.id)
    session.delete(membership)
    session.flush()
    nameless.forget(session, programme.id, {membership.organisation_id})


def left_mailbox(session: Session, person: Person, *, now: datetime) -> None:
    """Whoever answers an invitation has their page open, with all on it: those in a mailbox that they have
    left open nothing any more. One that waits for the new one, once `outbox.readdress` is done, does.
    """
    kinds = (messages.Invitation.kind, messages.TakenOver.kind)
    waiting = (
        select(col(Programme.id))
        .join(OutboxMessage, col(OutboxMessage.programme) == col(Programme.slug))
        .where(OutboxMessage.person == person.id, col(OutboxMessage.kind).in_(kinds))
        # What a worker had in hand meanwhile goes to where it was.
        .where(col(OutboxMessage.state).in_(WAITING), OutboxMessage.email == person.email)
    )
    links.end(session, person.id, Purpose.INVITATION, besides=session.exec(waiting).all(), now=now)


@dataclass(frozen=True)
class Silent:
    """How many of those `asked` by an import have not answered for some days, and may be reminded once."""

    people: int
    asked: int


def silent(session: Session, programme: Programme, *, now: datetime) -> Silent:
    asked = (
        select(func.count())
        .select_from(ImportRow)
        .join(Import, col(Import.id) == ImportRow.import_id)
        .where(
            Import.programme_id == programme.id,
            Import.kind == ImportKind.PEOPLE,
            ImportRow.outcome == Outcome.TAKEN,
        )
    )
    waiting = select(func.count()).select_from(_to_remind(programme, now).subquery())
    return Silent(session.exec(waiting).one(), session.exec(asked).one())


def remind(session: Session, programme: Programme, *, by: str, now: datetime) -> int:
    """Send the invitation once more to whoever has not answered it; never a third time. How many they are.

    Raises:
        programmes.Ends: nobody joins any more.
    """
    programmes.must_go_on(programme)
    count = silent(session, programme, now=now).people
    while remind_some(session, programme, now=now, most=AT_ONCE) == AT_ONCE:
        pass
    if count:
        note_reminded(session, programme, count, by=by, now=now)
    return count


def note_reminded(session: Session, programme: Programme, people: int, *, by: str, now: datetime) -> None:
    audit.record(session, by, "invitations repeated", now=now, programme=programme.id, people=people)


def remind_some(session: Session, programme: Programme, *, now: datetime, most: int) -> int:
    """Send it once more to so many of them at most; to how many. Some 0.5 ms each, and 1 ms on PostgreSQL."""
    # Whoever says no meanwhile waits, and is taken out of what is written here.
    programme = programmes.held(session, programme.id)
    people = session.exec(_to_remind(programme, now).order_by(col(Person.id)).limit(most)).all()
    if people:
        _remind(session, programme, people, now)
    return len(people)


def _remind(session: Session, programme: Programme, people: Sequence[Person], now: datetime) -> None:
    wanted = [links.LinkWanted(Purpose.INVITATION, person.id, programme.id) for person in people]
    made = links.make_all(session, wanted, now=now)
    outbox.queue_all(
        session,
        [
            outbox.Order(
                inviting.invitation(programme, link, now=now),
                messages.Recipient(person.id, "", Channel.EMAIL, email=person.email),
                f"reminder of programme {programme.id}",
                programme.slug,
            )
            for person, link in zip(people, made, strict=True)
        ],
        now=now,
    )
    reminded = update(Membership).where(
        col(Membership.programme_id) == programme.id,
        col(Membership.person_id).in_([person.id for person in people]),
    )
    session.execute(reminded.values(reminded_at=now), execution_options={"synchronize_session": False})


def _to_remind(programme: Programme, now: datetime) -> SelectOfScalar[Person]:
    return (
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .join(Programme, col(Programme.id) == Membership.programme_id)
        .where(
            Membership.programme_id == programme.id,
            Membership.standing == Standing.INVITED,
            Membership.joined_at <= now - REMIND_AFTER,
            col(Membership.reminded_at).is_(None),
            col(Person.email).is_not(None),
            Person.unreachable == "",
            col(Programme.paused_at).is_(None),  # in a break the invitation itself may still wait
        )
    )
