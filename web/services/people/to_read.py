"""Replies that somebody has to read, whatever a program makes of them: they wait for an organiser, and not on
the way to the wall.

    to read ─► dealt with, or a learning        each goes after 90 days, as every reply does

NoSuchReply         the programme has no such reply to read
DealtWith           somebody has dealt with it meanwhile
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, literal, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from notifications import messages, news
from notifications.keywords import Word, understand
from notifications.messages import Channel
from notifications.tables import OutboxMessage, Reply
from web.models import GroupMember, Membership, Person, Programme, Showing
from web.services.common import audit, kept_from
from web.services.common.kept_from import Circle
from web.services.common.paging import Paged, how_many, paged
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation
from web.services.imports import known_elsewhere
from web.services.imports.known_elsewhere import AsWritten
from web.services.people import reachability

SAID_NO = AsWritten("Somebody who said no here", "")
DONE, A_LEARNING = "dealt with a reply", "took a reply for a learning"
A_PAGE = 20
SHOWN = 20  # of those that have been dealt with
IN_WORDS = {
    messages.Introduction.kind: "an introduction",
    messages.CheckIn.kind: "“Did you meet?”",
    messages.HeadsUp.kind: "the news of a coming round",
    messages.Nudge.kind: "a reminder to write first",
    messages.Thanks.kind: "a thank-you",
    messages.PartnerGone.kind: "the news that a partner cannot make it",
}


class NoSuchReply(Exception):
    pass


class DealtWith(Exception):
    pass


@dataclass(frozen=True)
class Unclear:
    """A reply, who it is from and what it answers, in words.

    `asks_to_stop`: it says so, and did not come from the address we had written to. `has_stopped`: it says so
    and was obeyed. `may_be_learning`: there is a conversation that it can be what somebody learned in.
    `has_a_place`: they are in the programme, so that there is a page of them.
    `address` is where to answer by email, empty where there is none or where they asked us not to write.
    """

    reply: Reply
    person: Person
    answers: str
    asks_to_stop: bool
    has_stopped: bool
    may_be_learning: bool
    has_a_place: bool
    address: str


def leave(session: Session, reply_id: int, person: Person) -> None:
    """What came to nothing waits for an organiser."""
    have_read(session, reply_id, person).word = Word.UNCLEAR


def have_read(session: Session, reply_id: int, person: Person) -> Reply:
    """What was acted upon, and says more than that, waits for an organiser too: a STOP stays a STOP."""
    row = session.get_one(Reply, reply_id)
    row.person, row.handled_at, row.to_read = person.id, None, True
    session.add(row)
    return row


def is_waiting(session: Session, reply_id: int) -> bool:
    """Does an organiser have to read it?"""
    row = session.get_one(Reply, reply_id)
    return row.to_read and row.handled_at is None


Row = tuple[Reply, Person, OutboxMessage | None]


def _of(programme: Programme, reader: str | None) -> Any:
    """What is said here. Nor does the organiser `reader` see what may be said of them."""
    return (
        select(Reply, Person, OutboxMessage)
        .select_from(Reply)
        .join(Person, is_writer_in(programme))
        .outerjoin(OutboxMessage, col(OutboxMessage.id) == Reply.message_id)
        .where(col(Person.erased_at).is_(None), is_said_in(programme))
        .where(true() if reader is None else ~_is_kept(programme, reader))
    )


def is_said_in(programme: Programme | type[Programme]) -> ColumnElement[bool]:
    """In answer to its messages, or by its participants to none. What somebody of another programme wrote,
    who has not said yes here, is read there.
    """
    is_ours = _has_a_place(programme, Person.id) & ~known_elsewhere.is_one(programme.id, col(Person.id))
    to_none = col(OutboxMessage.programme).is_(None) & is_ours
    return or_(to_none, col(OutboxMessage.programme) == programme.slug)


def is_writer_in(programme: Programme | type[Programme]) -> ColumnElement[bool]:
    """Whose it was taken for. By a number that several share, it may be another of them who is in the
    programme.
    """
    place = aliased(Membership)
    themselves, others = _may_have_written()
    first = (
        select(func.min(place.person_id))
        .where(place.programme_id == programme.id, col(place.person_id).in_(themselves.union_all(others)))
        .correlate_except(place)
    )
    one_of_them = func.coalesce(first.scalar_subquery(), Reply.person)
    is_here = _has_a_place(programme, Reply.person)
    return col(Person.id) == case((is_here, col(Reply.person)), else_=one_of_them)


def _has_a_place(programme: Programme | type[Programme], person: Any) -> ColumnElement[bool]:
    place = aliased(Membership)
    held = select(place.person_id).where(place.programme_id == programme.id, place.person_id == person)
    return held.correlate_except(place).exists()


def _is_kept(programme: Programme, reader: str) -> ColumnElement[bool]:
    """May it be about this organiser, by id? Another organiser reads it, of whom that is less likely; what is
    said beside a STOP whoever reads it elsewhere.
    """
    partners, perhaps = partners_of_writer(programme)
    stops = func.coalesce(col(Reply.word), "") == Word.STOP
    others = kept_from.another_reads(programme, reader, perhaps) | kept_from.somebody_elsewhere_reads(perhaps)
    alike = kept_from.alike(_partners_of_writer(programme, true()))
    kept = kept_from.is_kept(programme, reader, (_partners_in_its_talk(programme), partners, alike))
    return or_(stops & (partners(reader) | (perhaps(reader) & others)), ~stops & kept)


def partners_of_writer(programme: Programme | type[Programme]) -> tuple[Circle, Circle]:
    """Whom it may be about: whoever has talked with its writer in this programme, and whoever perhaps has. A
    text answers the newest message, whatever it says, and may speak of any of them.
    """
    theirs = _partners_of_writer(programme, true())
    return kept_from.surely(theirs), kept_from.perhaps(theirs)


def _partners_in_its_talk(programme: Programme) -> Circle:
    """Whoever was in the conversation that its message is about: nobody where that is none."""
    its_group = literal("group ") + cast(GroupMember.group_id, String) + " %"
    of_it = (func.coalesce(col(OutboxMessage.subject), "") + " ").like(its_group)
    return kept_from.surely(_partners_of_writer(programme, of_it))


def _partners_of_writer(programme: Programme | type[Programme], where: ColumnElement[bool]) -> Any:
    own, of_others = (
        kept_from.partners_of(col(Reply.person), kept_from.all_groups_of(programme, some) & where)
        for some in _may_have_written()
    )
    # Of an “or”, and of both asked for together, a database looks through everybody.
    return own.union_all(of_others)


def _may_have_written() -> tuple[Any, Any]:
    """The ids of whoever it may be from: whose it was taken for, and as a text from a number that several
    share is from any of them, the others.
    """
    writer, known, other = (aliased(Person) for _ in range(3))
    themselves = select(writer.id).where(writer.id == Reply.person).correlate_except(writer)
    others = (
        select(other.id)
        .join(known, col(other.phone) == col(known.phone))
        .where(known.id == Reply.person, col(known.shares_number), col(other.shares_number))
        .where(Reply.channel == Channel.SMS)
        .correlate_except(known, other)
    )
    return themselves, others


def is_kept_from(session: Session, programme: Programme, reply_id: int, organiser: str) -> bool:
    """May it be about this organiser?"""
    wanted = (
        select(Reply.id)
        .outerjoin(OutboxMessage, col(OutboxMessage.id) == Reply.message_id)
        .where(Reply.id == reply_id, _is_kept(programme, organiser))
    )
    return session.exec(wanted).first() is not None


def waiting(session: Session, programme: Programme, reader: str | None = None) -> int:
    """How many nobody has dealt with."""
    still = _of(programme, reader).where(col(Reply.handled_at).is_(None))
    return how_many(session, still)


def of_programme(
    session: Session, programme: Programme, reader: str | None = None, *, key: bytes, page: int = 1
) -> Paged[Unclear]:
    """A page of those that wait, the oldest first; `key` is the suppression list's."""
    still = _of(programme, reader).where(col(Reply.handled_at).is_(None))
    found = paged(session, still.order_by(col(Reply.received_at), col(Reply.id)), page, A_PAGE)
    written = _as_known_here(session, programme, found.rows)

    def shown(row: Row) -> Unclear:
        reply, person, message = row
        return _shown(session, reply, person, message, written.get(person.id), key=key)

    return found.each(shown)


def _as_known_here(session: Session, programme: Programme, rows: Sequence[Row]) -> dict[str, AsWritten]:
    """Who is to be shown otherwise than they say themselves."""
    people = {person.id for _, person, _ in rows}
    if not people:
        return {}
    here = select(Membership.person_id).where(
        Membership.programme_id == programme.id, col(Membership.person_id).in_(people)
    )
    gone = dict.fromkeys(people.difference(session.exec(here).all()), SAID_NO)
    return gone | known_elsewhere.as_written(session, programme.id, people)


def dealt_with(session: Session, programme: Programme, reader: str | None = None) -> Sequence[Row]:
    """The newest of those that an organiser has dealt with."""
    done = _of(programme, reader).where(col(Reply.handled_at).is_not(None), col(Reply.to_read))
    rows: Sequence[Row] = session.exec(done.order_by(col(Reply.handled_at).desc()).limit(SHOWN)).all()
    written = _as_known_here(session, programme, rows)
    return [
        (reply, written[person.id].instead_of(person) if person.id in written else person, message)
        for reply, person, message in rows
    ]


def _shown(
    session: Session,
    reply: Reply,
    person: Person,
    message: OutboxMessage | None,
    written: AsWritten | None,
    *,
    key: bytes,
) -> Unclear:
    kind = message.kind if message else ""
    stopped = reachability.stopped(session, person, key=key)
    stops = reply.word == Word.STOP or understand(reply.text).word is Word.STOP
    has_stopped = stops and reply.channel in stopped
    writable = person.email and not stops and Channel.EMAIL not in stopped
    shown = written.instead_of(person) if written else person
    return Unclear(
        reply,
        shown,
        answers=IN_WORDS.get(kind, "a message of ours" if kind else ""),
        asks_to_stop=stops and not has_stopped and reply.channel == Channel.EMAIL,
        has_stopped=has_stopped,
        may_be_learning=not stops and _talk(session, person, message) is not None,
        has_a_place=written is not SAID_NO,
        address=shown.email or "" if writable else "",
    )


def _talk(session: Session, person: Person, message: OutboxMessage | None) -> Conversation | None:
    talk = conversations.answered(session, message, person.id)
    return talk if talk and talk.stands else None


def finish(session: Session, programme: Programme, number: int, *, by: str, now: datetime) -> None:
    """An organiser has dealt with it. A second press of theirs changes nothing.

    Raises:
        NoSuchReply, DealtWith.
    """
    try:
        reply, _, _ = _waiting(session, programme, number, by)
    except DealtWith:
        if audit.was_done(session, programme.id, DONE, _subject(number), by=by):
            return
        raise
    _handled(session, programme, reply, DONE, by, now)


def keep_as_learning(
    session: Session, programme: Programme, number: int, *, by: str, now: datetime
) -> Showing:
    """Put its words to what somebody learned in the conversation it is about; how that may be shown.

    Our question says that an answer may be shown without a name. In answer to anything else it may not be,
    until its author says so in the check-in.

    Raises:
        NoSuchReply: or it is about no conversation.
        DealtWith
    """
    reply, person, message = _waiting(session, programme, number, by)
    talk = _talk(session, person, message)
    if talk is None or reply.word == Word.STOP:
        raise NoSuchReply
    asked = message is not None and message.kind == messages.CheckIn.kind
    showing = Showing.WITHOUT_NAME if asked and not news.is_private(reply.text) else Showing.NO
    words = understand(reply.text).learning or reply.text
    conversations.add_learning(session, talk, words, showing, now)
    reply.word, reply.to_read = Word.LEARNING, False
    _handled(session, programme, reply, A_LEARNING, by, now)
    return talk.learning.showing if talk.learning else showing


def _waiting(session: Session, programme: Programme, number: int, by: str) -> Row:
    """Locked: two organisers may have pressed at once."""
    wanted = _of(programme, by).where(Reply.id == number).with_for_update(of=Reply)
    found: Row | None = session.exec(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NoSuchReply
    if found[0].handled_at:
        raise DealtWith
    return found


def _handled(session: Session, programme: Programme, reply: Reply, what: str, by: str, now: datetime) -> None:
    reply.handled_at = now
    session.add(reply)
    audit.record(session, by, what, now=now, programme=programme.id, subject=_subject(reply.id))


def _subject(number: int | None) -> str:
    return f"reply {number}"
