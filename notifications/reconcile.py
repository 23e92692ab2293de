"""What became of messages whose sending was cut off: evidence first, then the promise of their kind.

A provider that can be asked is asked. An email otherwise waits ten minutes for any event carrying its id and
is then sent again, with the same links and calendar entry; if that is cut off too, it waits longer each time,
for a server that is slow to say what it has taken would take one every ten minutes. A text is sent again only
on proof that the provider never had it; without, it stays uncertain and an organiser decides. Codes and
sign-in links are never sent again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from notifications import origins, outbox, receipts, render, sending
from notifications.carriers import Providers
from notifications.delivery import Report
from notifications.errors import ProviderError
from notifications.jobs import Job, job_of
from notifications.messages import BY_KIND, Channel, Promise
from notifications.outbox import change
from notifications.preparing import prepare
from notifications.providers.base import Absent, Accepted, LooksUp, Sent
from notifications.sending import Clock, Sessions
from notifications.tables import OutboxMessage, State

log = logging.getLogger("notifications")

# How long to wait for evidence before the next copy of an email, by how many there have been; the last one
# repeats until the deadline.
EVIDENCE_WAITS = tuple(timedelta(minutes=each) for each in (10, 30, 90, 270, 810, 24 * 60))
ASK_AFTER = timedelta(minutes=2)  # a provider's list may lag behind what it has taken
ASK_AGAIN = timedelta(minutes=5)
SILENT_AFTER = timedelta(hours=1)
POLL_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Doubt:
    """An uncertain message, and when its sending began. `resent`: it was in doubt before."""

    job: Job
    provider: str
    began: datetime
    resent: bool

    @property
    def waits_until(self) -> datetime:
        """For evidence."""
        return self.began + EVIDENCE_WAITS[min(self._copies, len(EVIDENCE_WAITS)) - 1]

    @property
    def _copies(self) -> int:
        """What was refused was none, however often."""
        job = self.job
        return max(1, job.attempt - job.tries - job.crashes) if self.resent else 1


def reconcile(
    sessions: Sessions,
    providers: Providers,
    links: render.Links,
    clock: Clock,
    limit: int = 100,
    stopping: Callable[[], bool] = sending.never,
) -> Report:
    """Settle what can be settled of the uncertain messages, oldest first, at most `limit` of them.

    Call it every half minute. Several workers may: a lease keeps them off each other's messages. A process
    that is told to end asks about no more of them.
    """
    with sessions() as session:
        doubts = _claim(session, clock(), limit)
    outcomes: Counter[str] = Counter()
    for done, doubt in enumerate(doubts):
        if stopping():
            _let_go(sessions, doubts[done:])
            break
        outcomes[_settle(doubt, sessions, providers, links, clock)] += 1
    return Report(outcomes.total(), outcomes)


def _let_go(sessions: Sessions, doubts: Sequence[Doubt]) -> None:
    with sessions() as session:
        for doubt in doubts:
            _move(session, doubt, State.UNCERTAIN, lease_until=None)


def _claim(session: Session, now: datetime, limit: int) -> list[Doubt]:
    ready = (
        select(col(OutboxMessage.id))
        .where(
            col(OutboxMessage.state) == State.UNCERTAIN,
            col(OutboxMessage.sending_at) < now - ASK_AFTER,
            or_(col(OutboxMessage.lease_until).is_(None), col(OutboxMessage.lease_until) < now),
            col(OutboxMessage.payload).is_not(None),
        )
        .order_by(col(OutboxMessage.sending_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(ready))
    if not ids:
        return []
    taken = (
        update(OutboxMessage)
        .where(col(OutboxMessage.id).in_(ids), col(OutboxMessage.state) == State.UNCERTAIN)
        .values(lease_until=now + ASK_AGAIN)
        .returning(OutboxMessage)
    )
    rows = session.scalars(taken, execution_options={"synchronize_session": False}).all()
    known = origins.known(session)
    return [Doubt(job_of(row, known), row.provider or "", row.sending_at or now, row.resent) for row in rows]


def _settle(doubt: Doubt, sessions: Sessions, providers: Providers, links: render.Links, clock: Clock) -> str:
    found = _ask(doubt, providers, links, clock)
    now = clock()
    with sessions() as session:
        if isinstance(found, Accepted):
            facts = {"provider_id": found.provider_id, "accepted_at": now, "settled_at": now, "reason": None}
            return _move(session, doubt, State.ACCEPTED, **facts)
        if BY_KIND[doubt.job.kind].promise is Promise.AT_MOST_ONCE:
            return _give_up_secret(session, doubt, now)
        if doubt.job.expires_at <= now:
            return _stay(session, doubt, "may have been sent; too late to send it again", ever=True)
        if isinstance(found, Absent):
            return _again(session, doubt, now)
        if doubt.job.channel is Channel.SMS:
            return _stay(session, doubt, "may have been sent: the provider cannot tell")
        if now < doubt.waits_until:
            return _stay(session, doubt, "cut off while sending: waiting for evidence")
        return _again(session, doubt, now)


def _ask(doubt: Doubt, providers: Providers, links: render.Links, clock: Clock) -> Accepted | Absent | None:
    carrier = providers.carrier(doubt.job.channel, doubt.job.address_key)
    if not isinstance(carrier, LooksUp) or carrier.name != doubt.provider:
        return None
    try:
        outgoing = prepare(doubt.job, providers, links, clock())
        return carrier.look_up(outgoing, doubt.began)
    except ProviderError as error:
        log.info("message %s: no evidence to be had now: %s", doubt.job.id, error)
    except Exception as fault:  # noqa: BLE001  (one bad message must not stop the rest)
        log.error("message %s cannot be looked up: %s", doubt.job.id, type(fault).__name__)
    return None


def _again(session: Session, doubt: Doubt, now: datetime) -> str:
    facts = {"due_at": now, "resent": True, "reason": "cut off while sending, and no trace of it: sent again"}
    return _move(session, doubt, State.QUEUED, **facts)


def _give_up_secret(session: Session, doubt: Doubt, now: datetime) -> str:
    if doubt.job.expires_at > now:
        return _stay(session, doubt, "may have been sent")
    ended = _move(
        session, doubt, State.FAILED, reason="may have been sent; they can ask again", settled_at=now
    )
    outbox.blank(session, [doubt.job.id], keep_local=True)
    return ended


def _stay(session: Session, doubt: Doubt, reason: str, *, ever: bool = False) -> str:
    # Kept from being looked at every half minute: for a while, or once its time is over for good.
    until = {"lease_until": doubt.job.expires_at + timedelta(days=3650)} if ever else {}
    if not ever and doubt.job.channel is Channel.EMAIL:
        until = {"lease_until": doubt.waits_until}
    return _move(session, doubt, State.UNCERTAIN, reason=reason, **until)


def _move(session: Session, doubt: Doubt, to: State, **facts: Any) -> str:
    facts = {"lease_until": None} | facts if to is not State.UNCERTAIN else facts
    moved = update(OutboxMessage).where(
        col(OutboxMessage.id) == doubt.job.id,
        col(OutboxMessage.attempt) == doubt.job.attempt,
        col(OutboxMessage.state) == State.UNCERTAIN,
    )
    if not change(session, moved.values(state=to, **facts)):
        return "lost"
    log.info("message %s of kind %s is %s after reconciling", doubt.job.id, doubt.job.kind, to)
    return to


def poll(
    sessions: Sessions,
    providers: Providers,
    clock: Clock,
    limit: int = 100,
    stopping: Callable[[], bool] = sending.never,
) -> int:
    """Ask after messages whose provider took them an hour ago and has been silent since. How many it told of.

    Only where a provider can be asked (Twilio tries a lost callback only once). Call it every few minutes.
    """
    carriers = {c.name: c for c in (providers.email, providers.sms) if c and isinstance(c, receipts.Polls)}
    with sessions() as session:
        silent = _claim_silent(session, list(carriers), clock(), limit)
    asked = takewhile(lambda _: not stopping(), silent)
    events = [_outcome(carriers[provider], sent, clock()) for provider, sent in asked]
    outcomes = [event for event in events if event is not None]
    with sessions() as session:
        return receipts.take(session, outcomes, key=providers.key, now=clock())


def _claim_silent(session: Session, names: list[str], now: datetime, limit: int) -> list[tuple[str, Sent]]:
    ready = (
        select(col(OutboxMessage.id))
        .where(
            col(OutboxMessage.state).in_((State.ACCEPTED, State.FAILED_TEMPORARILY)),
            col(OutboxMessage.provider).in_(names),
            col(OutboxMessage.provider_id).is_not(None),
            col(OutboxMessage.accepted_at).between(now - POLL_FOR, now - SILENT_AFTER),
            or_(col(OutboxMessage.lease_until).is_(None), col(OutboxMessage.lease_until) < now),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(ready))
    taken = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids)).values(lease_until=now + SILENT_AFTER)
    rows = session.scalars(
        taken.returning(OutboxMessage), execution_options={"synchronize_session": False}
    ).all()
    known = origins.known(session)
    return [
        (row.provider or "", Sent(row.provider_id or "", row.id or 0, row.attempt, known.of(row.id or 0)))
        for row in rows
    ]


def _outcome(carrier: receipts.Polls, sent: Sent, now: datetime) -> receipts.Event | None:
    try:
        return carrier.outcome(sent, now)
    except ProviderError as error:
        log.info("message %s: its provider cannot be asked now: %s", sent.id, error)
        return None
