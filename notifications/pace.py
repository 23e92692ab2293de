"""How fast a provider may be called: one budget for all workers, kept in the database.

Without trouble nothing is counted and no row is locked. A refusal for haste (429) pauses the provider for
everyone until it says, and teaches its rate; outages in a row open the breaker, which lets one call through
at a time until one succeeds; bad credentials stop the provider until a person releases it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from notifications.columns import table_of
from notifications.messages import LONDON, end_of
from notifications.outbox import insert_on
from notifications.tables import OutboxMessage, ProviderPace

OPEN_AFTER = 3  # outages in a row
PROBE_EVERY = timedelta(seconds=30)  # 120 calls in an hour of outage
DEFAULT_PAUSE = timedelta(seconds=5)
LOOK_AGAIN = timedelta(minutes=1)  # at a stopped provider, in case somebody has released it
LEARN_FROM = timedelta(seconds=60)
UNLEARN_AFTER = timedelta(hours=1)
MARGIN = 0.97  # of the rate that was seen to pass
STRAY = 100  # a refusal after so many calls says nothing of the rate: two have come too close on their way

# Asked with each message, so put together once.
TABLE = table_of(ProviderPace)
KNOWN = select(TABLE.c.provider).where(TABLE.c.provider == bindparam("of"))
CLOSE = update(TABLE).where(TABLE.c.provider == bindparam("of"), TABLE.c.failures > 0)


@dataclass(frozen=True)
class Spend:
    """What a text costs, in segments, and the cap a day (London). None is no cap."""

    segments: int
    cap: int | None = None


def wait_until(session: Session, provider: str, now: datetime, spend: Spend | None = None) -> datetime | None:
    """May one call start now? None, and it is counted; or the moment to ask again.

    To be asked in the transaction that marks the message as being sent.
    """
    known = session.connection().scalar(KNOWN, {"of": provider})
    if known is None and (spend is None or spend.cap is None):
        return None
    row = _locked(session, provider)
    until = _stopped(row, now) or _probing(row, now) or _too_soon(row, now)
    if until is None:
        _count(row, now, spend)
    session.add(row)
    session.flush()
    return until


def shut_until(session: Session, provider: str, now: datetime) -> datetime | None:
    """When a provider that takes nothing now may be asked again; None when it may be now. Counts nothing."""
    row = session.get(ProviderPace, provider)
    return (_stopped(row, now) or _probing(row, now)) if row else None


def is_tried_again(session: Session, provider: str) -> bool:
    """It did not answer lately: the next call finds out whether it does now."""
    row = session.get(ProviderPace, provider)
    return row is not None and row.failures >= OPEN_AFTER


def _locked(session: Session, provider: str) -> ProviderPace:
    """The provider's row, ours until commit. A row that two workers make at once is made once."""
    find = select(ProviderPace).where(col(ProviderPace.provider) == provider)
    find = find.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(find).one_or_none()
    if row is not None:
        return row
    insert = insert_on(session)(ProviderPace).on_conflict_do_nothing()
    session.execute(insert, {"provider": provider, "failures": 0, "spent": 0})
    return session.scalars(find).one()


def _stopped(row: ProviderPace, now: datetime) -> datetime | None:
    if row.stopped:
        return now + LOOK_AGAIN
    return row.paused_until if row.paused_until and row.paused_until > now else None


def _probing(row: ProviderPace, now: datetime) -> datetime | None:
    if row.failures >= OPEN_AFTER and row.probe_until and row.probe_until > now:
        return row.probe_until
    return None


def capped_until(session: Session, provider: str, now: datetime, spend: Spend) -> datetime | None:
    """When the day's budget for texts allows this one; None when it does now."""
    if spend.cap is None:
        return None
    row = _locked(session, provider)
    today = now.astimezone(LONDON).date()
    spent = row.spent if row.spent_on == today else 0
    return end_of(today) if spent + spend.segments > spend.cap else None


def _too_soon(row: ProviderPace, now: datetime) -> datetime | None:
    if row.rate_until and row.rate_until <= now:
        row.rate = row.rate_until = row.next_at = None
    return row.next_at if row.rate and row.next_at and row.next_at > now else None


def _count(row: ProviderPace, now: datetime, spend: Spend | None) -> None:
    if row.failures >= OPEN_AFTER:
        row.probe_until = now + PROBE_EVERY
    if row.rate:
        row.next_at = max(row.next_at or now, now) + timedelta(seconds=1 / row.rate)
    if spend is not None:
        today = now.astimezone(LONDON).date()
        row.spent = (row.spent if row.spent_on == today else 0) + spend.segments
        row.spent_on = today


def worked(session: Session, provider: str) -> None:
    """A call came through: the breaker closes. Changes and locks nothing when there was no trouble."""
    session.connection().execute(CLOSE, {"of": provider, "failures": 0, "probe_until": None})


def failed(session: Session, provider: str, now: datetime) -> None:
    """The provider could not be reached. From the third time in a row on, only probes go out."""
    row = _locked(session, provider)
    row.failures += 1
    if row.failures >= OPEN_AFTER:
        row.probe_until = now + PROBE_EVERY
    session.add(row)


def pause(session: Session, provider: str, wait: timedelta | None, now: datetime) -> datetime:
    """The provider said "too many": nobody calls before it is over. When that is.

    The rate that got through, up to the end of the pause, is kept to for an hour.
    """
    row = _locked(session, provider)
    until = now + (wait if wait is not None else DEFAULT_PAUSE)
    seen = _rate_seen(session, provider, row, now, until)
    if seen is not None:
        row.rate, row.rate_until = seen, now + UNLEARN_AFTER
        row.next_at = until
    row.paused_until = max(until, row.paused_until or until)
    session.add(row)
    return row.paused_until


def _rate_seen(
    session: Session, provider: str, row: ProviderPace, now: datetime, until: datetime
) -> float | None:
    """Calls a second that were accepted since the last pause, with the coming pause as part of the time.

    What is known stays where refusals are strays. Each would lower it by the margin, and it never rises again
    within the hour.
    """
    if row.rate and row.paused_until and _accepted(session, provider, row.paused_until)[0] >= STRAY:
        return row.rate
    since = now - LEARN_FROM
    if row.paused_until and since < row.paused_until <= now:
        since = row.paused_until
    number, first = _accepted(session, provider, since)
    if first is None:
        return row.rate
    seen: float = number / max((until - first).total_seconds(), 0.05) * MARGIN
    return min(seen, row.rate) if row.rate else seen


def _accepted(session: Session, provider: str, since: datetime) -> tuple[int, datetime | None]:
    """How many messages a provider took since then, and when the first."""
    accepted = select(func.count(), func.min(col(OutboxMessage.accepted_at))).where(
        col(OutboxMessage.provider) == provider, col(OutboxMessage.accepted_at) >= since
    )
    number, first = session.execute(accepted).one()
    return number, first


def stop(session: Session, provider: str, reason: str, now: datetime) -> bool:
    """The provider refuses us: nobody calls until `start_again`. True if it was running."""
    row = _locked(session, provider)
    news = row.stopped is None
    if news:
        row.stopped, row.stopped_at = reason, now
        session.add(row)
    return news


def start_again(session: Session, provider: str) -> None:
    """A person has put it right: forget stops, pauses, failures and what was learned of the rate."""
    row = _locked(session, provider)
    row.stopped = row.stopped_at = row.paused_until = row.probe_until = None
    row.rate = row.rate_until = row.next_at = None
    row.failures = 0
    session.add(row)


def trouble(session: Session, now: datetime) -> list[ProviderPace]:
    """Providers that are stopped, paused or not answering: for the operator's page and alerts."""
    rows = session.scalars(select(ProviderPace).order_by(col(ProviderPace.provider)))
    return [row for row in rows if row.stopped or row.failures >= OPEN_AFTER or _stopped(row, now)]
