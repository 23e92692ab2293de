"""Other words for messages that were queued before: what they say of somebody, or by somebody, is no more."""

import json
from collections.abc import Collection

from sqlalchemy import delete, func, update
from sqlmodel import Session, col

from notifications.messages import Message
from notifications.outbox import change, in_order
from notifications.tables import OutboxMessage, OutboxNamed, State


def say_instead(session: Session, row: OutboxMessage, message: Message) -> bool:
    """Have what has not been sent say something else, which names no more people than before. False where it
    has gone on meanwhile.
    """
    # A worker that has it in hand has its words too: it loses them with the state.
    back = State.QUEUED if row.state == State.CLAIMED else row.state
    still = update(OutboxMessage).where(
        col(OutboxMessage.id) == row.id,
        col(OutboxMessage.state) == row.state,
        col(OutboxMessage.attempt) == row.attempt,
    )
    if not change(session, still.values(payload=message.to_json(), state=back)):
        return False
    named = message.people() | {row.person}
    others = delete(OutboxNamed).where(
        col(OutboxNamed.message_id) == row.id, col(OutboxNamed.person).not_in(named)
    )
    session.execute(others)
    return True


def replace_in(session: Session, kind: str, round_: str, before: str, after: str) -> None:
    """Put other words into the messages of a kind about a round, as they stand in their JSON."""
    payload = col(OutboxMessage.payload)
    theirs = (col(OutboxMessage.kind) == kind) & (col(OutboxMessage.round) == round_)
    statement = in_order(theirs, payload.contains(before, autoescape=True))
    change(session, statement.values(payload=func.replace(payload, before, after)))


def replace_in_all(session: Session, kinds: Collection[str], programme: str, before: str, after: str) -> None:
    """The same in every message of these kinds of a programme. `before` and `after` are as people write."""
    payload = col(OutboxMessage.payload)
    said, left = (json.dumps(words, ensure_ascii=False)[1:-1] for words in (before, after))
    theirs = col(OutboxMessage.kind).in_(kinds) & (col(OutboxMessage.programme) == programme)
    statement = in_order(theirs, payload.contains(said, autoescape=True))
    change(session, statement.values(payload=func.replace(payload, said, left)))
