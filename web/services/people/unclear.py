"""Replies that nobody but a reader understands: they wait for an organiser, and not on the way to the wall.

    unclear ─► dealt with, or a learning        each goes after 90 days, as every reply does

NoSuchReply         the programme has no unclear reply of this number
DealtWith           somebody has dealt with it meanwhile
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select

from notifications import messages, news
from notifications.keywords import Word, understand
from notifications.messages import Channel
from notifications.tables import OutboxMessage, Reply
from web.models import GroupMember, Membership, Organiser, OrganiserRole, Person, Programme, Role, Showing
from web.services.common import audit
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation
from web.services.imports import known_elsewhere
from web.services.imports.known_elsewhere import AsWritten
from web.services.people import reachability

DONE, A_LEARNING = "dealt with a reply", "took a reply for a learning"
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

    `asks_to_stop`: it says so, and did not come from the address we had written to. `may_be_learning`: there
    is a conversation that it can be what somebody learned in. `address` is where to answer by email, empty
    where there is none or where they asked us not to write.
    """

    reply: Reply
    person: Person
    answers: str
    asks_to_stop: bool
    may_be_learning: bool
    address: str


def leave(session: Session, reply_id: int, person: Person) -> None:
    """What somebody wrote waits for an organiser."""
    row = session.get_one(Reply, reply_id)
    row.word, row.person, row.handled_at = Word.UNCLEAR, person.id, None
    session.add(row)


Row = tuple[Reply, Person, OutboxMessage | None]


def _of(programme: Programme, reader: str | None) -> Any:
    """From its participants, and in answer to its messages or to none. What somebody of another programme
    wrote, who has not said yes here, is read there. Nor does the organiser `reader` see what was said of a
    conversation of their own, while another one does.
    """
    is_ours = ~known_elsewhere.is_one(programme.id, col(Person.id))
    to_none = col(OutboxMessage.programme).is_(None) & is_ours
    ours = or_(to_none, col(OutboxMessage.programme) == programme.slug)
    return (
        select(Reply, Person, OutboxMessage)
        .join(Person, col(Person.id) == Reply.person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .outerjoin(OutboxMessage, col(OutboxMessage.id) == Reply.message_id)
        .where(Membership.programme_id == programme.id, col(Person.erased_at).is_(None), ours)
        .where(true() if reader is None else ~_of_their_own(programme, reader))
    )


def _of_their_own(programme: Programme, reader: str) -> ColumnElement[bool]:
    """Did this organiser, by id, talk with who wrote it, and is there another organiser who did not?"""
    partner, other = aliased(Person), aliased(Organiser)
    its_group = literal("group ") + cast(GroupMember.group_id, String) + " %"
    partners = (
        select(partner.email_key)
        .join(GroupMember, col(GroupMember.person_id) == partner.id)
        .where(
            col(partner.email_key).is_not(None),
            partner.id != Reply.person,
            (col(OutboxMessage.subject) + " ").like(its_group),
        )
        .correlate(Reply, OutboxMessage)
    )
    others = (
        select(OrganiserRole.organiser_id)
        .join(other, col(other.id) == OrganiserRole.organiser_id)
        .where(
            OrganiserRole.programme_id == programme.id,
            OrganiserRole.role != Role.VIEWER,
            other.id != reader,
            col(other.email_key).not_in(partners),
        )
        .correlate(Reply, OutboxMessage)
    )
    own = select(Organiser.email_key).where(Organiser.id == reader).scalar_subquery()
    return and_(own.in_(partners), others.exists())


def is_kept_from(session: Session, programme: Programme, reply_id: int, organiser: str) -> bool:
    """Is it about a conversation of this organiser, and does another one read it?"""
    wanted = (
        select(Reply.id)
        .outerjoin(OutboxMessage, col(OutboxMessage.id) == Reply.message_id)
        .where(Reply.id == reply_id, _of_their_own(programme, organiser))
    )
    return session.exec(wanted).first() is not None


def waiting(session: Session, programme: Programme, reader: str | None = None) -> int:
    """How many nobody has dealt with."""
    still = _of(programme, reader).where(col(Reply.handled_at).is_(None), Reply.word == Word.UNCLEAR)
    ids = still.with_only_columns(col(Reply.id)).subquery()
    return session.exec(select(func.count()).select_from(ids)).one()


def of_programme(
    session: Session, programme: Programme, reader: str | None = None, *, key: bytes
) -> list[Unclear]:
    """Those that wait, the oldest first; `key` is the suppression list's."""
    still = _of(programme, reader).where(col(Reply.handled_at).is_(None), Reply.word == Word.UNCLEAR)
    rows = session.exec(still.order_by(col(Reply.received_at), col(Reply.id))).all()
    written = known_elsewhere.as_written(session, programme.id, {person.id for _, person, _ in rows})
    return [
        _shown(session, reply, person, message, written.get(person.id), key=key)
        for reply, person, message in rows
    ]


def dealt_with(session: Session, programme: Programme, reader: str | None = None) -> Sequence[Row]:
    """The newest of those that an organiser has dealt with."""
    done = _of(programme, reader).where(col(Reply.handled_at).is_not(None), Reply.word == Word.UNCLEAR)
    rows: Sequence[Row] = session.exec(done.order_by(col(Reply.handled_at).desc()).limit(SHOWN)).all()
    written = known_elsewhere.as_written(session, programme.id, {person.id for _, person, _ in rows})
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
    stops = reply.channel == Channel.EMAIL and understand(reply.text).word is Word.STOP
    writable = (
        person.email and not stops and Channel.EMAIL not in reachability.stopped(session, person, key=key)
    )
    shown = written.instead_of(person) if written else person
    return Unclear(
        reply,
        shown,
        answers=IN_WORDS.get(kind, "a message of ours" if kind else ""),
        asks_to_stop=stops,
        may_be_learning=not stops and _talk(session, person, message) is not None,
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
    if talk is None:
        raise NoSuchReply
    asked = message is not None and message.kind == messages.CheckIn.kind
    showing = Showing.WITHOUT_NAME if asked and not news.is_private(reply.text) else Showing.NO
    words = understand(reply.text).learning or reply.text
    conversations.add_learning(session, talk, words, showing, now)
    reply.word = Word.LEARNING
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
    if found[0].word != Word.UNCLEAR:
        raise NoSuchReply
    return found


def _handled(session: Session, programme: Programme, reply: Reply, what: str, by: str, now: datetime) -> None:
    reply.handled_at = now
    session.add(reply)
    audit.record(session, by, what, now=now, programme=programme.id, subject=_subject(reply.id))


def _subject(number: int | None) -> str:
    return f"reply {number}"
