"""A message passed on to somebody who has shared no way to be reached, so that a first word can be said.

TooManyPassedOn     three messages to one partner in a conversation
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.render import has_way
from notifications.tables import OutboxMessage
from web.models import Person, Purpose
from web.services.common import audit, links, programmes
from web.services.common.contacts import recipient
from web.services.conversations.conversations import Conversation
from web.services.rounds import introductions

LONGEST = 1500
AT_MOST = 3


class TooManyPassedOn(Exception):
    pass


def unreached(talk: Conversation) -> Sequence[Person]:
    """The partners who have shared no way to be reached."""
    return [
        one
        for one in talk.partners
        if not one.erased_at and not has_way(introductions.partner(one, talk.organisations[one.id]))
    ]


def can_be_answered(talk: Conversation) -> bool:
    """Do partners see a way to reach who writes?"""
    return has_way(_sender(talk))


def _sender(talk: Conversation) -> messages.Partner:
    return introductions.partner(talk.reader, talk.organisations[talk.reader.id])


def pass_on(session: Session, talk: Conversation, text: str, *, now: datetime) -> int:
    """Send what the reader wrote to each of them; how many they are.

    Raises:
        TooManyPassedOn: it would be the fourth; nothing is sent.
    """
    sender = _sender(talk)
    people = unreached(talk)
    for person in people:
        about = f"{introductions.about(talk.group)} from {talk.reader.id} "
        earlier = select(func.count()).where(
            OutboxMessage.kind == messages.PassedOn.kind,
            OutboxMessage.person == person.id,
            col(OutboxMessage.subject).startswith(about),
        )
        count = session.exec(earlier).one()
        if count >= AT_MOST:
            raise TooManyPassedOn
        message = messages.PassedOn(
            programmes.facts(talk.programme),
            sender,
            text,
            links.make(session, Purpose.CONVERSATION, person.id, now=now, subject=talk.group.id),
            links.make(session, Purpose.PAGE, person.id, now=now),
        )
        subject = f"{about}{count + 1}"
        outbox.queue(
            session, message, recipient(person), subject=subject, programme=talk.programme.slug, now=now
        )
    audit.record(
        session,
        talk.reader.id,
        "wrote to a partner by us",
        now=now,
        programme=talk.programme.id,
        subject=talk.reader.id,
    )
    return len(people)
