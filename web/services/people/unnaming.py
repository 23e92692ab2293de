"""What waits for others and names somebody who is erased says so without them, where it still has a point.

Everything that names them is forgotten, also what has not been sent: whose partner has gone would hear of it
from nobody.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlmodel import Session, col, select

from notifications import messages, rewording
from notifications.messages import Message
from notifications.tables import WAITING, OutboxMessage, OutboxNamed, State
from web.models import Person
from web.services.common import contacts


def leave_out(session: Session, person: Person) -> None:
    """Take somebody out of what waits for others. What is left of the messages that name them is forgotten
    with them.
    """
    ids = set(contacts.ids(session, person))
    named = select(OutboxNamed.message_id).where(col(OutboxNamed.person).in_(ids))
    waiting = select(OutboxMessage).where(
        col(OutboxMessage.id).in_(named),
        col(OutboxMessage.person).not_in(ids),
        col(OutboxMessage.state).in_((*WAITING, State.UNCERTAIN)),
        col(OutboxMessage.payload).is_not(None),
    )
    for row in session.exec(waiting.order_by(col(OutboxMessage.id))).all():
        message = _without(row.message(), ids)
        if message and not message.people() & ids:
            rewording.say_instead(session, row, message)


def _without(message: Message, people: Collection[str]) -> Message | None:
    """None where nothing is left to say."""
    match message:
        case messages.Introduction() | messages.PartnerGone():
            return replace(message, gone=tuple(one for one in message.gone if one.person not in people))
        case messages.CheckIn():
            others = tuple(one for one in message.partners if one.person not in people)
            return replace(message, partners=others) if others else None
        case messages.Digest():
            learned = tuple(one for one in message.learned if not (one.by and one.by.person in people))
            return replace(message, learned=learned) if learned else None
    return None
