"""A provider that is away for an hour, or a day, one that takes ten calls a second, one that is hasty once.

The calls are real ones over loopback; the clock is a virtual one, so that a day takes a minute and the load
of the machine changes nothing. Each call takes 5 ms of it; when everybody waits, time leaps.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from json import loads
from pathlib import Path

from sqlmodel import Session

from notifications import delivery, pace, progress, reconcile
from notifications.delivery import Providers
from notifications.errors import Temporary
from notifications.providers.sendgrid import SendGrid
from notifications.sending import Delivery
from notifications.tables import ProviderPace, State
from tests.faults import checker
from tests.faults.trial import BEGAN, KEY, Outcome, Trial, opened, queue, room
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid, error
from tests.support.letters import links

HOUR, DAY, MINUTE = 3600, 86_400, 60
LOOK_EVERY = 30  # seconds between two looks at what is uncertain
LIMIT = 10  # calls a second
WORKERS = 4
AT_ONCE = 5  # messages that a worker claims
CALL_TAKES = 0.005  # seconds


@dataclass
class Leaping:
    """Seconds since it all began. Time passes only when somebody lets it."""

    passed: float = 0.0

    def leap(self, seconds: float) -> None:
        self.passed += seconds

    def __call__(self) -> datetime:
        return BEGAN + timedelta(seconds=self.passed)


@dataclass
class Book(FakeSendGrid):
    """A SendGrid that writes down every call with its moment. `answer_at` is asked for an answer but yes."""

    log: Path = Path()
    clock: Leaping = field(default_factory=Leaping)
    answer_at: Callable[[float], Answer | None] = lambda _now: None

    def accept(self, call: Call) -> Answer:
        args = loads(call.body)["personalizations"][0]["custom_args"]
        self.clock.leap(CALL_TAKES)
        now = self.clock.passed
        refusal = self.answer_at(now)
        word = "taken" if refusal is None else f"refused-{refusal[0]}"
        with self.log.open("a") as log:
            log.write(f"{args['unm_message']} {args['unm_attempt']} {now} {word}\n")
        return refusal or (202, {"X-Message-Id": f"sg-{args['unm_message']}"}, b"")


@dataclass
class Team:
    """Workers with a database connection each, that take turns."""

    trial: Trial
    clock: Leaping
    fake: Book
    workers: int = WORKERS
    nap: float = 0.1  # seconds that are leapt over when nobody has anything to do

    def __post_init__(self) -> None:
        self.databases = [opened(self.trial.url) for _ in range(self.workers)]
        sender = "Unmentoring <hello@unm.example>"
        self.providers = Providers(email=SendGrid("SG.key", sender, self.fake.url, 5.0), key=KEY)
        self.looked = 0.0

    def work(self, until: Callable[[], bool]) -> None:
        """Take turns until it is done; when nobody has anything to do, leap."""
        while not until():
            reports = [
                delivery.deliver_due(
                    one.write, self.providers, links, self.clock, AT_ONCE, sleep=self.clock.leap
                )
                for one in self.databases
            ]  # fmt: skip
            if self.clock.passed - self.looked > LOOK_EVERY:
                self.looked = self.clock.passed
                reconcile.reconcile(self.databases[0].write, self.providers, links, self.clock, 1000)
            if all(report.idle for report in reports):
                self.clock.leap(self.nap)

    def counts(self) -> dict[State, int]:
        with self.databases[0].read() as session:
            return progress.counts(session)

    def all_accepted(self) -> bool:
        counts = self.counts()
        return counts.get(State.ACCEPTED, 0) == sum(counts.values())

    def go_home(self) -> None:
        for one in self.databases:
            one.dispose()


def _down_until(end: float, seed: int) -> Callable[[float], Answer | None]:
    """Away in different ways: it says so, or something in between does, which leaves us uncertain."""
    chance = random.Random(seed)
    ways = [error(503, "we are down"), (502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>")]
    return lambda now: chance.choices(ways, [9, 1])[0] if now < end else None


def outage(trial: Trial) -> Outcome:
    """Down for an hour with 10,000 waiting; and for a day."""
    if trial.mutant == "no breaker":
        pace.OPEN_AFTER = 10**9
    try:
        return _outage(trial, HOUR, trial.size(20, 10_000), *(() if trial.full else (1, 30)))
    finally:
        pace.OPEN_AFTER = 3


def outage_of_a_day(trial: Trial) -> Outcome:
    honest = Delivery._later
    if trial.mutant == "gives up":
        Delivery._later = _later_or_never  # type: ignore[method-assign]
    try:
        return _outage(trial, trial.size(2 * HOUR, DAY), trial.size(5, 1000), 1, 60)
    finally:
        Delivery._later = honest  # type: ignore[method-assign]


def _later_or_never(delivery: Delivery, session: Session, error: Temporary, tries: int = 5) -> str:
    return _LATER(delivery, session, replace(error, tries=tries))


_LATER = Delivery._later


def _outage(trial: Trial, length: float, messages: int, workers: int = 2, nap: float = 10) -> Outcome:
    database = room(trial)
    queue(database, messages)
    database.dispose()
    clock = Leaping()
    fake = Book(log=trial.log, clock=clock, answer_at=_down_until(length, trial.seed))
    most = math.ceil(130 * length / HOUR)
    with fake.serving():
        team = Team(trial, clock, fake, workers, nap)
        # A mutant without a breaker would call for ever: twice what is allowed is enough to see it.
        team.work(lambda: clock.passed > length or len(fake.calls) > 2 * most)
        team.work(lambda: team.all_accepted() or clock.passed > length + HOUR)
        team.go_home()
    calls = checker.calls(trial.log)
    during = [call for call in calls if call.at < length]
    taken = [call for call in calls if call.what == checker.TAKEN]
    after = (checker.latest(taken) - length) / MINUTE
    verdict = checker.check(trial.url, trial.log)
    return Outcome(
        f"{len(during):,} calls in {length / HOUR:.0f} h of outage; {verdict}; the last was taken "
        f"{after:.1f} minutes after",
        f"at most {most} calls; all accepted, none given up, none twice, within 10 minutes after",
        len(during) <= most and verdict.lost == verdict.twice == 0 and after <= 10,
    )


def too_many(trial: Trial) -> Outcome:
    """Ten a second are taken, the eleventh is told to come back."""
    database, messages = room(trial), trial.size(300, 5000)
    queue(database, messages)
    database.dispose()
    clock, seconds = Leaping(), dict[int, int]()

    def limit(now: float) -> Answer | None:
        second = math.floor(now)
        seconds[second] = seconds.get(second, 0) + 1
        # SendGrid says when the second is over as a moment of its own clock; ours is a virtual one.
        wait = {"Retry-After": str(second + 1 - now)}
        return error(429, "slower", **wait) if seconds[second] > LIMIT else None

    if trial.mutant == "no pace":
        honest, pace._learned = pace._learned, lambda *_: None
    fake = Book(log=trial.log, clock=clock)
    with fake.serving():
        fake.answer_at, team = limit, Team(trial, clock, fake)
        team.work(team.all_accepted)
        team.go_home()
    if trial.mutant == "no pace":
        pace._learned = honest
    return _pace_outcome(trial, messages)


def _pace_outcome(trial: Trial, messages: int) -> Outcome:
    calls = checker.calls(trial.log)
    late = [call for call in calls if call.at > 10]
    refused = [call for call in late if call.what != checker.TAKEN]
    share, ideal = len(refused) / max(len(late), 1), messages / LIMIT
    took, verdict = checker.latest(calls), checker.check(trial.url, trial.log)
    return Outcome(
        f"{share:.1%} of calls refused after ten seconds; done after {took:.0f} s, ideally {ideal:.0f} s; "
        f"{verdict}",
        "at most 2% refused after ten seconds, done within 110% of the ideal time",
        share <= 0.02 and took <= 1.1 * ideal and verdict.lost == verdict.twice == 0,
    )


ROUND, QUIET, RESET = 120, 40, 2  # letters; seconds without any; seconds that a refusal asks for


def lull(trial: Trial) -> Outcome:
    """After a quiet time a round goes out, and one call of it is told to come back in two seconds."""
    honest = pace._learned
    if trial.mutant == "learns from quiet":
        pace._learned = _of_the_last_minute
    try:
        took = _rounds_after_a_lull(trial)
    finally:
        pace._learned = honest
    worst, ideal = max(took), ROUND * CALL_TAKES + RESET
    verdict = checker.check(trial.url, trial.log)
    return Outcome(
        f"{len(took)} rounds of {ROUND} with one refusal each: the slowest done after {worst:.2f} s, ideally "
        f"{ideal:.2f} s; {verdict}",
        "done within 110% of the ideal time",
        worst <= 1.1 * ideal and verdict.lost == verdict.twice == 0,
    )


def _rounds_after_a_lull(trial: Trial) -> list[float]:
    """Seconds that each round took. The refusal comes at its first call, or somewhere later."""
    database, chance = room(trial), random.Random(trial.seed)
    queue(database, 1)
    clock, took = Leaping(), list[float]()
    refused = [0, chance.randrange(ROUND), *range(1, trial.size(1, ROUND), 4)]
    fake = Book(log=trial.log, clock=clock)
    with fake.serving():
        team = Team(trial, clock, fake)
        team.work(team.all_accepted)
        for number, at in enumerate(refused):
            clock.leap(QUIET)
            began = clock.passed
            fake.answer_at = _refuse_once(len(fake.calls) + at + 1, fake)
            queue(database, ROUND, now=clock(), subject=f"round {number}")
            over = began + 2 * (ROUND * CALL_TAKES + RESET)  # late enough: a mutant would take hours
            team.work(lambda: team.all_accepted() or clock.passed > over)  # noqa: B023
            took.append(clock.passed - began)
            if clock.passed > over:
                break
        team.go_home()
    database.dispose()
    return took


def _refuse_once(call: int, fake: Book) -> Callable[[float], Answer | None]:
    slower = error(429, "slower", **{"Retry-After": str(RESET)})
    return lambda _now: slower if len(fake.calls) == call else None


def _of_the_last_minute(session: Session, row: ProviderPace, now: datetime, until: datetime) -> float | None:
    """What was accepted, divided by a minute in which nothing was asked."""
    calls = pace._calls(session, row.provider, now - timedelta(seconds=60))
    return len(calls) / (until - calls[0]).total_seconds() * pace.MARGIN if calls else row.rate
