"""How fast a provider may be called: one budget for all workers, kept in the database.

Without trouble nothing is counted and no row is locked. A refusal for haste (429) pauses the provider for
everyone until it says; a second one, with no lull since the first, teaches its rate, which rises again by a
quarter a minute. Outages in a row open the breaker, which lets one call through at a time until one succeeds;
bad credentials stop the provider until a person releases it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from notifications.columns import table_of
from notifications.messages import LONDON, end_of
from notifications.outbox import insert_on
from notifications.tables import OutboxMessage, ProviderPace

OPEN_AFTER = 3  # outages in a row
PROBE_EVERY = timedelta(seconds=30)  # 120 calls in an hour of outage
DEFAULT_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(days=1)  # a day's allowance, at the most
LOOK_AGAIN = timedelta(minutes=1)  # at a stopped provider, in case somebody has released it
LEARN_FROM = timedelta(seconds=60)  # between two refusals
A_QUOTA = timedelta(minutes=2)  # a longer pause ends a day's allowance: it tells of no rate
LULL = timedelta(seconds=3)  # without a call: nothing was asked, so what was accepted tells of no rate
UNPROVEN = 0.5  # of the day's cap: all that codes and answers to strangers may use
MARGIN = 0.97  # of the rate that was seen to pass
STRAY = 100  # a refusal after so many calls says nothing of the rate: two have come too close on their way
RISE = 1.25
RISE_EVERY = timedelta(minutes=1)
WAITS_A_RISE = 20  # times the pause that a rise too far would cost: 5% of the time
LEAST = 1.0  # calls a second; below it the pauses are pace enough
SLOWEST = timedelta(seconds=30)  # between two calls, and as far as the clocks of two machines differ
MOST = 1000.0  # from there on there is no limit to keep to

# Asked with each message, so put together once.
TABLE = table_of(ProviderPace)
KNOWN = select(TABLE.c.provider).where(TABLE.c.provider == bindparam("of"))
CLOSE = update(TABLE).where(TABLE.c.provider == bindparam("of"), TABLE.c.failures > 0)


@dataclass(frozen=True)
class Spend:
    """What a text costs, in segments, and the cap a day (London). None is no cap.

    `unproven`: it goes to a number that nobody has proven to be theirs. Such texts may use half of the cap at
    most: whoever has codes sent to strangers all day takes no introduction from anybody.
    """

    segments: int
    cap: int | None = None
    unproven: bool = False

    def passes(self, spent: int, spent_unproven: int) -> bool:
        """May it be sent, after so much was spent today?"""
        if self.cap is None:
            return True
        most = math.ceil(self.cap * UNPROVEN)
        unproven_too = not self.unproven or spent_unproven + self.segments <= most
        return spent + self.segments <= self.cap and unproven_too


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
    session.execute(insert, {"provider": provider, "failures": 0, "spent": 0, "spent_unproven": 0})
    return session.scalars(find).one()


def _stopped(row: ProviderPace, now: datetime) -> datetime | None:
    if row.stopped:
        return now + LOOK_AGAIN
    return _paused(row, now)


def _paused(row: ProviderPace, now: datetime) -> datetime | None:
    """A pause that ends later than any may was said by a clock that ran ahead."""
    until = row.paused_until
    return until if until and now < until <= now + LONGEST_PAUSE else None


def _probing(row: ProviderPace, now: datetime) -> datetime | None:
    until = row.probe_until
    if row.failures >= OPEN_AFTER and until and now < until <= now + PROBE_EVERY:
        return until
    return None


def capped_until(session: Session, provider: str, now: datetime, spend: Spend) -> datetime | None:
    """When the day's budget for texts allows this one; None when it does now."""
    if spend.cap is None:
        return None
    return None if spend.passes(*_spent(_locked(session, provider), now)) else tomorrow(now)


def is_used_up(session: Session, provider: str, now: datetime, spend: Spend) -> bool:
    """Would such a text have to wait until tomorrow? To be asked before it is queued; locks nothing."""
    row = session.get(ProviderPace, provider)
    return not spend.passes(*(_spent(row, now) if row else (0, 0)))


def _spent(row: ProviderPace, now: datetime) -> tuple[int, int]:
    """Segments today, and those of them to unproven numbers."""
    today = now.astimezone(LONDON).date()
    return (row.spent, row.spent_unproven) if row.spent_on == today else (0, 0)


def tomorrow(now: datetime) -> datetime:
    """When the next day's budget begins."""
    return end_of(now.astimezone(LONDON).date())


def _too_soon(row: ProviderPace, now: datetime) -> datetime | None:
    rate = _rate(row, now)
    if rate != row.rate:
        row.rate, row.rate_until = rate, now + RISE_EVERY
    if row.next_at and row.next_at > now + SLOWEST:
        row.next_at = None  # said before the clock was set back
    return row.next_at if rate and row.next_at and row.next_at > now else None


def _rate(row: ProviderPace, now: datetime) -> float | None:
    """Calls a second to keep to: a quarter more for each minute since it was to rise, and none in the end."""
    if not row.rate or row.rate_until is None or row.rate_until > now:
        return row.rate
    minutes = 1 + (now - row.rate_until) // RISE_EVERY
    risen = row.rate * RISE ** min(minutes, 100)
    return risen if risen < MOST else None


def _count(row: ProviderPace, now: datetime, spend: Spend | None) -> None:
    if row.failures >= OPEN_AFTER:
        row.probe_until = now + PROBE_EVERY
    if row.rate:
        row.next_at = max(row.next_at or now, now) + timedelta(seconds=1 / row.rate)
    if spend is not None:
        spent, unproven = _spent(row, now)
        row.spent = spent + spend.segments
        row.spent_unproven = unproven + (spend.segments if spend.unproven else 0)
        row.spent_on = now.astimezone(LONDON).date()


def unspent(session: Session, provider: str, now: datetime, spend: Spend) -> None:
    """The provider has certainly not taken that text: it costs nothing."""
    if spend.cap is None:
        return
    row = _locked(session, provider)
    spent, unproven = _spent(row, now)
    row.spent = max(spent - spend.segments, 0)
    row.spent_unproven = max(unproven - spend.segments, 0) if spend.unproven else unproven
    session.add(row)


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


def pause_for(wait: timedelta | None) -> timedelta:
    """How long nobody calls a provider that asks for so much. No time at all would be calls without end, and
    a date taken for a span would keep everything for years.
    """
    return min(wait, LONGEST_PAUSE) if wait and wait > timedelta() else DEFAULT_PAUSE


def pause(
    session: Session, provider: str, wait: timedelta | None, now: datetime, reason: str = ""
) -> datetime:
    """The provider said "too many": nobody calls before it is over. When that is."""
    row = _locked(session, provider)
    wait = pause_for(wait)
    until = now + wait
    row.rate = _learned(session, row, now, until)
    if row.rate:
        row.rate_until, row.next_at = until + max(RISE_EVERY, WAITS_A_RISE * wait), until
    row.paused_until, row.paused_for = max(until, row.paused_until or until), reason
    session.add(row)
    return row.paused_until


def _learned(session: Session, row: ProviderPace, now: datetime, until: datetime) -> float | None:
    """Calls a second to keep to after this refusal, or what was known before it.

    The time from the end of one pause to the end of the next, with calls all the while, is one turn of the
    provider's own clock: what it accepted in that time is its rate. One refusal alone tells of none.
    """
    since = row.paused_until
    if since is None or since > now or until - now > A_QUOTA:
        return row.rate
    if now - since > LEARN_FROM:  # so it has risen meanwhile, and too far
        return max(row.rate / RISE, LEAST) if row.rate else None
    calls = _calls(session, row.provider, since)
    if not calls or _has_lull([since, *calls, now]) or (row.rate and len(calls) >= STRAY):
        return row.rate
    seen = len(calls) / max((until - since).total_seconds(), 0.05) * MARGIN
    return max(LEAST, min(seen, row.rate or seen))


def _calls(session: Session, provider: str, since: datetime) -> Sequence[datetime]:
    """When calls were accepted since then. Letters that shared a call have one id of their provider's."""
    accepted = func.min(col(OutboxMessage.accepted_at))
    ours = col(OutboxMessage.provider) == provider, col(OutboxMessage.accepted_at) >= since
    found = select(accepted).where(*ours).group_by(col(OutboxMessage.provider_id)).order_by(accepted)
    return [moment for moment in session.scalars(found) if moment is not None]


def _has_lull(moments: Sequence[datetime]) -> bool:
    return any(after - before > LULL for before, after in pairwise(moments))


def stop(session: Session, provider: str, reason: str, now: datetime) -> bool:
    """The provider refuses us: nobody calls until `start_again`. True if it was running."""
    row = _locked(session, provider)
    news = row.stopped is None
    if news:
        row.stopped, row.stopped_at = reason, now
        session.add(row)
    return news


def stopped(session: Session, provider: str) -> str | None:
    """Why it refuses us; None when it does not."""
    row = session.get(ProviderPace, provider)
    return row.stopped if row else None


def stopped_ones(session: Session) -> list[ProviderPace]:
    return [row for row in _all(session) if row.stopped]


def start_again(session: Session, provider: str) -> None:
    """A person has put it right: forget stops, pauses, failures and what was learned of the rate."""
    row = _locked(session, provider)
    row.stopped = row.stopped_at = row.paused_until = row.paused_for = row.probe_until = None
    row.rate = row.rate_until = row.next_at = None
    row.failures = 0
    session.add(row)


def trouble(session: Session, now: datetime) -> list[ProviderPace]:
    """Providers that are stopped, paused or not answering: for the operator's page and alerts."""
    return [row for row in _all(session) if row.stopped or row.failures >= OPEN_AFTER or _stopped(row, now)]


def standing(session: Session, now: datetime) -> dict[str, str]:
    """What keeps each provider from going at full speed, in words for the operator. Without those that do."""
    said = {row.provider: _standing(row, now) for row in _all(session)}
    return {provider: words for provider, words in said.items() if words}


def _standing(row: ProviderPace, now: datetime) -> str:
    if row.stopped:
        return f"stopped: {row.stopped}"
    if row.failures >= OPEN_AFTER:
        return f"does not answer; asked again every {PROBE_EVERY.seconds} seconds"
    if until := _paused(row, now):
        return f"{row.paused_for or 'too many at once'}; waits until {until:%d %b %H:%M:%S} UTC"
    rate = _rate(row, now)
    return f"at most {rate:.1f} calls a second, as learned, and more each minute" if rate else ""


def _all(session: Session) -> Sequence[ProviderPace]:
    return session.scalars(select(ProviderPace).order_by(col(ProviderPace.provider))).all()
