"""Who cannot be reached, and why: they are in no pot until they can be again.

The suppression list holds keyed digests of addresses. It is read here, into a word on the person, so that
drawing a round need not compute a digest for everyone in it.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from notifications import messages, outbox, suppression
from notifications.bulk import bunches
from notifications.messages import Channel
from notifications.tables import Suppression
from web.models import Person, Purpose
from web.services.common import audit, contacts, links, times
from web.services.common.contacts import recipient
from web.services.rounds import dropouts


def stop(session: Session, person: Person, channel: Channel, *, key: bytes, now: datetime) -> None:
    """They asked us to write there no more: from the moment this is committed nothing begins to be sent."""
    person = _held(session, person)
    address = _address(person, channel)
    if address is None:
        return
    hold_rounds(session, person, now=now)
    why = suppression.Why.UNSUBSCRIBED if channel is Channel.EMAIL else suppression.Why.STOP
    suppression.suppress(session, channel, address, why, key=key, now=now)
    if channel is Channel.SMS:
        number_stopped(session, address, key=key, now=now, by=person.id)
    else:
        note(session, person, key=key, now=now)
    audit.record(session, person.id, f"stopped {channel.value}", now=now, subject=person.id)


def _held(session: Session, person: Person) -> Person:
    """Them, or whom they were merged into a moment ago, for us alone until commit. Before any message of
    theirs: whoever changes where somebody is reached holds them first, and then what waits for them.
    """
    contacts.hold(session, person.id)
    return _held(session, session.get_one(Person, person.merged_into)) if person.merged_into else person


def hold_rounds(session: Session, person: Person, *, now: datetime) -> None:
    """The rounds that they, and whoever shares a number with them, are in: before any message is stopped or
    moved, because it may come out that somebody is not reached any more, and then partners are looked after.
    Whoever does that holds a round first, and messages afterwards. The people are held already.
    """
    dropouts.hold_rounds(session, *contacts.ids_with_number(session, person), now=now)


def number_stopped(session: Session, phone: str, *, key: bytes, now: datetime, by: str | None = None) -> None:
    """Texts to a number have ended, for all who share it: each hears of it by email, but whoever did it."""
    note_number(session, phone, key=key, now=now)
    for person in contacts.by_phone(session, phone):
        if person.shares_number and person.id != by:
            _say_texts_stopped(session, person, now)


def _say_texts_stopped(session: Session, person: Person, now: datetime) -> None:
    if person.email and person.channel is Channel.SMS:
        message = messages.TextsStopped(links.make(session, Purpose.PAGE, person.id, now=now))
        to = recipient(person, by_email_only=True)
        outbox.queue(session, message, to, subject=f"stopped {times.today(now)}", now=now)


def note_number(session: Session, phone: str, *, key: bytes, now: datetime) -> None:
    """`note` for all who have confirmed it."""
    for person in contacts.by_phone(session, phone):
        note(session, person, key=key, now=now)


def start_again(session: Session, person: Person, *, key: bytes, now: datetime) -> None:
    """They want to hear from us again, on every channel of theirs."""
    hold_rounds(session, person, now=now)
    for channel in Channel:
        if address := _address(person, channel):
            suppression.lift(session, channel, address, key=key)
    note(session, person, key=key, now=now)
    if person.phone and person.shares_number:
        note_number(session, person.phone, key=key, now=now)
    audit.record(session, person.id, "wants to be written to again", now=now, subject=person.id)


def stopped_at(session: Session, channel: Channel, address: str, *, key: bytes) -> datetime | None:
    """Since when nothing is written there; None where it is."""
    known = suppression.suppressed(session, channel, address, key=key)
    return known.since if known else None


def refresh(session: Session, *, key: bytes, since: datetime, now: datetime) -> int:
    """Note whom providers have reported as unreachable since then; how many. O(people) if anything is new."""
    if session.exec(select(Suppression).where(col(Suppression.since) >= since)).first() is None:
        return 0
    lost = _listed(session, Channel.EMAIL, key) | _listed(session, Channel.SMS, key)
    # All of them before any of their rounds. So many ids at a time as a statement takes.
    for some in bunches(sorted(lost)):
        contacts.hold(session, *some)
    return sum(note(session, session.get_one(Person, person), key=key, now=now) for person in sorted(lost))


def _listed(session: Session, channel: Channel, key: bytes) -> set[str]:
    """Who is thought to be reachable, and has an address or a number that must not be written to."""
    address = col(Person.email_key) if channel is Channel.EMAIL else col(Person.phone)
    reachable = select(address, Person.id).where(Person.unreachable == "", address.is_not(None))
    found: set[str] = set()
    for some in bunches(session.exec(reachable).all(), 500):
        refused = suppression.refusals(session, channel, {each for each, _ in some if each}, key=key)
        found |= {person for each, person in some if each in refused}
    return found


def knows_the_list(session: Session, *, key: bytes) -> bool | None:
    """Is anybody of whom we noted that they cannot be reached on the list, read with this key? None where
    nobody is noted.

    With another key than it was made with the list answers no to everybody, in silence. A single no is no
    proof: somebody may have been noted by a list that a restore replaced.
    """
    lost = session.exec(select(Person.email_key, Person.phone).where(Person.unreachable != "")).all()
    for some in bunches(lost, 500):
        emails, phones = {email for email, _ in some if email}, {phone for _, phone in some if phone}
        if suppression.refusals(session, Channel.EMAIL, emails, key=key) or suppression.refusals(
            session, Channel.SMS, phones, key=key
        ):
            return True
    return False if lost else None


def stopped(session: Session, person: Person, *, key: bytes) -> dict[Channel, str]:
    """On which channels of theirs we must not or cannot write, and why: the one they chose or not."""
    found = {}
    for channel, address in ((Channel.EMAIL, person.email), (Channel.SMS, person.phone)):
        known = suppression.suppressed(session, channel, address, key=key) if address else None
        if known:
            found[channel] = known.reason
    return found


def note(session: Session, person: Person, *, key: bytes, now: datetime) -> bool:
    """Note whether they cannot be reached on the channel they chose, which is what counts; returns it.

    Whoever would wait for them is looked after.
    """
    channel = Channel.SMS if person.channel is Channel.SMS and person.phone_verified_at else Channel.EMAIL
    address = _address(person, channel)
    known = suppression.suppressed(session, channel, address, key=key) if address else None
    lost = bool(known) and not person.unreachable
    person.unreachable = known.reason if known else ""
    session.add(person)
    if lost:
        session.flush()
        dropouts.cannot_be_reached(session, person.id, now=now)
    return known is not None


def _address(person: Person, channel: Channel) -> str | None:
    """What is theirs: of a number they have not confirmed they neither stop the texts nor bring them back."""
    if channel is Channel.EMAIL:
        return person.email
    return person.phone if person.phone_verified_at else None
