"""A message passed on to somebody who has shared no way to be reached, so that a first word can be said.

TooManyPassedOn     three messages to one partner in a conversation
NoPart              who has left or is suspended writes to nobody by us
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.render import has_way
from notifications.tables import OutboxMessage
from web.models import TAKING_PART, Membership, Person, Purpose
from web.services.common import audit, links, programmes
from web.services.common.contacts import recipient
from web.services.conversations.conversations import Conversation
from web.services.rounds import introductions

LONGEST = 1500
AT_MOST = 3


class TooManyPassedOn(Exception):
    pass


class NoPart(Exception):
    pass


def unreached(session: Session, talk: Conversation) -> Sequence[Person]:
    """The partners who have shared no way to be reached."""
    return [one for one in talk.partners if not one.erased_at and not has_way(_shown(session, talk, one))]


def can_be_answered(session: Session, talk: Conversation) -> bool:
    """Do partners see a way to reach who writes?"""
    return has_way(_shown(session, talk, talk.reader))


def with_ways(
    session: Session, talk: Conversation, told: Sequence[messages.Partner]
) -> tuple[messages.Partner, ...]:
    """Partners as an introduction told of them, with the ways of who had shared none then and has by now."""
    people = {one.id: one for one in talk.partners if not one.erased_at}
    return tuple(
        _shown(session, talk, people[one.person]) if one.person in people and not has_way(one) else one
        for one in told
    )


def _shown(session: Session, talk: Conversation, person: Person) -> messages.Partner:
    """Somebody of the conversation as the others may see them."""
    silent = introductions.have_pressed_nothing(session, talk.programme.id, [person.id])
    return introductions.partner(person, talk.organisations[person.id], name_alone=bool(silent))


def pass_on(session: Session, talk: Conversation, text: str, *, now: datetime) -> int:
    """Send what the reader wrote to each of them; how many they are.

    Raises:
        TooManyPassedOn: it would be the fourth; nothing is sent.
        NoPart
    """
    membership = session.get(Membership, (talk.programme.id, talk.reader.id))
    if membership is None or membership.standing not in TAKING_PART:
        raise NoPart
    sender = _shown(session, talk, talk.reader)
    people = unreached(session, talk)
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
