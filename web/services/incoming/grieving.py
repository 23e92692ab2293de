"""A reply that tells of a death, or of despair: an organiser hears of it at once, and it goes nowhere else.

Where the reader of our letters has surely died, nothing is sent to that address or number again. Where it may
be so, or whoever wrote it grieves, they are in no round for four weeks, and what waited for them does not go.
Of a partner nothing is stopped: nobody ends another's letters by a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from sqlmodel import Session

from notifications import grief, outbox, replies
from notifications.grief import Grief
from notifications.keywords import Word
from notifications.messages import Channel
from notifications.replies import Inbound, Received
from web.models import TAKING_PART, Person
from web.services.common import contacts, times
from web.services.conversations import conversations
from web.services.incoming import read_soon
from web.services.people import participation, reachability, to_read

QUIET = timedelta(weeks=4)


@dataclass(frozen=True)
class Grieved:
    """What was done at once: `stopped`, nothing is written there any more; or no round `until` then."""

    stopped: bool = False
    until: date | None = None


def take(
    session: Session, inbound: Inbound, reply: Received, person: Person, *, key: bytes, now: datetime
) -> Grieved | None:
    """What was done; None where it tells of no such thing. It waits for an organiser, who has a letter."""
    told = _told(session, inbound, reply, person)
    if told is None:
        return None
    if reply.word is Word.STOP:
        reachability.note(session, person, key=key, now=now)
    done = _done_at_once(session, inbound, reply, person, told, key=key, now=now)
    to_read.leave(session, reply.reply_id, person)
    where = read_soon.where(session, reply, person)
    read_soon.ask(session, reply, person, where, stopped=done.stopped, until=done.until, now=now)
    return done


def take_shared(
    session: Session, inbound: Inbound, reply: Received, people: Sequence[Person], *, now: datetime
) -> bool:
    """By a number of several: nobody knows who wrote it of whom, so nothing is stopped. It waits as if the
    first of them had written it. Did it tell of that?
    """
    names = [name for person in people for name in (person.name, person.known_as)]
    if reply.word is Word.NOTHING or not people or grief.heard(inbound.text, names, ()) is None:
        return False
    to_read.leave(session, reply.reply_id, people[0])
    where = read_soon.where(session, reply, *people)
    read_soon.ask(session, reply, people[0], where, stopped=reply.word is Word.STOP, now=now)
    return True


def _done_at_once(
    session: Session,
    inbound: Inbound,
    reply: Received,
    person: Person,
    told: Grief,
    *,
    key: bytes,
    now: datetime,
) -> Grieved:
    if not reply.certain:
        return Grieved()
    if told is Grief.READER_DIED and _from_where_we_wrote(inbound, reply, person):
        reachability.stop(session, person, inbound.channel, key=key, now=now)
        return Grieved(stopped=True)
    if reply.word is Word.STOP and reply.heard:
        return Grieved(stopped=True)
    return Grieved() if told is Grief.PARTNER_DIED else Grieved(until=_spare(session, person, now))


def _told(session: Session, inbound: Inbound, reply: Received, person: Person) -> Grief | None:
    if reply.word is Word.NOTHING or inbound.automatic:
        return None
    talk = conversations.answered(session, reply.message, person.id)
    others = (*talk.partners, *talk.gone) if talk else ()
    partners = [name for one in others for name in (one.name, one.known_as)]
    return grief.heard(inbound.text, (person.name, person.known_as), partners)


def _from_where_we_wrote(inbound: Inbound, reply: Received, person: Person) -> bool:
    """Letters are passed on: a mail from elsewhere stops nothing, as with STOP."""
    if inbound.channel is Channel.SMS:
        return inbound.sender == person.phone
    answered = replies.address_answered(inbound, reply.message)
    return answered is not None and answered == person.email_key


def _spare(session: Session, person: Person, now: datetime) -> date:
    """In no round for a while, and not asked anything meanwhile. A longer pause of their own stays."""
    until = times.today(now) + QUIET
    for place in participation.sections(session, person):
        membership = place.membership
        if membership.standing not in TAKING_PART:
            continue
        if membership.paused_until is None or membership.paused_until < until:
            participation.pause(session, membership, until, now=now)
        for kind, known_as in product(outbox.BULK, contacts.ids(session, person)):
            outbox.cancel(session, kind=kind, person=known_as, programme=place.programme.slug)
    return until
