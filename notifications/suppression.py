"""Who must not be written to on which channel, in any programme.

The list holds HMACs of addresses under a key of its own: it can answer "is this address on it?" and outlives
the erasure of the person, but cannot be read. Emails somebody asks for this minute (a link to their page, a
confirmation) still go to an address on it; a text never does.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, case, select
from sqlmodel import Session, col

from notifications.columns import table_of
from notifications.messages import BY_KIND, Channel
from notifications.outbox import change, in_order, key_on
from notifications.tables import WAITING, OutboxMessage, State, Suppression

TABLE = table_of(Suppression)
# Asked once a message: it is put together once.
LISTED = select(TABLE.c.key, TABLE.c.reason).where(
    TABLE.c.channel == bindparam("on"), TABLE.c.key.in_(bindparam("marks", expanding=True))
)


class Why(StrEnum):
    """Shown to the person, and to organisers, as it stands."""

    STOP = "replied STOP"
    UNSUBSCRIBED = "unsubscribed"
    SPAM = "reported our mail as spam"
    BOUNCED = "the address does not exist or refuses our mail"
    NUMBER = "the number cannot receive texts"


def suppress(
    session: Session, channel: Channel, address: str, why: Why, *, key: bytes, now: datetime
) -> bool:
    """Write there no more, from the moment this is committed. True if it is news.

    Everything still waiting for that address is suppressed with it; what a worker has not yet begun to send
    loses the race, because beginning and this statement change the same rows.
    """
    canonical = _canonical(channel, address)
    mark = _mark(channel, canonical, key)
    known = session.get(Suppression, (channel, mark))
    if known is None:
        session.add(Suppression(channel=channel, key=mark, reason=why, since=now))
        session.flush()
    waiting = in_order(
        col(OutboxMessage.address_key) == canonical,
        col(OutboxMessage.channel) == channel,
        col(OutboxMessage.state).in_(WAITING),
        col(OutboxMessage.kind).in_(_obeying(channel)),
    )
    change(session, waiting.values(state=State.SUPPRESSED, reason=str(why), settled_at=now))
    return known is None


def lift(session: Session, channel: Channel, address: str, *, key: bytes) -> bool:
    """Its owner wants to be written to again. False if it was not on the list.

    What was due meanwhile must not go there no longer: it did not arrive, and an organiser may send it. What
    was not yet due when they stopped is let go of: its cause may have gone since, and nobody told it.
    """
    known = suppressed(session, channel, address, key=key)
    if known is None:
        return False
    session.delete(known)
    session.flush()
    back = in_order(
        col(OutboxMessage.address_key) == _canonical(channel, address),
        col(OutboxMessage.channel) == channel,
        col(OutboxMessage.state) == State.SUPPRESSED,
    )
    early = col(OutboxMessage.due_at) > col(OutboxMessage.settled_at)
    missed = f"{known.reason}, and wants to be written to again"
    state = case((early, State.CANCELLED), else_=State.FAILED)
    reason = case((early, "they had stopped by then"), else_=missed)
    change(session, back.values(state=state, reason=reason))
    return True


def suppressed(session: Session, channel: Channel, address: str, *, key: bytes) -> Suppression | None:
    """Why and since when this address is not written to; None when it is."""
    return session.get(Suppression, (channel, _mark(channel, _canonical(channel, address), key)))


def refusals(session: Session, channel: Channel, addresses: Collection[str], *, key: bytes) -> dict[str, str]:
    """Which of these canonical addresses are on the list, and why. At most a thousand at a time."""
    marks = {_mark(channel, address, key): address for address in addresses}
    listed = session.connection().execute(LISTED, {"on": channel, "marks": list(marks)})
    return {marks[mark]: reason for mark, reason in listed}


def obeys(kind: str, channel: Channel) -> bool:
    """Does the list hold for messages of this kind?"""
    return BY_KIND[kind].bulk or channel is Channel.SMS


def _obeying(channel: Channel) -> list[str]:
    return [kind for kind in BY_KIND if obeys(kind, channel)]


def _canonical(channel: Channel, address: str) -> str:
    return key_on(channel, address, address) or ""


def _mark(channel: Channel, canonical: str, key: bytes) -> str:
    return hmac.new(key, f"{channel}:{canonical}".encode(), hashlib.sha256).hexdigest()
