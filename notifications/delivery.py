"""One pass of a worker: take what is due, hand it to a provider, write down what came of it.

The provider is called with no transaction open, between two short ones: `sending` is committed before the
call, the outcome after it. A worker that dies in between leaves a message that may have been sent, and that
is what its row says. Every change is conditional on the row's state and attempt, so a worker that was only
slow cannot overwrite the one that took its place.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, bindparam, exists, select, update
from sqlmodel import Session, col

from notifications import batches, one_by_one, origins, outbox, pace, quiet_hours, render
from notifications.carriers import Providers, ReplyTo
from notifications.claim_size import A_FEW, ClaimSize
from notifications.jobs import PAUSES, Job, job_of
from notifications.messages import Channel
from notifications.providers.base import Batches, Provider
from notifications.sending import (
    A_CLOCK_AHEAD,
    A_WORD,
    CLAIM_LEASE,
    TABLE,
    WAITING,
    Clock,
    Delivery,
    Sessions,
    Sleep,
    Worker,
    never,
)
from notifications.tables import OutboxMessage, State
from notifications.unwritten import Unwritten

__all__ = [
    "Clock",
    "Providers",
    "ReplyTo",
    "Report",
    "Sessions",
    "Unwritten",
    "deliver_due",
    "is_left",
    "tidy",
]


@dataclass(frozen=True)
class Report:
    """What a pass did: how many messages it dealt with, and what became of them by state.

    Those it gave back untouched, because their provider takes no more now, stand under `WAITING` and do not
    count as dealt with: to try again at once would change nothing. `by_provider` has those dealt with by the
    name of their provider and their state.
    """

    taken: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_provider: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def idle(self) -> bool:
        return self.taken == 0


def deliver_due(
    sessions: Sessions,
    providers: Providers,
    links: render.Links,
    clock: Clock,
    limit: int = 100,
    *,
    sleep: Sleep = time.sleep,
    stopping: Callable[[], bool] = never,
    claim_size: ClaimSize | None = None,
    unwritten: Unwritten | None = None,
) -> Report:
    """Send what is due, oldest first, at most `limit` messages; with `claim_size` as many that travel alone
    as go out in a few seconds.

    Messages whose worker died are taken back first. Call it again while the report is not idle. A process
    that is told to end finishes the call in flight and gives the rest back.

    `unwritten` keeps, from pass to pass, the answer that could not be written down: nothing is taken before
    it is.
    """
    unwritten = Unwritten() if unwritten is None else unwritten
    unwritten.once_more(sessions)
    with sessions() as session:
        tidy(session, clock())
    morning = quiet_hours.until(clock()) if providers.quiet_nights else None
    if morning:
        with sessions() as session:
            quiet_hours.put_off(session, morning, clock())
    with sessions() as session:
        channels = _open(session, providers, clock())
        # All that is claimed is rendered, and of a provider that is only tried again one call is made.
        few = any(pace.is_tried_again(session, carrier.name) for carrier in _carriers(providers, channels))
        portion = _Portion(providers, claim_size.portion) if claim_size else None
        limit = min(limit, A_FEW) if few else limit
        jobs = _claim(session, clock(), limit, channels, portion, by_night=morning is not None)
    began = clock()
    until = began + CLAIM_LEASE
    worker = Worker(sessions, providers, links, clock, sleep, stopping, until=until, unwritten=unwritten)
    report = _deliver(jobs, worker)
    if claim_size:
        claim_size.learn(report.taken, clock() - began)
    return report


def tidy(session: Session, now: datetime) -> int:
    """Take back what dead workers held, and let go of what is too late. How many rows changed.

    Before `sending` nothing has left, so the message is queued again; after it, only evidence can tell.
    """
    line = session.connection()
    moments = {"now": now, "ahead": now + A_CLOCK_AHEAD, "heard_by": now + A_WORD}
    taken_back = sum(line.execute(each, moments).rowcount for each in TAKING_BACK)
    return taken_back + sum(line.execute(each, {"now": now}).rowcount for each in LETTING_GO)


def _nobody_changes(*where: ColumnElement[bool]) -> Update:
    """An update of the rows that fit, but for those somebody else has in hand: two workers that tidy up at
    once would else wait for each other on PostgreSQL, each with a row that the other one wants.
    """
    ids = select(TABLE.c.id).where(*where).with_for_update(skip_locked=True)
    return update(TABLE).where(TABLE.c.id.in_(ids))


def _taking_back() -> Iterator[Update]:
    """In this order: of what was cut off some was erased."""
    names = ("now", "ahead", "heard_by")
    now, ahead, heard_by = (bindparam(name, type_=TABLE.c.lease_until.type) for name in names)
    lapsed = (TABLE.c.lease_until < now) | (TABLE.c.lease_until > ahead)
    claimed = _nobody_changes(TABLE.c.state == State.CLAIMED, lapsed)
    sending = _nobody_changes(TABLE.c.state == State.SENDING, lapsed)
    # In doubt since a day to come: nobody would ask about it before that day.
    to_come = _nobody_changes(TABLE.c.state == State.UNCERTAIN, TABLE.c.sending_at > ahead)
    cut_off = {"state": State.UNCERTAIN, "reason": "cut off while sending", "lease_until": heard_by}
    erased = {"state": State.FAILED, "reason": "cut off, and erased since", "settled_at": now}
    yield claimed.values(state=State.QUEUED, lease_until=None)
    yield sending.where(TABLE.c.payload.is_(None)).values(erased)
    yield sending.values(cut_off)
    yield to_come.values(sending_at=now, lease_until=None)


def _letting_go() -> Iterator[Update]:
    """In this order: of what is late some was called off."""
    now = bindparam("now", type_=TABLE.c.expires_at.type)
    # What the whole outbox holds, as after a restore, may have gone out before: it goes stale as ever.
    is_kept = TABLE.c.kind.in_(outbox.KEPT) & ~exists().where(PAUSES.c.scope == outbox.EVERYTHING)
    unsent = (TABLE.c.state == State.QUEUED) | ((TABLE.c.state == State.HELD) & ~is_kept)
    is_late = TABLE.c.expires_at <= now
    called_off = _nobody_changes(unsent, is_late, outbox.WAS_CALLED_OFF)
    late = _nobody_changes(unsent, is_late)
    yield called_off.values(state=State.CANCELLED, reason=outbox.CAUSE_GONE)
    yield late.values(state=State.EXPIRED, reason="too late to be of use", settled_at=now)


# Put together once, which takes longer than running them.
TAKING_BACK, LETTING_GO = tuple(_taking_back()), tuple(_letting_go())


def is_left(session: Session, now: datetime) -> bool:
    """Has a worker died with messages in its hands that others may send by now?"""
    left = select(col(OutboxMessage.id)).where(
        col(OutboxMessage.state) == State.CLAIMED, col(OutboxMessage.lease_until) < now
    )
    return session.scalars(left.limit(1)).first() is not None


def _open(session: Session, providers: Providers, now: datetime) -> list[Channel]:
    """Channels whose provider would take a message now: while it would not, none is claimed in vain."""
    carriers = {Channel.EMAIL: providers.email, Channel.SMS: providers.sms}
    if providers.allowlist:
        return list(carriers)
    return [
        channel
        for channel, carrier in carriers.items()
        if carrier is None or pace.shut_until(session, carrier.name, now) is None
    ]


def _carriers(providers: Providers, channels: list[Channel]) -> list[Provider]:
    both = {Channel.EMAIL: providers.email, Channel.SMS: providers.sms}
    return [carrier for channel in channels if (carrier := both[channel]) is not None]


@dataclass(frozen=True)
class _Portion:
    """How many of the messages that are due a pass takes: at most so many that travel alone."""

    providers: Providers
    alone: int

    def of(self, due: Sequence[Row[Any]]) -> list[int]:
        """Ids, from the first on. `due`: id, channel and kind of each."""
        taken, alone = list[int](), 0
        goes_alone = cache(self._goes_alone)  # of few channels and kinds
        for row in due:
            alone += goes_alone(row.channel, row.kind)
            if alone > self.alone:
                break
            taken.append(row.id)
        return taken

    def _goes_alone(self, channel: str, kind: str) -> bool:
        carrier = self.providers.email if channel == Channel.EMAIL else self.providers.sms
        return not isinstance(carrier, Batches) or batches.goes_alone(kind, self.providers)


def _claim(
    session: Session,
    now: datetime,
    limit: int,
    channels: list[Channel],
    portion: _Portion | None = None,
    *,
    by_night: bool = False,
) -> list[Job]:
    due = select(col(OutboxMessage.id), col(OutboxMessage.channel), col(OutboxMessage.kind)).where(
        col(OutboxMessage.state) == State.QUEUED,
        col(OutboxMessage.channel).in_(channels),
        col(OutboxMessage.due_at) <= now,
        col(OutboxMessage.expires_at) > now,
    )
    if by_night:
        due = due.where(col(OutboxMessage.kind).not_in(quiet_hours.BY_DAY))
    # Workers on PostgreSQL step around each other's rows; SQLite has one writer and ignores this.
    due = due.order_by(col(OutboxMessage.due_at), col(OutboxMessage.id)).limit(limit)
    found = session.execute(due.with_for_update(skip_locked=True)).all()
    ids = portion.of(found) if portion else [row.id for row in found]
    if not ids:
        return []
    taken = (
        update(OutboxMessage)
        .where(col(OutboxMessage.id).in_(ids), col(OutboxMessage.state) == State.QUEUED)
        .values(state=State.CLAIMED, attempt=OutboxMessage.attempt + 1, lease_until=now + CLAIM_LEASE)
        .returning(OutboxMessage)
    )
    rows = session.scalars(taken, execution_options={"synchronize_session": False}).all()
    known = origins.known(session)
    return sorted((job_of(row, known) for row in rows), key=lambda job: job.id)


def _deliver(jobs: list[Job], worker: Worker) -> Report:
    outcomes: Counter[str] = Counter()
    by_provider: Counter[tuple[str, str]] = Counter()
    for carrier, some in _by_carrier(jobs, worker.providers):
        alone, done = [Delivery(job, worker) for job in some], Counter[str]()
        if isinstance(carrier, Batches):
            alone, done = batches.deliver_together(alone, carrier, worker)
        done += one_by_one.deliver_in_turn(alone, carrier, worker)
        outcomes += done
        name = carrier.name if carrier else "none"
        by_provider.update({(name, state): count for state, count in done.items() if state != WAITING})
    return Report(len(jobs) - outcomes[WAITING], outcomes, by_provider)


def _by_carrier(jobs: list[Job], providers: Providers) -> list[tuple[Provider | None, list[Job]]]:
    """The jobs of each provider, in the order they fell due."""
    found: dict[str | None, tuple[Provider | None, list[Job]]] = {}
    for job in jobs:
        carrier = providers.carrier(job.channel, job.address_key)
        name = carrier.name if carrier else None
        found.setdefault(name, (carrier, []))[1].append(job)
    return list(found.values())
