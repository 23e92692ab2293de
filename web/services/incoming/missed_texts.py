"""Texts that could not be handed over to us, read from the provider's own list once we are there again.

Twilio hands over a text within fifteen seconds or not at all, and an upgrade takes longer: the partner of
whoever texted COULDN'T meanwhile would wait in vain. Only people whose number we know are heard so late. A
stranger who would join had no answer, and writes again; of whoever has been erased since, nothing comes back.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, delete

from notifications import quiet_hours
from notifications.carriers import Providers
from notifications.errors import ProviderError
from notifications.outbox import insert_on
from notifications.replies import Inbound, ListsInbound
from notifications.sending import Clock, Sessions, never
from notifications.tables import InboundRead
from web.db import DATABASE_AWAY
from web.services.common import contacts
from web.services.incoming import replies
from web.tokens import Signer

EVERY = timedelta(minutes=10)
SETTLES = timedelta(minutes=2)  # what was written a moment ago may be on its way to us
LATE = timedelta(hours=1)  # an answer to what was written so long ago waits for the day
LONGEST = timedelta(days=3)  # as long as mail is tried; of last year's nobody waits for an answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stretch:
    """A time of which the list is to be read."""

    since: datetime
    until: datetime


def take_all(
    sessions: Sessions,
    providers: Providers,
    *,
    signer: Signer,
    clock: Clock,
    stopping: Callable[[], bool] = never,
) -> int:
    """Act upon what people texted since the list was last read, and we have not had. How many texts.

    Asks the provider at most once in ten minutes. Several workers may: a text is taken once.
    """
    carrier = providers.sms
    if not providers.texts_take_replies or not isinstance(carrier, ListsInbound):
        return 0
    with sessions() as session:
        stretch = _due(session, carrier.name, providers.quiet_nights, clock())
    if stretch is None:
        return 0
    try:
        texts = carrier.inbound_between(stretch.since, stretch.until)
    except ProviderError as error:
        log.info("which texts we have missed cannot be asked now: %s", error)
        return 0
    taken = 0
    for text in texts:
        if stopping():
            return taken
        taken += _take(sessions, text, signer, clock())
    with sessions() as session:
        session.get_one(InboundRead, carrier.name).until = stretch.until
    if taken:
        log.warning("%d texts had not been handed over to us, and are read now", taken)
    return taken


def _due(session: Session, provider: str, quiet_nights: bool, now: datetime) -> Stretch | None:
    until = now - SETTLES
    read = session.get(InboundRead, provider)
    if read is None:
        # Another worker may begin at this moment.
        begun = insert_on(session)(InboundRead).values(provider=provider, until=until)
        session.execute(begun.on_conflict_do_nothing())
        return None
    missed = until - read.until
    is_night = quiet_nights and quiet_hours.until(now) is not None
    if missed < EVERY or (missed > LATE and is_night):
        return None
    return Stretch(max(read.until, until - LONGEST), until)


def _take(sessions: Sessions, text: Inbound, signer: Signer, now: datetime) -> bool:
    try:
        with sessions() as session:
            return bool(contacts.by_phone(session, text.sender)) and replies.take(
                session, text, signer=signer, now=now
            )
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001  (one text must not keep the others from being read)
        log.error("text %s, which we had missed, cannot be read: %s", text.source_id, type(fault).__name__)
        return False


def begin_anew(session: Session) -> None:
    """What was written before now is not read any more."""
    session.execute(delete(InboundRead))
