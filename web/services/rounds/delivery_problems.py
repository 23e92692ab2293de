"""Messages that need a look: why they did not arrive, and sending one again.

NoSuchMessage       the round has no message of this number
NotToResend         nothing is left to send again
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from notifications import outbox, resending
from notifications.tables import OutboxMessage, State
from web.models import Person, Programme, Round
from web.services.common import audit, phrases
from web.services.common.contacts import recipient

IN_WORDS = {
    State.FAILED: "did not arrive",
    State.PARKED: "could not be put together",
    State.UNCERTAIN: "may have gone out, nobody can tell",
    State.SUPPRESSED: "must not go there",
    State.EXPIRED: "could not go out in time",
}
# What must not go there would only be stopped again.
MAY_GO_AGAIN = (State.FAILED, State.PARKED, State.UNCERTAIN)
# What has certainly not arrived, so that sending all of it again tells nobody twice.
DID_NOT_ARRIVE = (State.FAILED, State.PARKED, State.EXPIRED)


class NoSuchMessage(Exception):
    pass


class NotToResend(Exception):
    pass


@dataclass(frozen=True)
class Troubled:
    id: int
    person: str
    name: str
    kind: str
    state: str
    reason: str
    may_go_again: bool
    did_not_arrive: bool


def of_round(session: Session, round_: Round) -> Sequence[Troubled]:
    """The messages of a round that need a look, oldest first."""
    rows = session.exec(
        select(OutboxMessage, Person.name)
        .outerjoin(Person, col(Person.id) == OutboxMessage.person)
        .where(OutboxMessage.round == str(round_.id), col(OutboxMessage.state).in_(list(IN_WORDS)))
        .order_by(col(OutboxMessage.id))
    )
    return [
        Troubled(
            id=message.id or 0,
            person=message.person,
            name=name or phrases.GONE,
            kind=message.kind.replace("_", "-"),
            state=IN_WORDS[State(message.state)],
            reason=message.reason or "",
            may_go_again=message.state in MAY_GO_AGAIN and message.payload is not None,
            did_not_arrive=message.state in DID_NOT_ARRIVE and message.payload is not None,
        )
        for message, name in rows
    ]


def resend(
    session: Session, programme: Programme, round_: Round, message_id: int, *, by: str, now: datetime
) -> None:
    """Send a message of the round again, with the same links: an organiser's decision, because it may then
    arrive twice.

    Raises:
        NoSuchMessage, NotToResend: see there.
    """
    message = session.get(OutboxMessage, message_id)
    if message is None or message.round != str(round_.id):
        raise NoSuchMessage
    moved = _who_moved(session, col(OutboxMessage.id) == message_id)
    if message.state not in MAY_GO_AGAIN or not resending.resend(session, message_id, now=now):
        raise NotToResend
    _readdress(session, moved)
    audit.record(
        session, by, "message sent again", now=now, programme=programme.id, subject=f"message {message_id}"
    )


def resend_round(session: Session, programme: Programme, round_: Round, *, by: str, now: datetime) -> int:
    """Send again what did not arrive of a round, and is still of use. How many messages."""
    sent = resend_all(session, DID_NOT_ARRIVE, round=str(round_.id), now=now)
    if sent:
        audit.record(
            session,
            by,
            "messages sent again",
            now=now,
            programme=programme.id,
            subject=f"round {round_.number}",
            messages=sent,
        )
    return sent


def resend_all(
    session: Session,
    states: Collection[State],
    *,
    since: datetime | None = None,
    kind: str | None = None,
    round: str | None = None,  # noqa: A002
    now: datetime,
) -> int:
    """As in `resending`, to where each reader is reached by now. How many messages."""
    moved = _who_moved(session, *resending.chosen(states, since=since, kind=kind, round=round))
    sent = resending.resend_all(session, states, since=since, kind=kind, round=round, now=now)
    _readdress(session, moved)
    return sent


def _who_moved(session: Session, *messages: ColumnElement[bool]) -> Sequence[Person]:
    """Whose address or number is another one than when these messages were written, or who reads on another
    channel.
    """
    email, phone = col(OutboxMessage.email), col(OutboxMessage.phone)
    other = (
        email.is_distinct_from(col(Person.email))
        | (col(Person.phone_verified_at).is_not(None) & phone.is_distinct_from(col(Person.phone)))
        | (col(OutboxMessage.channel) != col(Person.channel))
    )
    there = select(Person.id).join(OutboxMessage, col(OutboxMessage.person) == col(Person.id))
    people = select(Person).where(col(Person.id).in_(there.where(*messages, other)))
    return session.exec(people.where(col(Person.erased_at).is_(None))).all()


def _readdress(session: Session, people: Sequence[Person]) -> None:
    for person in people:
        outbox.readdress(session, recipient(person))
