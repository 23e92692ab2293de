"""Complaints about data: taken from anybody, acknowledged at once, and answered within 30 days.

UK law asks for it since 19 June 2026 (Data Protection Act 2018, section 164A, added by the Data (Use and
Access) Act 2025): a way to complain, an acknowledgement within 30 days, an answer without undue delay. We
promise both within the 30.

    received ─► answered ─► forgotten, two years later

Answered            somebody else has answered it meanwhile
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, exists, func, or_, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from web import scrubbing
from web.models import Organiser, OrganiserRole, Person, Programme, Role
from web.models.complaints import ANSWER_WITHIN, Complaint, Matter
from web.services.common import audit, links, programmes, times
from web.services.common.paging import Paged, paged

LONGEST = 3000
A_PAGE = 50
REMIND = timedelta(days=7)
KEEP = timedelta(days=730)  # after the answer
LETTERS_AN_HOUR, LETTERS_A_DAY = 3, 6  # to one address
OPERATES = col(Organiser.operates_since).is_not(None)
BY_FORM, BY_RESTORE = "the complaint form", "the restore"
IN_WORDS = {
    Matter.HELD: "What you hold about me",
    Matter.ERASE: "Something that should be erased",
    Matter.CORRECT: "Something that is wrong",
    Matter.USE: "How my details were used",
    Matter.SEEN: "Who saw my details",
    Matter.POST: "A post about me, or by me, that should be taken down",
    Matter.OTHER: "Something else",
}


class Answered(Exception):
    pass


@dataclass(frozen=True)
class ComplaintMade:
    """What the form said. Without an address the answer stands on the complaint's page alone."""

    about: Matter
    text: str
    email: str = ""
    post: str = ""


def complain(
    session: Session, programme: Programme | None, told: ComplaintMade, *, now: datetime
) -> Complaint:
    """Keep it, and tell the owners; who gave an address is told that we have it, once a minute at
    most, three times an hour and six times a day, whoever types that address.
    """
    key = addresses.email_key(told.email) if told.email else None
    may_write = key is not None and _may_be_written_to(session, key, now)
    made = Complaint(
        programme_id=programme.id if programme else None,
        about=told.about,
        text=told.text,
        post=told.post,
        email=told.email or None,
        email_key=key,
        received_at=now,
    )
    session.add(made)
    session.flush()
    if may_write:
        facts = _facts(programme)
        received = messages.ComplaintReceived(facts, made.reference_said, made.answer_by, _page(made))
        _write(session, made, received, "received", now)
    _record(session, BY_FORM, "complained about data", made, now)
    _tell(session, made, f"complaints {times.today(now)}", due=False, now=now)
    return made


def _may_be_written_to(session: Session, key: str, now: datetime) -> bool:
    def since(time: timedelta) -> int:
        earlier = select(func.count()).where(
            Complaint.email_key == key, col(Complaint.received_at) > now - time
        )
        return session.exec(earlier).one()

    a_day, an_hour = since(timedelta(days=1)), since(timedelta(hours=1))
    return a_day < LETTERS_A_DAY and an_hour < LETTERS_AN_HOUR and not since(timedelta(minutes=1))


def _facts(programme: Programme | None) -> messages.Programme | None:
    return programmes.facts(programme) if programme else None


def _page(complaint: Complaint) -> messages.Link:
    return links.open_page(f"/complaint/{complaint.reference_said}")


def about(complaint: Complaint) -> str:
    """With its moment: the number of one that was erased may be another's."""
    return f"complaint {complaint.id} of {complaint.received_at.isoformat()}"


def _write(
    session: Session, complaint: Complaint, message: messages.Message, what: str, now: datetime
) -> None:
    to = messages.Recipient(complaint.sender, "", Channel.EMAIL, email=complaint.email)
    outbox.queue(session, message, to, subject=f"{about(complaint)} {what}", now=now)


def _record(session: Session, by: str, action: str, complaint: Complaint, now: datetime) -> None:
    subject = f"complaint {complaint.id}"
    audit.record(session, by, action, now=now, programme=complaint.programme_id, subject=subject)


def _tell(session: Session, complaint: Complaint, subject: str, *, due: bool, now: datetime) -> None:
    """Whoever may read it, each once."""
    readable_by_operators = select(Complaint.id).where(Complaint.id == complaint.id, _of(None))
    is_theirs = session.exec(readable_by_operators).first() is not None
    operators = session.exec(select(Organiser).where(OPERATES)).all() if is_theirs else ()
    for organiser in operators:
        page = links.open_page("/operate/complaints")
        message = messages.ComplaintWaits(None, complaint.answer_by, page, due)
        to = messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email)
        outbox.queue(session, message, to, subject=subject, now=now)
    if not operators:
        whose = None if is_theirs else complaint.programme_id
        _tell_owners(session, complaint, subject, whose=whose, due=due, now=now)


def _tell_owners(
    session: Session, complaint: Complaint, subject: str, *, whose: int | None, due: bool, now: datetime
) -> None:
    """Each owner once: of the programme `whose` it is, or of any where it is nobody's in particular."""
    wanted = (
        select(Organiser, Programme)
        .join(OrganiserRole, col(OrganiserRole.organiser_id) == Organiser.id)
        .join(Programme, col(Programme.id) == OrganiserRole.programme_id)
        .where(OrganiserRole.role == Role.OWNER)
        .order_by(col(Programme.closed_at).is_not(None).desc(), col(Programme.id).desc())
    )
    if whose is not None:
        wanted = wanted.where(Programme.id == whose)
    owners = {organiser.id: (organiser, programme) for organiser, programme in session.exec(wanted)}
    for organiser, programme in owners.values():
        page = links.open_page(f"/organise/{programme.slug}/complaints")
        message = messages.ComplaintWaits(programmes.facts(programme), complaint.answer_by, page, due)
        to = messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email)
        outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


# For whoever complained


def by_reference(session: Session, reference: str) -> Complaint | None:
    """Whoever knows the reference may see how it stands. Case, spaces and hyphens do not count."""
    letters = "".join(letter for letter in reference.upper() if letter.isalnum())
    return session.exec(select(Complaint).where(Complaint.reference == letters)).one_or_none()


# For owners of a programme; without one for operators


def _of(programme: Programme | None) -> ColumnElement[bool]:
    """Those about it. Those about the whole service, or about a programme without an owner, are the
    operators', or every owner's where nobody looks after the installation.
    """
    ownerless = ~exists().where(
        col(OrganiserRole.programme_id) == col(Complaint.programme_id), col(OrganiserRole.role) == Role.OWNER
    )
    nobodys = col(Complaint.programme_id).is_(None) | ownerless
    if programme is None:
        return nobodys
    return or_(col(Complaint.programme_id) == programme.id, nobodys & ~exists().where(OPERATES))


_OLDEST = (col(Complaint.received_at), col(Complaint.id))


def readable(session: Session, programme: Programme | None, *, page: int = 1) -> Paged[Complaint]:
    """A page of them: the open ones first, by when an answer is due."""
    wanted = select(Complaint).where(_of(programme))
    open_first = (col(Complaint.answered_at).is_not(None), col(Complaint.answered_at).desc())
    return paged(session, wanted.order_by(*open_first, *_OLDEST), page, A_PAGE)


def one(session: Session, programme: Programme | None, number: int) -> Complaint | None:
    return session.exec(select(Complaint).where(Complaint.id == number, _of(programme))).one_or_none()


def next_due(session: Session, programme: Programme | None) -> tuple[int, Complaint | None]:
    """How many are open, and the one that has waited longest."""
    still = select(Complaint).where(_of(programme), col(Complaint.answered_at).is_(None))
    first = paged(session, still.order_by(*_OLDEST), 1, 1)
    return first.total, first.rows[0] if first.rows else None


def is_known_here(session: Session, complaint: Complaint) -> bool:
    """Does somebody we know have the address it gave? It need not be them who wrote."""
    if not complaint.email:
        return False
    wanted = select(Person.id).where(Person.email_key == addresses.email_key(complaint.email))
    return session.exec(wanted).first() is not None


def answer(
    session: Session, programme: Programme | None, number: int, outcome: str, *, by: str, now: datetime
) -> Complaint:
    """Write down what came of it, and send that to whoever complained, if they gave an address. The same
    answer of the same organiser once more changes nothing.

    What is left of somebody who was erased while it was open goes now.

    Raises:
        Answered: it had been already.
        LookupError: there is no such complaint here.
    """
    wanted = select(Complaint).where(Complaint.id == number, _of(programme)).with_for_update()
    found = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise LookupError(number)
    if found.answered_at and (found.outcome, found.answered_by) == (outcome, by):
        return found
    if found.answered_at:
        raise Answered
    found.outcome, found.answered_at, found.answered_by = outcome, now, by
    if found.email:
        whose = session.get(Programme, found.programme_id) if found.programme_id else None
        answered = messages.ComplaintAnswered(_facts(whose), found.reference_said, outcome, _page(found))
        _write(session, found, answered, "answered", now)
    if found.forget_when_answered:
        _blank(found)
        scrubbing.want(session)
    session.add(found)
    _record(session, by, "answered a complaint", found, now)
    return found


# By themselves


def remind(session: Session, *, now: datetime) -> int:
    """Tell whoever may read it of what is due within a week, once each; how many complaints those are."""
    waiting = due(session, now)
    for complaint in waiting:
        _tell(session, complaint, f"{about(complaint)} due", due=True, now=now)
    return len(waiting)


def due(session: Session, now: datetime) -> Sequence[Complaint]:
    """What is open and to be answered within a week, or overdue."""
    before = now - (ANSWER_WITHIN - REMIND)
    still = col(Complaint.answered_at).is_(None)
    return session.exec(select(Complaint).where(still, col(Complaint.received_at) <= before)).all()


def forget_old(session: Session, *, now: datetime) -> int:
    """Erase what was answered two years ago; how many complaints that is."""
    old = session.exec(select(Complaint).where(col(Complaint.answered_at) < now - KEEP)).all()
    for complaint in old:
        outbox.forget(session, complaint.sender)
        session.delete(complaint)
    if old:
        scrubbing.want(session)
    return len(old)


def follow(session: Session, before: str | None, after: str | None) -> None:
    """Somebody has another address: what they complained about is theirs still, to take away or have erased.
    It is answered where it says.
    """
    if before and after:
        theirs = update(Complaint).where(col(Complaint.email_key) == before)
        session.execute(theirs.values(email_key=after))


def of_person(session: Session, person: Person) -> Sequence[Complaint]:
    """Those that gave their address, or one that they had then."""
    if person.email_key is None:
        return ()
    theirs = select(Complaint).where(Complaint.email_key == person.email_key)
    return session.exec(theirs.order_by(col(Complaint.id))).all()


def forget_person(session: Session, person: Person) -> None:
    """Somebody is erased: their address and words leave what was answered, and what is open once it is."""
    for complaint in of_person(session, person):
        if complaint.answered_at:
            outbox.forget(session, complaint.sender)
            _blank(complaint)
        else:
            complaint.forget_when_answered = True
        session.add(complaint)


def erased(session: Session) -> set[str]:
    """The opaque ids of those whose words and address are gone, for the ledger beside a backup."""
    return set(session.exec(select(Complaint.sender).where(Complaint.text == "")))


def erase_again(session: Session, senders: Collection[str], *, now: datetime) -> None:
    """A backup has brought back words that were erased since: they had been answered by then."""
    for complaint in session.exec(select(Complaint).where(col(Complaint.sender).in_(senders))):
        if complaint.answered_at is None:
            complaint.answered_at, complaint.answered_by = now, BY_RESTORE
        outbox.forget(session, complaint.sender)
        _blank(complaint)
        session.add(complaint)


def _blank(complaint: Complaint) -> None:
    complaint.text, complaint.outcome, complaint.email, complaint.email_key = "", "", None, None
    complaint.post = ""
