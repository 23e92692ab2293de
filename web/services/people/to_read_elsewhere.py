"""What is said beside a STOP where all who organise the programme are partners of its writer: it may be
about them, so none of them reads it. Operators do; and where there is none but such a partner, whoever owns
another programme, as they do complaints that nobody would read.

NoSuchReply         there is none, or it is not theirs to read
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select, true

from notifications.keywords import Word
from notifications.messages import Channel
from notifications.tables import OutboxMessage, Reply
from web.models import Organiser, OrganiserRole, Person, Programme, Role
from web.services.common import audit, kept_from
from web.services.common.kept_from import Circle
from web.services.people import reachability, to_read
from web.services.people.to_read import NoSuchReply


@dataclass(frozen=True)
class ReadElsewhere:
    """A reply, who it is from, and the programme it was said in. `address` is where to write by email, empty
    where there is none or where they have stopped that too.
    """

    reply: Reply
    person: Person
    programme: Programme
    address: str


def _unread(*wanted: Any) -> Any:
    """Of all programmes at once, from a row for each where nobody reads it."""
    return (
        select(*wanted)
        .select_from(Reply)
        .outerjoin(OutboxMessage, col(OutboxMessage.id) == Reply.message_id)
        .join(Programme, true())
        .join(Person, to_read.is_writer_in(Programme))
        .where(
            col(Reply.to_read),
            Reply.word == Word.STOP,
            col(Person.erased_at).is_(None),
            to_read.is_said_in(Programme),
            ~kept_from.another_reads(Programme, "", to_read.partners_of_writer(Programme)[1]),
        )
    )


def _reads(reader: Any) -> ColumnElement[bool]:
    """May this organiser, by id? Who is perhaps a partner does where nobody else would at all."""
    partners, perhaps = to_read.partners_of_writer(Programme)
    nobody_else = ~or_(
        kept_from.another_reads(Programme, "", partners), kept_from.somebody_elsewhere_reads(perhaps)
    )
    return or_(_has_a_place(reader, perhaps), nobody_else & _has_a_place(reader, partners))


def _has_a_place(reader: Any, circle: Circle) -> ColumnElement[bool]:
    """Do they operate, or own a programme while no operator reads it, and are in no such circle?"""
    self_ = aliased(Organiser)
    operates = (
        select(self_.id)
        .where(self_.id == reader, col(self_.operates_since).is_not(None))
        .correlate_except(self_)
        .exists()
    )
    owns = (
        select(OrganiserRole.organiser_id)
        .where(OrganiserRole.organiser_id == reader, OrganiserRole.role == Role.OWNER)
        .correlate_except(OrganiserRole)
        .exists()
    )
    return ~circle(reader) & or_(operates, owns & ~kept_from.an_operator_reads(circle))


def waiting(session: Session, reader: str, *, key: bytes) -> list[ReadElsewhere]:
    """What waits for this one, the oldest first, each once; `key` is the suppression list's."""
    still = _wait_for(reader, Reply, Person, Programme)
    rows = session.exec(still.order_by(col(Reply.received_at), col(Reply.id), col(Programme.id))).all()
    return list({row[0].id: _shown(session, *row, key=key) for row in rows}.values())


def how_many(session: Session, reader: str) -> int:
    ids = _wait_for(reader, col(Reply.id)).distinct().subquery()
    return session.exec(select(func.count()).select_from(ids)).one()


def _wait_for(reader: str, *wanted: Any) -> Any:
    return _unread(*wanted).where(_reads(reader), col(Reply.handled_at).is_(None))


def _shown(
    session: Session, reply: Reply, person: Person, programme: Programme, *, key: bytes
) -> ReadElsewhere:
    stopped = {reply.channel, *reachability.stopped(session, person, key=key)}
    address = person.email if person.email and Channel.EMAIL not in stopped else ""
    return ReadElsewhere(reply, person, programme, address)


def readers(session: Session, programme: Programme, reply_id: int) -> Sequence[Organiser]:
    """Whoever reads it; nobody where somebody who organises the programme does."""
    where = _unread(Organiser).join(Organiser, _reads(col(Organiser.id)))
    found = session.exec(where.where(Reply.id == reply_id, Programme.id == programme.id)).all()
    return list({one.id: one for one in found}.values())


def finish(session: Session, number: int, *, by: str, now: datetime) -> None:
    """It is dealt with; a second time changes nothing. The programme's own trail does not say so: whom it may
    be about reads that.

    Raises:
        NoSuchReply
    """
    wanted = _unread(Reply).where(_reads(by), Reply.id == number).with_for_update(of=Reply)
    found = session.exec(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NoSuchReply
    if found.handled_at is None:
        found.handled_at = now
        session.add(found)
        audit.record(
            session, by, "dealt with a reply no organiser may read", now=now, subject=f"reply {number}"
        )
