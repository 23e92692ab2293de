"""What providers tell us about messages, in our words: stored once, applied once, in any order.

A message's state only rises: accepted, failed_temporarily, delivered, failed, suppressed (a late bounce beats
"delivered"). Opting out is separate: it stops the channel and says nothing about this message. An event about
a message whose sending was cut off is the evidence that it arrived at the provider; a failure of an earlier
attempt says nothing about a later one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from sqlalchemy import and_, delete, or_, select, update
from sqlmodel import Session, col

from notifications import addresses, destinations, origins, pace, suppression
from notifications.bulk import bunches
from notifications.messages import BY_KIND, Channel
from notifications.origins import Origins
from notifications.outbox import change, insert_on
from notifications.providers.base import Sent
from notifications.suppression import Why
from notifications.tables import WAITING, OutboxMessage, Receipt, State

LINK_FOR = timedelta(days=3)  # how long an event without a message is looked at again


class What(StrEnum):
    """What happened to the message. Whether its address may be used again is said beside it."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"  # not sent: the address is on a list of the provider's own
    OURS = "ours"  # not sent by a fault of our own: somebody has to look
    UNWELCOME = "unwelcome"  # not delivered: where it went we are refused, and not the reader
    STOPPED = "stopped"  # not sent: our account may send nothing now, whoever the reader is
    WELCOME = "welcome"  # nothing to do with a message: the reader wants to be written to again
    NOTHING = "nothing"  # opened, clicked, or a word we do not know: kept, changes nothing


MOVES = {
    What.ACCEPTED: State.ACCEPTED,
    What.DEFERRED: State.FAILED_TEMPORARILY,
    What.DELIVERED: State.DELIVERED,
    What.FAILED: State.FAILED,
    What.REFUSED: State.SUPPRESSED,
    What.OURS: State.PARKED,
    What.UNWELCOME: State.FAILED,
    What.STOPPED: State.FAILED,
}
# Which states each one rises above. Queued and claimed count only after an attempt: see `_apply`.
RANK = {
    State.UNCERTAIN: 0,
    State.SENDING: 0,
    State.QUEUED: 0,
    State.CLAIMED: 0,
    State.ACCEPTED: 1,
    State.FAILED_TEMPORARILY: 2,
    State.DELIVERED: 3,
    State.PARKED: 4,
    State.FAILED: 5,
    State.SUPPRESSED: 6,
}


class Again(StrEnum):
    """What a failure leaves to try."""

    SAME = "same"  # the same way, twice at most; a text by email then
    BY_EMAIL = "by email"  # the number is bad, and the reader has given an email address too
    RELEASED = "released"  # the same way, once a person has released the provider


MOST_AGAIN = 2
AGAIN_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Event:
    """One event as an adapter understood it.

    `event_id` is the provider's own, or made of what makes the event itself. `message_id` and `attempt` are
    ours, if the event carries them; `origin` says whose numbering the id belongs to. `reason` is shown to
    organisers: no address in it. `stops` says why the address must not be written to any more, if so; `again`
    what may be tried after a failure.
    """

    provider: str
    event_id: str
    what: What
    at: datetime
    message_id: int | None = None
    attempt: int | None = None
    provider_id: str | None = None
    reason: str = ""
    stops: Why | None = None
    again: Again | None = None
    origin: str = ""


@runtime_checkable
class Polls(Protocol):
    """A provider that can be asked what became of a message, should its own report be lost."""

    def outcome(self, sent: Sent, now: datetime) -> Event | None:
        """Raises like `send`."""
        ...


def take(session: Session, events: Iterable[Event], *, key: bytes, now: datetime) -> int:
    """Store events and apply those that are new. How many were new.

    `key` is the suppression list's. Events about messages we do not know are kept and tried again by `link`.
    """
    new = _store(session, list(events), now)
    _apply(session, new, key, now)
    return len(new)


def link(session: Session, *, key: bytes, now: datetime) -> int:
    """Apply events that came before we knew the provider's id of their message. How many found it now."""
    waiting = select(Receipt).where(
        col(Receipt.applied).is_(False), col(Receipt.received_at) > now - LINK_FOR
    )
    receipts = list(session.scalars(waiting.limit(1000)))
    _apply(session, receipts, key, now)
    return sum(receipt.applied for receipt in receipts)


def forget_older_than(session: Session, before: datetime) -> None:
    """Retention: events are evidence for a month, then nothing."""
    session.execute(delete(Receipt).where(col(Receipt.received_at) < before))


def _store(session: Session, events: Sequence[Event], now: datetime) -> list[Receipt]:
    if not events:
        return []
    known = origins.known(session)
    rows = [
        {
            "provider": event.provider,
            "event_id": event.event_id[:200],
            "what": event.what,
            "message_id": _ours(event, known),
            "attempt": event.attempt,
            "provider_id": event.provider_id and event.provider_id[:200],
            "reason": event.reason[:200],
            "stops": event.stops,
            "again": event.again,
            "happened_at": event.at,
            "received_at": now,
            "applied": False,
        }
        # In an order of their own: the same events may come in twice at once, the other way round.
        for event in sorted(events, key=_name)
    ]
    once = insert_on(session)(Receipt).on_conflict_do_nothing(index_elements=["provider", "event_id"])
    return list(session.scalars(once.returning(Receipt), rows))


def _ours(event: Event, known: Origins) -> int | None:
    """The message it is about, unless its id is another installation's, or one that was lost at a restore."""
    ours = event.message_id is not None and known.of(event.message_id) == event.origin
    return event.message_id if ours else None


def _name(event: Event) -> tuple[str, str]:
    return event.provider, event.event_id


def _apply(session: Session, receipts: Sequence[Receipt], key: bytes, now: datetime) -> None:
    found, refusing = _messages(session, receipts), set(destinations.refusing(session))
    highest: dict[int, tuple[State, str]] = {}
    ahead: set[int] = set()
    # As it happened: they are stored, and come, in another order. Who stops and comes back, has come back.
    for receipt in sorted(receipts, key=_happened):
        message = found.get(_identity(receipt)) or found.get((receipt.provider, receipt.provider_id))
        if message is None or message.id is None:
            continue
        receipt.applied = True
        state = MOVES.get(What(receipt.what))
        past = state is not None and _is_past(receipt, message, state)
        until = None if past else _consider_place(session, receipt, message, refusing, now)
        if past or (state and _tried_again(session, receipt, message, until, now)):
            _consider_address(session, message, receipt, key, now)
            continue
        if (receipt.attempt or 0) > message.attempt:
            ahead.add(message.id)
        if state and RANK[state] >= RANK[highest.get(message.id, (State.UNCERTAIN, ""))[0]]:
            highest[message.id] = (state, receipt.reason)
        _consider_address(session, message, receipt, key, now)
    _raise(session, highest, ahead, now)
    session.flush()


def _consider_place(
    session: Session, receipt: Receipt, message: OutboxMessage, refusing: set[tuple[str, str]], now: datetime
) -> datetime | None:
    """What it says of the provider, and of where the message went. When that is tried again, if shut."""
    provider, what = receipt.provider, receipt.what
    if what == What.STOPPED:
        pace.stop(session, provider, receipt.reason, now)
    if message.address_key is None or what not in {What.DELIVERED, What.UNWELCOME}:
        return None
    place = provider, destinations.place_of(message.channel, message.address_key)
    if what == What.DELIVERED:
        if place in refusing:
            destinations.takes_us(session, *place, reported=True)
        refusing.discard(place)
        return None
    refusing.add(place)
    if message.tries > 0:  # only the first refusal of each counts
        return destinations.shut_until(session, *place)
    return destinations.refused(session, *place, receipt.reason, now, reported=True).shut_until


def _tried_again(
    session: Session, receipt: Receipt, message: OutboxMessage, shut_until: datetime | None, now: datetime
) -> bool:
    """Queue a failed message again, in the same row, if its failure leaves something to try."""
    facts: dict[str, object] = {"reason": receipt.reason or None, "provider": None, "sending_at": None}
    if shut_until:
        facts |= {"due_at": shut_until, "reason": destinations.WAITS + receipt.reason}
    elif receipt.again == Again.RELEASED:
        facts |= {"due_at": now}
    elif receipt.again == Again.SAME and message.tries < MOST_AGAIN:
        facts |= {"due_at": now + AGAIN_AFTER, "tries": message.tries + 1}
    elif receipt.again in {Again.BY_EMAIL, Again.SAME} and message.email and message.channel == Channel.SMS:
        if Channel.EMAIL not in BY_KIND[message.kind].channels:
            return False
        facts |= {"due_at": now, "channel": Channel.EMAIL, "address_key": addresses.email_key(message.email)}
    else:
        return False
    failed = update(OutboxMessage).where(
        col(OutboxMessage.id) == message.id,
        col(OutboxMessage.attempt) == message.attempt,
        col(OutboxMessage.state).in_((State.ACCEPTED, State.FAILED_TEMPORARILY, State.UNCERTAIN)),
        col(OutboxMessage.payload).is_not(None),
    )
    return change(session, failed.values(state=State.QUEUED, **facts)) == 1


def _is_past(receipt: Receipt, message: OutboxMessage, state: State) -> bool:
    return (
        receipt.attempt is not None
        and receipt.attempt < message.attempt
        and RANK[state] > RANK[State.DELIVERED]
    )


def _happened(receipt: Receipt) -> tuple[datetime, int]:
    return receipt.happened_at, receipt.id or 0


def _identity(receipt: Receipt) -> tuple[str, str | int | None]:
    return (receipt.provider, receipt.message_id)


def _messages(
    session: Session, receipts: Sequence[Receipt]
) -> dict[tuple[str, str | int | None], OutboxMessage]:
    """The messages that these are about, by (provider, our id) and by (provider, its id).

    An event is believed only about a message that went to its provider.
    """
    providers = {receipt.provider for receipt in receipts}
    found: dict[tuple[str, str | int | None], OutboxMessage] = {}
    for some in bunches(sorted(_numbers(session, receipts))):
        # Held from here on, in the order in which everybody holds several.
        rows = select(OutboxMessage).where(col(OutboxMessage.id).in_(some)).order_by(col(OutboxMessage.id))
        for message in session.scalars(rows.with_for_update()):
            # A message given back after a cut-off has no provider at the moment: the event says which it was.
            for provider in {message.provider} if message.provider else providers:
                found[provider, message.id] = message
                if message.provider_id:
                    found[provider, message.provider_id] = message
    return found


def _numbers(session: Session, receipts: Sequence[Receipt]) -> set[int]:
    """The numbers of the messages that these are about, as far as they say or we know."""
    theirs = {r.provider_id for r in receipts if r.message_id is None and r.provider_id is not None}
    numbers = {receipt.message_id for receipt in receipts if receipt.message_id is not None}
    for some in bunches(sorted(theirs)):
        named = select(col(OutboxMessage.id)).where(col(OutboxMessage.provider_id).in_(some))
        numbers.update(id_ for id_ in session.scalars(named) if id_ is not None)
    return numbers


def _consider_address(
    session: Session, message: OutboxMessage, receipt: Receipt, key: bytes, now: datetime
) -> None:
    if message.address_key is None:
        return
    channel = Channel(message.channel)
    if receipt.stops:
        suppression.suppress(session, channel, message.address_key, Why(receipt.stops), key=key, now=now)
    if receipt.what == What.WELCOME:
        known = suppression.suppressed(session, channel, message.address_key, key=key)
        # That an address does not exist, or that they reported us, is not taken back by it.
        if known and known.reason == Why.UNSUBSCRIBED:
            suppression.lift(session, channel, message.address_key, key=key)


def _raise(session: Session, highest: dict[int, tuple[State, str]], ahead: set[int], now: datetime) -> None:
    """`ahead`: a later attempt is told of than we remember. The database is an older one, brought back: what
    waits in it has gone out already.
    """
    alike: dict[tuple[State, str], list[int]] = defaultdict(list)
    for message_id, outcome in highest.items():
        alike[outcome].append(message_id)
    begun = col(OutboxMessage.sending_at).is_not(None)
    for (state, reason), all_ids in alike.items():
        lower = [each for each, rank in RANK.items() if rank < RANK[state]]
        back = col(OutboxMessage.state).in_((State.QUEUED, State.CLAIMED))
        may_rise = or_(and_(col(OutboxMessage.state).in_(lower), ~back), and_(back, begun))
        forgotten = col(OutboxMessage.id).in_(ahead) & col(OutboxMessage.state).in_(WAITING)
        facts = {"state": state, "reason": reason or None, "settled_at": now, "lease_until": None}
        for ids in bunches(all_ids):
            rising = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
            change(session, rising.where(may_rise).values(facts))
            if ahead:
                change(session, rising.where(forgotten).values(facts))
