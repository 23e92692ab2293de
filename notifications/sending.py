"""One message on its way: from a worker's hands to a provider, and what came of it written down."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session

from notifications import destinations, outbox, pace, render, sms_text, suppression
from notifications.addresses import email_key
from notifications.carriers import Providers
from notifications.columns import table_of
from notifications.errors import DATABASE_AWAY, Permanent, ProviderError, Temporary, Uncertain
from notifications.jobs import Bars, Job
from notifications.messages import BY_KIND, Channel, from_json
from notifications.preparing import prepare
from notifications.providers.base import (
    Accepted,
    InTransaction,
    Outgoing,
    OutgoingText,
    Provider,
)
from notifications.tables import UNDECIDED, OutboxMessage, State
from notifications.unwritten import Outcome, Unwritten
from notifications.unwritten import Sessions as Sessions

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]

log = logging.getLogger("notifications")

TABLE = table_of(OutboxMessage)

# Put together once, which takes longer than running it. The columns to set come with the values.
MOVE = (
    update(TABLE)
    .where(TABLE.c.id.in_(bindparam("ours", expanding=True)), TABLE.c.attempt == bindparam("our_attempt"))
    .where(TABLE.c.state.in_(bindparam("since", expanding=True)))
    .returning(TABLE.c.id)
)
# Queued, with our attempt still on it: somebody gave us up and wants it sent again, and it has gone out. With
# no provider it waits to be tried once more, as after a bounce that overtook us.
IS_TRIED_AGAIN = (TABLE.c.state == State.QUEUED) & TABLE.c.provider.is_(None)
LANDED = MOVE.where(~IS_TRIED_AGAIN)
# Whose reader was erased while it was with its provider: there is nothing to send any more.
AGAIN = MOVE.where(TABLE.c.payload.is_not(None))
# That was no attempt: who claims it next has the one given back, and who gave it back has it no more.
GIVE_BACK = MOVE.values(attempt=TABLE.c.attempt - 1)

WAITING = "waiting"
CLAIM_LEASE = timedelta(seconds=10)  # several times what is taken at a time; then the rest is others'
SEND_LEASE = timedelta(minutes=2)  # for one call, several times its timeout
A_CLOCK_AHEAD = timedelta(hours=1)  # no lease is so long: one beyond was given by a wrong clock
A_WORD = timedelta(minutes=1)  # for whoever heard the answer, and lives, and could not write it down
PATIENCE = timedelta(seconds=2)  # a wait in line worth keeping a worker for

# How long to wait after a refusal, by how many there have been; the last one repeats until the deadline. At
# most five minutes, so that everything is through soon after an outage: the breaker keeps the calls few.
RETRY = (30, 60, 120, 300)
USED_UP = "today's budget for texts is used up"
PARK_AFTER = 5  # exceptions of our own


def never() -> bool:
    return False


@dataclass
class Worker:
    """What every message of a pass is delivered with.

    `closed`: providers that take no more in this pass. `stopping` says that the process has been told to end.
    `until` is when the lease of what it has claimed is over. `unwritten` outlives the pass.
    """

    sessions: Sessions
    providers: Providers
    links: render.Links
    clock: Clock
    sleep: Sleep
    stopping: Callable[[], bool] = never
    closed: set[str] = field(default_factory=set)
    until: datetime | None = None
    unwritten: Unwritten = field(default_factory=Unwritten)

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction that first says what the last call came to."""
        return self.unwritten.together(self.sessions)

    def write_down(self, outcome: Callable[[Session], Outcome]) -> Outcome:
        """Say what the last call came to, at once."""
        return self.unwritten.at_once(self.sessions, outcome)

    def has_lapsed(self) -> bool:
        """Is what this pass has claimed free for others by now? Then it leaves the rest to them."""
        return self.until is not None and self.clock() >= self.until

    def give_back(self, session: Session, jobs: Sequence[Job], **facts: Any) -> None:
        """Let others have what we claimed and have not begun."""
        free = {"lease_until": None, **facts}
        move_all(session, jobs, State.QUEUED, since=(State.CLAIMED,), by=GIVE_BACK, **free)

    def takes(self, carrier: Provider) -> bool:
        """May a provider be called in this pass?"""
        return carrier.name not in self.closed and not self.stopping()

    def heed(self, session: Session, carrier: Provider, error: ProviderError) -> None:
        """What an answer says about the provider, whoever's message it was about."""
        now = self.clock()
        if isinstance(error, Temporary) and error.stop:
            pace.stop(session, carrier.name, str(error), now)
            self.closed.add(carrier.name)
        elif isinstance(error, Temporary) and error.pause:
            if pace.pause(session, carrier.name, error.wait, now, str(error)) - now > PATIENCE:
                self.closed.add(carrier.name)
        elif isinstance(error, Uncertain) or (isinstance(error, Temporary) and error.outage):
            pace.failed(session, carrier.name, now)


def move_all(
    session: Session,
    jobs: Sequence[Job],
    to: State,
    *,
    since: Collection[State],
    by: ReturningUpdate[tuple[int]] = MOVE,
    **facts: Any,
) -> set[int]:
    """Change the rows that still stand where we left them; their ids.

    A row that another worker has claimed meanwhile has another attempt. About 20 µs each.
    """
    lock(session, jobs)
    moved: set[int] = set()
    for attempt, ours in _by_attempt(jobs):
        values = {"ours": [job.id for job in ours], "our_attempt": attempt, "since": list(since)}
        moved.update(session.connection().scalars(by, values | {"state": to} | facts))
    for job in jobs:
        if job.id in moved:
            log.info("message %s of kind %s is %s", job.id, job.kind, to)
    return moved


def lock(session: Session, jobs: Sequence[Job]) -> None:
    """Let nobody else change several rows of ours until all of this is written.

    Everybody takes them in the order of their ids: who took them in two orders would wait for each other. One
    that somebody else has claimed meanwhile is theirs, and is not waited for.
    """
    if len(jobs) >= 2:
        session.execute(_ours(jobs).order_by(TABLE.c.id).with_for_update())


def undecided(session: Session, jobs: Sequence[Job]) -> set[int]:
    """Which of them nobody has settled since we called for them: not we either, in a transaction of which
    we were told that it had failed.
    """
    return set(session.scalars(_ours(jobs).where(TABLE.c.state.in_(UNDECIDED))))


def _ours(jobs: Sequence[Job]) -> Select[tuple[int]]:
    """Their rows that no other worker has claimed since."""
    ours = [
        and_(TABLE.c.attempt == attempt, TABLE.c.id.in_([job.id for job in some]))
        for attempt, some in _by_attempt(jobs)
    ]
    return select(TABLE.c.id).where(or_(*ours))


def _by_attempt(jobs: Sequence[Job]) -> Iterator[tuple[int, Iterator[Job]]]:
    return groupby(sorted(jobs, key=_attempt), key=_attempt)


def _attempt(job: Job) -> int:
    return job.attempt


@dataclass
class Delivery:
    """One message on its way: started, called for, settled.

    Each step answers with the state the message ended in, or "lost" to another worker, if it ends there.
    """

    job: Job
    worker: Worker
    made: Outgoing | None = None
    writing: Future[Outgoing] | None = None
    begun: datetime | None = None
    spend: pace.Spend | None = None
    was_refused_there: bool = False

    def __post_init__(self) -> None:
        self.sessions, self.providers = self.worker.sessions, self.worker.providers
        self.links, self.clock = self.worker.links, self.worker.clock
        self.place = destinations.place_of(self.job.channel, self.job.address_key)

    def write_beside(self, writer: Executor) -> None:
        """Have what the provider is given made meanwhile. Touches no database."""
        if self.made is None and self.writing is None:
            self.writing = writer.submit(self._write)

    def _write(self) -> Outgoing:
        return prepare(self.job, self.providers, self.links, self.clock())

    def prepared(self) -> Outgoing | str:
        """What the provider is given, made once; or where the message ended, if it cannot be made."""
        if self.made is None:
            try:
                self.made = self.writing.result() if self.writing else self._write()
            except Exception as fault:  # noqa: BLE001  (one bad message must not stop the rest)
                return self._crashed(fault)
        return self.made

    def keep(self, session: Session, carrier: InTransaction, outgoing: Outgoing, bars: Bars) -> str:
        """For a provider that lives in our database all three steps are one."""
        refused = self.refused_in(session, carrier.name, bars)
        if refused:
            return refused
        if not self.move(session, State.SENDING, since=(State.CLAIMED,)):
            return "lost"
        accept_all(session, [self], carrier.name, carrier.keep(session, outgoing, self.clock()))
        return State.ACCEPTED

    def start(self, carrier: Provider) -> str | None:
        """Commit that it is being sent, waiting in line for as long as that is worth a worker's time."""
        outgoing = self.prepared()
        if isinstance(outgoing, str):
            return outgoing
        while True:
            try:
                with self.worker.writing() as session:
                    ended = self._begin(session, carrier, outgoing)
            except DATABASE_AWAY:  # it may say all the same that it is being sent
                self.worker.unwritten.too(self.unsent_in)
                raise
            if not isinstance(ended, datetime):
                return ended
            wait = ended - self.clock()
            if wait > PATIENCE:
                self.worker.closed.add(carrier.name)
                with self.sessions() as session:
                    self.worker.give_back(session, [self.job])
                return WAITING
            self.worker.sleep(max(wait.total_seconds(), 0.001))

    def _begin(self, session: Session, carrier: Provider, outgoing: Outgoing) -> str | datetime | None:
        """Mark it as being sent. Or the state it ended in, or when its provider will take it."""
        now = self.clock()
        if isinstance(outgoing, OutgoingText):
            message = from_json(self.job.kind, self.job.payload)
            segments = sms_text.cost(outgoing.text).segments
            self.spend = pace.Spend(segments, self.providers.sms_daily_cap, message.unproven)
        spend, refused = self.spend, self.refused_in(session, carrier.name)
        if refused:
            return refused
        capped = spend and pace.capped_until(session, carrier.name, now, spend)
        if capped:
            facts = {"due_at": capped, "reason": USED_UP, "lease_until": None}
            self.move(session, State.QUEUED, since=(State.CLAIMED,), **facts)
            return State.QUEUED
        wait = pace.wait_until(session, carrier.name, now, spend)
        if wait:
            return wait
        return None if begin_all(session, [self], carrier) else "lost"

    def overslept(self) -> bool:
        """Were we stopped between the commit and the call, for so long that others may think us dead?"""
        now = self.clock()
        return now >= (self.begun or now) + SEND_LEASE

    def unsent_in(self, session: Session) -> str:
        """Nothing has left, and only we know it: the message is queued again."""
        return self._again(session, lease_until=None, provider=None)

    def refused_in(self, session: Session, provider: str, bars: Bars | None = None) -> str | None:
        """Has something happened since it was claimed that forbids it?"""
        job, now = self.job, self.clock()
        if job.expires_at <= now:
            return self._end_in(session, State.EXPIRED, "too late to be of use")
        bars = bars or Bars.now(session, [job], self.providers.key)
        held = bars.hold(job)
        if held:
            self.move(session, State.HELD, since=(State.CLAIMED,), reason=held, lease_until=None)
            return State.HELD
        why = bars.suppression(job)
        if why:
            return self._end_in(session, State.SUPPRESSED, why)
        place = bars.places.get((provider, self.place))
        return self._waits_for(session, place) if place else None

    def _waits_for(self, session: Session, place: destinations.Place) -> str | None:
        """It goes to a place that refuses us: let it wait, unless it is its turn to try."""
        self.was_refused_there = True
        if destinations.may_try(session, place, self.clock()):
            return None
        self.worker.give_back(session, [self.job], due_at=place.probe_at, reason=place.reason)
        return State.QUEUED

    def call(self, carrier: Provider) -> Accepted | ProviderError:
        """Hand it over. Touches no database."""
        assert self.made is not None  # noqa: S101  (it has been started)
        try:
            return carrier.send(self.made)
        except ProviderError as error:
            return error
        except Exception as fault:  # noqa: BLE001
            # A fault of the adapter's: the message may have left before it, so it counts as cut off.
            return Uncertain(f"our own error: {type(fault).__name__}")

    def settle_in(self, session: Session, carrier: Provider, answer: ProviderError) -> str:
        """The provider did not take it, or may not have."""
        if not undecided(session, [self.job]):
            return "lost"
        self.worker.heed(session, carrier, answer)
        if self.spend and not isinstance(answer, Uncertain):
            pace.unspent(session, carrier.name, self.clock(), self.spend)
        return self.not_accepted_in(session, carrier, answer)

    def accepted_in(self, session: Session, carrier: Provider, answer: Accepted) -> None:
        """The provider took it."""
        accept_all(session, [self], carrier.name, answer)
        pace.worked(session, carrier.name)
        if self.was_refused_there:
            destinations.takes_us(session, carrier.name, self.place)

    def not_accepted_in(self, session: Session, carrier: Provider, error: ProviderError) -> str:
        """What a refusal, or the lack of an answer, means for this message alone."""
        if isinstance(error, Temporary) and error.policy is not None:
            return self._refused_us(session, carrier, error, error.policy)
        if isinstance(error, Temporary):
            return self._later(session, error)
        if isinstance(error, Permanent):
            return self._never(session, error)
        self.move(session, State.UNCERTAIN, since=(State.SENDING,), reason=str(error), lease_until=None)
        return State.UNCERTAIN

    def _later(self, session: Session, error: Temporary) -> str:
        now, tries = self.clock(), self.job.tries + 1
        back: dict[str, Any] = {"reason": str(error), "lease_until": None, "provider": None, "due_at": now}
        if error.pause:
            back["due_at"] = now + pace.pause_for(error.wait)
        elif error.tries is not None and tries >= error.tries:
            return self._end_in(session, State.FAILED, str(error))
        elif not error.stop:
            back["tries"] = tries
            back["due_at"] += error.wait or timedelta(seconds=RETRY[min(tries, len(RETRY)) - 1])
        return self._again(session, **back)

    def _again(self, session: Session, **facts: Any) -> str:
        """Queue it once more, unless it was erased meanwhile."""
        if move_all(session, [self.job], State.QUEUED, since=UNDECIDED, by=AGAIN, **facts):
            return State.QUEUED
        ended = {"reason": "not sent, and erased since", "settled_at": self.clock(), "lease_until": None}
        self.move(session, State.FAILED, since=UNDECIDED, **ended)
        return State.FAILED

    def _refused_us(self, session: Session, carrier: Provider, error: Temporary, policy: int) -> str:
        """Wait with the others for that place, or for the provider. A message refused alone, where others are
        taken, is refused for what it says: it is tried as often as any, and then given up.
        """
        verdict = destinations.Verdict(destinations.shut_until(session, carrier.name, self.place))
        if self.job.tries == policy:
            verdict = destinations.refused(session, carrier.name, self.place, str(error), self.clock())
        if verdict.stopped:
            self.worker.closed.add(carrier.name)
        if not verdict.stopped and verdict.shut_until is None:
            return self._later(session, error)
        back = {"reason": str(error), "lease_until": None, "provider": None}
        return self._again(session, due_at=verdict.shut_until or self.clock(), **back)

    def _never(self, session: Session, error: Permanent) -> str:
        job, now = self.job, self.clock()
        if error.suppress:
            why = suppression.Why.STOP if job.channel is Channel.SMS else suppression.Why.BOUNCED
            suppression.suppress(session, job.channel, job.address_key, why, key=self.providers.key, now=now)
            return self._end_in(session, State.SUPPRESSED, str(error))
        if error.fall_back is Channel.EMAIL and (by_email := self._by_email(str(error))):
            return self._again(session, **by_email)
        return self._end_in(session, State.FAILED, str(error))

    def is_not_carried(self) -> str:
        """Nothing carries it here, as where texts were given up: it goes by email, or waits for somebody to
        look.
        """
        why = f"nothing carries {self.job.channel} here"
        with self.sessions() as session:
            if by_email := self._by_email(why):
                self.move(session, State.QUEUED, since=(State.CLAIMED,), **by_email)
                return State.QUEUED
            return self._end_in(session, State.PARKED, why)

    def _by_email(self, why: str) -> dict[str, Any]:
        """What makes an email of a text; nothing where they gave us no address or its kind may not travel
        so.
        """
        email = self.job.to.email
        if self.job.channel is Channel.EMAIL or not email:
            return {}
        if Channel.EMAIL not in BY_KIND[self.job.kind].channels:
            return {}
        other = {"channel": Channel.EMAIL, "address_key": email_key(email), "provider": None}
        return other | {"due_at": self.clock(), "reason": f"by email: {why}", "lease_until": None}

    def _crashed(self, fault: Exception) -> str:
        # Only the type: an exception's words may hold what the message says.
        reason, crashes = f"our own error: {type(fault).__name__}", self.job.crashes + 1
        log.error("message %s of kind %s: %s", self.job.id, self.job.kind, reason)
        if crashes >= PARK_AFTER:
            return self.end(State.PARKED, reason=reason, crashes=crashes)
        due = self.clock() + timedelta(seconds=RETRY[min(crashes, len(RETRY)) - 1])
        with self.sessions() as session:
            facts = {"due_at": due, "crashes": crashes, "reason": reason, "lease_until": None}
            self.move(session, State.QUEUED, since=(State.CLAIMED,), **facts)
        return State.QUEUED

    def end(self, state: State, reason: str, **facts: Any) -> str:
        with self.sessions() as session:
            return self._end_in(session, state, reason, **facts)

    def _end_in(self, session: Session, state: State, reason: str, **facts: Any) -> str:
        facts |= {"reason": reason, "settled_at": self.clock(), "lease_until": None}
        self.move(session, state, since=(State.CLAIMED, *UNDECIDED), **facts)
        return state

    def move(self, session: Session, to: State, *, since: Collection[State], **facts: Any) -> bool:
        """Change the row's state if it still stands where we left it."""
        return bool(move_all(session, [self.job], to, since=since, **facts))


def begin_all(session: Session, deliveries: Sequence[Delivery], carrier: Provider) -> list[Delivery]:
    """Mark those that are still ours as being sent; their call may follow once this is committed."""
    if not deliveries:
        return []
    begun = deliveries[0].clock()
    facts: dict[str, Any] = {"provider": carrier.name, "sending_at": begun, "lease_until": begun + SEND_LEASE}
    jobs = [delivery.job for delivery in deliveries]
    moved = move_all(session, jobs, State.SENDING, since=(State.CLAIMED,), **facts)
    ours = [delivery for delivery in deliveries if delivery.job.id in moved]
    for delivery in ours:
        delivery.begun = begun
    return ours


def accept_all(session: Session, deliveries: Sequence[Delivery], provider: str, accepted: Accepted) -> None:
    """One call took all of these."""
    now = deliveries[0].clock()
    facts: dict[str, Any] = {"provider": provider, "provider_id": accepted.provider_id, "accepted_at": now}
    done: dict[str, Any] = {"settled_at": now, "reason": None, "lease_until": None}
    jobs = [delivery.job for delivery in deliveries]
    moved = move_all(
        session, jobs, State.ACCEPTED, since=(*UNDECIDED, State.QUEUED), by=LANDED, **facts, **done
    )
    secret = [job.id for job in jobs if job.id in moved and BY_KIND[job.kind].secret]
    if secret:
        outbox.blank(session, secret, keep_local=True)
    for job in jobs:
        if job.id not in moved:  # an event overtook us: only add what it could not know
            ours = update(TABLE).where(TABLE.c.id == job.id, TABLE.c.attempt == job.attempt)
            unknown = TABLE.c.provider_id.is_(None) & ~IS_TRIED_AGAIN
            session.execute(ours.where(unknown).values(facts))
