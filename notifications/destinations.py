"""Places that refuse us while others take our letters: a receiving domain, or the country of a number.

A refusal of us spends no message and suppresses nobody. Once a place has refused several messages in a row,
what is for it waits, and one message at a time tries again; the others go on. Where nobody takes our letters
any more it is the provider that refuses us: it is stopped until a person releases it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from notifications import addresses, pace
from notifications.columns import table_of
from notifications.messages import Channel
from notifications.outbox import change, in_order
from notifications.tables import Destination, OutboxMessage, State

SHUT_AFTER = 3  # different messages in a row
STOP_AFTER = 8  # different messages, wherever they went, with none taken since
PROBE_EVERY = timedelta(minutes=30)
REPORTS_LAG = timedelta(minutes=5)  # what a report tells of began so long before, or less

WAITS = "refused where it goes: "  # how the reason of each message begins that waits for a place

# Asked with each message, so put together once. There are few rows, mostly none.
TABLE = table_of(Destination)
EVERY = select(TABLE)


@dataclass(frozen=True)
class Place:
    """One that refuses us, as it stood when asked. `shut`: only one message at a time tries there."""

    provider: str
    place: str
    reason: str
    shut: bool
    probe_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """After a refusal: until when that place is shut, if it is, and whether the whole provider is stopped."""

    shut_until: datetime | None
    stopped: bool = False


def place_of(channel: str, address_key: str) -> str:
    """Where a message goes: the domain of an address, or the calling code of a number."""
    if channel == Channel.EMAIL:
        return address_key.rpartition("@")[2]
    return addresses.calling_code(address_key)


def refusing(session: Session) -> dict[tuple[str, str], Place]:
    """By provider and place."""
    rows = session.connection().execute(EVERY)
    return {
        (row.provider, row.place): Place(
            row.provider, row.place, row.reason, row.refused >= SHUT_AFTER, row.probe_at
        )
        for row in rows
    }


def may_try(session: Session, place: Place, now: datetime) -> bool:
    """May one message go there now? At a place that is shut only one may each half hour, and this is it."""
    if not place.shut:
        return True
    probe = update(Destination).where(
        col(Destination.provider) == place.provider,
        col(Destination.place) == place.place,
        col(Destination.probe_at) <= now,
    )
    return change(session, probe.values(probe_at=now + PROBE_EVERY)) == 1


def refused(
    session: Session, provider: str, place: str, reason: str, now: datetime, *, reported: bool = False
) -> Verdict:
    """One more message was refused there."""
    row = session.get(Destination, (provider, place), with_for_update=True)
    if row is None:
        row = Destination(provider=provider, place=place, reason="", reported=reported, since=now)
    row.refused += 1
    row.reason = WAITS + reason  # without the place: a message keeps this, and a domain may be a name
    if row.refused >= SHUT_AFTER:
        row.probe_at = now + PROBE_EVERY
    session.add(row)
    session.flush()
    stopped = _nobody_takes_us(session, provider, reported=reported)
    if stopped:
        pace.stop(session, provider, reason, now)
    return Verdict(row.probe_at, stopped)


def _nobody_takes_us(session: Session, provider: str, *, reported: bool) -> bool:
    """Have several places refused many messages since the last one was taken anywhere?"""
    taken = select(col(OutboxMessage.accepted_at)).where(col(OutboxMessage.provider) == provider)
    taken = taken.where(col(OutboxMessage.accepted_at).is_not(None))
    if reported:
        taken = taken.where(col(OutboxMessage.state) == State.DELIVERED)
    last = session.scalar(taken.order_by(col(OutboxMessage.accepted_at).desc()).limit(1))
    rows = select(col(Destination.refused)).where(
        col(Destination.provider) == provider, col(Destination.reported).is_(reported)
    )
    if last is not None:
        rows = rows.where(col(Destination.since) >= (last + REPORTS_LAG if reported else last))
    numbers = session.scalars(rows).all()
    return len(numbers) > 1 and sum(numbers) >= STOP_AFTER


def shut_until(session: Session, provider: str, place: str) -> datetime | None:
    row = session.get(Destination, (provider, place))
    return row.probe_at if row else None


def takes_us(session: Session, provider: str, place: str, *, reported: bool = False) -> None:
    """A message came through: the place is as any other."""
    session.execute(
        delete(Destination).where(
            col(Destination.provider) == provider,
            col(Destination.place) == place,
            col(Destination.reported).is_(reported),
        )
    )


def shut(session: Session) -> Sequence[Destination]:
    """Places that messages wait for: for the operator's page and alerts."""
    many = select(Destination).where(col(Destination.refused) >= SHUT_AFTER)
    return session.scalars(many.order_by(col(Destination.provider), col(Destination.place))).all()


def start_again(session: Session, now: datetime, provider: str | None = None) -> None:
    """A person has put it right, or has chosen another provider than this one: what waits for a place may go
    there now.
    """
    waiting = in_order(
        col(OutboxMessage.state) == State.QUEUED,
        col(OutboxMessage.reason).startswith(WAITS),
        col(OutboxMessage.due_at) > now,
    )
    change(session, waiting.values(due_at=now))
    rows = delete(Destination)
    session.execute(rows.where(col(Destination.provider) == provider) if provider else rows)


def forget(session: Session, email_key: str) -> None:
    """Take out the domain of somebody who is erased: it may be theirs alone."""
    place = place_of(Channel.EMAIL, email_key)
    session.execute(delete(Destination).where(col(Destination.place) == place))


def forget_older_than(session: Session, before: datetime) -> None:
    """Retention: a place that refused us a month ago is asked anew."""
    session.execute(delete(Destination).where(col(Destination.since) < before))
